"""Spend and records as the command line exports them: all of what the ledger has, with the figures that Slack shows."""

from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

from bot.spend.aggregate import days_between
from bot.spend.ask.splits import DAY as BY_DAY
from bot.spend.ask.splits import HOUR
from bot.spend.ask.together import not_together
from bot.spend.dimensions import ASKED, PERSON, PRODUCT, TIER, WORKSPACE, Dimension
from bot.spend.exports.asked import Answer, Asked, CannotExport
from bot.spend.exports.load import all_rows, check_listed, count
from bot.spend.exports.query import DAY, RECORDED, RecordsQuery, Selection
from bot.spend.exports.records import record_columns, unsplit_days
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import WHAT
from bot.spend.model import LedgerDay, SpendQuery
from bot.spend.scope import EVERYTHING
from bot.spend.visible.db import ids_in
from bot.store.names import names_of
from bot.store.session import Tx
from bot.words.similar import closest
from bot.words.wording import calendar_day, listed, plural

FILTERS = (*RECORDED, PERSON, PRODUCT, TIER)
"""What the command line has options for."""
COUNTED = tuple(one for one in ASKED if one not in WHAT.by_money)
"""By what money, tokens and requests are split, each with its columns."""
_GROUPINGS = {typed: one.name for one in (BY_DAY, HOUR, *COUNTED) for typed in one.typed}


async def spend(tx: Tx, asked: Asked) -> Answer:
    """Return what the whole period cost by one or more dimensions, each day for itself where `day` is one of them."""
    by = _by(asked.by) or [WORKSPACE.name]
    return await _report(tx, asked, by, daily=DAY in by)


async def records(tx: Tx, asked: Asked) -> Answer:
    """Return what each day cost, and its tokens, by workspace, model and key or by what was asked for."""
    by = _by(asked.by) or [one.name for one in RECORDED]
    return await _report(tx, asked, by, daily=True)


def _by(typed: Sequence[str]) -> list[str]:
    """Return what was typed after `--by` in its one spelling."""
    unknown = next((one for one in typed if one.lower() not in _GROUPINGS), None)
    if unknown is None:
        return [_GROUPINGS[one.lower()] for one in typed]
    known = listed([DAY, HOUR.name, *(one.name for one in COUNTED)], "and")
    more = "For weeks, months, quarters, tags and types ask for an answer: python -m bot export answer 30d by month."
    raise CannotExport(f"--by doesn't know {_quoted(unknown)}; it knows {known}. {more}")


async def _report(tx: Tx, asked: Asked, by: Sequence[str], *, daily: bool) -> Answer:
    known = await table.ledger_days(tx, asked.first, asked.last)
    if not known:
        raise CannotExport(
            f"The ledger has no figures {_days(asked.first, asked.last)}. That isn't $0: they weren't read yet."
        )
    dimensions = tuple(one for one in (HOUR, *COUNTED) if one.name in by)
    where = {one: frozenset(await _ids(tx, asked, one)) for one in FILTERS if asked.filters.get(one.name)}
    asks_alike = SpendQuery(f"{asked.first}..{asked.last}", HOUR if HOUR in dimensions else WORKSPACE)
    selection = Selection(asked.first, asked.last, dimensions, where, daily or not dimensions or HOUR in dimensions)
    if refusal := not_together([*selection.by, *where]):
        raise CannotExport(refusal.sentence)
    await check_listed(tx, RecordsQuery(asks_alike.period, dimensions), selection, known)
    found = await count(tx, selection, EVERYTHING, known)
    return Answer(
        record_columns(selection),
        all_rows(tx, selection, found, known),
        max(fact.refreshed_at for fact in known.values()),
        [day for day, fact in sorted(known.items()) if not fact.closed],
        [day for day in days_between(asked.first, asked.last) if day not in known],
        _notes(selection, known),
    )


def _notes(selection: Selection, known: Mapping[date, LedgerDay]) -> list[str]:
    unsplit = unsplit_days(selection, known)
    if not unsplit:
        return []
    days = f"{plural(len(unsplit), 'day')} ({_days(unsplit[0], unsplit[-1])})"
    return [f"The report of {days} isn't split like this, so parts may be missing."]


async def _ids(tx: Tx, asked: Asked, dimension: Dimension) -> Sequence[str]:
    """Return the ids that options mean: an id, a name, or a pattern of either; case doesn't count."""
    there = await ids_in(tx, dimension, asked.first, asked.last)
    names = await names_of(tx, there)
    called = {one: {one.casefold(), dimension.label(one, names).casefold()} for one in there}
    found = set[str]()
    for typed in asked.filters[dimension.name]:
        wanted = typed.casefold()
        meant = {one for one, words in called.items() if wanted in words or any(fnmatchcase(word, wanted) for word in words)}
        if not meant:
            near = closest(typed, sorted({dimension.label(one, names) for one in there}))
            hint = f" Did you mean {_quoted(near)}?" if near else ""
            days = _days(asked.first, asked.last)
            raise CannotExport(f"No {dimension.name} {_quoted(typed)} has figures {days}.{hint}")
        found |= meant
    return sorted(found)


def _days(first: date, last: date) -> str:
    return f"from {calendar_day(first)} to {calendar_day(last)}"


def _quoted(text: str) -> str:
    return f"'{text}'"
