"""Who sees what of others, asked at each look: names, roles and addresses are everybody's, the rest is not."""

from bot.approvals.authority import current_approvers, rule_of
from bot.approvals.holder import holder_of
from bot.approvals.model import Request
from bot.errors import NotAllowed
from bot.people.model import Actor
from bot.people.roles import ADMIN_ROLES, SEE_ALL_KEYS
from bot.runtime import Runtime
from bot.slack.markup import mention

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


def sees_all_keys(actor: Actor) -> bool:
    """Whether the actor's role shows them the keys of others: roles that only use the Playground don't."""
    return actor.member.role in SEE_ALL_KEYS


async def sees_with_keys(rt: Runtime, actor: Actor, request: Request, channel: str = "") -> bool:
    """Tell whether an actor sees a request with what those who decide it know of other people's keys.

    That is all who decide it, who decided it, do it by hand or oversee people, and whose role shows them all keys. Its
    requester, those whom it is about, and those who read its card in its `channel` see it without. NotAllowed for others.
    """
    doers = [*(one.by for one in request.decisions), holder_of(request)]
    if any(one and actor.who.is_same_person(one) for one in doers) or await oversees_people(rt, actor):
        return True
    if await current_approvers(rt, [actor.who], await rule_of(rt, request), request.workspace_id, fresh=False):
        return True
    if is_involved(actor, request) or (channel and channel == request.channel):
        return sees_all_keys(actor)
    asker = mention(request.requester.slack_id)
    raise NotAllowed(f"Only {asker}, the people it is about, its approvers and organization admins can see this request.")


def is_involved(actor: Actor, request: Request) -> bool:
    """Tell whether a request is the actor's own, or about them or something of theirs."""
    people = (request.requester, *request.beneficiaries, *request.heirs)
    is_about = any(actor.who.is_same_person(one) for one in people)
    return is_about or any(one.is_person(actor.who) for one in request.concerned)
