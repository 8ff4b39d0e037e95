"""By which cut the days before an answer's are read, when it is by the hour and they are compared as a whole."""

from collections.abc import Collection
from datetime import date

from bot.spend.aggregate import days_between
from bot.spend.dimensions import Dimension
from bot.spend.ledger.cuts import WHO, hourly_cut_of, is_told_by_day
from bot.spend.ledger.hours.db import days_with_hours
from bot.store.session import Tx


async def is_read_by_hour(tx: Tx, asked: Collection[Dimension], first: date, last: date) -> bool | None:
    """Tell whether hours tell the days before, as they do those of the answer; None where neither hours nor days do.

    By WHO both have the same sums, and days are fewer. Otherwise hours and days may have been told differently.
    """
    if hourly_cut_of(asked) is WHO:
        return False
    if {*days_between(first, last)} <= await days_with_hours(tx, first, last):
        return True
    return False if is_told_by_day(asked) else None
