"""Which days words after `reconcile` mean."""

from datetime import UTC, date, datetime

from bot.spend.reconcile.periods import read_wanted

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
CASES: tuple[tuple[str, str | None, str, str, str | None], ...] = (
    # Typed, how it is typed again (None: makes no sense), its title, and the months before and after.
    ("", "2026-10", "Oct 2026", "2026-09", "2026-11"),
    ("last month", "2026-10", "Oct 2026", "2026-09", "2026-11"),
    ("october", "2026-10", "Oct 2026", "2026-09", "2026-11"),
    ("for october", "2026-10", "Oct 2026", "2026-09", "2026-11"),
    ("2026-10", "2026-10", "Oct 2026", "2026-09", "2026-11"),
    ("dec 2025", "2025-12", "Dec 2025", "2025-11", "2026-01"),
    ("mtd", "2026-11", "Nov 2026 (1–21 Nov)", "2026-10", None),
    ("november", "2026-11", "Nov 2026 (1–21 Nov)", "2026-10", None),
    ("3 Oct to 17 Oct", "2026-10-03..2026-10-17", "3–17 Oct 2026", "2026-09", "2026-11"),
    ("2025-12-30..2026-01-02", "2025-12-30..2026-01-02", "30 Dec 2025 to 2 Jan 2026", "2025-11", "2026-01"),
    ("2026-10-03", "2026-10-03..2026-10-03", "3 Oct 2026", "2026-09", "2026-11"),
    ("7d", "2026-11-14..2026-11-20", "14–20 Nov 2026", "2026-10", None),
    ("octember", None, "", "", None),
    ("october by model", None, "", "", None),
    ("2026-13", None, "", "", None),
    ("2026-12", None, "", "", None),
    ("2020-01-01..2026-10-01", None, "", "", None),
    ("in", None, "", "", None),
)


def test_words_mean_a_month_or_days_that_have_begun() -> None:
    for typed, again, title, before, after in CASES:
        found = read_wanted(typed.split(), NOW)
        assert (found.typed if found else None) == again, typed
        if found is not None:
            assert (found.title(), found.month_before(), found.month_after(TODAY)) == (title, before, after), typed
            assert read_wanted(found.typed.split(), NOW) == found, typed
