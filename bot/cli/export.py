"""`python -m bot export`: figures as CSV from the bot's own database, without Slack and without a limit of rows."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.cli.exports import Outcome
    from bot.spend.exports.asked import Asked

REPORTS = {
    "spend": "bot.spend.exports.reports:spend",
    "records": "bot.spend.exports.reports:records",
    "reconcile": "bot.spend.reconcile.export:reconcile",
}
"""Where each report is: a function of a transaction and what is `Asked`, which returns an `Answer`; imported when needed."""
OF_SLACK = ("tokens", "allocation", "team", "models")
"""The reports of `/claude-spend report`, whose registry is slow to import."""
IN_WORDS = {
    "answer": "bot.spend.exports.typed:answer",
    "records": "bot.spend.exports.typed:records",
    "reconcile": "bot.spend.reconcile.export:reconcile_month",
    **dict.fromkeys(OF_SLACK, "bot.spend.reports.export:export"),
    "claude-code": "bot.claude_code.export:claude_code",
}
"""Where those are that are asked for in the words that Slack takes, as `InWords` of `bot.cli.exports`."""
_NAMES = list(dict.fromkeys([*REPORTS, *IN_WORDS, "observability"]))

_FROM = Annotated[str, typer.Option("--from", help="The first UTC day, such as 2026-10-01.", metavar="DAY")]
_TO = Annotated[str, typer.Option("--to", help="The last UTC day, such as 2026-10-31.", metavar="DAY")]
_BY = Annotated[
    str, typer.Option("--by", help="What to split by, separated by commas, such as day,model or hour,key.", metavar="LIST")
]
_MANY = "; may be given several times, and * stands for any letters."
_WORKSPACE = Annotated[
    list[str], typer.Option("--workspace", help=f"Only this workspace, by name or id{_MANY}", metavar="NAME")
]
_MODEL = Annotated[list[str], typer.Option("--model", help=f"Only this model, such as opus-5-5{_MANY}", metavar="NAME")]
_KEY = Annotated[list[str], typer.Option("--key", help=f"Only this API key, by name or id{_MANY}", metavar="NAME")]
_PERSON = Annotated[list[str], typer.Option("--person", help=f"Only this person, by name or id{_MANY}", metavar="NAME")]
_PRODUCT = Annotated[
    list[str], typer.Option("--product", help=f"Only this product, such as claude_code{_MANY}", metavar="NAME")
]
_TIER = Annotated[list[str], typer.Option("--tier", help=f"Only this service tier, such as batch{_MANY}", metavar="NAME")]
_WORDS = Annotated[
    list[str], typer.Argument(metavar="WORDS", help="What Slack takes after it: last month by person, october, 30d by tool.")
]
_CSV = Annotated[str, typer.Option("--csv", help="The file to write; - is standard output.", metavar="FILE")]
_FINAL = Annotated[bool, typer.Option("--final", help="Write nothing, and end with 1, unless every day is there and final.")]
_DRY_RUN = Annotated[
    bool, typer.Option("--dry-run", help="Of observability: print what OTLP targets and Datadog would get, send nothing.")
]


def export_command(
    report: Annotated[str, typer.Argument(metavar="REPORT", help=f"One of: {', '.join(_NAMES)}.")],
    words: _WORDS = [],  # noqa: B006 - read only; typer makes its own
    first: _FROM = "",
    last: _TO = "",
    by: _BY = "",
    workspace: _WORKSPACE = [],  # noqa: B006 - read only; typer makes its own
    model: _MODEL = [],  # noqa: B006
    key: _KEY = [],  # noqa: B006
    person: _PERSON = [],  # noqa: B006
    product: _PRODUCT = [],  # noqa: B006
    tier: _TIER = [],  # noqa: B006
    csv: _CSV = "-",
    final: _FINAL = False,
    dry_run: _DRY_RUN = False,
) -> None:
    """Write usage and cost as CSV, from the bot's database.

    The figures are those that Slack shows. Ends with 0, with 1 where --final isn't fulfilled, and with 2 where nothing can
    be exported. What is missing or not final yet is said on standard error; each line says it, too.
    """
    if report == "observability":
        if words or last or by or csv != "-" or final or any((workspace, model, key, person, product, tier)):
            _fail("observability takes --from DAY or --dry-run, or both, and nothing else.")
        _observability(first, dry_run)
    if dry_run:
        _fail("Only observability takes --dry-run; the others send nothing.")
    if report not in _NAMES:
        _fail(f"There is no report '{report}'; there are {', '.join(_NAMES)}.")
    if words and report not in IN_WORDS:
        _fail(f"{report} takes options and no words. In words it is: python -m bot export answer {' '.join(words)}")
    filters = {"workspace": tuple(workspace), "model": tuple(model), "key": tuple(key)}
    filters |= {"person": tuple(person), "product": tuple(product), "tier": tuple(tier)}
    split = tuple(one.strip() for one in by.split(",") if one.strip())
    if words or report not in REPORTS:
        outcome = _in_words(report, [*words, *_typed(first, last, split, filters)], csv, final)
    else:
        outcome = _by_options(report, _asked(first, last, split, filters), csv, final)
    for sentence in outcome[1]:
        sys.stderr.write(f"export: {sentence}\n")
    raise typer.Exit(outcome[0])


def _asked(first: str, last: str, by: tuple[str, ...], filters: Mapping[str, tuple[str, ...]]) -> "Asked":
    from bot.spend.exports.asked import Asked

    return Asked(*_days(first, last), by, filters)


def _typed(first: str, last: str, by: tuple[str, ...], filters: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return options as words."""
    from bot.spend.exports.hint import words_of_options

    return words_of_options("..".join(map(str, _days(first, last))) if first or last else "", by, filters)


def _days(first: str, last: str) -> tuple[date, date]:
    if not first or not last:
        _fail("--from and --to are missing: the first and the last UTC day, such as 2026-10-31.")
    days = (_day("--from", first), _day("--to", last))
    if days[0] > days[1]:
        _fail(f"--from ({first}) is after --to ({last}).")
    return days


def _by_options(report: str, asked: "Asked", csv: str, final: bool) -> "Outcome":
    from bot.cli.exports import export
    from bot.settings.model import SettingsError, load_database_settings
    from bot.settings.sources import read_environment

    try:
        settings = load_database_settings(read_environment(Path.cwd()))
    except SettingsError as error:
        _fail(*error.faults)
    return asyncio.run(export(settings, _made(REPORTS[report]), asked, csv, final=final))


def _in_words(report: str, words: Sequence[str], csv: str, final: bool) -> "Outcome":
    from bot.cli.exports import export_words
    from bot.settings.model import SettingsError, load_database_settings, load_settings
    from bot.settings.sources import read_environment

    environment = read_environment(Path.cwd())
    try:
        database = load_database_settings(environment)
    except SettingsError as error:
        _fail(*error.faults)
    try:
        settings = load_settings(environment)
    except SettingsError:
        settings = database  # which is enough for all but the names of people
    made, asked = worded(report, words)
    return asyncio.run(export_words(settings, made, asked, csv, final=final, now=datetime.now(UTC)))


def worded(report: str, words: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """Return what makes a report that is asked for in words, and the words that it is handed."""
    return _made(IN_WORDS[report]), [report, *words] if report in OF_SLACK else words


def _made(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _observability(first: str, dry_run: bool) -> NoReturn:
    """Show what would be sent to collectors, or send them all days from the first one on."""
    from bot.cli.observability import observability
    from bot.cli.start import clock_of
    from bot.log import configure_logging
    from bot.settings.model import SettingsError, load_settings
    from bot.settings.sources import read_environment

    try:
        settings = load_settings(read_environment(Path.cwd()))
    except SettingsError as error:
        _fail(*error.faults)
    since = _day("--from", first) if first else None

    def say(sentence: str) -> None:
        sys.stderr.write(f"export: {sentence}\n")

    configure_logging("CRITICAL")  # what a target answered is said in a sentence
    code = observability(settings, clock_of(settings), since, dry_run=dry_run, write=lambda line: print(line), say=say)
    raise typer.Exit(code)


def _day(option: str, typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        _fail(f"{option} takes a UTC day such as 2026-10-31; it is '{typed}'.")


def _fail(*sentences: str) -> NoReturn:
    for sentence in sentences:
        sys.stderr.write(f"export: {sentence}\n")
    raise typer.Exit(2)
