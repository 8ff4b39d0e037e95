"""The amount after `over`, in both of its readings: dollars and a count. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from bot.words.amounts import read_amount
from bot.words.counts import read_count
from bot.words.unreadable import Unreadable

_MILLIONS = re.compile(r"(?<=[0-9])m$")
"""`$1.5m` narrows what is shown, and is read back; a limit that is set has to be unmistakable."""


class Over(NamedTuple):
    """An amount as it was typed, in dollars and as a count; None where it can't be one."""

    dollars: Decimal | None
    number: int | None


def over_of(text: str) -> Over | None:
    """Return an amount in both readings, None for what is neither."""
    try:
        in_dollars = read_amount(_MILLIONS.sub("M", text))
    except Unreadable:
        in_dollars = None
    try:
        count = None if "$" in text else read_count(text)
    except Unreadable:
        count = None
    return None if in_dollars is None and count is None else Over(in_dollars, count)


def is_of_a_context(behind: Sequence[str]) -> bool:
    """Tell whether a number is the length of context windows: `over 200k tokens context`."""
    return any(one.casefold().startswith("context") for one in behind[: 1 + (behind[:1] in (["tokens"], ["token"]))])
