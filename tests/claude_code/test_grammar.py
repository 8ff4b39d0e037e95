"""What people type after /claude-code."""

import pytest

from bot.claude_code.grammar import NotUnderstood, parse_query, words_of
from bot.claude_code.model import DAY, MODEL, PERSON, TERMINAL, TOOL, CodeQuery
from bot.commands.parse import parse

NARROWED = "Claude Code's figures can't be narrowed or compared in other ways."
BY_NOBODY = "The report doesn't tell it. The answer *by tool* says what does."
FILES = "Every answer has a *CSV* button below it."
BY_DAY = "I split Claude Code by day, not by longer or shorter times."


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", CodeQuery("30d", PERSON)),
        ("7d by tool", CodeQuery("7d", TOOL)),
        ("by model last week", CodeQuery("last week", MODEL)),
        ("October", CodeQuery("october", PERSON)),
        ("in october by day", CodeQuery("october", DAY)),
        ("tools for 14 days", CodeQuery("14d", TOOL)),
        ("me", CodeQuery("30d", PERSON, True)),
        ("ME by terminal 2026-11-01..2026-11-09", CodeQuery("2026-11-01..2026-11-09", TERMINAL, True)),
        ("by tool by tools", CodeQuery("30d", TOOL)),
        ("last 3 months by tool", CodeQuery("last 3 months", TOOL)),
        ("kw 47", CodeQuery("w47")),
        ("how much does Claude Code cost", CodeQuery("30d", PERSON)),
        ("for me last week", CodeQuery("last week", PERSON, True)),
        ("acceptance rate", CodeQuery("30d", TOOL)),
    ],
)
def test_words_are_understood_in_any_order(typed: str, query: CodeQuery) -> None:
    assert parse_query(typed.split()) == query
    assert parse_query(words_of(query).split()) == query
    parsed = parse("/claude-code", typed)
    assert parsed.subcommand is not None
    assert (parsed.subcommand.name, parsed.words) == ("", tuple(typed.split()))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("persn", NotUnderstood((), "persn", "by person")),
        ("7d by tol", NotUnderstood(("7d",), "by tol", "7d by tool")),
        ("by", NotUnderstood((), "by")),
        ("7d bi model", NotUnderstood(("7d",), "bi", "7d by model")),
        ("by tool by model", NotUnderstood(("by tool",), "by model", "by tool", True)),
        ("7d by tool 30d", NotUnderstood(("7d", "by tool"), "30d", "7d by tool", True)),
        ("digset", NotUnderstood((), "digset", "digest")),
        ("in Production", NotUnderstood((), "in Production", why=NARROWED)),
        ("7d excluding bots", NotUnderstood(("7d",), "excluding", why=NARROWED)),
        ("30d by quarter", NotUnderstood(("30d",), "by quarter", "30d by day", why=BY_DAY)),
        ("xyzzy", NotUnderstood((), "xyzzy")),
        ("30d plugh", NotUnderstood(("30d",), "plugh", "30d")),
        ("last wek", NotUnderstood((), "last wek", "last week")),
        ("rolling 3 months", NotUnderstood((), "rolling 3 months", "90d")),
        ("next week by tool", NotUnderstood((), "next week", "this week by tool")),
        ("languages last month", NotUnderstood((), "languages", "by tool last month", why=BY_NOBODY)),
        ("30d by duration", NotUnderstood(("30d",), "by duration", "30d by tool", why=BY_NOBODY)),
        ("sessions last week", NotUnderstood((), "sessions", "by person last week")),
        ("commits by day", NotUnderstood((), "commits", "by day")),
        ("7d vs last week", NotUnderstood(("7d",), "vs last", "7d", why=NARROWED)),
        ("30d vs 30d before", NotUnderstood(("30d",), "vs 30d before", "30d", why=NARROWED)),
        ("top 5 by person last month", NotUnderstood((), "top 5", "by person last month", why=NARROWED)),
        ("for <@U0BOB> last week", NotUnderstood((), "for <@U0BOB>", "last week", why=NARROWED)),
        ("rejected edits by tool", NotUnderstood((), "rejected edits", "by tool")),
        ("edit tool last week", NotUnderstood((), "edit", "by tool last week")),
        ("cost per commit last month", NotUnderstood((), "per commit", "by person last month")),
        ("vscode october", NotUnderstood((), "vscode", "by terminal october")),
        ("weekly", NotUnderstood((), "weekly", "digest")),
        ("7d by tool csv", NotUnderstood(("7d", "by tool"), "csv", "7d by tool", why=FILES)),
        ("7d the ugly duckling", NotUnderstood(("7d",), "ugly duckling", "7d")),
    ],
)
def test_what_is_not_understood_is_named_with_the_nearest_that_is(typed: str, found: NotUnderstood) -> None:
    assert parse_query(typed.split()) == found
    if found.suggestion and found.suggestion != "digest":
        assert isinstance(parse_query(found.suggestion.split()), CodeQuery)
    parsed = parse("/claude-code", typed)
    assert parsed.subcommand is not None, "the command answers itself"
    assert parsed.words == tuple(typed.split())
