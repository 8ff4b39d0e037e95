"""A reconciliation as the command line exports it: each day and model, with every part of the difference."""

from bot.spend.exports.asked import Answer, Asked, CannotExport, answer_of
from bot.spend.reconcile.load import reconcile_days
from bot.spend.reconcile.tables import by_day_table
from bot.store.session import Tx
from bot.words.wording import calendar_day


async def reconcile(tx: Tx, asked: Asked) -> Answer:
    """Return all days by model; CannotExport where it would be a part of the whole, or nothing."""
    if asked.by or any(asked.filters.values()):
        raise CannotExport("A reconciliation is of everything, by day and model: leave out --by and the filters.")
    found = await reconcile_days(tx, asked.first, asked.last)
    if found.as_of is None:
        days = f"from {calendar_day(asked.first)} to {calendar_day(asked.last)}"
        raise CannotExport(f"The ledger has no figures {days}. That isn't $0: they weren't read yet.")
    return answer_of(by_day_table(found), missing=found.missing, open_days=found.open_days)
