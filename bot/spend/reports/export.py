"""The file of a report: what somebody takes away in Slack, and what the command line writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.runtime import Runtime
from bot.spend.exports.asked import Answer, CannotExport, answer_of
from bot.spend.ledger.names import workspaces_as_read
from bot.spend.phrases import as_plain_text
from bot.spend.reports.allocation import tags_in_use
from bot.spend.reports.ask import report
from bot.spend.reports.model import Built, Wanted
from bot.spend.reports.phrases import no_figures
from bot.spend.reports.registry import find_report
from bot.spend.reports.words import NotRead, read_wanted
from bot.spend.scope import EVERYTHING
from bot.spend.table import Table
from bot.store.session import Tx
from bot.words.calendars import UTC_DAYS


def file_of(built: Built, wanted: Wanted) -> Table | None:
    """Return what a report's file has: the part that is asked for, else all of it; None where there is no data.

    Its columns are named as those of other files: `person`, `amount_usd`.
    """
    part = next((one for one in built.parts if one.name == wanted.part and wanted.part), None)
    table = part.table if part else built.file
    if table is None:
        return None
    found = find_report(wanted.name)
    named = {"name": found.of_what if found else "name", "amount": "amount_usd", "list_amount": "list_usd"}
    return replace(table, columns=tuple(replace(one, name=named.get(one.name, one.name)) for one in table.columns))


async def export(rt: Runtime, tx: Tx, words: Sequence[str], now: datetime) -> Answer:
    """Return the file of the report that `/claude-spend report WORDS` shows; CannotExport where it shows nothing."""
    named = find_report(words[0])
    read = await workspaces_as_read(tx) if named and named.has_tag else None
    if named and named.has_tag and read is None:
        raise CannotExport("The tags of workspaces weren't read yet. The running bot reads them at its start and each hour.")
    wanted = read_wanted(words, await tags_in_use(rt) if read else ())
    if not isinstance(wanted, Wanted):
        raise CannotExport(_not_read(wanted))
    built, times = await report(rt, wanted, EVERYTHING, now)
    table = file_of(built, wanted)
    if times.as_of is None or table is None:
        raise CannotExport(as_plain_text(no_figures(times)))
    notes = [f"Tags of workspaces as of {UTC_DAYS.written(read[1])}."] if read else []
    return answer_of(table, missing=times.missing, open_days=times.open_days, notes=notes)


def _not_read(problem: NotRead | None) -> str:
    if problem is None:
        return "Which report?"
    meant = f" Did you mean: {problem.suggestion}?" if problem.suggestion else ""
    kind = "There is no tag" if problem.is_tag else "I don't know"
    return f"{kind} '{problem.word}'.{meant}"
