"""What the command line exports: what is asked of a report, and its rows, a part at a time. Pure."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.spend.exports.csv import STATUS, is_final
from bot.spend.table import Column, Row, Table


class CannotExport(Exception):
    """The report can't be made. The message is one plain sentence."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to export: UTC days, and as they typed it what to split by and, by option, what counts."""

    first: date
    last: date
    by: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True)
class Answer:
    """A report's columns and, once, its rows. `open_days` may still change, `missing` have no data."""

    columns: tuple[Column, ...]
    rows: AsyncIterator[Sequence[Row]]
    as_of: datetime | None
    open_days: Sequence[date] = ()
    missing: Sequence[date] = ()
    notes: Sequence[str] = ()


def answer_of(
    table: Table, *, missing: Sequence[date] = (), open_days: Sequence[date] = (), notes: Sequence[str] = ()
) -> Answer:
    """Return a table as a report's answer, with the same columns as its CSV in Slack."""

    async def rows() -> AsyncIterator[Sequence[Row]]:
        status = (table.as_of, is_final(not table.provisional and table.as_of is not None))
        yield [(*row, *status) for row in table.rows]

    return Answer((*table.columns, *STATUS), rows(), table.as_of, open_days, missing, notes)
