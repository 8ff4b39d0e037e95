"""Rows of sums as a database gives them, made into what they are read as. Pure: there may be hundreds of thousands."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any

from bot.spend.model import NANO_DOLLAR, Cell

Key = tuple[Any, ...]
"""The values of what was grouped by, in its order."""
Ids = dict[str, str]
"""By column name."""


def as_cells(rows: Sequence[tuple[Any, ...]], first: date | None, names: Sequence[str]) -> list[Cell]:
    """Return rows as cells of the day `first`, or of that with which each begins; rows of one group are added up."""
    if first is not None:  # then each group has one row
        return _of_day(first, [dict(zip(names, row, strict=False)) for row in rows], [row[-1] or 0 for row in rows])
    days, groups, found = _Days(), _Groups(names), list[Cell]()
    group_of = itemgetter(slice(1, -1))
    by_day: dict[Any, list[tuple[Any, ...]]] = {}
    for stored, some in groupby(rows, itemgetter(0)):
        by_day.setdefault(stored, []).extend(some)
    for stored, some in by_day.items():
        found += _of_day(days[stored], [*map(groups.__getitem__, map(group_of, some))], [row[-1] or 0 for row in some])
    return found


def _of_day(day: date, told: Sequence[Ids], amounts: Sequence[int]) -> list[Cell]:
    """Return nano-dollars of groups as cells of a day. Each group's ids are one object, so that comparing it is cheap."""
    if len({*map(id, told)}) < len(told):
        sums, groups = dict[int, int](), {id(one): one for one in told}
        for one, amount in zip(told, amounts, strict=True):
            sums[id(one)] = sums.get(id(one), 0) + amount
        told, amounts = [groups[one] for one in sums], [*sums.values()]
    # Made below the class, which takes as long as all else: there may be hundreds of thousands.
    values = zip(repeat(day), told, map(NANO_DOLLAR.__mul__, amounts), strict=False)
    return [*map(tuple[Any, ...].__new__, repeat(Cell), values)]


class _Groups(dict[Key, Ids]):
    """Ids by column name of each group, of which there are many fewer than days of groups."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __missing__(self, group: Key) -> Ids:
        ids = self[group] = dict(zip(self._names, group, strict=True))
        return ids


class _Days(dict[Any, date]):
    """Days as they come, which is as text on SQLite, or as numbers; few days come in many rows."""

    def __missing__(self, stored: Any) -> date:
        if isinstance(stored, str):
            day = date.fromisoformat(stored)
        else:
            day = date.fromordinal(stored) if isinstance(stored, int) else stored
        self[stored] = day
        return day


def as_sums(
    rows: Sequence[tuple[Any, ...]], names: Sequence[str], counts: Sequence[str], unsure: Sequence[str]
) -> dict[Key, dict[str, int | None]]:
    """Return rows as sums by group; of a count in `unsure` one is None as soon as a row of its group doesn't know it."""
    width, last = len(names), len(names) + len(counts)
    at, days = names.index("day") if "day" in names else None, _Days()
    found: dict[Key, dict[str, int | None]] = {}
    for row in rows:
        key = row[:width] if at is None else (*row[:at], days[row[at]], *row[at + 1 : width])
        values: dict[str, int | None] = {name: one or 0 for name, one in zip(counts, row[width:last], strict=True)}
        for name, is_known in zip(unsure, row[last:], strict=True):
            if not is_known:
                values[name] = None
        found[key] = values if key not in found else _added(found[key], values)
    return found


def _added(one: dict[str, int | None], other: dict[str, int | None]) -> dict[str, int | None]:
    return {name: None if a is None or (b := other[name]) is None else a + b for name, a in one.items()}
