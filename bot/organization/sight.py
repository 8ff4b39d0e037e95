"""Who sees what of others: names, roles and addresses are everybody's, the rest is for those who answer for it."""

from bot.approvals.authority import current_approvers
from bot.people.model import Actor
from bot.people.roles import ADMIN_ROLES
from bot.runtime import Runtime

ANSWERS_FOR_PEOPLE = "change_role"
"""The kind whose approvers decide about people."""


async def oversees_people(rt: Runtime, actor: Actor) -> bool:
    """Tell whether an actor sees others' invites, workspaces, requests and grants: admins, and who approves roles.

    Groups may be a minute old: it is for what is read, never for a decision.
    """
    if actor.member.role in ADMIN_ROLES:
        return True
    rule = rt.policy.rule_for(ANSWERS_FOR_PEOPLE, None, None)
    return bool(await current_approvers(rt, [actor.who], rule, None, fresh=False))
