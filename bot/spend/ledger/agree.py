"""Whether both cuts of a day say the same: they are two readings, and figures can change while the pages of one come.

A closed day of which they differ is read again at once. Where the money itself moved from one reading to the next, one of
them was a mix, so the day isn't final until a reading says the same twice, or what its parts say. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

MOST_READINGS = 2
"""How often days are read again in one run."""


@dataclass(frozen=True)
class Sides:
    """What the two cuts of a closed day say: its money, and how much of it the other cut has otherwise, in nano-dollars."""

    total: int
    differs_by: int


Days = Mapping[date, Sides]


def to_read_again(before: Days, now: Days) -> list[date]:
    """Return the days of which the cuts differ, and otherwise than `before` a reading: what stays as it was isn't a mix."""
    return sorted(day for day, one in now.items() if one.differs_by and before.get(day) != one)


def not_final(before: Days, now: Days) -> list[date]:
    """Return the days of which the cuts differ still, and whose money moved between two readings."""
    return [day for day in to_read_again(before, now) if day in before and before[day].total != now[day].total]
