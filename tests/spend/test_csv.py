"""A CSV says every figure exactly, in a shape that programs read and that no spreadsheet runs."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spend.exports.csv import csv_bytes, csv_cell, file_name, only_and_without
from bot.spend.model import Narrowed
from bot.spend.render import shown_cell, slack_table
from bot.spend.table import Column, Table, Value

LEFT = [Narrowed("model", "haiku", leaves_out=True), Narrowed("tag team", "none")]
CELLS: dict[str, Value] = {
    "": None,
    "412.70": Decimal("412.7"),
    "0.00": Decimal("0E-9"),
    "-0.000000001": Decimal("-1E-9"),
    "1234567.891234567": Decimal("1234567.891234567"),
    "1000.00": Decimal("1E+3"),
    "0.333333333": Decimal(1) / 3,
    "2026-10-03": date(2026, 10, 3),
    "2026-10-03T14:00:00Z": datetime(2026, 10, 3, 16, tzinfo=timezone(timedelta(hours=2))),
    "1204567": 1204567,
    "0": 0,
    "-5": -5,
    "Prod, \"EU\"\r\n": "Prod, \"EU\"\r\n",
    "a=b": "a=b",
}  # fmt: skip


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_cell_is_written_for_programs() -> None:
    assert {csv_cell(value): value for value in CELLS.values()} == CELLS
    assert csv_cell(Decimal("-0.00")) == "0.00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0=", "＝"])
def test_no_name_becomes_a_formula(start: str) -> None:
    hostile = f'{start}HYPERLINK("http://evil.test")'
    table = Table((Column(hostile, "Key", "text"), Column("", "", "text")), ((hostile, "-"), ("ok", "'-")), None)
    assert [row[0][0] for row in read(csv_bytes(table))[:2]] == ["'", "'"]
    assert read(csv_bytes(table))[1][1] == "'-"


def test_no_name_becomes_a_formula_where_semicolons_separate() -> None:
    names = ("Prod;=cmd()", "a\n=cmd()", "a; @SUM(1)", "a\t+1")
    table = Table((Column("name", "Name", "text"), Column("n", "N", "count")), tuple((name, 1) for name in names), None)
    cells = [cell for line in csv_bytes(table).decode().splitlines() for cell in line.replace("\t", ";").split(";")]
    assert [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))] == []
    assert csv_cell("R&D; Lab -x") == "R&D; Lab -x"


rows = st.lists(st.tuples(st.text(), st.one_of(st.none(), st.decimals(-1000, 10**9, places=9))), max_size=5)


@given(rows)
def test_what_is_written_is_read_back_exactly(found: list[tuple[str, Decimal | None]]) -> None:
    table = Table((Column("name", "Name", "text"), Column("amount", "Amount", "money")), tuple(found), None)
    content = csv_bytes(table)
    assert content.startswith(b"name,amount,as_of,final\r\n")
    back = read(content)[1:]
    assert [Decimal(amount) if amount else None for _, amount, *_ in back] == [amount for _, amount in found]
    for (written, *_), (name, _) in zip(back, found, strict=True):
        assert written.replace("'", "") == name.replace("\0", "").replace("'", "")


def test_every_line_says_as_of_when_it_is_and_whether_it_may_still_change() -> None:
    at, column = datetime(2026, 11, 20, 6, 5, 0, 7, tzinfo=UTC), (Column("amount", "Amount", "money"),)
    known = [
        Table(column, ((Decimal(1),),), at),
        Table(column, ((None,),), at, provisional=True),
        Table(column, ((None,),), None),
    ]
    said = [csv_bytes(table).decode().splitlines()[1] for table in known]
    assert said == ["1.00,2026-11-20T06:05:00Z,yes", ",2026-11-20T06:05:00Z,no", ",,no"]


def test_a_file_is_named_after_what_is_in_it() -> None:
    first = date(2026, 10, 1)
    named = [
        file_name("spend", first, date(2026, 10, 31), ("model",)),
        file_name("records", first, first),
        file_name("spend", first, date(2026, 11, 30), ("cost type", "../k=y")),
        file_name("reconcile", first, date(2026, 10, 30)),
        file_name("tokens", first, first, ("key",), ("Data Platform", "opus 5.5")),
        file_name("spend", first, first, (), ("研究",)),
        file_name("spend", first, first, (), ("Zürich",)),
        file_name("spend", first, first, ("key",), *only_and_without("Research", LEFT, "own")),
    ]
    assert named == [
        "spend-2026-10-by-model.csv",
        "records-2026-10-01.csv",
        "spend-2026-10-01-to-2026-11-30-by-cost-type-k-y.csv",
        "reconcile-2026-10-01-to-2026-10-30.csv",
        "tokens-2026-10-01-by-key-only-data-platform-opus-5-5.csv",
        "spend-2026-10-01-only-some.csv",
        "spend-2026-10-01-only-zurich.csv",
        "spend-2026-10-01-by-key-only-research-own-tag-team-none-without-haiku.csv",
    ]


def test_counts_and_hours_are_shown_to_people_and_counts_add_up() -> None:
    tokens, hour = Column("tokens", "Tokens", "count"), Column("hour", "Hour", "hour")
    assert shown_cell(tokens, 1204567) == "1,204,567"
    assert shown_cell(hour, datetime(2026, 10, 3, 14, tzinfo=UTC)) == "3 Oct, 14:00 UTC"
    table = Table((Column("name", "Name", "text"), tokens), (("a", 1), ("b", 2)), None)
    assert table.totals("all") == ("all", 3)
    assert slack_table(table)["rows"][1][1] == {"type": "raw_number", "value": 1.0, "text": "1"}
