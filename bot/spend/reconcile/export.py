"""A reconciliation as the command line exports it: each day and model, with every part of the difference."""

from collections.abc import Sequence
from datetime import datetime

from bot.runtime import Runtime
from bot.spend.exports.asked import Answer, Asked, CannotExport, answer_of
from bot.spend.reconcile.load import reconcile_days
from bot.spend.reconcile.periods import Wanted, read_wanted
from bot.spend.reconcile.tables import by_day_table
from bot.store.session import Tx
from bot.words.wording import calendar_day

TOLD_IN_SLACK = "If this month changes later, people who took its CSV in Slack are told; the command line tells nobody."
"""The command line only reads the database, so it can't note who took a month."""


async def reconcile(tx: Tx, asked: Asked) -> Answer:
    """Return all days by model; CannotExport where it would be a part of the whole, or nothing."""
    if asked.by or any(asked.filters.values()):
        raise CannotExport("A reconciliation is of everything, by day and model: leave out --by and the filters.")
    found = await reconcile_days(tx, asked.first, asked.last)
    if found.as_of is None:
        days = f"from {calendar_day(asked.first)} to {calendar_day(asked.last)}"
        raise CannotExport(f"The ledger has no figures {days}. That isn't $0: they weren't read yet.")
    notes = [TOLD_IN_SLACK] if Wanted(asked.first, asked.last).is_whole_month else []
    return answer_of(by_day_table(found), missing=found.missing, open_days=found.open_days, notes=notes)


async def reconcile_month(_rt: Runtime, tx: Tx, words: Sequence[str], now: datetime) -> Answer:
    """Return the file of `/claude-spend reconcile WORDS`; CannotExport where they mean no days."""
    wanted = read_wanted(words, now)
    if wanted is None:
        raise CannotExport(f"I can't reconcile '{' '.join(words)}'. Name a month, such as 2026-10, or two days.")
    return await reconcile(tx, Asked(wanted.first, wanted.last))
