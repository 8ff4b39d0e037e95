"""Everything that is known of somebody, read for one card, each part beside the others."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot.admin.model import ApiKey, Invite, Member
from bot.approvals import queries
from bot.approvals.cards.lists import Given, Titled
from bot.approvals.extensions import kind_of, may_extend
from bot.approvals.kind import all_kinds
from bot.approvals.model import Request
from bot.approvals.sight import oversees_people, sees_all_keys
from bot.approvals.snapshot import keys_of
from bot.directory.use import KeyUse
from bot.errors import QuartermasterError
from bot.kinds.keys.lines import page_of_keys
from bot.kinds.keys.shown import keys_with_use
from bot.kinds.people.change_role import ROLES
from bot.organization.keys_view import KeyLine
from bot.organization.person_view import ASKS, PersonFacts
from bot.organization.places import places_of
from bot.people import db as links
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.slack.paging import Page
from bot.words.addresses import is_same_address

SHOWN = 5
"""Things of each list that a card shows; a phone shows a few such lists in a few strokes."""
WITHIN = 5.0
"""Seconds that a card waits for each of its parts."""
log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True)
class Somebody:
    """Whom a card is about: a member, or one who is only invited. `slack_id` is "" where no account is known."""

    target: str
    address: str
    member: Member | None
    slack_id: str = ""
    linked_at: datetime | None = None


async def of_member(rt: Runtime, member: Member, target: str, slack_id: str = "") -> Somebody:
    """Return a member with the Slack account that they are linked to, or the one that was mentioned."""
    async with rt.store.read() as tx:
        link = await links.find_one(tx, slack_id, member.id)
    return Somebody(
        target, member.email, member, slack_id or (link.slack_id if link else ""), link.linked_at if link else None
    )


async def facts_about(
    rt: Runtime, actor: Actor, whom: Somebody, *, grants_at: str = "", asked_at: str = "", places_at: str = ""
) -> PersonFacts:
    """Return what an actor may know of somebody: all of it oneself, admins and who approves roles; else what lists show."""
    member = whom.member
    is_self = actor.slack_id == whom.slack_id or (member is not None and member.id == actor.member.id)
    sees_all = is_self or await oversees_people(rt, actor)
    unread: list[Markup] = []

    async def part(what: Markup, read: Callable[[], Awaitable[T]], *, allowed: bool) -> T | None:
        if not allowed:
            return None
        try:
            async with asyncio.timeout(WITHIN):
                return await read()
        except (QuartermasterError, TimeoutError) as error:
            log.info("part_not_read", error=type(error).__name__)
            unread.append(what)
            return None

    sees_asked = sees_all and bool(whom.slack_id)
    invites, places, keys, opened, grants, asked = await asyncio.gather(
        part("invites", lambda: _invites(rt, whom.address), allowed=sees_all),
        part("workspaces", lambda: _places(rt, member), allowed=sees_all and member is not None),
        part("keys", lambda: _keys(rt, actor, whom), allowed=member is not None and (is_self or sees_all_keys(actor))),
        part("open requests", lambda: _titled(rt, queries.open_of(rt, whom.slack_id, SHOWN)), allowed=sees_asked),
        part("what ends", lambda: given_to(rt, actor, whom.slack_id, grants_at), allowed=sees_asked),
        part("requests", lambda: _titled(rt, queries.asked_by(rt, whom.slack_id, asked_at, SHOWN)), allowed=sees_asked),
    )
    return PersonFacts(
        target=whom.target,
        address=whom.address,
        member=member,
        slack_id=whom.slack_id,
        linked_at=whom.linked_at,
        is_self=is_self,
        invites=invites or (),
        places=places,
        places_at=places_at,
        keys=keys[0] if keys else None,
        use=keys[1] if keys else {},
        opened=opened,
        grants=grants,
        asked=asked,
        unread=tuple(unread),
        asks=_asks(rt, whom, is_self=is_self),
    )


def _asks(rt: Runtime, whom: Somebody, *, is_self: bool) -> dict[str, str]:
    """Return what may be asked about somebody: of whom no Slack account is known, that they are removed.

    Nobody asks for their own removal, and an admin's role and membership are nothing that the API changes.
    """
    if whom.member is None:
        return {}
    left_out: set[str] = set() if whom.member.role in ROLES else {"change_role", "remove_member"}
    left_out |= set() if whom.slack_id else {"change_role", "workspace_access"}
    left_out |= {"remove_member"} if is_self else set()
    return {kind: label for kind, label in ASKS.items() if kind in all_kinds(rt) and kind not in left_out}


async def _invites(rt: Runtime, address: str) -> list[Invite]:
    return [one for one in await rt.directory.invites() if is_same_address(one.email, address)]


async def _places(rt: Runtime, member: Member | None) -> Any:
    return await places_of(rt, member) if member else None


async def _keys(rt: Runtime, actor: Actor, whom: Somebody) -> tuple[Page[KeyLine], Mapping[str, KeyUse]]:
    assert whom.member is not None  # noqa: S101 - asked for members alone
    mine = await keys_of(rt, Actor(whom.slack_id, whom.member, ""))
    keys: list[ApiKey] = [key for key in await rt.directory.keys() if key.id in mine and key.status != "archived"]
    page = await page_of_keys(rt, keys, size=SHOWN)
    seen = await keys_with_use(rt, actor, keys)
    return page, await rt.use_of_each(seen, rt.now())


async def given_to(rt: Runtime, actor: Actor, slack_id: str, cursor: str = "") -> Page[Given]:
    """Return a page of somebody's grants, and for each whether the actor may ask for a later end."""
    page = await queries.grants_of(rt, slack_id, cursor, SHOWN)
    kinds = [kind_of(rt, grant) for grant in page.items]
    return page.showing(
        [
            (grant, kind.title(grant), may_extend(kind, grant, actor.who, rt.now()))
            for grant, kind in zip(page.items, kinds, strict=True)
        ]
    )


async def _titled(rt: Runtime, reading: Coroutine[Any, Any, Page[Request]]) -> Page[Titled]:
    page = await reading
    return page.showing([(request, kind_of(rt, request).title(request)) for request in page.items])
