"""However much somebody types, they get an answer: no button carries more than Slack takes, or half of what was meant."""

from collections.abc import Callable
from dataclasses import replace

from bot.claude_code.grammar import NotUnderstood as CodeNotUnderstood
from bot.claude_code.grammar import parse_query as read_code
from bot.claude_code.view import render_not_understood as render_code_not_understood
from bot.commands.parse import split_words
from bot.sandbox.slack.validation import validate_blocks
from bot.slack.model import Message
from bot.spend.ask.grammar import NotUnderstood, parse_query
from bot.spend.ask.view import render_not_understood
from bot.spend.dimensions import KEY
from bot.spend.exports.query import Refused, read_query
from bot.spend.exports.view import render_records, render_refused, render_what
from bot.spend.model import Filter
from bot.spend.reports.view import render_not_read
from bot.spend.reports.words import NotRead, read_wanted
from tests.spend.test_records_asked import FOUND

KEYS = ",".join(f"k{n}" for n in range(600))


def asked(typed: str) -> Message:
    found = parse_query(split_words(typed))
    assert isinstance(found, NotUnderstood)
    return render_not_understood(found, "claude", ["PERIOD"])


def records(typed: str) -> Message:
    found = read_query(split_words(typed), ["Production"])
    assert isinstance(found, NotUnderstood | Refused)
    return render_refused(found, "claude") if isinstance(found, Refused) else render_what(found, "claude", is_own=False)


def code(typed: str) -> Message:
    found = read_code(split_words(typed))
    assert isinstance(found, CodeNotUnderstood)
    return render_code_not_understood(found, "claude", "PERIOD")


def report(typed: str) -> Message:
    found = read_wanted(split_words(typed), ("team",))
    assert isinstance(found, NotRead)
    return render_not_read(found, "claude")


LONG: tuple[tuple[Callable[[str], Message], str], ...] = (
    (asked, f"yesterdy key {KEYS}"),
    (records, f"yesterdy key {KEYS}"),
    (records, f"7d tokens key {KEYS}"),
    (records, f"7d by key modl opus {'7d ' * 900}"),
    (code, f"by toool {'7d ' * 900}"),
    (report, f"modls {'7d ' * 900}"),
    (report, f"allocation by {'x' * 2900}"),
)


def test_what_no_button_can_carry_is_answered_without_one() -> None:
    for answer, typed in LONG:
        said = answer(typed)
        assert validate_blocks(said.blocks, "message") == []
        buttons = [one for block in said.blocks if block["type"] == "actions" for one in block["elements"]]
        assert [one["value"] for one in buttons if len(one.get("value", "")) > 100] == []


def test_records_of_a_long_question_are_shown_without_buttons() -> None:
    long = replace(FOUND, query=replace(FOUND.query, where=(Filter(KEY, tuple(KEYS.split(","))),)))
    said = render_records(long, "claude")
    assert validate_blocks(said.blocks, "message") == []
    assert "too long for buttons" in str(said.blocks)
