"""A report built as of now, for a person or a channel."""

from dataclasses import replace
from datetime import datetime

from bot.errors import NotFound
from bot.runtime import Runtime
from bot.spend.dimensions import MODEL, PERSON, WORKSPACE
from bot.spend.reports.load import times_of
from bot.spend.reports.model import Built, Times, Wanted
from bot.spend.reports.registry import find_report
from bot.spend.scope import Scope
from bot.spend.visible.db import seen_on

_SPLIT_BY = (WORKSPACE, MODEL, PERSON)


async def report(rt: Runtime, wanted: Wanted, scope: Scope, now: datetime) -> tuple[Built, Times]:
    """Return a report with what a scope holds, and its days; NotFound where there is none of that name."""
    found = find_report(wanted.name)
    if found is None:
        raise NotFound("I don't know that report.")
    async with rt.store.read() as tx:
        times = await times_of(tx, wanted.period, now)
        scope = await seen_on(tx, scope, times.first, times.last)
    built = await found.build(rt, times, scope, wanted)
    return replace(built, only=scope.told(_SPLIT_BY).in_words()), times
