"""CSV of a neutral table (RFC 4180, UTF-8): a header of names for programs, then one line per row.

Amounts are plain decimals with all their digits, shares parts of one, days ISO 8601; "no data" is empty and never 0. Text
that a spreadsheet would run as a formula begins with an apostrophe.

Pure.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain

from bot.spend.model import ONE_DAY, Narrowed
from bot.spend.table import Column, Row, Table, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LATER = re.compile(r"([;\t\r\n] *)([=+\-@＝＋－＠])")
"""Where a cell begins for a spreadsheet that separates by semicolons, and so doesn't see the quotation marks."""
_CENT, _FINEST = Decimal("0.01"), Decimal("0.000000001")
_MOST_OF_ONLY = 60
_OTHER = re.compile(r"[^a-z0-9]+")


STATUS = (Column("as_of", "As of", "hour"), Column("final", "Final", "text"))
"""The last two columns of every file of figures."""


def csv_bytes(table: Table) -> bytes:
    """Return a whole table as a CSV file. Each line ends with its `as_of`, and with whether it is `final`: yes or no."""
    status = (table.as_of, is_final(not table.provisional and table.as_of is not None))
    rows = ((*row, *status) for row in table.rows)
    return "".join(csv_lines((*table.columns, *STATUS), rows)).encode("utf-8", "replace")


def is_final(known: bool) -> str:
    """Return what stands in the column `final`."""
    return "yes" if known else "no"


def csv_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first, each with its end; `rows` are read one by one."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    head = [_text(column.name or column.heading) for column in columns]
    for cells in chain([head], ([csv_cell(value) for value in row] for row in rows)):
        writer.writerow(cells)
        yield written.getvalue()
        written.seek(0)
        written.truncate()


def csv_cell(value: Value) -> str:
    """Return a cell before it is quoted."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return value.isoformat()


def file_name(
    report: str, first: date, last: date, by: Sequence[str] = (), only: Sequence[str] = (), without: Sequence[str] = ()
) -> str:
    """Return the name of a report's file: `spend-2026-10-by-model.csv`. Days that are no whole month are both named.

    `only` and `without`: what it is narrowed to, so that a part isn't taken for all:
    `spend-2026-10-by-model-only-staging.csv`.
    """
    narrowed = [word for said in (("only", only), ("without", without)) if said[1] for word in (said[0], _kept(said[1]))]
    return f"{_slug([report, _days(first, last), *(['by', *by] if by else []), *narrowed])}.csv"


def only_and_without(workspaces: str | None, narrowed: Iterable[Narrowed], part: str) -> tuple[list[str], list[str]]:
    """Return what figures are narrowed to and without, for a file's name; `part`: what somebody may see only, in words."""
    kept, left = [workspaces, "own" if part else ""], list[str]()
    for one in narrowed:
        said = f"{one.by} {one.values}" if one.by.startswith("tag ") else one.values
        (left if one.leaves_out else kept).append(said)
    return [one for one in kept if one], left


def _kept(values: Sequence[str]) -> str:
    return _slug(values)[:_MOST_OF_ONLY].strip("-") or "some"


def _slug(parts: Iterable[str]) -> str:
    plain = (unicodedata.normalize("NFKD", part.casefold()).encode("ascii", "ignore").decode() for part in parts)
    return "-".join(slug for part in plain if (slug := _OTHER.sub("-", part).strip("-")))


def _days(first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    is_month = first.day == 1 and (last + ONE_DAY).day == 1 and (first.year, first.month) == (last.year, last.month)
    return first.isoformat()[:7] if is_month else f"{first}-to-{last}"


def _text(value: str) -> str:
    clean = _LATER.sub(r"\1'\2", value.replace("\0", ""))
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def _decimal(value: Decimal) -> str:
    """Return all digits down to a nano-dollar, at least the cents, and never an exponent."""
    exact = value.quantize(_FINEST) + 0  # -0 is 0
    short = exact.normalize()
    exponent = short.as_tuple().exponent
    return format(short if isinstance(exponent, int) and exponent <= -2 else short.quantize(_CENT), "f")
