"""Days of another year have their year wherever they are said: sentences, tables, files and the titles of charts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.spend.aggregate import breakdown
from bot.spend.ask.charts import figures_chart
from bot.spend.ask.sentences import figures_sentence
from bot.spend.ask.splits import DAY, HOUR, MONTH, QUARTER, WEEK, as_asked, exact
from bot.spend.ask.view import answer_file, render_figures
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.model import ZERO, DayFigure, Figures, Series, Slice, SpendQuery
from bot.spend.phrases import bar_in_words, day_in_words, days_in_words, years_in_title

TODAY = date(2026, 1, 5)
OLD, NEW = date(2025, 12, 30), date(2026, 1, 2)


def answer(first: date, last: date, query: SpendQuery) -> Figures:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    series = Series(tuple(DayFigure(day, {"m": Decimal(n + 1)}) for n, day in enumerate(days)), (("m", "opus"),))
    parts = replace(breakdown(MODEL, [], None, {}), slices=(Slice("m", "opus", Decimal(3), None),))
    return Figures(query, first, last, Decimal(3), None, parts, series, (), (), None, today=TODAY)


def test_a_day_or_range_of_another_year_has_its_year_and_one_over_new_year_has_both() -> None:
    assert day_in_words(OLD, TODAY) == "Tue 30 Dec 2025"
    assert day_in_words(NEW, TODAY) == "Fri 2 Jan"
    assert days_in_words(OLD, OLD + timedelta(days=1), TODAY) == "30–31 Dec 2025"
    assert days_in_words(OLD, NEW, TODAY) == days_in_words(OLD, NEW) == "30 Dec 2025–2 Jan 2026"
    assert days_in_words(NEW, TODAY, TODAY) == "2–5 Jan"
    assert [years_in_title(OLD, OLD, TODAY), years_in_title(OLD, NEW, TODAY), years_in_title(NEW, NEW, TODAY)] == [
        ", 2025", ", 2025–2026", "",
    ]  # fmt: skip
    assert len(bar_in_words([OLD, NEW], [NEW])) <= 20, "Slack shows no more of a label"


def test_an_answer_says_the_year_in_its_sentence_and_in_its_chart() -> None:
    for query in (SpendQuery("7d", MODEL), SpendQuery("7d", MODEL, and_by=WEEK), SpendQuery("7d", WORKSPACE)):
        for first, last, year in ((OLD - timedelta(days=20), OLD, "2025"), (OLD, NEW, "2025–2026"), (NEW, TODAY, "")):
            found = answer(first, last, query)
            sentence, chart = figures_sentence(found), figures_chart(found)
            assert ("2025" in sentence) is bool(year), sentence
            assert chart is not None
            assert ("2025" in chart.title) is bool(year), chart.title
            assert not year or f", {year}" in chart.title
            assert "2025" in (chart.native_title or chart.title) or not year
    one = figures_sentence(answer(OLD, OLD, SpendQuery("yesterday")))
    assert "on Tue 30 Dec 2025 (UTC)" in one
    assert render_figures(answer(OLD, NEW, SpendQuery("7d", MODEL))).text.startswith("*$3.00* in the 4 days 30 Dec 2025")


def test_days_weeks_and_hours_of_a_table_have_their_year_and_files_have_iso_dates() -> None:
    rows = {
        DAY: ("2025-12-30", "Tue 30 Dec 2025", "2025-12-30"),
        WEEK: ("2025-12-22", "22–28 Dec 2025", "2025-12-22"),
        HOUR: ("2025-12-30T07", "Tue 30 Dec 2025, 07:00", "2025-12-30T07:00:00Z"),
        MONTH: ("2025-12-01", "Dec 2025 (1–30 Dec)", "2025-12"),
        QUARTER: ("2025-10-01", "Q4 2025 (1 Oct–30 Dec)", "2025-Q4"),
    }
    for split, (value, shown, written) in rows.items():
        part = Slice(f"{value}\tm", split.label(value, {}), Decimal(1), ZERO, "opus")
        assert as_asked((part,), (split, MODEL), date(2025, 10, 1), OLD, TODAY)[0].name == shown
        assert (exact(part, (split, MODEL)).name, exact(part, (split, MODEL)).and_name) == (written, "opus")
    week = Slice("2025-12-29", WEEK.label("2025-12-29", {}), Decimal(1), ZERO)
    for first, last, shown in ((OLD, NEW, "30 Dec 2025–2 Jan 2026"), (NEW, TODAY, "2–4 Jan"), (NEW, NEW, "Fri 2 Jan")):
        assert as_asked((week,), (WEEK,), first, last, TODAY)[0].name == shown, (
            "what was left out of a week isn't in its name"
        )
    for split, begins, first, last, shown in (
        (MONTH, "2025-12-01", date(2025, 11, 5), NEW, "Dec 2025"),
        (MONTH, "2026-02-01", date(2026, 2, 1), date(2026, 2, 27), "Feb 2026 (1–27 Feb)"),
        (MONTH, "2025-11-01", date(2025, 11, 30), NEW, "Nov 2025 (Sun 30 Nov)"),
        (QUARTER, "2025-10-01", date(2025, 10, 1), date(2025, 12, 31), "Q4 2025"),
        (QUARTER, "2026-01-01", OLD, NEW, "Q1 2026 (1–2 Jan)"),
        (QUARTER, "2026-07-01", date(2026, 7, 1), date(2026, 9, 30), "Q3 2026"),
    ):
        part = Slice(begins, split.label(begins, {}), Decimal(1), ZERO)
        assert as_asked((part,), (split,), first, last, TODAY)[0].name == shown
    months = [DayFigure(day, {"m": Decimal(1)}) for day in (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))]
    found = answer(date(2025, 11, 5), NEW, SpendQuery("2025-11-05..2026-01-02", MONTH))
    chart = figures_chart(replace(found, series=Series(tuple(months), (("m", "opus"),))))
    assert chart is not None
    assert chart.categories == ("5–30 Nov", "Dec 2025", "1–2 Jan")
    query = SpendQuery("7d", DAY)
    found = answer(OLD, NEW, query)
    found = replace(
        found, breakdown=replace(found.breakdown, dimension=DAY, slices=(Slice("2025-12-30", "x", Decimal(1), None),))
    )
    assert answer_file(found).rows[0][0] == "2025-12-30"
