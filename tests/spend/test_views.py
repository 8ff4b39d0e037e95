"""What people see of spend passes Slack's checks, says in words what it shows, and is inert."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.forms.draw import draw
from bot.forms.read import given
from bot.posts.undeliverable import render_undeliverable
from bot.sandbox.slack.validation import validate_blocks, validate_view
from bot.slack import ids
from bot.slack.charts import chart_block
from bot.slack.markup import date as date_of
from bot.spend.aggregate import days_between
from bot.spend.alerts.forms import ALERT, alert_frame, alert_values, threshold_in_words
from bot.spend.alerts.model import Threshold
from bot.spend.ask.grammar import NotUnderstood, span
from bot.spend.ask.spans import PERIOD_BEFORE
from bot.spend.ask.view import figures_chart, figures_sentence, render_figures, render_not_understood
from bot.spend.digests.forms import DIGEST, digest_frame, digest_values
from bot.spend.digests.model import Subscription
from bot.spend.digests.view import render_correction
from bot.spend.dimensions import DIMENSIONS, KEY, WORKSPACE, Dimension
from bot.spend.model import Breakdown, DayFigure, Digest, Figures, Period, Series, Slice, SpendQuery
from bot.spend.phrases import days_in_words, month_in_words, of_budget
from bot.spend.typed import alert_typed
from bot.words.calendars import UTC_DAYS

TODAY = date(2026, 11, 21)
AS_OF = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
NASTY = "<!channel> *x* `y`\n> \u202e" + "long " * 40


def figures(
    period: Period = "yesterday", by: Dimension = WORKSPACE, total: str | None = "412.70", **more: object
) -> Figures:
    first, last = span(period, TODAY)
    amount = None if total is None else Decimal(total)
    slices = (
        () if amount is None else (Slice("a", "Production", amount - 100, Decimal(200)), Slice("b", NASTY, Decimal(100)))
    )
    days = [
        DayFigure(day, None if amount is None else {"a": Decimal(9)})
        for day in days_between(last - timedelta(days=29), last)
    ]
    made = Figures(
        query=SpendQuery(period, by),
        first=first,
        last=last,
        total=amount,
        before=Decimal("349.75"),
        breakdown=Breakdown(by, slices),
        series=Series(tuple(days), (("a", "Production"),)),
        missing=(),
        open_days=(),
        as_of=AS_OF,
    )
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("period", ["today", "yesterday", "7d", "30d", "mtd"])
@pytest.mark.parametrize("by", DIMENSIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("total", ["412.70", "100", None])
def test_every_answer_passes_the_checks_of_slack(period: Period, by: Dimension, total: str | None) -> None:
    found = figures(period, by, total, workspace_name=NASTY, missing=(TODAY,), open_days=(TODAY,), budget=Decimal(500))
    spec = figures_chart(found)
    for private in (True, False):
        message = render_figures(found, chart_block(spec) if spec else None, private=private)
        assert validate_blocks(message.blocks, "message") == []
        assert "<!channel>" not in message.text


def test_on_its_last_day_a_month_is_not_spoken_of_as_over() -> None:
    month = figures("mtd", first=date(2026, 11, 1), last=date(2026, 11, 30))
    assert figures_sentence(replace(month, runs=True)) == (
        "*$412.70* in Nov 2026 (1–30 Nov) · +18 % vs the same days in Oct"
    )
    assert figures_sentence(month) == "*$412.70* in Nov 2026 · +18 % vs Oct 2026"


def test_answer_is_one_sentence_with_its_comparison() -> None:
    ahead = replace(figures(), total=None, first=TODAY + timedelta(days=9), last=TODAY + timedelta(days=9), today=TODAY)
    assert figures_sentence(ahead).endswith("(UTC), because it hasn't begun.")
    assert figures_sentence(figures()) == "*$412.70* on Fri 20 Nov (UTC) · +18 % vs last Friday"
    assert figures_sentence(figures("7d", workspace_name="Production")) == (
        "*$412.70 in Production* in the 7 days 14–20 Nov · +18 % vs the 7 days before"
    )
    weekend = figures("saturday..sunday", first=date(2026, 11, 14), last=date(2026, 11, 15))
    assert figures_sentence(weekend).endswith("+18 % vs the same days of the week before")
    assert figures_sentence(figures("mtd", budget=Decimal(1000), open_days=(TODAY,))) == (
        "*$412.70 so far* in Nov 2026 (1–21 Nov) · 41 % of the $1,000.00 budget"
    )


def test_hours_of_a_day_against_whole_days_are_no_fall() -> None:
    asked = SpendQuery("today", versus="yesterday")
    running = figures("today", query=asked, open_days=(TODAY,), runs=True, compared=(date(2026, 11, 20),) * 2)
    assert figures_sentence(running) == "*$412.70 so far* on Sat 21 Nov (UTC) · Fri 20 Nov 2026 had $349.75"
    assert "vs Fri 20 Nov 2026" not in figures_sentence(replace(running, runs=False)), "its last hours aren't reported yet"
    assert "vs Fri 20 Nov 2026" in figures_sentence(replace(running, runs=False, as_of=AS_OF + timedelta(days=1)))
    assert "Sat 21 Nov is not final yet" in render_figures(replace(running, today=date(2026, 11, 22))).text
    month = figures("mtd", open_days=(TODAY,), runs=True)
    assert "had" not in figures_sentence(month)
    asked_for = replace(month, query=replace(month.query, versus=PERIOD_BEFORE))
    assert figures_sentence(asked_for).endswith("· the same days in Oct had $349.75"), "who asks for a comparison gets one"
    week = figures(query=SpendQuery(versus="7d"), compared=(date(2026, 11, 14), date(2026, 11, 20)))
    assert figures_sentence(week) == "*$412.70* on Fri 20 Nov (UTC) · 14–20 Nov 2026 had $349.75"
    assert "compares 1 day with 7" in render_figures(week).text
    september = (date(2026, 9, 1), date(2026, 9, 30))
    october = figures("october", query=SpendQuery("october", versus="september"), compared=september)
    assert "+18 % vs Sep 2026" in figures_sentence(october), "months are compared as people do"


def test_missing_days_are_said_and_are_not_zero() -> None:
    assert "no data yet for 3 days (18–20 Nov)" in figures_sentence(
        figures("7d", missing=(date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)))
    )
    apart = figures("7d", missing=(date(2026, 11, 14), date(2026, 11, 20)))
    assert "no data yet for 2 days (among 14–20 Nov)" in figures_sentence(apart)
    text = render_figures(figures(total=None)).text
    assert "That isn't $0" in text
    assert "yesterday" not in text


def test_text_says_what_table_and_chart_show() -> None:
    found = figures()
    message = render_figures(found, None)
    assert "Production $312.70 (76 %)" in message.text
    assert f"As of {date_of(AS_OF)}, final · days are UTC days" in message.text
    spec = figures_chart(found)
    assert spec is not None
    assert "$412.70" in spec.alt_text


def test_text_counts_what_it_does_not_name_so_that_it_adds_up() -> None:
    parts = tuple(Slice(str(n), f"key-{n}", Decimal(10), None) for n in range(9))
    text = render_figures(figures(by=KEY, total="90", breakdown=Breakdown(KEY, parts))).text
    assert "key-4 $10.00 (11 %) · 4 more $40.00 (44 %)" in text


def test_days_so_far_are_marked_where_they_are_compared_and_drawn() -> None:
    found = figures("mtd", open_days=(TODAY,))
    table = next(block for block in render_figures(found).blocks if block["type"] == "table")
    assert table["rows"][0][3]["text"] == "Same days in Oct"
    spec = figures_chart(found)
    assert spec is not None
    assert spec.categories[-1] == "20–21 Nov so far"
    assert spec.title.endswith(", 2 days a bar")
    assert all(len(label) <= 20 for label in spec.categories)


def test_thirty_days_are_drawn_in_steps_that_fit_the_chart_and_add_up() -> None:
    spec = figures_chart(figures("30d"))
    assert spec is not None
    assert len(spec.categories) == 15
    assert spec.categories[0] == "22–23 Oct"
    assert sum(spec.series[0].values) == 270
    assert chart_block(spec) is not None


def test_the_native_chart_of_an_answer_is_the_total_of_each_day() -> None:
    days = tuple(DayFigure(TODAY - timedelta(days=n), {"a": Decimal(n), "b": Decimal(7)}) for n in (3, 2, 1))
    spec = figures_chart(figures("7d", KEY, series=Series(days, (("a", "ingest"), ("b", "evals")))))
    assert spec is not None
    block = chart_block(spec)
    assert block is not None
    assert block["title"] == "Spend per day (USD)"
    [shown] = block["chart"]["series"]
    assert [point["value"] for point in shown["data"]] == [10, 9, 8]


@pytest.mark.parametrize("many", [2, 20, 300])
def test_a_day_is_drawn_by_its_parts_the_largest_first(many: int) -> None:
    parts = tuple(Slice(str(n), f"key-{n}", Decimal(1000 - n)) for n in range(many))
    spec = figures_chart(figures(by=KEY, total="9", breakdown=Breakdown(KEY, parts)))
    assert spec is not None
    [shown] = spec.series
    assert list(shown.values)[:19] == sorted(shown.values[:19], reverse=True)
    assert sum(shown.values) == sum(part.amount for part in parts)
    assert len(spec.categories) == min(many, 20)
    assert (spec.categories[-1] == "other") is (many > 20)
    assert spec.title == "Fri 20 Nov by key (USD)"
    block = chart_block(spec)
    assert block is not None
    assert validate_blocks([block], "message") == []


def test_a_day_of_credits_and_costs_is_drawn_with_both() -> None:
    parts = (Slice("a", "Production", Decimal(30)), Slice("b", "Credit", Decimal(-12)))
    spec = figures_chart(figures(total="18", breakdown=Breakdown(WORKSPACE, parts), open_days=(TODAY,)))
    assert spec is not None
    assert (spec.categories, spec.series[0].values) == (("Production", "Credit"), (30, -12))
    assert "so far" in spec.title


def test_a_thousand_keys_are_drawn_as_the_largest_and_the_rest() -> None:
    names = tuple((str(n), f"key-{n}") for n in range(1000))
    days = tuple(DayFigure(TODAY - timedelta(days=n), {one: Decimal(int(one)) for one, _ in names}) for n in (2, 1))
    spec = figures_chart(figures("7d", KEY, series=Series(days, names)))
    assert spec is not None
    assert [one.name for one in spec.series] == [*(f"key-{n}" for n in range(995, 1000)), "other"]
    assert sum(sum(one.values) for one in spec.series) == 2 * sum(range(1000))
    assert chart_block(spec) is not None


def test_odd_days_are_the_first_bar_because_a_short_last_one_looks_like_a_fall() -> None:
    days = tuple(DayFigure(day, {"a": Decimal(9)}) for day in days_between(date(2026, 11, 1), TODAY))
    spec = figures_chart(figures("mtd", series=Series(days, (("a", "Production"),)), open_days=(TODAY,)))
    assert spec is not None
    assert (spec.categories[0], spec.categories[-1]) == ("1 Nov, 1 day", "20–21 Nov so far")
    assert spec.series[0].values == (9, *[18] * 10)
    assert chart_block(spec) is not None


def test_what_a_screen_reader_says_holds_no_entities() -> None:
    found = figures(workspace_name="R&D <blue>")
    spec = figures_chart(found)
    assert spec is not None
    assert "$412.70 in R&D <blue> on Fri 20 Nov" in spec.alt_text
    assert "R&amp;D" in figures_sentence(found)


def test_a_key_that_was_idle_is_up_and_not_new() -> None:
    parts = (Slice("a", "ingest", Decimal(40), Decimal(0)), Slice("b", "evals", Decimal("1.5"), Decimal(1)))
    rows = render_figures(figures(breakdown=Breakdown(KEY, parts))).blocks[1]["rows"]
    assert [row[3]["text"] for row in rows[1:]] == ["+$40.00", "+$0.50"]


@pytest.mark.parametrize(
    ("spent", "said"), [("997", "99.7 % of"), ("999.99", "99.9 % of"), ("985", "98 % of"), ("1000", "100 % of")]
)
def test_a_budget_is_not_used_up_before_it_is(spent: str, said: str) -> None:
    assert said in figures_sentence(figures("mtd", total=spent, budget=Decimal(1000)))


@pytest.mark.parametrize(
    ("spent", "budget", "said"),
    [
        ("-30", "1000", "−$30.00 of the $1,000.00 budget"),
        ("500", "0.01", "$500.00 of the $0.01 budget"),
        ("5000", "20", "$5,000.00 of the $20.00 budget"),
        ("0", "1000", "0 % of the $1,000.00 budget"),
        ("1500", "1000", "150 % of the $1,000.00 budget"),
    ],
)
def test_a_budget_is_a_ratio_only_where_it_carries_one(spent: str, budget: str, said: str) -> None:
    assert of_budget(Decimal(spent), Decimal(budget)) == said
    assert f"· {said}" in figures_sentence(figures("mtd", total=spent, budget=Decimal(budget)))


@pytest.mark.parametrize(
    ("month", "budget", "said"),
    [
        ("8100", "12000", "month $8.1k of $12k (68 %)"),
        ("9.99", "12000", "month $9.99 of $12,000.00 (0.1 %)"),
        ("950", "1200", "month $950.00 of $1,200.00 (79 %)"),
        ("950000", "1200000", "month $950,000.00 of $1,200,000.00 (79 %)"),
        ("-30", "1000", "month −$30.00 of $1,000.00"),
        ("0.004", "0.5", "month &lt; $0.01 of $0.50"),
        ("950", None, "month $950"),
    ],
)
def test_a_month_and_its_budget_are_told_in_one_scale(month: str, budget: str | None, said: str) -> None:
    amount = None if budget is None else Decimal(budget)
    assert month_in_words(Digest(TODAY, Decimal(1), None, Decimal(month), amount, True, AS_OF)) == said


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), "Fri 20 Nov"),
        (date(2026, 11, 16), date(2026, 11, 22), "16–22 Nov"),
        (date(2026, 10, 30), date(2026, 11, 2), "30 Oct–2 Nov"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 Dec 2025–2 Jan 2026"),
    ],
)
def test_ranges_read_short(first: date, last: date, words: str) -> None:
    assert days_in_words(first, last) == words


def test_words_not_understood_are_named_and_can_be_mended_with_a_button() -> None:
    problem = NotUnderstood(("30d", "by model"), "in Produktion", "30d by model in Production")
    message = render_not_understood(problem, "claude", ["30d"])
    assert message.text == (
        "I read *30d*, *by model*; I don't know *in Produktion*. Did you mean `/claude-spend 30d by model in Production`?"
    )
    assert message.blocks[-1]["elements"][0]["value"] == "30d by model in Production"
    why = NotUnderstood(("7d",), "by region", why="I don't read figures by region.")
    assert render_not_understood(why, "claude", ["30d"]).text == (
        "I read *7d*; I don't know *by region*. I don't read figures by region."
    )
    nasty = render_not_understood(NotUnderstood((), NASTY, None), "claude", ["[today]"])
    for one in (message, nasty):
        assert validate_blocks(one.blocks, "message") == []
    assert "<!channel>" not in nasty.text


def test_corrections_and_refusals_are_one_plain_line() -> None:
    assert (
        render_correction(Decimal("412.70"), Decimal("431.20"), "Fri 20 Nov").text
        == "Corrected for Fri 20 Nov: $431.20 (+$18.50)"
    )
    assert render_correction(None, Decimal("431.20"), "Fri 20 Nov").text == "The figures for Fri 20 Nov are in: $431.20"
    assert validate_blocks(render_undeliverable("<#C0COSTS>", "That channel is archived.", "claude").blocks, "message") == []


SUBSCRIPTION = Subscription("dig_1", "C0COSTS", "07:30", "America/New_York", ("w1", "w2"), "U0DANA", AS_OF, TODAY, AS_OF)
THRESHOLDS = [
    Threshold(
        f"thr_{n}", "C0COSTS", "daily" if n % 2 else "monthly", "w1" if n % 3 else None, Decimal(n + 1), "U0DANA", AS_OF
    )
    for n in range(9)
]


def digest_view(channel: str, tz: str, existing: Subscription | None, names: dict[str, str]) -> dict[str, Any]:
    held = given(DIGEST.fields, digest_values(channel, tz, existing), names, AS_OF, UTC_DAYS)
    return draw(DIGEST, held, digest_frame(channel, existing))


@pytest.mark.parametrize("channel", ["C0COSTS", "D0DANA", ""])
def test_forms_pass_the_checks_of_slack(channel: str) -> None:
    names = {"w1": NASTY}
    held = given(ALERT.fields, alert_values(channel), {}, AS_OF, UTC_DAYS)
    views = [
        digest_view(channel, "Europe/Berlin", None, names),
        digest_view(channel, "Europe/Berlin", SUBSCRIPTION, names),
        draw(ALERT, held, alert_frame(channel, [], names)),
        draw(ALERT, held, alert_frame(channel, THRESHOLDS, names)),
    ]
    for view in views:
        assert validate_view(view) == []


def test_the_form_of_an_alert_takes_what_was_typed() -> None:
    for typed, amount, period in (
        ("$1,500 monthly", "1500.00", "monthly"),
        ("per day 2k", "2000.00", "daily"),
        ("5 EUR a month", "5 EUR", "monthly"),
        ("", None, "daily"),
    ):
        values = alert_values("C0COSTS") | alert_typed(typed.split(), {}).values
        assert (values.get("spend_amount"), values["spend_period"]) == (amount, period), typed
        held = given(ALERT.fields, values, {}, AS_OF, UTC_DAYS)
        assert f"'initial_value': '{amount}'" in str(draw(ALERT, held, alert_frame("C0COSTS", [], {}))) or amount is None


def test_a_form_shows_what_the_channel_has() -> None:
    view = digest_view("C0COSTS", "Europe/Berlin", SUBSCRIPTION, {"w1": "Production"})
    assert view["submit"]["text"] == "Save"
    by_id = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert by_id[ids.SPEND_TIME]["initial_option"]["value"] == "07:30"
    assert by_id[ids.SPEND_ZONE]["initial_option"]["value"] == "America/New_York"
    assert [one["value"] for one in by_id[ids.SPEND_WORKSPACES]["initial_options"]] == ["w1", "w2"]
    assert by_id[ids.SPEND_CHANNEL]["initial_conversation"] == "C0COSTS"


def test_a_threshold_reads_as_a_sentence() -> None:
    names = {"w1": "Research"}
    one = Threshold("t", "C", "daily", "w1", Decimal(500), "U", AS_OF)
    assert threshold_in_words(one, names) == "I'll post in C when Research reaches $500.00 in one UTC day, once per day."
    everything = replace(one, workspace_id=None, period="monthly")
    assert (
        threshold_in_words(everything, names)
        == "I'll post in C when all workspaces together reach $500.00 in one UTC month, once per month."
    )
