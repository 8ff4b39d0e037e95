"""A column has one scale, its parts add up, and a comparison that would mislead as a ratio is told in dollars."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spend.aggregate import growth, shares
from bot.spend.dimensions import KEY
from bot.spend.model import Breakdown, Slice
from bot.spend.phrases import change_in_words
from bot.spend.render import TABLE_ROWS, largest_in_words, slack_table
from bot.spend.table import Table, breakdown_table

TO_THE_CENT = re.compile(r"no data|[+−±]?\$[\d,]+\.\d\d|< \+?\$0\.01|> −\$0\.01")
amounts = st.decimals(min_value=-1000, max_value=100_000, places=9)
parts = st.lists(
    st.builds(Slice, st.just("k"), st.just("ingest"), amounts, st.one_of(st.none(), amounts), st.just(""), st.just(True)),
    max_size=40,
)


def table_of(*found: Slice, so_far: bool = False) -> Table:
    return breakdown_table(Breakdown(KEY, found), "last Friday", None, so_far=so_far)


def test_rows_that_exclude_each_other_are_never_added_up() -> None:
    found = table_of(*(Slice("k", f"model {n}", Decimal(n + 1), None) for n in range(TABLE_ROWS + 3)))
    assert slack_table(found)["rows"][-1][0]["text"] == "3 more"
    alone = slack_table(replace(found, are_parts=False))["rows"]
    assert len(alone) == TABLE_ROWS + 1
    assert "more" not in str(alone)


def column(table: Table, at: int) -> list[str]:
    """Return one column as people read it, without its heading."""
    rows: list[list[dict[str, Any]]] = slack_table(table)["rows"]
    return [row[at]["text"] for row in rows[1:]]


def part(name: str, amount: str, before: str | None = None) -> Slice:
    return Slice(name, name, Decimal(amount), None if before is None else Decimal(before))


@given(parts, st.booleans())
def test_every_amount_and_change_of_a_column_is_told_to_the_cent(found: list[Slice], so_far: bool) -> None:
    table = table_of(*found, so_far=so_far)
    is_compared = any(one.before is not None for one in found if one.amount or one.before)
    assert (len(table.columns) == 4) is is_compared, "a column in which nothing is known is left out"
    assert all(TO_THE_CENT.fullmatch(shown) for at in (1, 3)[: len(table.columns) - 2] for shown in column(table, at))


def test_dollars_and_fractions_of_a_cent_stand_in_one_column() -> None:
    table = table_of(part("a", "143", "100"), part("b", "0.0421", "0.0442"), part("c", "0.0021", "0"), part("d", "5", "5"))
    assert column(table, 1) == ["$143.00", "$0.04", "< $0.01", "$5.00"]
    assert column(table, 3) == ["+$43.00", "> −$0.01", "< +$0.01", "±$0.00"]
    assert largest_in_words(table, 2).endswith("(&lt;0.1 %) · 2 more $5.00 (3 %)")


@given(parts)
def test_what_is_cut_off_is_one_row_that_adds_up(found: list[Slice]) -> None:
    table = table_of(*found)
    whole = table.totals("")
    rows = slack_table(table)["rows"][1:]
    assert len(rows) <= TABLE_ROWS + 1
    if rows:
        assert sum(row[1]["value"] for row in rows) == pytest.approx(float(whole[1] or 0))  # pyright: ignore[reportArgumentType]


def test_an_open_day_says_so_far_and_stands_beside_whole_days() -> None:
    [head] = slack_table(table_of(part("a", "3", "9"), so_far=True))["rows"][:1]
    assert [cell["text"] for cell in head] == ["Key", "Amount so far", "Share", "Last Friday, full day"]


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("412.70", "349.75", "+18 % vs last Friday"),
        ("110", "-30", "+$140.00 vs last Friday"),
        ("-30", "110", "−$140.00 vs last Friday"),
        ("50", "0.01", "+$49.99 vs last Friday"),
        ("900", "1.50", "+$898.50 vs last Friday"),
        ("0.5", "0.4995", "&lt; +$0.01 vs last Friday"),
        ("0", "300", "−100 % vs last Friday"),
        ("5", "0", "nothing last Friday"),
        ("0", "0", None),
    ],
)
def test_a_change_is_a_ratio_only_where_its_base_carries_one(now: str, before: str, said: str | None) -> None:
    assert change_in_words(Decimal(now), Decimal(before), "last Friday") == said


@given(amounts, amounts)
def test_a_ratio_is_never_below_minus_one_nor_beyond_a_hundredfold(now: Decimal, before: Decimal) -> None:
    ratio = growth(now, before)
    assert ratio is None or -1 <= ratio <= 99


@given(st.lists(amounts, max_size=9))
def test_shares_are_parts_of_one_or_there_are_none(found: list[Decimal]) -> None:
    told = [one for one in shares(found) if one is not None]
    assert not told or (len(told) == len(found) and min(told) >= 0 and sum(told) == pytest.approx(Decimal(1)))


def test_parts_of_both_signs_have_no_share() -> None:
    table = table_of(part("a", "130"), part("b", "-30"))
    assert column(table, 2) == ["–", "–"]
    assert largest_in_words(table) == "a $130.00 · b −$30.00"


@pytest.mark.parametrize(
    ("amounts", "heading"),
    [
        (("1.004", "1.004", "1.004"), "Amount, rounded"),
        (("1.006", "1.004", "1.00"), "Amount"),
        (("0.004", "5"), "Amount"),
        (("0.004", "0.004", "5"), "Amount, rounded"),
        (("7.125",), "Amount"),
    ],
)
def test_rows_that_miss_their_total_by_rounding_say_that_they_are_rounded(amounts: tuple[str, ...], heading: str) -> None:
    table = slack_table(table_of(*(part(f"k{at}", one, "1.004") for at, one in enumerate(amounts))))
    assert [cell["text"] for cell in table["rows"][0]] == ["Key", heading, "Share", "vs last Friday"]
