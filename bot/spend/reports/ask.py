"""A report built as of now, for a person or a channel."""

from datetime import datetime

from bot.errors import NotFound
from bot.runtime import Runtime
from bot.spend.reports.load import times_of
from bot.spend.reports.model import Built, Times, Wanted
from bot.spend.reports.registry import find_report
from bot.spend.scope import Scope


async def report(rt: Runtime, wanted: Wanted, scope: Scope, now: datetime) -> tuple[Built, Times]:
    """Return a report with what a scope holds, and its days; NotFound where there is none of that name."""
    found = find_report(wanted.name)
    if found is None:
        raise NotFound("I don't know that report.")
    async with rt.store.read() as tx:
        times = await times_of(tx, wanted.period, now)
    return await found.build(rt, times, scope, wanted), times
