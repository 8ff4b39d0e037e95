"""Figures read from the ledger, and from nowhere else, so that digests, answers and alerts can't disagree."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.runtime import Runtime
from bot.slack.charts import OTHER
from bot.spend.aggregate import days_between, months_of
from bot.spend.alerts.db import budget_of
from bot.spend.ask.before import is_read_by_hour
from bot.spend.ask.charted import daily_counts
from bot.spend.ask.scope import (
    Scope,
    answerable,
    check_compared,
    check_hours,
    check_seen,
    check_told,
    scope_of,
    tags_of,
    untold,
)
from bot.spend.ask.spans import PERIOD_BEFORE, is_month, span, span_versus
from bot.spend.ask.splits import HOUR, MONTH, QUARTER, Tags, as_asked, hour_id, in_ledger, is_time, tag_of
from bot.spend.ask.sums import OTHERS, Counted, ids_in, narrowed, of_measures, parts, series_of, total, unreported, untagged
from bot.spend.ask.unsplit import as_unsplit, is_worth_saying
from bot.spend.dimensions import KEY, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.apart import names_apart
from bot.spend.ledger.doubts.db import doubts
from bot.spend.ledger.hours.db import days_with_hours, hours
from bot.spend.ledger.measures.db import uncounted_days, used
from bot.spend.ledger.pages import midnight
from bot.spend.ledger.sources import SOURCES, are_comparable
from bot.spend.model import ONE_DAY, Cell, Figures, LedgerDay, Measure, SpendQuery
from bot.spend.render import TABLE_ROWS
from bot.spend.scope import EVERYTHING, Where
from bot.spend.scope import Scope as Seen
from bot.spend.visible.db import conditions, seen_on
from bot.store.session import Tx
from bot.tasks import apart

CONTEXT_DAYS = 14
"""A single day is charted with the two weeks that end with it."""


@dataclass(frozen=True)
class _Days:
    """The days that a query means, those with which it is compared, and those that its chart shows."""

    first: date
    last: date
    before: tuple[date, date]
    charted: Sequence[date]

    @property
    def asked(self) -> list[date]:
        return days_between(self.first, self.last)

    @property
    def both(self) -> list[date]:
        return [*self.asked, *days_between(*self.before)]


@dataclass(frozen=True)
class _Found:
    """What the ledger says of them, read in one transaction."""

    known: Mapping[date, LedgerDay]
    counts: Sequence[Counted]
    charted: Sequence[Counted]
    before: Sequence[Counted] | None
    names: Mapping[str, str]
    budget: Decimal | None
    nothing_until: datetime | None
    doubtful: Sequence[date]
    uncounted: Collection[date]
    unsplit: Sequence[Counted]

    @property
    def rows(self) -> int:
        """How many counts there are."""
        return len(self.counts) + len(self.charted) + len(self.before or ())


async def figures(
    rt: Runtime,
    query: SpendQuery,
    now: datetime,
    channel: str | None = None,
    seen: Seen = EVERYTHING,
    *,
    whole: bool = True,
) -> Figures:
    """Return the answer to a query as of `now`, as far as it is `seen`; not `whole`: parts behind a first page are one sum.

    The monthly amount that `channel` watches counts as its budget.

    CantAnswer when a name means nothing or no source tells what is asked. A total of None means that there is no data, not
    that nothing was spent.
    """
    query = answerable(query)
    check_seen(query, seen)
    days = _days(query, now.astimezone(UTC).date())
    check_compared(query, (days.first, days.last), days.before)
    scope = await scope_of(rt, query, min(days.first, days.before[0]), max(days.last, days.before[1]))
    tags: Tags = await tags_of(rt) if any(tag_of(one) for one in query.splits) else {}
    async with rt.store.read() as tx:
        seen = await seen_on(tx, seen, days.first, days.last)
        found = await _read(tx, query, days, scope, channel, seen)
    check_told(query, found.known, days.asked)
    narrowed_by = [*scope.ids, *([KEY] if seen.keys or seen.people else [])]
    today = now.astimezone(UTC).date()
    most = None if whole or query.top or query.over is not None else TABLE_ROWS
    answer = await apart(found.rows, _answer, query, days, scope, found, tags, narrowed_by, today, most)
    if seen.is_all and _is_uncounted(query, answer.total, found.known, days.asked):
        answer = replace(answer, is_known=False)
    told = seen.told((*in_ledger(query.splits), *scope.ids), hourly=HOUR in query.splits)
    return replace(answer, only=told.in_words())


def _days(query: SpendQuery, today: date) -> _Days:
    first, last = span(query.period, today)
    is_day = first == last and not any(is_time(one) for one in query.splits)
    charted = days_between(last - ONE_DAY * (CONTEXT_DAYS - 1) if is_day else first, last)
    return _Days(first, last, span_versus(query.period, query.versus, today), charted)


async def _read(tx: Tx, query: SpendQuery, days: _Days, scope: Scope, channel: str | None, seen: Seen) -> _Found:
    begins = min(days.before[0], days.charted[0])
    ends = max(days.last, days.before[1])
    known = await table.ledger_days(tx, begins, ends)
    is_hourly = HOUR in query.splits
    wheres = await conditions(tx, seen, scope.ids, in_ledger(query.splits), begins, ends, hourly=is_hourly)
    counts, drawn = await _asked_and_charted(tx, query, days, wheres, known)
    if is_hourly:
        asked = {day: known[day] for day in days.asked if day in known}
        check_hours(query, asked, await days_with_hours(tx, days.first, days.last))
    unsplit = await _counts(tx, query, (days.first, days.last), as_unsplit(wheres), known, daily=is_hourly)
    before = None if is_worth_saying(unsplit) else await _before(tx, query, days.before, wheres, known)
    every = [*counts, *drawn, *(before or ())]
    only = scope.ids.get(WORKSPACE, frozenset())
    may_have_budget = is_month(query.period) and query.measure == "dollars" and not scope.narrowed
    return _Found(
        known,
        counts,
        drawn,
        before,
        await names_apart(tx, await apart(len(every), ids_in, every)),
        await budget_of(tx, channel, tuple(only))
        if may_have_budget and isinstance(only, frozenset) and seen.is_all
        else None,
        await table.nothing_spent_until(tx),
        sorted(await doubts(tx, days.asked)),
        set() if query.measure == "dollars" else await uncounted_days(tx, begins, ends),
        unsplit,
    )


async def _asked_and_charted(
    tx: Tx, query: SpendQuery, days: _Days, wheres: Sequence[Where], known: Mapping[date, LedgerDay]
) -> tuple[list[Counted], list[Counted]]:
    """Return what was asked for, and what the chart shows: by day it only needs its largest parts."""
    charted = days.charted[0], days.last
    if any(is_time(one) for one in query.splits) or not _is_told(query, known):
        # A month's requests are unknown as soon as those of one day are, of which a part of it would be known.
        by_month = query.measure != "requests" and {*filter(is_time, query.splits)} <= {MONTH, QUARTER}
        months = months_of(days.charted) if by_month else [charted]
        every = [one for some in months for one in await _counts(tx, query, some, wheres, known, daily=not by_month)]
        return every if charted[0] == days.first else [one for one in every if days.first <= one.day], every

    async def read(splits: Sequence[Dimension], where: Where, daily: bool) -> list[Counted]:
        return await _read_counts(tx, query.measure, splits, charted, where, daily=daily)

    counts = await _counts(tx, query, (days.first, days.last), wheres, known, daily=False)
    same = counts if charted[0] == days.first else None
    return counts, await daily_counts(read, query.splits, wheres, same)


def _is_told(query: SpendQuery, known: Mapping[date, LedgerDay]) -> bool:
    """Tell whether the counts say themselves what no source told: those of money do, others where each day's source can."""
    return query.measure == "dollars" or not any(untold(query.splits, known).values())


async def _counts(
    tx: Tx,
    query: SpendQuery,
    between: tuple[date, date],
    wheres: Sequence[Where],
    known: Mapping[date, LedgerDay],
    *,
    daily: bool = True,
) -> list[Counted]:
    """Return the counts under each of the conditions, of which no two hold at once."""
    found = list[Counted]()
    daily = daily or not _is_told(query, known)  # which day's source tells what isn't in the counts themselves
    for where in wheres:
        if HOUR in query.splits and daily:
            found += await _hourly(tx, query, between, where)
            continue
        counts = await _read_counts(tx, query.measure, query.splits, between, where, daily=daily)
        if query.measure != "dollars":
            counts = await apart(len(counts), unreported, counts, untold(query.splits, known))
        found += counts
    return found


async def _before(
    tx: Tx, query: SpendQuery, between: tuple[date, date], wheres: Sequence[Where], known: Mapping[date, LedgerDay]
) -> list[Counted] | None:
    if not any(between[0] <= day <= between[1] for day in known):
        return None
    asked = {*in_ledger(query.splits), *(one for where in wheres for one in where)}
    by_hour = await is_read_by_hour(tx, asked, *between) if HOUR in query.splits else False
    if by_hour is None or is_worth_saying(await _counts(tx, query, between, as_unsplit(wheres), known, daily=by_hour)):
        return None  # what isn't split yet would read as a rise
    return await _counts(tx, query, between, wheres, known, daily=by_hour)


async def _read_counts(
    tx: Tx, measure: Measure, splits: Sequence[Dimension], between: tuple[date, date], where: Where, *, daily: bool
) -> list[Counted]:
    by = ("day", *in_ledger(splits)) if daily else in_ledger(splits)
    if measure == "dollars":
        return list[Counted](await table.cells(tx, *between, by, where=where))
    found = await used(tx, *between, by, where)
    return await apart(len(found), of_measures, found, measure, splits)


async def _hourly(tx: Tx, query: SpendQuery, between: tuple[date, date], where: Where) -> list[Counted]:
    found = await hours(tx, *between, in_ledger(query.splits), where)
    told = [
        one.counts._replace(day=one.starts_at.date(), ids={**one.counts.ids, HOUR.column: hour_id(one.starts_at)})
        for one in found
    ]
    if query.measure != "dollars":
        return of_measures(told, query.measure, query.splits)
    return [Cell(one.day, one.ids, one.amount) for one in told]


def _answer(
    query: SpendQuery,
    days: _Days,
    scope: Scope,
    found: _Found,
    tags: Tags,
    narrowed_by: Sequence[Dimension],
    today: date,
    most: int | None,
) -> Figures:
    counted = {day: fact for day, fact in found.known.items() if day not in found.uncounted}
    known = counted if any(day in counted for day in days.asked) else found.known
    wanted = found.counts
    have = [known[day] for day in days.asked if day in known]
    # Days without data on either side, or hours of days to compare with, would read as a fall or a rise that never was.
    is_whole = all(day in known for day in days.both) and all(known[day].closed for day in days_between(*days.before))
    # Nor is there nothing of a key on days whose report names none.
    is_told = all(SOURCES[known[day].source].tells(one) for one in narrowed_by for day in days.both if day in known)
    compared = found.before if is_whole and is_told else None
    is_alike = all(are_comparable(one, known, days.both) for one in in_ledger(query.splits))
    whole, was = total(wanted), total(found.before or ())
    every = parts(query.splits, wanted, compared if is_alike else None, found.names, tags, most)
    every = replace(every, slices=as_asked(every.slices, query.splits, days.first, days.last, today))
    return Figures(
        query=query,
        first=days.first,
        last=days.last,
        total=whole.amount if have else None,
        before=was.amount if compared is not None and was.is_known and whole.is_known else None,
        breakdown=narrowed(every, query.top, query.over),
        series=series_of(query.splits, days.charted, known, found.charted, {**found.names, OTHERS: OTHER}, tags),
        missing=tuple(day for day in days.asked if day not in known),
        open_days=tuple(fact.day for fact in have if not fact.closed),
        as_of=max((fact.refreshed_at for fact in have), default=None),
        workspace_name=scope.workspaces,
        budget=found.budget,
        nothing_until=found.nothing_until if found.nothing_until and found.nothing_until > midnight(days.last) else None,
        doubtful=tuple(found.doubtful),
        runs=days.last >= today,
        today=today,
        compared=days.before if query.versus not in ("", PERIOD_BEFORE) else None,
        narrowed=scope.narrowed,
        is_known=whole.is_known,
        untagged=untagged(query.splits, wanted, found.names, tags),
        sources=frozenset(fact.source for fact in have),
        unsplit=total(found.unsplit).amount,
    )


def _is_uncounted(
    query: SpendQuery, counted: Decimal | None, known: Mapping[date, LedgerDay], asked: Sequence[date]
) -> bool:
    """Tell whether all that was spent has no token or request: then they weren't read, or not told, which isn't zero."""
    if query.measure == "dollars" or counted or query.where:
        return False
    return any(day in known and known[day].total > 0 for day in asked)
