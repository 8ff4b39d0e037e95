"""Whole numbers as people write them, such as a limit of 2k or 1.5m, and the word for having none. Pure.

`exact_count` writes a number with its thousands marked, `count_in_words` also says where there is none; what both write is
read back.
"""

import re
from decimal import Decimal
from typing import Final

from bot.words.own import Own, own
from bot.words.unreadable import Unreadable

MOST_COUNT: Final = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exactly."""
COUNT_HINT: Final = "A whole number, such as 2000, 2k or 1.5m. Write none for no limit of its own."
NONE: Final = "none"
NO_LIMIT = frozenset({NONE, "no limit", "no limit of its own", "off", "default", "inherit", "inherited", "clear", "remove"})
ENDLESS = frozenset({"unlimited", "infinite", "infinity", "endless", "max", "maximum", "∞"})
"""What nothing is: there is always a limit above it."""
NUMBER_WORDS: Final = {
    word: number for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_LONGEST = 40
_SCALES = {
    "": 1,
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "million": 1_000_000,
    "b": 1_000_000_000,
    "billion": 1_000_000_000,
}
_COUNT = re.compile(r"([0-9][0-9.,]*) ?([a-z]*)")
_PERIOD = re.compile(r" ?(?:/|per |an? |each |every ) ?(min|minute|sec|second|s|h|hour|d|day|w|week|mo|month)$")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")

_HOW = "Write a whole number, such as 2000, 2k or 1.5m, or none."
_WHOLE = "Write a whole number, such as 2000, 2k or 1.5m."
_POINT = "I can't tell what the point means. Write 2000 or 2,000."
_COMMA = "I can't tell what the comma means. Write 2,000 or 1.5k."
_SIGN = "Write the number without a sign."
_A_MINUTE = "This limit is one for a minute. Write how many a minute, such as 2000 or 2k."
_TOO_MUCH = "That number is too large."
_NO_END = "A workspace can't have more than the organization has. Write none for no limit of its own."


class NotPerMinute(Unreadable):
    """A number for something else than a minute."""


def read_count(text: str) -> int | None:
    """Return `2000`, `2,000`, `2k` or `1.5m per minute` as a whole number, None for `none`.

    Unreadable for what is ambiguous.
    """
    written = " ".join(text.casefold().split())
    if period := _PERIOD.search(written):
        if not period[1].startswith("min"):
            raise NotPerMinute(_A_MINUTE)
        written = written[: period.start()]
    if written in NO_LIMIT or written == "no":
        return None
    if written in ENDLESS:
        raise Unreadable(_NO_END)
    if re.match(r"[-+\u2212]", written):
        raise Unreadable(_SIGN)
    match = _COUNT.fullmatch(written)
    if match is None or match[2] not in _SCALES or len(written) > _LONGEST:
        raise Unreadable(_HOW)
    return _whole(match[1], _SCALES[match[2]])


def _whole(digits: str, scale: int) -> int:
    if scale == 1 and _DOTTED.fullmatch(digits):
        raise Unreadable(_POINT)
    if not (_PLAIN.fullmatch(digits) or _GROUPED.fullmatch(digits)):
        raise Unreadable(_COMMA if "," in digits else _HOW)
    value = Decimal(digits.replace(",", "")) * scale
    if value > MOST_COUNT:
        raise Unreadable(_TOO_MUCH)
    if value != value.to_integral_value():
        raise Unreadable(_WHOLE)
    return int(value)


def exact_count(count: int) -> Own:
    """Return a whole number with its thousands marked: `2,000`."""
    return own(f"{count:,}")


def count_in_words(count: int | None) -> Own:
    """Return the same, or what it means that there is none."""
    return "no limit of its own" if count is None else exact_count(count)


def short_count(count: int) -> Own:
    """Return the same number as short as it can be typed: `10m`, `2.5m`, `4k`, `1,234`."""
    for unit, letter in ((1_000_000, "m"), (1_000, "k")):
        if count >= unit and not count % (unit // 10):
            return own(f"{Decimal(count) / unit:f}{letter}")
    return exact_count(count)
