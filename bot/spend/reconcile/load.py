"""A reconciliation read from the ledger, and from nowhere else."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.runtime import Runtime
from bot.spend.aggregate import days_between, total_of
from bot.spend.dimensions import KEY, MODEL, TIER, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.doubts.db import doubts
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import Measures
from bot.spend.prices.load import price_table
from bot.spend.reconcile.build import Given, reconcile, to_look_closer
from bot.spend.reconcile.model import Reconciliation, Whole
from bot.store.session import Tx

FINER: tuple[Dimension, ...] = (KEY, TIER)
"""What is looked at closer is split by these: the more the ledger knows (tier, type of cost), the more is explained."""


async def reconciliation(rt: Runtime, first: date, last: date) -> Reconciliation:
    """Return the days from `first` to `last`, both included, as one moment of the ledger has them."""
    async with rt.store.read() as tx:
        return await reconcile_days(tx, first, last)


async def reconcile_days(tx: Tx, first: date, last: date, finer: Sequence[Dimension] = FINER) -> Reconciliation:
    """Return the same within a transaction. What needs a closer look is split by `finer`.

    The sums are made in a thread: those of a thousand keys take seconds, in which clicks are answered.
    """
    prices, known = price_table(), await table.ledger_days(tx, first, last)
    by_model = await measures(tx, first, last, ("day", MODEL))
    wholes = [Whole(one.name, total_of(await table.cells(tx, first, last, (one,)))) for one in (WORKSPACE, KEY) if known]
    given = Given(first, last, known, by_model, (), tuple(wholes), await doubts(tx, days_between(first, last)))
    closer = await _finer(tx, given, sorted(to_look_closer(given, prices)), finer)
    return await asyncio.to_thread(reconcile, replace(given, finer=closer), prices)


async def _finer(tx: Tx, given: Given, models: Sequence[str], by: Sequence[Dimension]) -> list[Measures]:
    """Return the figures of models split further, of the days whose report of costs can be split so."""
    if not models or not by:
        return []
    tells = {name for name, source in SOURCES.items() if all(source.tells(one) for one in by)}
    days = {day for day, fact in given.known.items() if fact.source in tells}
    found = await measures(tx, given.first, given.last, ("day", MODEL, *by), {MODEL: models})
    return [one for one in found if one.day in days]
