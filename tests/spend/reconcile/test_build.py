"""Reconciliations of a month: sums, what is looked at closer, what is missing, and the tables made of them."""

from datetime import timedelta
from decimal import Decimal

from bot.spend.exports.csv import csv_bytes
from bot.spend.model import Measures
from bot.spend.prices.load import price_table
from bot.spend.reconcile.build import reconcile, to_look_closer
from bot.spend.reconcile.model import Reason, Whole
from bot.spend.reconcile.tables import by_day_table, by_model_table
from tests.spend.reconcile.samples import DAY, OPUS, SONNET, given, used

NEXT = DAY + timedelta(days=1)
MIXED = (used("4.500006", tokens=(500_002, 0, 0, 0, 200_000)), used("3", day=NEXT))
"""Half of the first day is batch: $6.000008 at list price, $4.500006 in the report."""
SPLIT = (
    used("1.500002", tokens=(250_001, 0, 0, 0, 100_000), api_key_id="b"),
    used("3.000004", tokens=(250_001, 0, 0, 0, 100_000), api_key_id="a"),
)


def test_what_figures_by_day_do_not_explain_is_looked_at_closer_and_nothing_else() -> None:
    rows = [*MIXED, used("1", model=SONNET, tokens=(0, 0, 0, 0, 100_000)), used("5", model="claude-nova-1")]
    assert to_look_closer(given(rows), price_table()) == {OPUS}
    assert to_look_closer(given(rows, missing=[DAY]), price_table()) == frozenset()


def test_finer_figures_explain_more_where_they_are_the_same_money_and_tokens() -> None:
    coarse = reconcile(given(MIXED), price_table())
    assert coarse.total.parts == {Reason.NOT_SPLIT: Decimal("-1.500002")}
    fine = reconcile(given(MIXED, finer=SPLIT), price_table())
    assert fine.total.parts == {Reason.BATCH: Decimal("-1.500002")}
    for wrong in (SPLIT[:1], (*SPLIT, used("0")), (SPLIT[0], used("3.01"))):
        assert reconcile(given(MIXED, finer=wrong), price_table()).total == coarse.total


def test_sums_are_those_of_their_parts_and_another_whole_is_a_fault() -> None:
    rows = [*MIXED, used("0.3", billed="0.2", model="", tokens=(0,) * 5), used("2", model="claude-nova-1")]
    found = reconcile(given(rows), price_table())
    assert found.total.billed == Decimal("9.700006") == sum(line.billed for line in found.models.values())
    assert found.total.computed == Decimal("9.000008")
    assert found.total.billed == (found.total.computed or 0) + sum(found.total.parts.values())
    assert found.unpriced == ("claude-nova-1",)
    assert found.faults == ()
    broken = given(rows)
    broken = type(broken)(broken.first, broken.last, broken.known, rows, (), (Whole("key", Decimal("9.81")),))
    assert [one.by for one in reconcile(broken, price_table()).faults] == ["key"]


def test_days_without_figures_of_money_count_for_nothing_and_are_named() -> None:
    found = reconcile(given(MIXED, missing=[NEXT], still_open=[DAY]), price_table())
    assert (found.missing, found.open_days) == ((NEXT,), (DAY,))
    assert found.total.billed == Decimal("4.500006")
    assert found.total.parts == {Reason.NOT_FINAL: Decimal("-1.500002")}
    nothing = reconcile(type(given([]))(DAY, NEXT, {}, MIXED), price_table())
    assert (nothing.as_of, nothing.cells, nothing.wholes, len(nothing.missing)) == (None, (), (), 2)


def _reads(day: int, at_list: str) -> Measures:
    return used(at_list, model=SONNET, day=DAY.replace(day=day), tokens=(0, 1_234_567, 0, 0, 0))


def test_a_price_that_changes_in_the_month_counts_from_its_day_on() -> None:
    rows = [_reads(6, "0.2469134"), _reads(7, "0.1234567")]
    assert reconcile(given(rows), price_table()).total.parts == {}
    late = [_reads(6, "0.2469134"), _reads(7, "0.2469134")]
    assert reconcile(given(late), price_table()).total.parts == {Reason.UNEXPLAINED: Decimal("0.1234567")}


ALARMS: tuple[tuple[str, int, bool], ...] = (
    # What the report calls list price, dollars of tokens at list price, and whether that is an alarm.
    ("3.9912345", 3, False),  # less than a dollar
    ("4.0012345", 3, True),
    ("1.9912345", 3, True),
    ("309.1234567", 300, False),  # less than three percent
    ("310.1234567", 300, True),
)


def test_more_than_three_percent_and_a_dollar_unexplained_is_an_alarm() -> None:
    for at_list, dollars, alarms in ALARMS:
        tokens = tuple(n * dollars // 3 for n in (250_000, 0, 0, 0, 100_000))
        row = used(at_list, tokens=tokens, inference_geo="global", service_tier="standard")
        assert reconcile(given([row]), price_table()).alarming == ((OPUS,) if alarms else ()), at_list


def test_the_file_has_every_amount_with_all_its_digits_and_says_what_is_no_data() -> None:
    found = reconcile(
        given([used("3.000000001", billed="2.7"), used("2", model="claude-nova-1")], missing=[NEXT]), price_table()
    )
    head, *lines = csv_bytes(by_day_table(found)).decode().split("\r\n")
    columns = head.split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines if line]
    assert [row["model"] for row in rows if row["day"] == str(DAY)] == ["claude-nova-1", OPUS]
    nova, opus = rows[0], rows[1]
    assert (nova["list_computed_usd"], nova["no_price_usd"], nova["uncached_input_tokens"]) == ("", "2.00", "250000")
    assert (opus["billed_usd"], opus["list_computed_usd"], opus["discount_usd"]) == ("2.70", "3.00", "-0.300000001")
    parts = sum(Decimal(opus[f"{reason.value}_usd"]) for reason in Reason)
    assert Decimal(opus["list_computed_usd"]) + parts == Decimal(opus["billed_usd"])
    assert (rows[-1]["day"], rows[-1]["state"], rows[-1]["billed_usd"]) == (str(NEXT), "no data", "")


def test_the_table_per_model_begins_with_the_largest_bill() -> None:
    rows = [used("3"), used("40", model="claude-nova-1"), used("0.5", model="", tokens=(0,) * 5), used("2.7", day=NEXT)]
    table = by_model_table(reconcile(given(rows), price_table()))
    assert table.values("model") == ["nova-1", "opus-5-5", "Tools and other"]
    assert table.values("difference_usd") == [None, Decimal("-0.3"), None]
    assert table.values("difference_percent") == ["–", "−5 %", "–"]
