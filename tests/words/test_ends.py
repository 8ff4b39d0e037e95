"""An end among other words: read wherever it stands, and never swallowed as a part of the reason."""

from datetime import date

import pytest

from bot.words.ends import Ending, find_end, speaks_of_end

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "day", "rest"),
    [
        ("until 2026-12-01", date(2026, 12, 1), ""),
        ("year end until 31 Dec", date(2026, 12, 31), "year end"),
        ("until next Friday covers for Dana", date(2026, 11, 27), "covers for Dana"),
        ("till tomorrow", date(2026, 11, 21), ""),
        ("audit ending 5 Dec", date(2026, 12, 5), "audit"),
        ("for 2 weeks", date(2026, 12, 4), ""),
        ("for a week", date(2026, 11, 27), ""),
        ("covers Dana for two weeks", date(2026, 12, 4), "covers Dana"),
        ("audit for 3 days, then back", date(2026, 11, 23), "audit then back"),
        ("for the year end until 5 Dec", date(2026, 12, 5), "for the year end"),
        ("through Dec 31, 2026 migration", date(2026, 12, 31), "migration"),
        ("for the migration until 5 Dec", date(2026, 12, 5), "for the migration"),
        ("bis 24.12. bitte", date(2026, 12, 24), "bitte"),
        ("audit until 31.12.2026", date(2026, 12, 31), "audit"),
        ("until 31/12/2026", date(2026, 12, 31), ""),
        ("until the end of the year", date(2026, 12, 31), ""),
        ("migration until end of february", date(2027, 2, 28), "migration"),
        ("until end of quarter", date(2026, 12, 31), ""),
    ],
)
def test_an_end_is_read_wherever_it_stands(typed: str, day: date, rest: str) -> None:
    assert find_end(typed.split(), TODAY) == Ending(day, tuple(rest.split()))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "for the migration",
        "because of the audit in 2026",
        "for good",
        "for a demo",
        "for 2 projects",
        pytest.param(f"for {'1' * 4000}", id="a number in which no regular expression may get lost"),
        "for next year's audit",
        "costs of the last 30 days",
        "200 a day",
        "May I have it",
        "because of Monday's incident",
        "the year end of Acme",
        "claude-opus-4-5-20251101 for batch-2026-12-31",
        "q4-report of 12.50 dollars, $25.10 last 30-day",
    ],
)
def test_words_without_an_end_are_left_as_they_are(typed: str) -> None:
    assert find_end(typed.split(), TODAY) == Ending(None, tuple(typed.split()))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("until the audit is over", None),
        ("until 01/02/2026", None),
        ("for 3 hours", None),
        ("for 1 month", date(2026, 12, 20)),
        ("year end for three months, please", date(2027, 2, 20)),
        ("for a year", date(2027, 11, 20)),
        ("for 5000 days", None),
        ("for the next 2 weeks", None),
        ("for next month", None),
        ("for a few days", None),
        ("for 6mo", date(2027, 5, 20)),
        ("for the time being", None),
        ("for now", None),
        ("for the year end", None),
        ("for the month", None),
        ("two weeks", None),
        ("for 3 working days", None),
        ("rest of december", None),
        ("for the rest of the year", None),
        ("for the holidays", None),
        ("for a short time", None),
        ("remove it after 2 weeks", None),
        ("mid january", None),
        ("两周", None),
        ("temporarily", None),
        ("bis Freitag", None),
        ("covers Dana jusqu’au 5 décembre", None),
        ("untill friday", None),
        ("while Bob is away", None),
        ("until Monday next week", None),
        ("2026-12-01 migration", date(2026, 12, 1)),
        ("numbers of 2026-10-31", date(2026, 10, 31)),
        ("01/02/2026", None),
        ("3 days", date(2026, 11, 23)),
        ("2w", date(2026, 12, 4)),
        ("developer 2 weeks", date(2026, 12, 4)),
        ("for 3 months", date(2027, 2, 20)),
        ("for three months of audit", date(2027, 2, 20)),
        ("1 year", date(2027, 11, 20)),
        ("12 hours", None),
        ("12 hrs", None),
        ("45 mins", None),
        ("2 yrs", date(2028, 11, 20)),
        ("tomorrow", date(2026, 11, 21)),
        ("audit Friday", date(2026, 11, 27)),
        ("15 Dec because of the audit", date(2026, 12, 15)),
        ("Tue, Dec 15th migration", date(2026, 12, 15)),
        ("next Friday", date(2026, 11, 27)),
        ("starts on Friday", None),
        ("from Monday", None),
        ("end of this month", date(2026, 11, 30)),
        ("eom", date(2026, 11, 30)),
        ("until Friday 5pm", date(2026, 11, 27)),
        ("until 5 Dec at 17:00, audit", date(2026, 12, 5)),
        ("until 17:00", None),
        ("5 May", date(2027, 5, 5)),
        ("audit for sat", date(2026, 11, 21)),
        ("this week", None),
        ("audit next month.", None),
        ("Monday to Friday", None),
        ("outage 5 jun 2024", None),
        *(
            (typed, None)
            for typed in (
                *(
                    "until=2026-12-01",
                    "--until=2026-12-01",
                    "(until 5 Dec)",
                    '"2026-12-01"',
                    "2026-12-01T12:00Z",
                    "2026/12/31",
                ),
                *("31-12-2026", "20261231", "→ 31.12.", "31.12", "31/12", "1st of December", "on the 5th", "5–9 Dec"),
                *(
                    "for December",
                    "all December",
                    "Q4 only",
                    "over the weekend",
                    "during the audit",
                    "as long as Bob is away",
                ),
                *("a two-week trial", "2-weeks", "90-day", "a fortnight", "temp", "before Christmas"),
                *("2 Wochen", "pendant 2 semaines", "durante 3 días", "до 31 декабря", "12月31日まで", "12월 31일까지"),
            )
        ),
    ],
)
def test_what_may_be_an_end_is_left_to_the_person(typed: str, day: date | None) -> None:
    found = find_end(typed.split(), TODAY)
    assert (found.day, found.is_sure) == (day, False)
    assert "for" not in found.rest or found.day is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("until tomorrow", True),
        ("leaked, for 2 days", True),
        ("till we are back", True),
        ("temporarily", True),
        ("bis Freitag", True),
        ("leaked on Friday", False),
        ("for the audit of December", False),
        ("Friday Lab", False),
        ("unused for 90 days", False),
        ("nobody used it for 3 months", False),
        ("was idle until yesterday", False),
        ("unused since May, so off until June", True),
        ("", False),
    ],
)
def test_what_speaks_of_an_end_is_seen_where_none_can_be_set(typed: str, expected: bool) -> None:
    assert speaks_of_end(typed.split(), TODAY) is expected
