"""Figures read from the ledger, and from nowhere else, so that digests, answers and alerts can't disagree."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.errors import NotFound
from bot.runtime import Runtime
from bot.spend.digest import WEEK, DigestInput, chart_days
from bot.spend.ledger import nothing_spent_until
from bot.spend.loading import midnight
from bot.spend.model import ONE_DAY, Cell, Dimension, Figures, LedgerDay, SpendQuery
from bot.spend.names import workspaces
from bot.spend.query import span, span_before
from bot.spend.standing import Crossing, Subscription, Threshold
from bot.spend.sums import breakdown, days_between, series, told_alike, total_of
from bot.spend.thresholds import COMPARED_DAYS, Span, find_crossing, find_top_spender
from bot.store import ledger as table
from bot.store.names import names_of
from bot.store.session import Tx
from bot.store.thresholds import thresholds

_COLUMN: dict[Dimension, str] = {"workspace": "workspace_id", "model": "model", "key": "api_key_id"}
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
        column = _COLUMN[query.by]
        cells = await table.cells(tx, charted[0], last, ("day", column), only)
        before = await table.cells(tx, before_first, before_last, (column,), only)
        budget = await _budget(tx, channel, only) if query.period == "mtd" else None
        names = await _names(tx, [*cells, *before])
        nothing_until = await nothing_spent_until(tx)
    days = days_between(first, last)
    wanted = [cell for cell in cells if first <= cell.day <= last]
    have = [known[day] for day in days if day in known]
    # Days without data on either side would read as a fall or a rise that never was.
    both = (*days, *days_between(before_first, before_last))
    compared = before if all(day in known for day in both) else None
    parts_compared = compared if query.by != "key" or told_alike(known, both) else None
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


async def _names(tx: Tx, cells: list[Cell]) -> dict[str, str]:
    return await names_of(tx, {one for cell in cells for one in (cell.workspace_id, cell.api_key_id)})


async def _budget(tx: Tx, channel: str | None, workspace_ids: tuple[str, ...]) -> Decimal | None:
    """Return the monthly amount that a channel watches for exactly this scope, None where it watches none."""
    if channel is None or len(workspace_ids) > 1:
        return None
    wanted = workspace_ids[0] if workspace_ids else None
    found = [one.amount for one in await thresholds(tx, channel) if one.period == "monthly" and one.workspace_id == wanted]
    return found[-1] if found else None


async def digest_input(rt: Runtime, subscription: Subscription, day: date) -> DigestInput:
    """Return everything that a subscription's digest of a day is made of."""
    only, recent = subscription.workspace_ids, chart_days(day)
    month_begins = day.replace(day=1)
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, min(recent[0], month_begins), day)
        cells = await table.cells(tx, day, day, workspace_ids=only)
        week_ago = await table.cells(tx, day - WEEK, day - WEEK, workspace_ids=only)
        week = await table.cells(tx, day - WEEK + ONE_DAY, day, ("day", "model", "api_key_id"), only)
        charted = await table.cells(tx, recent[0], day, ("day", "workspace_id"), only)
        month = await table.cells(tx, month_begins, day, (), only)
        names = await _names(tx, [*cells, *week_ago, *charted])
        scope = await names_of(tx, only)
        budget = await _budget(tx, subscription.channel, only)
        nothing_until = await nothing_spent_until(tx)
    return DigestInput(
        day=day,
        known=known,
        cells=cells,
        week_ago=week_ago,
        week=week,
        recent=charted,
        month=total_of(month),
        names=names,
        budget=budget,
        scope=tuple(scope.get(one, one) for one in only),
        nothing_until=nothing_until if nothing_until and nothing_until > midnight(day) else None,
    )


async def is_settled(rt: Runtime, day: date) -> bool:
    """Tell whether a day needs no further reading: it is closed, or nothing was ever spent until its end."""
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, day, day)
        nothing_until = await nothing_spent_until(tx)
    if day in known:
        return known[day].closed
    return nothing_until is not None and nothing_until >= midnight(day + ONE_DAY)


async def total_for(rt: Runtime, subscription: Subscription, day: date) -> tuple[LedgerDay | None, Decimal]:
    """Return what is known of a day and its total in a subscription's scope."""
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, day, day)
        cells = await table.cells(tx, day, day, (), subscription.workspace_ids)
    return known.get(day), total_of(cells)


async def crossing(rt: Runtime, threshold: Threshold, span: Span, now: datetime) -> Crossing | None:
    """Return the crossing of a threshold in a period with what drove it, None below the amount."""
    only = (threshold.workspace_id,) if threshold.workspace_id else ()
    by = ("day", "model", "api_key_id")
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, span.first - ONE_DAY * COMPARED_DAYS, span.last)
        total = await table.cells(tx, span.first, span.last, (), only)
        found = find_crossing(threshold, span, now, known, total)
        if found is None:
            return None
        last = max(day for day in known if day <= span.last)
        cells = await table.cells(tx, span.first, span.last, by, only)
        before = await table.cells(tx, last - ONE_DAY * COMPARED_DAYS, last, by, only)
        names = await names_of(tx, {*only, *(cell.api_key_id for cell in (*cells, *before))})
    top = find_top_spender(threshold.period, last, cells, before, known, names)
    scope = names.get(threshold.workspace_id, threshold.workspace_id) if threshold.workspace_id else None
    return replace(found, top=top, scope_name=scope)
