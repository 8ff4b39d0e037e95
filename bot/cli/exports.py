"""How a report becomes a CSV file: row by row, whole or not at all, and what it comes to in one sentence."""

import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from bot.cli.as_last_read import runtime_of
from bot.cli.database import Unreadable, read_store
from bot.errors import UserError
from bot.runtime import Runtime
from bot.settings.model import DatabaseSettings, Settings
from bot.spend.exports.asked import Answer, Asked, CannotExport
from bot.spend.exports.csv import csv_lines
from bot.spend.phrases import as_plain_text
from bot.store.session import Store, Tx
from bot.words.calendars import UTC_DAYS
from bot.words.wording import calendar_day, plural

Report = Callable[[Tx, Asked], Awaitable[Answer]]
InWords = Callable[[Runtime, Tx, Sequence[str], datetime], Awaitable[Answer]]
"""A report that is asked for in the words that Slack takes, as of a moment."""
Outcome = tuple[int, list[str]]
"""The exit code, and sentences for standard error."""


async def export(settings: DatabaseSettings, report: Report, asked: Asked, target: str, *, final: bool) -> Outcome:
    """Write a report to a file, or to standard output where `target` is "-"."""
    return await _export(settings, lambda _, tx: report(tx, asked), target, final=final)


async def export_words(
    settings: DatabaseSettings, report: InWords, words: Sequence[str], target: str, *, final: bool, now: datetime
) -> Outcome:
    """Write a report that is asked for in words, in the same way."""
    whole = settings if isinstance(settings, Settings) else None

    async def made(store: Store, tx: Tx) -> Answer:
        return await report(runtime_of(store, whole), tx, words, now)

    return await _export(settings, made, target, final=final)


async def _export(
    settings: DatabaseSettings, made: Callable[[Store, Tx], Awaitable[Answer]], target: str, *, final: bool
) -> Outcome:
    async def work(store: Store, tx: Tx) -> Outcome:
        try:
            answer = await made(store, tx)
            still = _not_final(answer)
            if final and still:
                return 1, [*still, "Nothing was written."]
            rows = await _write(answer, target)
        except CannotExport as error:
            return 2, [str(error)]
        except UserError as error:
            return 2, [as_plain_text(error.sentence)]
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end
            return 2, ["The program that read the output stopped, so not all of it was written."]
        except OSError as error:
            return 2, [f"{target} can't be written: {error.strerror or type(error).__name__}."]
        as_of = f", as of {UTC_DAYS.written(answer.as_of)}" if answer.as_of else ""
        return 0, [*answer.notes, *still, f"{plural(rows, 'row')}{as_of}{'' if still else ', final'}."]

    try:
        return await read_store(settings, "The ledger", work)
    except Unreadable as error:
        return 2, [str(error)]


def _not_final(answer: Answer) -> list[str]:
    """Return what is missing, and what may still change."""
    said: list[str] = []
    for days, what in ((answer.missing, "no data yet, which isn't $0"), (answer.open_days, "figures that may still change")):
        if days:
            which = calendar_day(days[0]) if len(days) == 1 else f"{calendar_day(days[0])} to {calendar_day(days[-1])}"
            said.append(f"{plural(len(days), 'day')} ({which}) {'has' if len(days) == 1 else 'have'} {what}.")
    return said


async def _write(answer: Answer, target: str) -> int:
    """Write all rows and return how many there are."""
    count = 0
    with _opened(target) as file:
        file.writelines(csv_lines(answer.columns, ()))
        async for rows in answer.rows:
            lines = csv_lines(answer.columns, rows)
            next(lines)  # the header stands already
            file.writelines(lines)
            count += len(rows)
        file.flush()
    return count


@contextlib.contextmanager
def _opened(target: str) -> Generator[TextIO]:
    """Open what is written to. A file takes its name once it is whole, so that a broken export leaves the old one."""
    if target == "-":
        with open(sys.stdout.fileno(), "w", encoding="utf-8", errors="replace", newline="", closefd=False) as out:
            yield out
        return
    path = Path(target)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
