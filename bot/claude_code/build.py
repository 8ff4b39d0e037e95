"""From sums to an answer: parts in their order, what is compared with, and who is active. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.claude_code.model import DAY, MODEL, PERSON, TOOL, ActorId, By, CodeQuery, Part, ReadDay, Use
from bot.claude_code.plan import end_of
from bot.spend.aggregate import days_between
from bot.spend.ask.spans import before, span, span_before

SEAT_ROLES = frozenset({"claude_code_user", "developer", "admin", "owner", "primary_owner"})
"""Roles whose holders may use Claude Code (admin-api.md §4.2)."""
Uses = Mapping[tuple[Any, ...], Use]


def days_before(query: CodeQuery, first: date, last: date, today: date) -> tuple[date, date]:
    """Return what a query's days are compared with: as with costs, the month before a month, the week before a weekend.

    Of days that aren't those of its period it is as many before.
    """
    is_its_own = span(query.period, today) == (first, last)
    return span_before(query.period, today) if is_its_own else before(first, last)


def are_closed(known: Mapping[date, ReadDay], first: date, last: date) -> bool:
    """Tell whether every day of a span is known to its end."""
    return all(day in known and known[day].closed for day in days_between(first, last))


def as_of(known: Mapping[date, ReadDay], first: date, last: date) -> Any:
    """Return until when the figures of a span reach, None without any.

    Of days that are over it is when the latest was read that was read last.
    """
    found = [known[day] for day in days_between(first, last) if day in known]
    if not found:
        return None
    newest = max(found, key=lambda one: one.day)
    return newest.as_of if newest.as_of < end_of(newest.day) else max(one.read_at for one in found)


def parts_of(by: By, now: Uses, earlier: Uses | None) -> list[Part]:
    """Return the lines of a split, what there is most of first, days in their order; each with what it was before."""
    found = [Part(_id(by, key), use, None if earlier is None else earlier.get(key, Use())) for key, use in now.items()]
    if by is DAY:
        return sorted((Part(part.id, part.use) for part in found), key=lambda part: str(part.id))
    return sorted(found, key=lambda part: (*(-count for count in weight(by, part.use)), str(part.id)))


def with_quiet_days(parts: Sequence[Part], known: Sequence[date]) -> list[Part]:
    """Return the lines of a split by day with those days, too, of which it is known that nothing was done: they are zero.

    A day that isn't known has no line.
    """
    there = {part.id for part in parts}
    return sorted([*parts, *(Part(day, Use()) for day in known if day not in there)], key=lambda part: str(part.id))


def _id(by: By, key: tuple[Any, ...]) -> str | ActorId | date:
    return (str(key[0]), str(key[1])) if by is PERSON else key[0]


def weight(by: By, use: Use) -> tuple[int, ...]:
    """Return by what parts are ordered and charted: the first figure, the others where that is equal."""
    if by is TOOL:
        return (use.accepted + use.rejected, use.accepted)
    return (use.nanos, use.tokens) if by is MODEL else (use.sessions, use.lines_added, use.nanos)


def days_of(first: date, last: date, known: Mapping[date, ReadDay], uses: Uses) -> tuple[tuple[date, Use | None], ...]:
    """Return each day of a period with its sum, None without data."""
    return tuple((day, uses.get((day,), Use()) if day in known else None) for day in days_between(first, last))


def emails(actors: Sequence[ActorId] | frozenset[ActorId]) -> frozenset[str]:
    """Return the people among actors."""
    return frozenset(name for kind, name in actors if kind == "user")


def keys(actors: frozenset[ActorId]) -> frozenset[str]:
    """Return the names of the keys among actors."""
    return frozenset(name for kind, name in actors if kind == "api")
