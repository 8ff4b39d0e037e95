"""The answer to a query, read from the rows of the report and the members of the organization."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import structlog

from bot.admin.model import Member
from bot.claude_code import db
from bot.claude_code.build import (
    SEAT_ROLES,
    Uses,
    are_closed,
    as_of,
    days_before,
    days_of,
    emails,
    keys,
    parts_of,
    with_quiet_days,
)
from bot.claude_code.model import DAY, PERSON, ActorId, CodeFigures, CodeQuery, Crowd, ReadDay, Reading, Use
from bot.claude_code.naming import Sight, as_seen, labels
from bot.claude_code.people import pseudonym_key
from bot.claude_code.plan import is_settled
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.ask.periods import span
from bot.words.addresses import same_form

log = structlog.get_logger()


class _Found(NamedTuple):
    """What the rows say of a period, and of the one before it where both are known in full."""

    known: dict[date, ReadDay]
    use: Use
    uses: Uses
    daily: Uses
    actors: frozenset[ActorId]
    before: Use | None
    uses_before: Uses | None
    actors_before: frozenset[ActorId] | None
    reading: Reading


async def code_figures(rt: Runtime, query: CodeQuery, sight: Sight, now: datetime) -> CodeFigures:
    """Return the answer to a query as somebody may see it; see `CodeFigures`."""
    today = now.astimezone(UTC).date()
    return await figures_of(rt, query, span(query.period, today), sight, runs=span(query.period, today)[1] >= today)


async def figures_of(
    rt: Runtime, query: CodeQuery, days: tuple[date, date], sight: Sight, *, runs: bool = False
) -> CodeFigures:
    """Return the same for the days of a span, whatever the period says."""
    first, last = days
    found = await _read(rt, query, first, last, (sight.own or "?") if query.mine else "")
    inside = [day for day in days_between(first, last) if day in found.known]
    parts = parts_of(query.by, found.uses, found.uses_before)
    if query.by is DAY:
        parts = with_quiet_days(parts, inside)
    if query.by is PERSON:
        parts = as_seen(parts, sight)
    members = await read_members(rt)
    return CodeFigures(
        query=query,
        first=first,
        last=last,
        use=found.use if inside else None,
        before=found.before,
        parts=tuple(parts),
        days=days_of(first, last, found.known, found.daily),
        crowd=_crowd(found, members),
        missing=tuple(day for day in days_between(first, last) if day not in found.known),
        open_days=tuple(day for day in inside if not found.known[day].closed),
        unsettled=tuple(day for day in inside if found.known[day].closed and not is_settled(found.known[day])),
        as_of=as_of(found.known, first, last),
        reading=found.reading,
        names=_names(rt, found, [part.id for part in parts if isinstance(part.id, tuple)], sight, members, days),
        sees_names=sight.others == "names",
        runs=runs,
        today=rt.now().astimezone(UTC).date(),
        compared=days_before(query, first, last, rt.now().astimezone(UTC).date()),
    )


async def _read(rt: Runtime, query: CodeQuery, first: date, last: date, only: str) -> _Found:
    begins, ends = days_before(query, first, last, rt.now().astimezone(UTC).date())
    async with rt.store.read() as tx:
        known = await db.read_days(tx, min(begins, first), max(ends, last))
        is_comparable = are_closed(known, begins, ends) and are_closed(known, first, last)
        now, daily = await db.uses(tx, first, last, only=only), await db.uses(tx, first, last, DAY, only=only)
        uses = await db.uses(tx, first, last, query.by, only=only)
        actors = await db.actors(tx, first, last)
        before = uses_before = actors_before = None
        if is_comparable:
            before = (await db.uses(tx, begins, ends, only=only)).get((), Use())
            uses_before = await db.uses(tx, begins, ends, query.by, only=only)
            actors_before = await db.actors(tx, begins, ends)
        reading = await db.reading(tx)
    return _Found(known, now.get((), Use()), uses, daily, actors, before, uses_before, actors_before, reading)


async def read_members(rt: Runtime) -> Sequence[Member] | None:
    """Return the members of the organization, a minute old at most; None while they can't be asked for."""
    try:
        return await rt.directory.members()
    except UpstreamError as error:
        log.warning("members_not_read", status=error.status, request_id=error.request_id)
        return None


def _crowd(found: _Found, members: Sequence[Member] | None) -> Crowd:
    before = None if found.actors_before is None else emails(found.actors_before)
    if members is None:
        return Crowd(emails(found.actors), before, keys(found.actors))
    everybody = frozenset(same_form(one.email) for one in members)
    seats = frozenset(same_form(one.email) for one in members if one.role in SEAT_ROLES)
    return Crowd(emails(found.actors), before, keys(found.actors), everybody, seats)


def _names(
    rt: Runtime,
    found: _Found,
    shown: Sequence[ActorId],
    sight: Sight,
    members: Sequence[Member] | None,
    days: tuple[date, date],
) -> dict[ActorId, str]:
    """Return the names of those who are shown, and where names may be shown of those who aren't active any more, too."""
    actors = {*shown, *((found.actors_before or frozenset()) | found.actors if sight.others == "names" else ())}
    known = {same_form(one.email): one.name for one in members or ()}
    return labels(actors, sight, known, pseudonym_key(rt), days) if actors else {}
