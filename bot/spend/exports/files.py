"""Records as a CSV file: the whole of what the list shows page by page, as far as Slack takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.aggregate import days_between
from bot.spend.ask.sentences import narrowed_in_words
from bot.spend.ask.when import period_in_title
from bot.spend.exports.csv import csv_lines, file_name, only_and_without
from bot.spend.exports.hint import days_typed
from bot.spend.exports.load import all_rows, check_listed, check_seen, count, select
from bot.spend.exports.query import DAY, RecordsQuery, Selection, words_of_records
from bot.spend.exports.records import record_columns
from bot.spend.exports.send import Export, File, too_large
from bot.spend.exports.typed import spelled
from bot.spend.exports.view import fresh_in_words
from bot.spend.ledger import db as table
from bot.spend.model import LedgerDay
from bot.spend.phrases import missing_in_words
from bot.spend.scope import Scope
from bot.spend.table import Column, Row
from bot.spend.visible.db import seen_on
from bot.tasks import apart

AT_ONCE = 1_000
"""About how many records are read at once: what the bot has to say to others waits for no more of them."""


async def records_file(rt: Runtime, query: RecordsQuery, scope: Scope, now: datetime) -> tuple[Export, File] | Markup:
    """Return what somebody takes away and the file; a sentence where there is nothing, or too much.

    CantList where a name means nothing, or hours aren't known.
    """
    check_seen(query, scope)
    selection, meant = await select(rt, query, now)
    export = await _export(rt, query, selection, scope)
    async with rt.store.read() as tx:
        scope = await seen_on(tx, scope, selection.first, selection.last)
        known = await table.ledger_days(tx, selection.first, selection.last)
        await check_listed(tx, query, selection, known)
        found = await count(tx, selection, scope, known)
        if not found.total:
            return "There are no figures to put into a file."
        if reason := too_large(export, found.total):
            return reason
        columns, lines = record_columns(selection), list[str]()
        async for rows in all_rows(tx, selection, found, known, AT_ONCE):
            written = await apart(len(rows), _written, columns, rows)
            lines += written[1 if lines else 0 :]
    by = tuple(one.name for one in query.by)
    part = "" if scope.is_all or query.own else "own"
    narrowed = only_and_without(meant.workspaces, meant.narrowed, part)
    name = file_name("my-spend" if query.own else "records", selection.first, selection.last, by, *narrowed)
    where = narrowed_in_words(meant.workspaces, meant.narrowed)
    whose = "Your own spend" if query.own else "Records"
    seen: Markup = "" if scope.is_all or query.own else " of what you may see"
    when = period_in_title(query.period, selection.first, selection.last, now.astimezone(UTC).date())
    about: Markup = f"{whose}{seen}{where}, {when}"
    fresh = _fresh(selection, known, now.astimezone(UTC).date())
    told = scope.told((*selection.in_ledger, *selection.where), hourly=selection.is_hourly).in_words(own=query.own)
    fresh = f"{fresh} · {told}" if told else fresh
    return export, File(name, "".join(lines).encode("utf-8", "replace"), found.total, about, fresh)


def _written(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    return list(csv_lines(columns, rows))


def _fresh(selection: Selection, known: Mapping[date, LedgerDay], today: date) -> Markup:
    """Return as of when the days of a file are, which of them may still change, and which have no data."""
    as_of = max((one.refreshed_at for one in known.values()), default=None)
    fresh = fresh_in_words(
        as_of, sorted(day for day, one in known.items() if not one.closed), {one.source for one in known.values()}
    )
    missing = [day for day in days_between(selection.first, selection.last) if day not in known]
    return f"{fresh} · {missing_in_words(missing, today)}" if missing else fresh


async def _export(rt: Runtime, query: RecordsQuery, selection: Selection, scope: Scope) -> Export:
    by = tuple(one.name for one in query.by) or (DAY,)
    filters = {f"{'without ' * one.leaves_out}{one.by.name}": one.values for one in query.where}
    period = days_typed(query.period, selection.first, selection.last)
    asked = words_of_records(replace(query, period=period, where=await spelled(rt, query.where)))
    return Export("records", selection.first, selection.last, by, filters, query.own, asked, scope.is_all)
