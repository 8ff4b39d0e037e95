"""Records read from the ledger: a page of them, or all of them a few days at a time, and always what somebody may see."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple

from bot.errors import UserError
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.slack.paging import counted
from bot.spend.aggregate import days_between
from bot.spend.ask.periods import span
from bot.spend.ask.scope import CantAnswer, check_told
from bot.spend.ask.scope import Scope as Meant
from bot.spend.ask.scope import scope_of as meant_by
from bot.spend.ask.splits import HOUR, hour_id, in_ledger
from bot.spend.ask.unsplit import as_unsplit
from bot.spend.exports import db
from bot.spend.exports.query import RecordsQuery, Refused, Selection, is_listed, nearer, words_of_records
from bot.spend.exports.records import (
    Facts,
    Records,
    as_told,
    in_order,
    record_row,
    stretches,
    summed,
    unsplit_days,
    untold_on,
)
from bot.spend.ledger import db as table
from bot.spend.ledger.apart import names_apart
from bot.spend.ledger.doubts.db import doubts
from bot.spend.ledger.hours.db import days_with_hours, hours
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.pages import midnight
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import ZERO, LedgerDay, Measures, SpendQuery
from bot.spend.scope import NOT_TOLD, Scope, Where
from bot.spend.table import Row
from bot.spend.visible.db import conditions, seen_on
from bot.store.session import Tx
from bot.tasks import apart
from bot.words.wording import weekday_day

PAGE = 20
AT_ONCE = 5_000
"""About how many records are in memory at once while all are read."""


Known = Mapping[date, LedgerDay]


class Counted(NamedTuple):
    """How many records each day has, and under which conditions they are read.

    Where they aren't daily there are few, so that they are read: `whole` has them.
    """

    of_day: Mapping[date, int]
    wheres: tuple[Where, ...]
    whole: Sequence[Measures] = ()

    @property
    def total(self) -> int:
        """Return how many records there are."""
        return len(self.whole) or sum(self.of_day.values())


async def records(rt: Runtime, query: RecordsQuery, scope: Scope, now: datetime, cursor: str = "") -> Records:
    """Return the page at a cursor of what somebody asked for, as far as it is in their scope.

    CantList where a name means nothing, or hours aren't known.
    """
    check_seen(query, scope)
    selection, meant = await select(rt, query, now)
    async with rt.store.read() as tx:
        scope = await seen_on(tx, scope, selection.first, selection.last)
        known = await table.ledger_days(tx, selection.first, selection.last)
        await check_listed(tx, query, selection, known)
        found = await count(tx, selection, scope, known)
        page = counted(found.total, cursor, PAGE)
        rows = await _some(tx, selection, found, known, page.items[0], len(page.items)) if page.items else []
        total = await _total(tx, selection, found.wheres) if known else None
        not_split = (await _total(tx, selection, as_unsplit(found.wheres))).amount
        names = await _names(tx, rows)
        nothing_until = await table.nothing_spent_until(tx)
        days = days_between(selection.first, selection.last)
        doubtful = await doubts(tx, days)
    facts = Facts(known, names)
    return Records(
        query=query,
        selection=selection,
        scope=scope,
        page=page.showing(rows),
        total=total,
        facts=facts,
        missing=tuple(day for day in days if day not in known),
        unsplit=unsplit_days(selection, known),
        workspace_name=meant.workspaces,
        narrowed=meant.narrowed,
        nothing_until=nothing_until if nothing_until and nothing_until > midnight(selection.last) else None,
        doubtful=tuple(sorted(doubtful)),
        today=now.astimezone(UTC).date(),
        not_split=not_split,
    )


class CantList(UserError):
    """Records that aren't there as they were asked for; `instead` is the nearest that is, as it would be typed."""

    def __init__(self, said: Markup, instead: str = "") -> None:
        super().__init__(said)
        self.refused = Refused(said, instead)


async def select(rt: Runtime, query: RecordsQuery, now: datetime) -> tuple[Selection, Meant]:
    """Return which figures a query means, and what it is narrowed to; CantList where a name means nothing."""
    first, last = span(query.period, now.astimezone(UTC).date())
    try:
        meant = await meant_by(rt, SpendQuery(query.period, where=query.where), first, last)
    except CantAnswer as refusal:
        raise _cant_list(query, refusal) from None
    return Selection(first, last, query.by, meant.ids, query.daily), meant


def _cant_list(query: RecordsQuery, refusal: CantAnswer) -> CantList:
    near = refusal.instead
    return CantList(refusal.said, words_of_records(replace(query, where=near.where)) if near else "")


def check_seen(query: RecordsQuery, scope: Scope) -> None:
    """Raise CantList with the nearest that is told of what somebody may see, where what is asked isn't."""
    if not is_seen(query, scope):
        near = next((one for one in nearer(query) if is_listed(one) and is_seen(one, scope)), None)
        raise CantList(NOT_TOLD, words_of_records(near) if near else "")


def is_seen(query: RecordsQuery, scope: Scope) -> bool:
    """Tell whether what is asked is told by anything of what somebody may see."""
    asked = in_ledger([*query.by, *(one.by for one in query.where)])
    return scope.is_told(asked, hourly=query.is_hourly)


async def check_listed(tx: Tx, query: RecordsQuery, selection: Selection, known: Known) -> None:
    """Raise CantList where no report tells by what records are narrowed, or hours are asked for that aren't known."""
    try:
        check_told(SpendQuery(query.period, where=query.where), known, known)
    except CantAnswer as refusal:
        raise _cant_list(query, refusal) from None
    if not selection.is_hourly:
        return
    hourly = await days_with_hours(tx, selection.first, selection.last)
    if all(day in hourly for day in known):
        return
    kept: Markup = f"I have hours since {weekday_day(min(hourly))}" if hourly else "I have no hours of these days"
    said: Markup = f"{kept}, so I can't list all of them by the hour. I can by the day."
    raise CantList(said, words_of_records(replace(query, by=selection.in_ledger)))


async def count(tx: Tx, selection: Selection, scope: Scope, known: Known) -> Counted:
    """Return how many records there are in somebody's scope."""
    between = selection.first, selection.last
    hourly = selection.is_hourly
    wheres = await conditions(tx, scope, selection.where, selection.in_ledger, *between, hourly=hourly)
    if not selection.daily:
        return Counted({}, wheres, await _whole(tx, selection, wheres, known))
    asked = {*selection.in_ledger, *(one for part in wheres for one in part)}
    untold = {one: [day for day, fact in known.items() if not SOURCES[fact.source].tells(one)] for one in asked}
    return Counted(await db.count_by_day(tx, selection, wheres, untold) if wheres else {}, wheres)


async def all_rows(
    tx: Tx, selection: Selection, found: Counted, known: Known, at_once: int = AT_ONCE
) -> AsyncIterator[list[Row]]:
    """Yield all records as rows for programs, newest day first, some days at a time."""
    if found.whole:
        yield await _rows(tx, selection, found.whole, known)
    days: list[date] = []
    for day in sorted(found.of_day, reverse=True):
        days.append(day)
        if sum(found.of_day[one] for one in days) >= at_once:
            yield await _rows(tx, selection, await _days(tx, selection, found.wheres, days, known), known)
            days = []
    if days:
        yield await _rows(tx, selection, await _days(tx, selection, found.wheres, days, known), known)


async def _rows(tx: Tx, selection: Selection, found: Sequence[Measures], known: Known) -> list[Row]:
    facts = Facts(known, await _names(tx, found))
    return await apart(len(found), lambda: [record_row(one, selection, facts) for one in found])


async def _some(tx: Tx, selection: Selection, found: Counted, known: Known, start: int, length: int) -> list[Measures]:
    """Return so many records from a place on. Only the days are read in which they are."""
    if found.whole:
        return list(found.whole[start : start + length])
    before, days = 0, list[date]()
    for day in sorted(found.of_day, reverse=True):
        if not days and before + found.of_day[day] <= start:
            before += found.of_day[day]
            continue
        days.append(day)
        if before + sum(found.of_day[one] for one in days) >= start + length:
            break
    rows = await _days(tx, selection, found.wheres, days, known)
    return rows[start - before : start - before + length]


async def _days(tx: Tx, selection: Selection, wheres: Sequence[Where], days: Sequence[date], known: Known) -> list[Measures]:
    """Return all records of some days that follow each other, given newest first, in order."""
    parts = [one for where in wheres for one in await _of_days(tx, selection, days[-1], days[0], where)]
    return await apart(len(parts), _in_order, parts, selection, known)


def _in_order(parts: Sequence[Measures], selection: Selection, known: Known) -> list[Measures]:
    told = [as_told(one, untold_on(one.day, selection, known)) for one in summed(parts)]
    return in_order(told, selection.by)


async def _of_days(tx: Tx, selection: Selection, first: date, last: date, where: Where) -> list[Measures]:
    if not selection.is_hourly:
        return await measures(tx, first, last, ("day", *selection.by), where)
    found = await hours(tx, first, last, selection.in_ledger, where)
    return [
        one.counts._replace(day=one.starts_at.date(), ids={**one.counts.ids, HOUR.column: hour_id(one.starts_at)})
        for one in found
    ]


async def _whole(tx: Tx, selection: Selection, wheres: Sequence[Where], known: Known) -> list[Measures]:
    """Return the records of the whole period, in order. What a report can't tell is a part of its own."""
    found: list[Measures] = []
    for first, last, untold in stretches(selection, known):
        for where in wheres:
            part = await measures(tx, first, last, selection.by, where)
            found += [as_told(one._replace(day=selection.first), untold) for one in part]
    return await apart(len(found), lambda: in_order(summed(found), selection.by))


async def _total(tx: Tx, selection: Selection, wheres: Sequence[Where]) -> Measures:
    between = selection.first, selection.last
    if selection.is_hourly:  # another cut than that of days: a filter may leave another sum of it
        hourly = replace(selection, by=(HOUR,))
        parts = [await _of_days(tx, hourly, *between, where) for where in wheres]
        parts = [[one._replace(day=selection.first, ids={}) for one in part] for part in parts]
    else:
        parts = [await measures(tx, *between, (), where) for where in wheres]
    whole = summed(one for part in parts for one in part)
    return whole[0] if whole else Measures(selection.first, {}, ZERO, requests=0)


async def _names(tx: Tx, found: Sequence[Measures]) -> dict[str, str]:
    return await names_apart(tx, await apart(len(found), lambda: {one for row in found for one in row.ids.values()}))
