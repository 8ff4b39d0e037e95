"""Whole numbers as people write them: read, or refused where they could mean two things; what is written is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words.counts import MOST_COUNT, count_in_words, exact_count, read_count, short_count
from bot.words.unreadable import Unreadable
from tests.words.test_readers import read_or_sentence


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2000", 2000), ("2,000", 2000), ("2k", 2000), ("1.5m", 1_500_000), ("1.5 M", 1_500_000), ("0", 0), (" 7 ", 7),
        ("2 million", 2_000_000), ("3 thousand", 3000), ("1b", 10**9), ("10,000,000", 10**7), ("0.5k", 500),
        ("2,000 per minute", 2000), ("2k/min", 2000), ("1.5m a minute", 1_500_000),
        ("none", None), ("None", None), ("no limit of its own", None), ("default", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "Write a whole number"), ("a lot", "Write a whole number"), ("1e5", "Write a whole number"), ("NaN", "Write"),
        ("2k per day", "for a minute"), ("500 an hour", "for a minute"), ("9k/s", "for a minute"),
        ("2.000", "the point"), ("1.000.000", "the point"), ("1,5m", "the comma"), ("1.234,5k", "the comma"),
        ("0,500", "the comma"),
        ("1.5", "a whole number"), ("1.2345k", "a whole number"), ("-5", "without a sign"), ("−5", "without a sign"),
        ("+5", "without a sign"), ("unlimited", "more than the organization has"), ("9" * 17, "too large"),
        ("9" * 99, "Write a whole number"), ("١٢", "Write a whole number"), ("5 000", "Write a whole number"),
        ("2kk", "Write a whole number"), ("<!channel>", "Write a whole number"), (".5k", "Write a whole number"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_is_refused_in_a_sentence(text: str, part: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_count(text)
    assert part in refused.value.sentence
    assert refused.value.sentence.endswith(".")


@given(st.one_of(st.none(), st.integers(0, MOST_COUNT)))
def test_what_is_written_is_read_back(count: int | None) -> None:
    assert read_count(count_in_words(count)) == count
    assert count is None or read_count(exact_count(count)) == read_count(short_count(count)) == count


@pytest.mark.parametrize(
    ("count", "short"), [(10_000_000, "10m"), (2_500_000, "2.5m"), (4000, "4k"), (1234, "1,234"), (999, "999"), (0, "0")]
)
def test_a_short_number_is_the_same_number(count: int, short: str) -> None:
    assert short_count(count) == short


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    assert read_or_sentence(lambda: read_count(text))
