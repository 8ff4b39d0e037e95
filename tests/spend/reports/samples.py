"""Days, measures and workspaces for reports; those that are rolled are the same each time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from bot.spend.aggregate import days_between
from bot.spend.dimensions import MODEL, PERSON, WORKSPACE, Dimension
from bot.spend.model import LedgerDay, Measures
from bot.spend.reports.allocation import Place
from bot.spend.reports.model import Times

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 22), date(2026, 11, 20)
DAY = timedelta(days=1)
ODD = "A&B <*x_y*> ~`🚀` @here " + "n" * 231
IDS: dict[Dimension, tuple[str, ...]] = {
    WORKSPACE: ("wrkspc_a", "wrkspc_b", "wrkspc_c", ""),
    MODEL: ("claude-opus-5-5", "claude-sonnet-5-5", "claude-unheard-of-9", ""),
    PERSON: ("user_dana", "user_bob", "svac_ci", "apikey_old", ""),
}
NAMES = {"wrkspc_a": "Production", "user_dana": ODD, "apikey_old": "old-key"}
PLACES = {
    "wrkspc_a": Place("wrkspc_a", "Production", {"cost_center": "1100", "team": "platform"}),
    "wrkspc_b": Place("wrkspc_b", ODD, {"cost_center": "1100"}),
    "wrkspc_c": Place("wrkspc_c", "Lab", {"team": ODD}),
    "": Place("", "Default", {}),
}


def times(first: date = FIRST, last: date = LAST, *, open_days: int = 0, missing: Sequence[date] = ()) -> Times:
    """Days that are all known; the last so many aren't closed."""
    length = last - first + DAY
    known = {
        day: LedgerDay(day, "analytics", NOW, NOW, day <= last - DAY * open_days, Decimal(1))
        for day in days_between(first - length, last)
        if day not in missing
    }
    return Times(f"{first}..{last}", first, last, first - length, first - DAY, known)


def rolled(dice: Random, day: date, **ids: str) -> Measures:
    """Measures of one group on one day, to the nano-dollar; some credits, some that aren't fully known."""
    amount = Decimal(dice.randrange(-(10**9), 10**12)).scaleb(-9)
    tokens = [dice.choice((0, dice.randrange(10**9))) for _ in range(5)]
    at_list = None if dice.random() < 0.2 else amount * 2
    requests = None if dice.random() < 0.2 else dice.randrange(10**6)
    return Measures(day, ids, amount, at_list, requests, *tokens)


def by(dimension: Dimension, dice: Random, day: date = FIRST) -> list[Measures]:
    """Measures of each value of a dimension."""
    return [rolled(dice, day, **{dimension.column: one}) for one in IDS[dimension]]
