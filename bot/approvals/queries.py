"""What people look up about requests: what waits for them, what is theirs, and how one went."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.approvals import db as requests
from bot.approvals.authority import current_approvers, rule_at
from bot.approvals.cards.notices import thread_line
from bot.approvals.kind import find_kind
from bot.approvals.model import Request
from bot.people.model import Actor
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.store import audit

PAGE = 20
"""Requests that a list shows at once."""
_MAKES_KEYS = "create_key"


@dataclass(frozen=True)
class Page:
    """Some requests of a list. `last` is the id of the last one where more follow it, else empty."""

    requests: list[Request]
    last: str = ""


def _page(found: list[Request], size: int) -> Page:
    return Page(found[:size], found[size - 1].id if len(found) > size else "")


async def mine(rt: Runtime, actor: Actor, before: str = "", size: int = PAGE) -> Page:
    """Return what the actor asked for, newest first; with `before` (a request's id) what is older than that one."""
    async with rt.store.read() as tx:
        return _page(await requests.of_requester(tx, actor.slack_id, before=before, limit=size + 1), size)


async def waiting_for(rt: Runtime, actor: Actor, after: str = "", size: int = PAGE) -> Page:
    """Return the pending requests that the actor could decide now and hasn't, oldest first.

    With `after` (a request's id) those that were asked later than that one.
    """
    async with rt.store.read() as tx:
        places = await requests.pending_places(tx)
    places = await _where_approver(rt, actor, places)
    found: list[Request] = []
    while len(found) <= size:
        async with rt.store.read() as tx:
            pending = await requests.pending(tx, places, actor.who, rt.now(), after=after, limit=size + 1)
        found += [request for request in pending if not _is_concerned(rt, actor, request)]
        if len(pending) <= size:
            break
        after = pending[-1].id
    return _page(found, size)


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
