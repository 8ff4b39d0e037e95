"""Workspaces as lists and cards show them: gathered from the organization, the ledger and the requests, as far as known."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import structlog

from bot.admin.model import Member, Workspace
from bot.approvals import queries
from bot.approvals.extensions import kind_of
from bot.approvals.kind import all_kinds
from bot.approvals.sight import oversees_people, sees_all_keys
from bot.approvals.snapshot import keys_in_workspace
from bot.directory.twins import label_among
from bot.errors import UpstreamError
from bot.kinds.keys.owners import may_see_key, owns_key
from bot.organization.workspace_card import WorkspaceFacts, WorkspacePerson, by_power
from bot.organization.workspaces_view import WorkspaceLine
from bot.organization.workspaces_wanted import WantedWorkspaces
from bot.people.identity import ADMIN_ROLES
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.paging import Page, by_name, page_of
from bot.spend.ask.workspaces import spend_by_workspace
from bot.spend.by_workspace import SpendByWorkspace
from bot.spend.limits import db as kept_limits
from bot.spend.scope import Scope
from bot.spend.visibility import scope_of
from bot.words.own import Own

log = structlog.get_logger()
T = TypeVar("T")
WITHIN = 6.0
"""Seconds that a card or list waits for a part."""
_AT_ONCE = 5
_FAR = 10**15
_OFFERS: tuple[tuple[str, Own, bool], ...] = (
    ("create_key", "Request a key", True),
    ("workspace_access", "Access…", False),
    ("set_spend_limit", "Spend limit…", False),
    ("set_rate_limit", "Rate limit…", False),
    ("update_workspace", "Change…", True),
    ("archive_workspace", "Archive…", False),
)
"""What can be asked for about a workspace: the kind, its button, and whether it makes sense for the default one."""


async def page_of_workspaces(
    rt: Runtime, actor: Actor, wanted: WantedWorkspaces, cursor: str = ""
) -> tuple[Page[WorkspaceLine], SpendByWorkspace, int]:
    """Return the page at a cursor of the wanted workspaces, and the spend by which they are sorted.

    The number is of those whose members could not be read in time, so that they may be the actor's.
    """
    every = await (rt.directory.archived_workspaces() if wanted.archived else rt.directory.workspaces())
    found, unread = [one for one in every if wanted.takes(one)], 0
    if wanted.mine:
        found, unread = await _mine(rt, actor, found)
    spend, limits, keys = await asyncio.gather(_spend(rt, actor), _limits(rt), _active_keys(rt, actor))

    def line(one: Workspace) -> WorkspaceLine:
        amount = spend.of(one.id, is_default=one.is_default)
        count = keys.get(one.id, 0) if keys is not None and not one.archived_at else None
        return WorkspaceLine(one, count, amount, limits.get(one.id), label_among(one, every))

    page = page_of([line(one) for one in found], _most_spent_first, cursor)
    return page, spend, unread


async def _spend(rt: Runtime, actor: Actor) -> SpendByWorkspace:
    """Return what workspaces cost whose figures an actor may see; none where that can't be asked now."""
    return await spend_by_workspace(rt.store, rt.now(), await _or_none(scope_of(rt, actor)) or Scope())


def _most_spent_first(line: WorkspaceLine) -> str:
    cents = int((line.spend or Decimal(0)) * 100)
    return f"{_FAR - cents:018d}\t{by_name(line.workspace.name, line.workspace.id)}"


async def _kept(rt: Runtime) -> dict[str, Decimal]:
    """Return the monthly limits in dollars that the bot keeps, by workspace."""
    async with rt.store.read() as tx:
        return {one.workspace_id: one.amount for one in await kept_limits.live(tx) if one.workspace_id}


async def _limits(rt: Runtime) -> dict[str, Decimal]:
    """Return the monthly limits in dollars by workspace: the API's, or the bot's own where that shows none."""
    found = await _or_none(rt.directory.spend_limits())
    if found is None:
        return await _kept(rt)
    return {one.workspace_id: one.amount for one in found if one.workspace_id and one.amount is not None}


async def _active_keys(rt: Runtime, actor: Actor) -> Mapping[str, int] | None:
    """Return how many active keys each workspace has, None for people who may not see the keys of others."""
    if not sees_all_keys(actor):
        return None
    active = [key for key in await rt.directory.keys() if key.status == "active"]
    homes = await asyncio.gather(*map(rt.directory.home_of, active))
    return Counter(home.id for home in homes if home)


async def _mine(rt: Runtime, actor: Actor, workspaces: Sequence[Workspace]) -> tuple[list[Workspace], int]:
    """Return the workspaces of which somebody is a member by name or has keys, and how many couldn't be read in time."""
    is_mine = await owns_key(rt, actor)
    mine = [key for key in await rt.directory.keys() if key.status != "archived" and is_mine(key)]
    homes = {home.id for home in await asyncio.gather(*map(rt.directory.home_of, mine)) if home}
    ask = [one for one in workspaces if one.id not in homes and not one.is_default]
    few, inherited = asyncio.Semaphore(_AT_ONCE), inherited_role(actor.member)

    async def is_in(one: Workspace) -> bool | None:
        async with few:
            roles = await _or_none(rt.directory.roles_in(one.id))
        return None if roles is None else roles.get(actor.member.id, "") not in ("", inherited)

    tasks = [asyncio.create_task(is_in(one)) for one in ask]
    if tasks:
        await asyncio.wait(tasks, timeout=WITHIN)
    for task in tasks:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    found = homes | {one.id for one, answer in zip(ask, answers, strict=True) if answer is True}
    unread = sum(answer not in (True, False) for answer in answers)
    return [one for one in workspaces if one.id in found], unread


async def facts_of_workspace(rt: Runtime, actor: Actor, workspace: Workspace) -> WorkspaceFacts:
    """Return all that is known of a workspace and that somebody may see; what can't be read now is None."""
    sees_all, may_see = sees_all_keys(actor), await may_see_key(rt, actor)
    is_own = not workspace.is_default and not workspace.archived_at
    sees_people, sees_requests = await sees_people_of(rt, actor, workspace), await oversees_people(rt, actor)
    by = "" if sees_requests else actor.slack_id
    (spend, keys, (opened, done)), (people, inherited, limits, rates) = await asyncio.gather(
        asyncio.gather(
            _or_none(_spend(rt, actor)),
            _or_none(keys_in_workspace(rt, workspace.id, may_see)),
            queries.about_workspace(rt, workspace.id, by),
        ),
        asyncio.gather(
            _or_none(people_in(rt, workspace)),
            _or_none(inherited_roles(rt)),
            _or_none(rt.directory.spend_limits()),
            _or_none(rt.admin.workspace_rate_limits(workspace.id)) if is_own else _none(),
        ),
    )
    amount = next((one.amount for one in limits or () if one.workspace_id == workspace.id), None)
    return WorkspaceFacts(
        workspace=workspace,
        spend=spend,
        people=people,
        inherited=inherited or {},
        has_limits=limits is not None,
        limit=amount,
        kept=(await _kept(rt)).get(workspace.id),
        rates=rates,
        keys=keys,
        sees_all=sees_all,
        sees_people=sees_people,
        sees_requests=sees_requests,
        open=[(one, kind_of(rt, one).title(one)) for one in opened],
        lately=[(one, kind_of(rt, one).title(one)) for one in done],
        label=await rt.directory.label_of(workspace),
    )


async def sees_people_of(rt: Runtime, actor: Actor, workspace: Workspace) -> bool:
    """Tell whether an actor sees who is in a workspace: its own members, and who oversees people; never by guessing."""
    if inherited_role(actor.member) or await oversees_people(rt, actor):
        return True
    roles = None if workspace.is_default else await _or_none(rt.directory.roles_in(workspace.id))
    return actor.member.id in (roles or {})


def offers_for(rt: Runtime, workspace: Workspace) -> list[tuple[str, Own]]:
    """Return the kinds that can be asked for about a workspace, with what their buttons say."""
    if workspace.archived_at:
        return []
    kinds = all_kinds(rt)
    return [
        (kind, label)
        for kind, label, has_default in _OFFERS
        if kind in kinds and kinds[kind].rules.takes(workspace) and (has_default or not workspace.is_default)
    ]


async def people_in(rt: Runtime, workspace: Workspace) -> list[WorkspacePerson]:
    """Return those who have a role of their own in a workspace, the most powerful first; the default one has none.

    Those whose role there follows from the one in the organization are left out: the API may list them, too.
    """
    if workspace.is_default:
        return []
    roles = await rt.directory.roles_in(workspace.id)
    members = await rt.directory.members_by_id()
    found: list[WorkspacePerson] = []
    for one, role in roles.items():
        member = members.get(one)
        if member is None or role != inherited_role(member):
            found.append(WorkspacePerson(one, (member.name or member.email) if member else one, role))
    return sorted(found, key=by_power)


def inherited_role(member: Member) -> str:
    """Return the role in every workspace that comes with one in the organization, or "" (admin-api.md §4.5)."""
    if member.role in ADMIN_ROLES:
        return "workspace_admin"
    return "workspace_billing" if member.role == "billing" else ""


async def inherited_roles(rt: Runtime) -> Mapping[str, int]:
    """Return how many members have a role in every workspace by theirs in the organization."""
    return Counter(role for member in await rt.directory.members() if (role := inherited_role(member)))


async def _none() -> None:
    return None


async def _or_none(looking: Coroutine[Any, Any, T]) -> T | None:
    try:
        async with asyncio.timeout(WITHIN):
            return await looking
    except (UpstreamError, TimeoutError) as error:
        log.info("not_known_of_a_workspace", error=type(error).__name__)
        return None
