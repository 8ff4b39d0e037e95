"""How a stream's day becomes hours and minutes: the day's factor, and a rising whole-number curve over its totals."""

import hashlib
import operator
from datetime import date
from itertools import accumulate

from bot.sandbox.claude.timeline import HOURS, WEEKDAYS

Counters = tuple[int, ...]
HOUR_CURVES = {rhythm: (0, *accumulate(weights)) for rhythm, weights in HOURS.items()}
_MINUTE_CURVE = (0, *accumulate((minute * 7919) % 31 + 20 for minute in range(60)))


def day_factor(seed: str, rhythm: str, day: date, seed_day: date) -> float:
    """Return by how much a stream's day differs from its typical one: the weekday, its growth, and chance."""
    digest = hashlib.blake2b(f"{seed}|{day.toordinal()}".encode(), digest_size=4).digest()
    noise = 0.85 + 0.3 * int.from_bytes(digest, "big") / 2**32
    growth = max(0.25, 1 - (seed_day - day).days * 0.72 / 395)
    return WEEKDAYS[rhythm][day.weekday()] * growth * noise


def slice_of(rhythm: str, totals: Counters, first: int, last: int) -> Counters:
    """Return the part of a day's totals that falls into the minutes `first`…`last`."""
    return tuple(map(operator.sub, curve_at(rhythm, totals, last), curve_at(rhythm, totals, first)))


def curve_at(rhythm: str, totals: Counters, minute: int) -> Counters:
    """Return how much of a day's totals has happened by a minute of it; rises from 0 to the totals, in whole numbers."""
    curve = HOUR_CURVES[rhythm]
    hour, rest = divmod(minute, 60)
    low, whole = curve[hour], curve[-1]
    if rest == 0:
        return tuple(total * low // whole for total in totals)
    high, share, minutes = curve[hour + 1], _MINUTE_CURVE[rest], _MINUTE_CURVE[-1]
    return tuple(
        (below := total * low // whole) + (total * high // whole - below) * share // minutes if total else 0
        for total in totals
    )
