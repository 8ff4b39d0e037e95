"""Parts of a total that nobody reads one by one: counted and summed where they are stored. Pure."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Unlisted:
    """The parts of a breakdown that aren't listed, each below those that are: how many there are, and their sums.

    `parts` have an amount or had one before, `spent` of them have one now; `least` is the smallest amount of one. Without
    anything to compare with there is no `before`.
    """

    parts: int
    spent: int
    least: Decimal
    amount: Decimal
    before: Decimal | None
