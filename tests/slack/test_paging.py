"""Pages of lists: every item is on one of them, also while the list changes, and what a button carries is never trusted."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.validation import validate_message
from bot.slack.paging import LAST, Page, by_name, numbered, page_of, pager, range_of, read_turn

NAMES = st.lists(st.text(max_size=80), max_size=60, unique=True)


def key(name: str) -> str:
    return by_name(name, f"id_{name}")


def walk(items: list[str], size: int, cursor: str = "") -> Iterator[Page[str]]:
    """Yield a page and all that follow it."""
    while True:
        page = page_of(items, key, cursor, size)
        yield page
        if not page.next:
            return
        assert page.next != cursor, "the button leads nowhere"
        cursor = page.next


@given(NAMES, st.integers(1, 12))
def test_walking_on_shows_everything_once_and_walking_back_too(names: list[str], size: int) -> None:
    pages = list(walk(names, size))
    assert [name for page in pages for name in page.items] == sorted(names, key=key)
    assert all(page.total == len(names) for page in pages)
    last, back = pages[-1], list[str](reversed(pages[-1].items))
    while last.previous:
        last = page_of(names, key, last.previous, size)
        back += reversed(last.items)
    assert list(dict.fromkeys(reversed(back))) == sorted(names, key=key)


@given(NAMES, NAMES, st.integers(1, 12))
def test_what_comes_and_goes_meanwhile_hides_nothing_that_stays(before: list[str], after: list[str], size: int) -> None:
    first = page_of(before, key, "", size)
    later = list(walk(after, size, first.next)) if first.next else []
    seen = {*first.items, *(name for page in later for name in page.items)}
    assert not first.next or {name for name in after if name in before} <= seen


def test_behind_the_end_stands_the_last_page() -> None:
    names = [f"n{number:02d}" for number in range(25)]
    assert page_of(names, str, ">n99").items == names[15:]
    assert page_of(names, str, LAST).items == names[15:]
    assert page_of(names, str, "nonsense").items == names[:10]
    assert page_of(list[str](), str, LAST).items == []
    assert range_of(page_of(names, str, ">n09")) == "11–20 of 25"
    assert range_of(page_of(names[:3], str)) == "3"
    assert numbered(["b", "a"], "", 1).next


def test_the_buttons_carry_where_to_go_and_what_was_narrowed() -> None:
    page = page_of([f"n|{number}\"'" for number in range(30)], key, ">n|15\"'\tid")
    (row,) = pager(page, "page_keys", "keys", '{"part":"a|b"}')
    assert [element["action_id"] for element in row["elements"]] == ["page_keys_previous", "page_keys_next"]
    assert read_turn(row["elements"][1]["value"]) == ('{"part":"a|b"}', page.next)
    assert not validate_message({"channel": "C0GENERAL", "text": "x", "blocks": [row]})
    assert pager(page_of(["one"], str), "page_keys", "keys") == []


@pytest.mark.parametrize("value", ["", "x", "[]", "{}", '{"at":7,"of":[]}', "[" * 100_000, json.dumps({"at": "\0"})])
def test_what_nobody_here_wrote_leads_to_the_first_page(value: str) -> None:
    assert read_turn(value) == ("", "")
