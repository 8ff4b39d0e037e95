"""A threshold speaks in the right period, about figures that exist, and names what drove it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.sandbox.slack.validation import validate_blocks
from bot.slack.markup import date as date_of
from bot.spend.aggregate import days_between
from bot.spend.alerts.model import Alert, Crossing, Threshold, ThresholdPeriod, TopSpender
from bot.spend.alerts.rules import Span, find_crossing, find_top_spender, span_of, spans_to_watch
from bot.spend.alerts.view import alert_lines, render_alert
from bot.spend.ledger.pages import midnight
from bot.spend.model import Cell, LedgerDay
from tests.spend.world import FRIDAY, NOW, OPUS, PROD, SONNET, cell_of

DAY = timedelta(days=1)


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def threshold(period: ThresholdPeriod = "daily", amount: str = "100", created: datetime = LONG_AGO) -> Threshold:
    return Threshold("thr_1", "C0COSTS", period, None, Decimal(amount), "U0DANA", created)


def facts(first: date, last: date, closed: bool = True) -> dict[date, LedgerDay]:
    return {d: LedgerDay(d, "analytics", midnight(d + DAY), NOW, closed, Decimal(0)) for d in days_between(first, last)}


def cell(day: date, key: str, amount: str, model: str = SONNET) -> Cell:
    return cell_of(day, PROD, model, key, Decimal(amount))


@pytest.mark.parametrize(
    ("day", "key", "last"),
    [
        (date(2026, 2, 10), "2026-02", date(2026, 2, 28)),
        (date(2028, 2, 29), "2028-02", date(2028, 2, 29)),
        (date(2026, 12, 31), "2026-12", date(2026, 12, 31)),
        (date(2026, 1, 31), "2026-01", date(2026, 1, 31)),
    ],
)
def test_a_month_ends_where_it_ends(day: date, key: str, last: date) -> None:
    assert span_of("monthly", day) == Span(key, day.replace(day=1), last)
    assert span_of("daily", day) == Span(day.isoformat(), day, day)


def test_late_figures_of_a_period_just_over_are_still_watched() -> None:
    second = datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert [span.key for span in spans_to_watch(threshold("monthly"), second)] == ["2026-12", "2026-11"]
    assert [span.key for span in spans_to_watch(threshold("monthly"), second + 3 * DAY)] == ["2026-12"]
    assert [span.key for span in spans_to_watch(threshold(), second)][:2] == ["2026-12-02", "2026-12-01"]


def test_a_period_that_was_over_before_the_threshold_was_set_stays_silent() -> None:
    keys = [span.key for span in spans_to_watch(threshold(created=NOW), NOW)]
    assert keys == ["2026-11-21"]


@pytest.mark.parametrize(("spent", "speaks"), [("99.999999999", False), ("100", True), ("100.01", True)])
def test_it_speaks_at_the_amount_and_not_below(spent: str, speaks: bool) -> None:
    found = find_crossing(threshold(), span_of("daily", FRIDAY), NOW, facts(FRIDAY, FRIDAY), [cell(FRIDAY, "k", spent)])
    assert (found is not None) is speaks


def test_no_data_never_speaks() -> None:
    assert find_crossing(threshold(amount="0"), span_of("daily", FRIDAY), NOW, {}, []) is None


def test_figures_that_can_still_grow_are_so_far() -> None:
    span, cells = span_of("daily", FRIDAY), [cell(FRIDAY, "k", "120")]
    closed = find_crossing(threshold(), span, NOW, facts(FRIDAY, FRIDAY), cells)
    still_open = find_crossing(threshold(), span, NOW, facts(FRIDAY, FRIDAY, closed=False), cells)
    month = find_crossing(threshold("monthly"), span_of("monthly", FRIDAY), NOW, facts(FRIDAY, FRIDAY), cells)
    assert [found and found.so_far for found in (closed, still_open, month)] == [False, True, True]


def test_the_key_furthest_above_its_usual_day_drove_it() -> None:
    before = [cell(FRIDAY - n * DAY, key, amount) for n in range(1, 8) for key, amount in (("big", "90"), ("small", "10"))]
    today = [cell(FRIDAY, "big", "95"), cell(FRIDAY, "small", "60", OPUS)]
    known = facts(FRIDAY - 7 * DAY, FRIDAY)
    top = find_top_spender("daily", FRIDAY, today, before, known, {"small": "eval-runs"})
    assert top == TopSpender("eval-runs", "opus-5-5", Decimal(60), Decimal(10))


def test_a_usual_day_names_the_largest_key_and_not_the_one_that_is_least_below_its_usual_day() -> None:
    usual = (("big", "75"), ("small", "25"), ("tiny", "0.10"))
    before = [cell(FRIDAY - n * DAY, key, amount) for n in range(1, 8) for key, amount in usual]
    known = facts(FRIDAY - 7 * DAY, FRIDAY)
    for today in ((("big", "60"), ("small", "20"), ("tiny", "0.09")), (("big", "75"), ("small", "25"), ("tiny", "0.20"))):
        cells = [cell(FRIDAY, key, amount) for key, amount in today]
        top = find_top_spender("daily", FRIDAY, cells, before, known, {})
        assert top == TopSpender("…big", "sonnet-5-5", Decimal(today[0][1]), None)


def test_a_credit_is_no_cause_though_it_was_larger_on_usual_days() -> None:
    usual = (("big", "75"), ("credit", "-60"))
    before = [cell(FRIDAY - n * DAY, key, amount) for n in range(1, 8) for key, amount in usual]
    for today, expected in ((("75", "-1"), (Decimal(75), None)), (("95", "-1"), (Decimal(95), Decimal(75)))):
        cells = [cell(FRIDAY, "big", today[0]), cell(FRIDAY, "credit", today[1])]
        top = find_top_spender("daily", FRIDAY, cells, before, facts(FRIDAY - 7 * DAY, FRIDAY), {})
        assert top == TopSpender("…big", "sonnet-5-5", *expected)


def test_an_open_day_names_the_largest_key_because_its_hours_are_no_day() -> None:
    before = [cell(FRIDAY - n * DAY, key, amount) for n in range(1, 8) for key, amount in (("big", "90"), ("small", "10"))]
    known = facts(FRIDAY - 7 * DAY, FRIDAY - DAY) | facts(FRIDAY, FRIDAY, closed=False)
    top = find_top_spender("daily", FRIDAY, [cell(FRIDAY, "big", "40"), cell(FRIDAY, "small", "11")], before, known, {})
    assert top == TopSpender("…big", "sonnet-5-5", Decimal(40), None)


def test_a_month_compares_whole_days_only() -> None:
    days = days_between(FRIDAY - 14 * DAY, FRIDAY)
    cells = [cell(day, "evals", "4" if day == FRIDAY else "100") for day in days]
    known = facts(days[0], FRIDAY - DAY) | facts(FRIDAY, FRIDAY, closed=False)
    top = find_top_spender("monthly", FRIDAY, cells, cells, known, {})
    assert top == TopSpender("…vals", "sonnet-5-5", Decimal(700), Decimal(700))


def test_without_a_day_to_compare_with_the_largest_key_is_named() -> None:
    top = find_top_spender("daily", FRIDAY, [cell(FRIDAY, "a", "5"), cell(FRIDAY, "b", "7")], [], facts(FRIDAY, FRIDAY), {})
    assert top is not None
    assert (top.amount, top.usual) == (7, None)


def test_a_month_is_explained_by_the_largest_key_and_its_last_two_weeks() -> None:
    days = days_between(FRIDAY - 13 * DAY, FRIDAY)
    cells = [cell(day, "evals", "10" if n < 7 else "24", OPUS) for n, day in enumerate(days)]
    top = find_top_spender("monthly", FRIDAY, cells, cells, facts(days[0], FRIDAY), {"evals": "eval-runs"})
    assert top == TopSpender("eval-runs", "opus-5-5", Decimal(168), Decimal(70))
    month = span_of("monthly", FRIDAY)
    watched = threshold("monthly", "2000")
    crossing = Crossing(watched, month.key, month.first, month.last, Decimal(2100), True, NOW, top, "Research <!here>")
    lines = alert_lines(crossing)
    assert lines == [
        f"⚠️ *Research @here passed $2,000.00 in Nov 2026* — $2,100.00 so far, as of {date_of(NOW)}",
        "Largest part: key `eval-runs`, mostly opus-5-5 (+$98 in the last 7 days, +140 %)",
    ]


def test_an_acknowledged_alert_says_who_instead_of_asking() -> None:
    asking = render_alert(["⚠️ *Spend reached $100.00*"], 3)
    alert = Alert(3, "thr_1", "C0COSTS", "2026-11-20", "1.1", NOW, ("⚠️ *Spend reached $100.00*",), "U0CAROL", NOW)
    answered = render_alert(alert.said, 3, alert)
    assert asking.blocks[-1]["type"] == "actions"
    assert answered.blocks[-1]["type"] == "section"
    assert "👀 <@U0CAROL> is on it since" in answered.text
    for message in (asking, answered):
        assert validate_blocks(message.blocks, "message") == []


@pytest.mark.parametrize(
    ("spent", "step"),
    [("49.99", None), ("50", 50), ("79.999999999", 50), ("80", 80), ("99.99", 80), ("100", 100), ("300", 100)],
)
def test_the_highest_step_that_was_reached_speaks(spent: str, step: int | None) -> None:
    watched = replace(threshold(), steps=(50, 80, 100))
    found = find_crossing(watched, span_of("daily", FRIDAY), NOW, facts(FRIDAY, FRIDAY), [cell(FRIDAY, "k", spent)])
    assert (found.step if found else None) == step


@pytest.mark.parametrize(
    ("amount", "spent", "step", "said"),
    [
        ("150", "150", 100, "reached $150.00"),
        ("150", "150.0000001", 100, "reached $150.00"),
        ("150", "150.01", 100, "passed $150.00"),
        ("2000", "1000", 50, "reached 50 % of $2,000.00"),
        ("2000", "1804", 80, "passed 80 % of $2,000.00"),
    ],
)
def test_an_amount_is_reached_or_passed_as_it_reads(amount: str, spent: str, step: int, said: str) -> None:
    span = span_of("daily", FRIDAY)
    one = Crossing(threshold(amount=amount), span.key, FRIDAY, FRIDAY, Decimal(spent), False, NOW, step=step)
    assert alert_lines(one)[0].startswith(f"⚠️ *Spend {said} on Fri 20 Nov (UTC)* — ")


def test_hours_of_days_before_are_no_usual_day() -> None:
    before = [cell(FRIDAY - n * DAY, "k", "3" if n == 2 else "90") for n in range(1, 8)]
    known = facts(FRIDAY - 7 * DAY, FRIDAY) | facts(FRIDAY - 2 * DAY, FRIDAY - 2 * DAY, closed=False)
    top = find_top_spender("daily", FRIDAY, [cell(FRIDAY, "k", "180")], before, known, {})
    assert top is not None
    assert top.usual == 90
