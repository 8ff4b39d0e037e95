"""A period is called the same in every answer, title and file."""

from datetime import date

from bot.spend.ask.when import period_in_title, when_in_words

TODAY = date(2026, 11, 21)
CALLED = {
    ("yesterday", date(2026, 11, 20), date(2026, 11, 20)): ("Fri 20 Nov (UTC)", "Fri 20 Nov"),
    ("last month", date(2026, 10, 1), date(2026, 10, 31)): ("Oct 2026", "Oct 2026"),
    ("mtd", date(2026, 11, 1), date(2026, 11, 21)): ("Nov 2026 (1–21 Nov)", "Nov 2026 (1–21 Nov)"),
    ("last quarter", date(2026, 7, 1), date(2026, 9, 30)): ("Q3 2026", "Q3 2026"),
    ("ytd", date(2026, 1, 1), date(2026, 11, 21)): ("2026 (1 Jan–21 Nov)", "2026 (1 Jan–21 Nov)"),
    ("last year", date(2025, 1, 1), date(2025, 12, 31)): ("2025", "2025"),
    ("7d", date(2026, 11, 14), date(2026, 11, 20)): ("the 7 days 14–20 Nov", "14–20 Nov"),
}


def test_a_period_has_one_name() -> None:
    for (period, first, last), (said, title) in CALLED.items():
        assert when_in_words(period, first, last, TODAY) == said
        assert period_in_title(period, first, last, TODAY) == title
