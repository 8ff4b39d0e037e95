"""Reports by time are made a day at a time: their pages are those of the whole, and no day is made that nobody reads."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.claude.disturbances import without
from bot.sandbox.claude.pages_by_piece import PieceByPiece, Ranked, Span, pieces_of
from bot.sandbox.claude.report import Row
from tests.sandbox.claude_reports import TODAY

DAY = timedelta(days=1)


def report(counts: list[int], made: list[int] | None = None) -> PieceByPiece:
    """A report of so many rows a day; `made` notes which days were made."""

    def make(span: Span) -> list[Row]:
        day = (span[0] - TODAY).days
        if made is not None:
            made.append(day)
        return [Row(span[0], span[1], (str(n),), (n,), (n,)) for n in range(counts[day])]

    return PieceByPiece(pieces_of(TODAY, TODAY + DAY * len(counts), DAY, newest_first=False), make)


@given(st.lists(st.integers(0, 7), max_size=6), st.integers(1, 9), st.integers(0, 45))
def test_pages_are_those_of_the_whole_in_any_order_of_reading(counts: list[int], limit: int, offset: int) -> None:
    by_day, whole = report(counts), Ranked(report(counts).page(0, 1000)[0])
    for start in (offset, 0, limit, offset):
        assert by_day.page(start, limit) == whole.page(start, limit)


def test_a_page_makes_the_days_that_it_needs_and_the_next_makes_none_again() -> None:
    made: list[int] = []
    by_day = report([3, 3, 3, 3, 3], made)
    assert (len(by_day.page(0, 2)[0]), made) == (2, [0])
    by_day.page(2, 2)
    assert made == [0, 1]
    by_day.page(4, 2)
    assert made == [0, 1, 2], "whether more follows is a look into the next day"
    by_day.page(6, 8)
    assert made == [0, 1, 2, 3, 4]
    by_day.page(0, 2)
    assert made[-1] == 0, "only the last days are kept"


def test_a_span_is_cut_at_midnight_and_loses_its_gaps() -> None:
    start, end = TODAY + timedelta(hours=5), TODAY + DAY * 2
    assert pieces_of(start, end, timedelta(hours=1), newest_first=True) == [(TODAY + DAY, end), (start, TODAY + DAY)]
    half = timedelta(minutes=30)
    assert pieces_of(start + half, start + half * 3, timedelta(minutes=1), newest_first=False) == [
        (start + half, start + half * 2),
        (start + half * 2, start + half * 3),
    ]
    gap = (TODAY + timedelta(hours=7), TODAY + timedelta(hours=9))
    assert without(start, end, [gap]) == [(start, gap[0]), (gap[1], end)]
    assert without(start, end, [gap, (TODAY, start)]) == [(start, gap[0]), (gap[1], end)]
    assert without(start, end, [(TODAY, end)]) == []
