"""A `*` in a name stands for anything, and no pattern takes long."""

import pytest

from bot.words.patterns import fits, has_in_it


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("ingest", ["ingest"], ["ingest-prod", "an ingest", ""]),
        ("ingest-*", ["ingest-", "ingest-prod"], ["ingest", "my-ingest-prod"]),
        ("*prod", ["prod", "ingest-prod"], ["prod-2"]),
        ("a*b*a", ["aba", "a-b-b-a"], ["ab", "a", "bab"]),
        ("aa*aa", ["aaaa", "aabaa"], ["aaa", "aa"]),
        ("**", ["", "x"], []),
    ],
)
def test_a_star_stands_for_anything(pattern: str, fitting: list[str], others: list[str]) -> None:
    assert [one for one in (*fitting, *others) if fits(one, pattern)] == fitting


def test_a_part_of_a_name_may_be_a_pattern() -> None:
    assert [one for one in ("my ingest-prod", "ingest") if has_in_it(one, "ingest-*")] == ["my ingest-prod"]


def test_a_hostile_pattern_is_answered_in_no_time() -> None:
    assert not has_in_it("a" * 10_000, "a*" * 2_000 + "b")
