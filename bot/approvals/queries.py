"""What people look up about requests: what waits for them, what is theirs, and how one went."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.approvals import db as requests
from bot.approvals.authority import current_approvers, rule_at
from bot.approvals.cards.notices import thread_line
from bot.approvals.grants import db as grants
from bot.approvals.holder import holder_of
from bot.approvals.kind import all_kinds, find_kind
from bot.approvals.lookups import db as lookups
from bot.approvals.model import OPEN, Request, Status
from bot.people.model import Actor
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.slack.paging import AFTER, BEFORE, SIZE, Page
from bot.store import audit

DONE = frozenset({Status.APPLIED, Status.REVERTING, Status.REVERTED})
MOST_OPEN, MOST_DONE = 10, 5
"""Requests about one workspace that are shown with it."""
_EPOCH, _STEP = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
"""A cursor counts the microseconds until an end, which is all that the database keeps of it."""


async def mine(rt: Runtime, actor: Actor, cursor: str = "", size: int = SIZE) -> Page[Request]:
    """Return the page at a cursor of what the actor asked for, newest first."""
    return await asked_by(rt, actor.slack_id, cursor, size)


async def asked_by(rt: Runtime, slack_id: str, cursor: str = "", size: int = SIZE) -> Page[Request]:
    """Return the same of somebody, by their Slack id."""

    async def read(beyond: str, *, forward: bool, limit: int) -> list[Request]:
        async with rt.store.read() as tx:
            return await requests.of_requester(tx, slack_id, beyond=beyond, later=not forward, limit=limit)

    return await _page(read, cursor, size)


async def about(rt: Runtime, thing: str, cursor: str = "", size: int = SIZE, *, by: str = "") -> Page[Request]:
    """Return the page at a cursor of the requests that made a thing, such as a key, or change it, newest first.

    With `by` (a Slack id) only what that person asked for.
    """
    makers = [name for name, kind in all_kinds(rt).items() if kind.issues_keys]

    async def read(beyond: str, *, forward: bool, limit: int) -> list[Request]:
        async with rt.store.read() as tx:
            return await lookups.about(tx, thing, makers, by=by, beyond=beyond, later=not forward, limit=limit)

    return await _page(read, cursor, size)


async def open_of(rt: Runtime, slack_id: str, size: int = SIZE) -> Page[Request]:
    """Return the first of somebody's open requests, newest first; `next` says whether there are more."""
    async with rt.store.read() as tx:
        found = await requests.of_requester(tx, slack_id, *sorted(OPEN), limit=size + 1)
    return Page(found[:size], next=f"{AFTER}{found[size - 1].id}" if len(found) > size else "")


async def grants_of(rt: Runtime, slack_id: str, cursor: str = "", size: int = SIZE) -> Page[Request]:
    """Return the page at a cursor of the grants that somebody asked for or has, the next to end first."""
    forward, beyond = not cursor.startswith(BEFORE), _grant_at(cursor[1:])
    async with rt.store.read() as tx:
        found = await grants.held_by(tx, slack_id, beyond=beyond, later=forward, limit=size + 1)
        if beyond and len(found) < (1 if forward else size):
            beyond, forward = None, True
            found = await grants.held_by(tx, slack_id, beyond=None, later=True, limit=size + 1)
        goes_on, shown = len(found) > size, found[:size]
        shown = shown if forward else shown[::-1]
        items = await requests.by_ids(tx, [request_id for request_id, _ in shown])
        total = await grants.count_of(tx, slack_id)
    before, after = (bool(beyond), goes_on) if forward else (goes_on, True)
    previous = f"{BEFORE}{_grant_cursor(*shown[0])}" if before and shown else ""
    return Page(items, previous, f"{AFTER}{_grant_cursor(*shown[-1])}" if after and shown else "", total=total)


def _grant_cursor(request_id: str, ends_at: datetime) -> str:
    return f"{(ends_at - _EPOCH) // _STEP} {request_id}"


def _grant_at(text: str) -> tuple[datetime, str] | None:
    """Return the end and id in a cursor; None where nobody here wrote it."""
    end, _, request_id = text.partition(" ")
    try:
        return _EPOCH + int(end) * _STEP, request_id
    except (ValueError, OverflowError):
        return None


async def how_many_wait(rt: Runtime) -> int:
    """Return how many requests wait for a decision, no matter whose."""
    async with rt.store.read() as tx:
        return sum((await requests.pending_places(tx)).values())


async def waiting_for(rt: Runtime, actor: Actor, cursor: str = "", size: int = SIZE) -> Page[Request]:
    """Return the page at a cursor of the pending requests that the actor could decide now and hasn't, oldest first."""
    async with rt.store.read() as tx:
        pending_now = await requests.pending_places(tx)
    places = await _where_approver(rt, actor, [*pending_now])

    async def read(beyond: str, *, forward: bool, limit: int) -> list[Request]:
        found: list[Request] = []
        while True:
            async with rt.store.read() as tx:
                pending = await requests.pending(tx, places, actor.who, rt.now(), beyond=beyond, later=forward, limit=limit)
            found += [request for request in pending if not _is_concerned(rt, actor, request)]
            if len(pending) < limit or len(found) >= limit:
                return found[:limit]
            beyond = pending[-1].id

    return await _page(read, cursor, size)


async def held_by(rt: Runtime, actor: Actor, cursor: str = "", size: int = SIZE) -> Page[Request]:
    """Return the page at a cursor of the requests of which the actor does a part by hand now, oldest first."""

    async def read(beyond: str, *, forward: bool, limit: int) -> list[Request]:
        found: list[Request] = []
        while True:
            async with rt.store.read() as tx:
                some = await lookups.perhaps_held_by(tx, actor.who, beyond=beyond, later=forward, limit=limit)
            found += [one for one in some if (holder := holder_of(one)) and holder.is_same_person(actor.who)]
            if len(some) < limit or len(found) >= limit:
                return found[:limit]
            beyond = some[-1].id

    return await _page(read, cursor, size)


async def about_workspace(rt: Runtime, workspace_id: str, by: str = "") -> tuple[list[Request], list[Request]]:
    """Return the open requests about a workspace and the last that were carried out, newest first; `by` one person alone."""
    async with rt.store.read() as tx:
        opened = await lookups.of_workspace(tx, workspace_id, OPEN, by=by, limit=MOST_OPEN)
        done = await lookups.of_workspace(tx, workspace_id, DONE, by=by, limit=MOST_DONE)
    return opened, done


class _Read(Protocol):
    """Reads requests of a list beyond one of them, in its order (`forward`) or against it."""

    async def __call__(self, beyond: str, *, forward: bool, limit: int) -> list[Request]: ...


async def _page(read: _Read, cursor: str, size: int) -> Page[Request]:
    """Return the page at a cursor; the first one where nothing is left there, or too little for a page before it."""
    forward, beyond = not cursor.startswith(BEFORE), cursor[1:]
    found = await read(beyond, forward=forward, limit=size + 1)
    if beyond and len(found) < (1 if forward else size):
        return await _page(read, "", size)
    goes_on, shown = len(found) > size, found[:size]
    if not forward:
        return Page(shown[::-1], f"{BEFORE}{shown[-1].id}" if goes_on else "", f"{AFTER}{shown[0].id}")
    previous = f"{BEFORE}{shown[0].id}" if beyond else ""
    return Page(shown, previous, f"{AFTER}{shown[-1].id}" if goes_on else "")


async def _where_approver(rt: Runtime, actor: Actor, places: Sequence[requests.Place]) -> list[requests.Place]:
    """Return those kinds and workspaces in which the actor is an approver; groups may be a minute old."""
    known: dict[tuple[Rule, str | None], bool] = {}  # who is an admin is a call, and most places have the same rule
    found: list[requests.Place] = []
    for kind, workspace_id in places:
        one = (await rule_at(rt, kind, workspace_id), workspace_id)
        if one not in known:
            known[one] = bool(await current_approvers(rt, [actor.who], *one, fresh=False))
        if known[one]:
            found.append((kind, workspace_id))
    return found


def _is_concerned(rt: Runtime, actor: Actor, request: Request) -> bool:
    """Whether the actor asked for a request, is whom it is about, or decided it already."""
    involved = (request.requester, *find_kind(rt, request.kind).beneficiaries(request))
    decided = (decision.by for decision in request.decisions)
    return any(actor.who.is_same_person(one) for one in (*involved, *decided))


async def history(rt: Runtime, request_id: str) -> list[Markup]:
    """Return a request's acts as lines, oldest first."""
    async with rt.store.read() as tx:
        entries = await audit.entries_of(tx, request_id)
    lines: list[Markup | None] = [thread_line(entry.at, entry.actor, entry.action, entry.detail) for entry in entries]
    return [line for line in lines if line]
