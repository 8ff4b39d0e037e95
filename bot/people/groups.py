"""Who belongs to what the policy names: a user, a user group, the organization's admins; asked of Slack and the API."""

from bot.people.identity import is_admin
from bot.people.model import Who
from bot.policy.model import ApproverKind, ApproverRef
from bot.runtime import Runtime


async def belongs_to(rt: Runtime, person: Who, ref: ApproverRef, *, fresh: bool = True) -> bool:
    """Tell whether somebody is one of those whom the policy means; False for a workspace's admins, who need a workspace.

    Without `fresh` a user group may be a minute old.
    """
    match ref.kind:
        case ApproverKind.USER:
            return ref.id == person.slack_id
        case ApproverKind.USERGROUP:
            return person.slack_id in await rt.notifier.group_members(ref.id or "", fresh=fresh)
        case ApproverKind.ORG_ADMINS:
            return await is_admin(rt, person.member_id)
        case ApproverKind.WORKSPACE_ADMINS:
            return False
