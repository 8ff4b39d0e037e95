"""Why something is asked for, found among other words."""

import pytest

from bot.words.naming import after_thing
from bot.words.reasons import find_reason


@pytest.mark.parametrize(
    ("typed", "rest", "reason"),
    [
        ("my-key because it leaked", "my-key", "because it leaked"),
        ("my-key, for the nightly job", "my-key", "for the nightly job"),
        ("my-key reason: tests", "my-key", "tests"),
        ("my-key - tests - of ours", "my-key", "tests - of ours"),
        ("my-key so that we can test", "my-key", "so that we can test"),
        ("because", "because", ""),
        ("ci-for-tests", "ci-for-tests", ""),
        ("a-b c", "a-b c", ""),
        ("for Staging because x", "for Staging", "because x"),
    ],
)
def test_a_reason_goes_from_the_word_that_begins_it_to_the_end(typed: str, rest: str, reason: str) -> None:
    found = find_reason(typed.split(), is_other=lambda after: after[0] == "Staging")
    assert (" ".join(found.words), found.reason) == (rest, reason)


def test_a_name_of_several_words_may_hold_for() -> None:
    assert find_reason("Center for AI".split(), ()).reason == ""
    assert find_reason(["key for ci", "because", "x"]).words == ("key for ci",), "in quotation marks it is one word"


def test_what_says_which_thing_it_is_is_no_part_of_its_name() -> None:
    typed = ("a new key called ci", "API key ci", "key", "new-key", "a-key b", "api ci")
    left = ["ci", "ci", "", "new-key", "a-key b", "api ci"]
    assert [" ".join(after_thing(one.split())) for one in typed] == left
