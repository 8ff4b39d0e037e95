"""Lengths of time as people write them. Pure.

`exact_duration` writes all of a length; `bot.words.wording.duration` says its two largest units. Both are read back.
"""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Final

from bot.words.unreadable import Unreadable

DURATION_HINT: Final = "Such as 8h, 90 min, 2 days or 1d 12h."
_COMPACT = re.compile(r"(?=.)(?:(\d{1,3})d)? ?(?:(\d{1,4})h)? ?(?:(\d{1,6})m(?:in)?)?")
_PART = re.compile(r"([0-9]{1,6}) ?([a-z]+)")
SECONDS_IN: Final = {
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 604_800),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
}
MONTHS_IN: Final = {
    **dict.fromkeys(("month", "months", "mo", "mon"), 1),
    **dict.fromkeys(("year", "years", "y", "yr", "yrs"), 12),
}
"""Units that differ in length."""
_LONGEST = timedelta(days=3_660)

_HOW = "Write a length of time such as 8h, 90 min, 2 days or 1d 12h."
_NO_FIXED_LENGTH = "Months and years differ in length. Write days or weeks, such as 8 weeks."
_ORDER = "Write each unit once, the largest first, such as 1d 12h."
_TOO_LONG = "That is longer than ten years."


def read_compact(text: str) -> tuple[int, timedelta] | None:
    """Read `8h`, `2d`, `90m`, `1d 12h` as a file has it, of any length: days, and the rest; None for anything else."""
    match = _COMPACT.fullmatch(text.strip())
    if match is None:
        return None
    days, hours, minutes = (int(number or 0) for number in match.groups())
    return days, timedelta(hours=hours, minutes=minutes)


def read_duration(text: str) -> timedelta:
    """Return `8h`, `2 d 4 h`, `90 minutes` or `3 weeks`, never nothing; Unreadable for months, which vary."""
    written = " ".join(text.casefold().split()).replace(" and ", " ")
    parts = [(int(number), unit) for number, unit in _PART.findall(written)]
    if not parts or len(written) > 60 or _PART.sub("", written).strip(" ,"):
        raise Unreadable(_HOW)
    if any(unit in MONTHS_IN for _, unit in parts):
        raise Unreadable(_NO_FIXED_LENGTH)
    if any(unit not in SECONDS_IN for _, unit in parts):
        raise Unreadable(_HOW)
    sizes = [SECONDS_IN[unit] for _, unit in parts]
    if any(later >= earlier for earlier, later in pairwise(sizes)):
        raise Unreadable(_ORDER)
    span = timedelta(seconds=sum(number * size for (number, _), size in zip(parts, sizes, strict=True)))
    if span > _LONGEST:
        raise Unreadable(_TOO_LONG)
    if not span:
        raise Unreadable(_HOW)
    return span


def exact_duration(span: timedelta) -> str:
    """Return a length as somebody would type it, in full: `1 d 12 h 30 min`; nothing is `0 min`."""
    rest, parts = int(span.total_seconds()), list[str]()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 min"
