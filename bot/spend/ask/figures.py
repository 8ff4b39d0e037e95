"""Figures read from the ledger, and from nowhere else, so that digests, answers and alerts can't disagree."""

from datetime import UTC, datetime

from bot.errors import NotFound
from bot.runtime import Runtime
from bot.spend.aggregate import breakdown, days_between, series, total_of
from bot.spend.alerts.db import budget_of
from bot.spend.ask.periods import is_month, span, span_before
from bot.spend.ledger import db as table
from bot.spend.ledger.doubts.db import doubts
from bot.spend.ledger.names import names_in, workspaces
from bot.spend.ledger.pages import midnight
from bot.spend.ledger.sources import Cursor, are_comparable
from bot.spend.model import ONE_DAY, Figures, SpendQuery

CONTEXT_DAYS = 14
"""A single day is charted with the two weeks that end with it."""


async def figures(rt: Runtime, query: SpendQuery, now: datetime, channel: str | None = None) -> Figures:
    """Return the answer to a query as of `now`; the monthly amount that `channel` watches counts as its budget.

    NotFound when the workspace doesn't exist. A total of None means that there is no data, not that nothing was spent.
    """
    only, workspace_name = await _workspace(rt, query.workspace)
    today = now.astimezone(UTC).date()
    first, last = span(query.period, today)
    before_first, before_last = span_before(query.period, today)
    charted = days_between(first if first != last else last - ONE_DAY * (CONTEXT_DAYS - 1), last)
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, min(before_first, charted[0]), last)
        cells = await table.cells(tx, charted[0], last, ("day", query.by), only)
        before = await table.cells(tx, before_first, before_last, (query.by,), only)
        budget = await budget_of(tx, channel, only) if is_month(query.period) else None
        names = await names_in(tx, [*cells, *before])
        nothing_until = await table.nothing_spent_until(tx)
        doubtful = await doubts(tx, days_between(first, last))
    days = days_between(first, last)
    wanted = [cell for cell in cells if first <= cell.day <= last]
    have = [known[day] for day in days if day in known]
    # Days without data on either side, or hours of days to compare with, would read as a fall or a rise that never was.
    both = (*days, *days_between(before_first, before_last))
    is_whole = all(day in known for day in both) and all(
        known[day].closed for day in days_between(before_first, before_last)
    )
    compared = before if is_whole else None
    parts_compared = compared if are_comparable(query.by, known, both) else None
    return Figures(
        query=query,
        first=first,
        last=last,
        total=total_of(wanted) if have else None,
        before=None if compared is None else total_of(compared),
        breakdown=breakdown(query.by, wanted, parts_compared, names),
        series=series(query.by, charted, known, cells, names),
        missing=tuple(day for day in days if day not in known),
        open_days=tuple(fact.day for fact in have if not fact.closed),
        as_of=max((fact.refreshed_at for fact in have), default=None),
        workspace_name=workspace_name,
        budget=budget,
        nothing_until=nothing_until if nothing_until and nothing_until > midnight(last) else None,
        doubtful=tuple(sorted(doubtful)),
        runs=last >= today,
    )


async def _workspace(rt: Runtime, wanted: str | None) -> tuple[tuple[str, ...], str | None]:
    """Return the ids and the name of a workspace; an archived one may have left its name to another, and both are meant."""
    if wanted is None:
        return (), None
    known = await workspaces(rt)
    found = [one for one in known if wanted == one.id] or [one for one in known if wanted.lower() == one.name.lower()]
    if not found:
        raise NotFound("I don't know that workspace.")
    return tuple(one.id for one in found), found[0].name


async def last_reading(rt: Runtime) -> Cursor | None:
    """Return how the last reading of the costs went, None before the first."""
    async with rt.store.read() as tx:
        return await table.cursor(tx)


async def figures_as_of(rt: Runtime) -> datetime | None:
    """Return the moment up to which the ledger's figures reach, None while it is empty."""
    async with rt.store.read() as tx:
        edges = await table.ledger_edges(tx)
        # The newest day isn't always the freshest: the one before is read again until it is closed.
        known = await table.ledger_days(tx, edges[1] - ONE_DAY, edges[1]) if edges else {}
    return max((day.refreshed_at for day in known.values()), default=None)
