"""A reconciliation as neutral tables: per model for people, per day and model with all of its parts for files.

Pure.
"""

from dataclasses import replace
from decimal import Decimal

from bot.spend.aggregate import growth
from bot.spend.dimensions import MODEL
from bot.spend.model import ZERO
from bot.spend.reconcile.model import DayModel, Line, Reason, Reconciliation
from bot.spend.table import Column, ColumnKind, Row, Table
from bot.words.wording import percent

FINAL, NOT_FINAL, NO_DATA = "final", "not final", "no data"
_TOKENS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
_FIGURES: tuple[tuple[str, str, ColumnKind], ...] = (
    ("billed_usd", "Billed", "money"),
    ("list_reported_usd", "List (report)", "money"),
    ("list_computed_usd", "Tokens × price", "money"),
    ("difference_usd", "Difference", "change"),
)


def by_model_table(found: Reconciliation) -> Table:
    """Return a row per model, the largest bill first. The difference is billed minus tokens × price, also as percent.

    What a phone shows of it, the first three columns, is the bill and the difference.
    """
    billed, at_list, computed, difference = (Column(*one) for one in _FIGURES)
    computed, difference = replace(computed, without="–"), replace(difference, without="–")  # it has no price a token
    percents = Column("difference_percent", "in %", "text")
    columns = (Column("model", MODEL.heading, "text"), billed, difference, percents, computed, at_list)
    rows: list[Row] = []
    for model, line in found.models.items():
        paid, listed, priced, more = _figures(line)
        rows.append((MODEL.label(model, {}), paid, more, _percent(line), priced, listed))
    return Table(columns, tuple(rows), found.as_of, bool(found.open_days))


def _figures(line: Line) -> tuple[Decimal | None, ...]:
    return (line.billed, line.at_list, line.computed, None if line.computed is None else line.difference)


def _percent(line: Line) -> str:
    """Return the difference as a part of list price × tokens, nothing where only dollars make sense."""
    ratio = None if line.computed is None else growth(line.computed + line.difference, line.computed)
    return "–" if ratio is None else percent(ratio)


def by_day_table(found: Reconciliation) -> Table:
    """Return a row per day and model, in the order of days, with every part of the difference.

    `billed_usd` is `list_computed_usd` (where it is known) plus all columns from `discount_usd` on. A day without
    data is one row that says so.
    """
    columns = (
        Column("day", "Day", "day"),
        Column("model", MODEL.heading, "text"),
        Column("state", "State", "text"),
        *(Column(*one) for one in _FIGURES),
        *(Column(f"{name}_tokens", name.replace("_", " ").capitalize(), "count") for name in _TOKENS),
        *(Column(f"{reason.value}_usd", reason.value.replace("_", " ").capitalize(), "change") for reason in Reason),
    )
    rows: list[Row] = [_row(cell) for cell in found.cells]
    rows += [(day, None, NO_DATA, *[None] * (len(columns) - 3)) for day in found.missing]
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    return Table(columns, tuple(rows), found.as_of, bool(found.open_days))


def _row(cell: DayModel) -> Row:
    line = cell.line
    tokens = [getattr(line, name) for name in _TOKENS]
    parts = [line.parts.get(reason, ZERO) for reason in Reason]
    return (cell.day, cell.model, FINAL if cell.closed else NOT_FINAL, *_figures(line), *tokens, *parts)
