"""Which limit held in a span of hours, and from which hour on: nothing is compared with a limit that came later. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.kinds.limits.groups import Group, Limiter
from bot.kinds.limits.peaks.own.model import Change, Kept, Limits, seen_change

ORGANIZATION = ""
"""Under what the limits of the organization are kept, which is no workspace."""
Limited = tuple[str, str, str]
"""A workspace or none, a group's id, and a limiter."""


class Holding(NamedTuple):
    """A limit, the first whole hour of a span in which it held, and how it changed where that was within the span."""

    value: int | None
    start: datetime
    change: Change | None = None


def holding(
    kept: Mapping[str, Kept], groups: Sequence[Group], span: tuple[datetime, datetime | None], now: datetime
) -> dict[Limited, Holding]:
    """Return the limits of the organization and those that workspaces set, as they held in a span. Its end may be open."""
    found: dict[Limited, Holding] = {}
    for place in {ORGANIZATION, *(place for place, one in kept.items() if one.limits or one.changes)}:
        mine = kept.get(place)
        for group in groups:
            for name, one in group.limiters.items():
                value = one.value if place == ORGANIZATION else mine.value(group.id, one.type) if mine else None
                change = seen_change(mine, value, group.id, one.type, now)
                found[place, group.id, name] = _held(value, change, *span)
    return found


def _held(value: int | None, change: Change | None, since: datetime, until: datetime | None) -> Holding:
    if change is None or change.at <= since:
        return Holding(value, since)
    if until is not None and change.hour >= until:
        return Holding(change.before, since)
    return Holding(value, change.holds_from, change)


def by_start(found: Mapping[Limited, Holding]) -> dict[datetime, set[Limited]]:
    """Return limits by the hour from which they hold."""
    starts: dict[datetime, set[Limited]] = {}
    for at, one in found.items():
        starts.setdefault(one.start, set()).add(at)
    return starts


def groups_held(groups: Iterable[Group], found: Mapping[Limited, Holding]) -> list[Group]:
    """Return groups with the organization's limits as they held."""

    def held(group: Group, name: str, one: Limiter) -> Limiter:
        return replace(one, value=found[ORGANIZATION, group.id, name].value)

    return [replace(one, limiters={name: held(one, name, it) for name, it in one.limiters.items()}) for one in groups]


def own_held(groups: Iterable[Group], found: Mapping[Limited, Holding]) -> dict[str, Limits]:
    """Return what workspaces had of their own."""
    types = {(group.id, name): one.type for group in groups for name, one in group.limiters.items()}
    own: dict[str, dict[str, dict[str, int]]] = {}
    for (place, group_id, name), one in found.items():
        if place != ORGANIZATION and one.value is not None:
            own.setdefault(place, {}).setdefault(group_id, {})[types[group_id, name]] = one.value
    return dict(own)
