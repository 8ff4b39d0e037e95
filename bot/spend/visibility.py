"""Who may see which figures: the setting SPEND_VISIBLE_TO, looked up at the click and never read from a button."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.errors import NotAllowed, NotLinked, UpstreamMissing
from bot.people.groups import belongs_to
from bot.people.identity import find_member
from bot.people.model import Actor
from bot.people.roles import ADMIN_ROLES
from bot.runtime import Runtime
from bot.spend.scope import EVERYBODY, EVERYTHING, ONLY_OWN, Scope

SEES_ALL = ADMIN_ROLES | {"billing"}
"""Roles of the organization that have a role in every workspace (admin-api.md §4.5)."""
MAY_NOT_TELL = "You may only tell a channel what workspaces cost in which you have a role. Choose from those."


MAY_NOT_SHARE = "You see only some of these figures, and a channel would take them for all of them, so I don't share them."


def check_may_share(*, is_whole: bool) -> None:
    """Raise NotAllowed where somebody would post figures of which they see only a part, be it with a note."""
    if not is_whole:
        raise NotAllowed(MAY_NOT_SHARE)


async def scope_of(rt: Runtime, actor: Actor) -> Scope:
    """Return what somebody may see as of now: all, or what is their own and the workspaces that they belong to.

    Everybody belongs to the default workspace, so it is nobody's own. What can't be asked raises; nothing is seen then.
    """
    is_member, sees_all = await _standing(rt, actor)
    if sees_all:
        return EVERYTHING
    if not is_member:
        return Scope()
    workspaces, own = await asyncio.gather(_workspaces_of(rt, actor.member.id), own_scope(rt, actor))
    return replace(own, workspaces=workspaces)


async def sees_all(rt: Runtime, actor: Actor) -> bool:
    """Tell whether somebody may see all figures as of now, where there is nothing between all and one's own."""
    return (await _standing(rt, actor))[1]


async def still_sees_all(rt: Runtime, slack_id: str) -> bool:
    """Tell whether somebody may see all figures as of now. They have to be a member, also where all members see all."""
    try:
        return await sees_all(rt, Actor(slack_id, await find_member(rt, slack_id), ""))
    except NotLinked:
        return False


async def own_scope(rt: Runtime, actor: Actor) -> Scope:
    """Return what is somebody's own, whatever else they may see: their keys, and what they use without one."""
    return Scope(keys=await rt.keys_of(actor.slack_id, actor.member.id), people=frozenset({actor.member.id}))


async def check_may_tell(rt: Runtime, actor: Actor, workspace_ids: Sequence[str]) -> None:
    """Raise NotAllowed unless somebody may see all that a channel is told of these workspaces; none are all of them."""
    is_member, sees_all = await _standing(rt, actor)
    if sees_all:
        return
    has_roles = await asyncio.gather(*(_has_role(rt, one, actor.member.id) for one in workspace_ids))
    if not (is_member and has_roles and all(has_roles)):
        raise NotAllowed(MAY_NOT_TELL)


async def may_still_tell(rt: Runtime, slack_id: str, workspace_ids: Sequence[str] = ()) -> bool:
    """Tell whether a subscription's creator may see all of it as of now; where all see all, nobody is asked."""
    if EVERYBODY in rt.settings.spend_visible_to:
        return True
    try:
        await check_may_tell(rt, Actor(slack_id, await find_member(rt, slack_id), ""), workspace_ids)
    except (NotAllowed, NotLinked):
        return False
    return True


async def _standing(rt: Runtime, actor: Actor) -> tuple[bool, bool]:
    """Return whether somebody is a member, and whether they see all."""
    groups = rt.settings.spend_visible_to
    if EVERYBODY in groups or await _is_in_one(rt, actor, groups):
        return True, True
    try:
        role = (await rt.admin.user(actor.member.id)).role
    except UpstreamMissing:
        return False, False
    return True, role in SEES_ALL


async def _is_in_one(rt: Runtime, actor: Actor, groups: tuple[str, ...]) -> bool:
    """Tell whether somebody is in one of these groups of the policy; of one that it doesn't have nobody is."""
    policy = await rt.refresh_policy()
    refs = [ref for group in groups if group != ONLY_OWN for ref in policy.members(group)]
    return any(await asyncio.gather(*(belongs_to(rt, actor.who, ref) for ref in refs)))


async def _workspaces_of(rt: Runtime, member_id: str) -> frozenset[str]:
    """Return the workspaces in which somebody has a role now.

    A list that is some minutes old says where to ask, so a new role may take as long; one that was lost counts at once.
    """
    there = [one.id for one in await rt.directory.workspaces() if not one.is_default]
    roles = await asyncio.gather(*map(rt.directory.roles_in, there))
    likely = [one for one, found in zip(there, roles, strict=True) if member_id in found]
    still = await asyncio.gather(*(_has_role(rt, one, member_id) for one in likely))
    return frozenset(one for one, has_role in zip(likely, still, strict=True) if has_role)


async def _has_role(rt: Runtime, workspace_id: str, member_id: str) -> bool:
    try:
        return bool((await rt.admin.workspace_member(workspace_id, member_id)).workspace_role)
    except UpstreamMissing:
        return False
