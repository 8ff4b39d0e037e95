"""The command line that gives the same as a file of Slack, without its limits: only words that `export` reads back. Pure."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.commands.parse import split_words
from bot.spend.model import Filter, Period, SpendQuery


def command_of(report: str, words: str) -> str:
    """Return the command line of a report that is asked for in words."""
    typed = split_words(words)
    given = shlex.join(typed)
    if any(word.startswith("-") for word in typed):  # a name that looks like an option
        return f"python -m bot export --csv FILE {report} -- {given}"
    return " ".join(filter(None, ["python -m bot export", report, given, "--csv FILE"]))


def with_days(query: SpendQuery, first: date, last: date, where: Sequence[Filter]) -> SpendQuery:
    """Return a question of the same days whenever it is asked, with its filters spelled so."""
    return replace(query, period=days_typed(query.period, first, last), where=tuple(where))


def days_typed(period: Period, first: date, last: date) -> Period:
    """Return a period that means these days whenever it is read. One that names its year means them already."""
    return period if period[:4].isdigit() else f"{first}..{last}"


def words_of_options(days: Period, by: Sequence[str], filters: Mapping[str, Sequence[str]]) -> list[str]:
    """Return options as the words that say the same; `filters` are values by the name of a dimension."""
    words = [days] if days else []
    for at, one in enumerate(by):
        words += ["and" if at else "by", *split_words(one)]
    for name, values in filters.items():
        words += [word for value in values for word in ("in" if name == "workspace" else name, value)]
    return words
