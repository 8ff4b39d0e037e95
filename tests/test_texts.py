"""The list of texts: the committed file is the rendered one, and it misses no place where people read something."""

import re

from tests.generated import STALE
from tests.texts import ROOT, render, texts


def test_the_committed_list_of_texts_is_the_rendered_one() -> None:
    committed = (ROOT / "docs" / "texts.md").read_text(encoding="utf-8")
    assert committed == render(), STALE


def test_each_idea_has_one_word_and_a_plain_one() -> None:
    said = (ROOT / "docs" / "texts.md").read_text(encoding="utf-8")
    odd = [line for line in said.splitlines() if re.search(r"(?i)\b(whoever|anew|runs me)\b", line)]
    assert odd == [], "say: anyone who, again, the people who run Quartermaster"


def test_texts_are_found_wherever_they_stand_and_nothing_else_is() -> None:
    source = '''
"""A docstring is no text."""
WORDS: dict[str, str] = {"the key of it": "It is done"}
def say(name: "Some Type", count: int) -> str:
    log.info("a line for the log")
    if name == "not for people":
        raise ValueError("a bug of ours")
    where = f" in {name}" if name else " everywhere"
    return section(f"You have {plural(count, 'key')}{where}. {'Ask for one' if count else escape(other.thing)}.")
'''
    assert texts(source) == [
        "It is done",
        " in {name}",
        " everywhere",
        "You have {count keys}{where}. {…}.",
        "Ask for one",
    ]
