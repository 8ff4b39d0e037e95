"""Sums, ratios, comparisons and words of Claude Code's figures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.claude_code.build import are_closed, as_of, days_before, days_of, parts_of
from bot.claude_code.model import (
    BYS,
    DAY,
    MODEL,
    PERSON,
    TERMINAL,
    TOOL,
    By,
    CodeFigures,
    CodeQuery,
    Crowd,
    Part,
    ReadDay,
    Reading,
    Use,
    total,
)
from bot.claude_code.phrases import acceptance_in_words, cost_in_words, counts_in_words, crowd_in_words
from bot.claude_code.table import answer_chart, file_table, shown_table
from bot.claude_code.view import MONITORING, code_chart, compared, render_code
from bot.sandbox.slack.validation import validate_message
from bot.spend.aggregate import days_between
from bot.spend.exports.csv import csv_bytes
from bot.spend.render import slack_table

FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOLLAR = 10**9
USE = Use(4, 120, 30, 3, 1, 90, 10, 1000, 200, 3000, 400, 0, 6 * DOLLAR)
ANNA, BEN = ("user", "anna@acme.test"), ("user", "ben@acme.test")


def figures(by: By = PERSON, **changed: object) -> CodeFigures:
    """An answer about a week with two people, or two of whatever it is split by."""
    keys = {PERSON: (ANNA, BEN), DAY: (FIRST, LAST), TOOL: ("edit_tool", "x"), MODEL: ("m1", "m2"), TERMINAL: ("", "tmux")}
    parts = tuple(Part(key, USE, None if by is DAY else Use()) for key in keys[by])
    whole = total(part.use for part in parts)
    values: dict[str, object] = {
        "query": CodeQuery("last week", by), "first": FIRST, "last": LAST, "use": whole, "before": whole, "parts": parts,
        "days": tuple((day, USE) for day in days_between(FIRST, LAST)),
        "crowd": Crowd(frozenset({ANNA[1], BEN[1]}), frozenset({ANNA[1]})), "missing": (), "open_days": (), "as_of": NOW,
        "names": {ANNA: "Anna", BEN: "Person 412"},
    }  # fmt: skip
    return CodeFigures(**{**values, **changed})  # pyright: ignore[reportArgumentType]


counts = st.integers(min_value=0, max_value=10**12)
uses = st.builds(Use, *[counts] * len(Use._fields))


@given(st.dictionaries(st.sampled_from([f"p{n}" for n in range(9)]), uses, min_size=1))
def test_the_parts_of_any_split_add_up_to_the_whole_and_so_do_the_rows_of_its_tables(found: dict[str, Use]) -> None:
    whole = total(found.values())
    for by in BYS:
        days = days_between(FIRST, FIRST + timedelta(days=8))
        keys = {name: ("user", name) if by is PERSON else (day if by is DAY else name,) for name, day in
                zip(sorted(found), days, strict=False)}  # fmt: skip
        parts = parts_of(by, {keys[name]: use for name, use in found.items()}, {})
        assert total(part.use for part in parts) == whole
        names = {part.id: str(part.id) for part in parts}
        for table in (shown_table, file_table):
            made = table(figures(by, parts=tuple(parts), names=names))
            row = dict(zip([one.name for one in made.columns], made.totals("all"), strict=True))
            assert row.get("cost", whole.cost) == whole.cost == row.get("estimated_cost", whole.cost)
            assert row.get("acceptance", whole.acceptance) == whole.acceptance, "never a sum of ratios"
            for name in ("sessions", "lines_added", "accepted", "rejected", "tokens", "commits"):
                assert row.get(name, getattr(whole, name)) == getattr(whole, name)


def test_ratios_without_anything_below_are_a_dash_and_no_error() -> None:
    assert (Use().acceptance, Use().cost_per_commit, Use().cost_per_line) == (None, None, None)
    assert (USE.acceptance, USE.cost_per_commit, USE.cost_per_line) == (Decimal("0.9"), Decimal(2), Decimal("0.05"))
    assert cost_in_words(Use(nanos=DOLLAR), None, "x") == (
        "*Cost* about $1.00 for 0 tokens · – per commit · – per accepted line · an estimate, not the bill"
    )
    assert "$2.00 per commit · $0.05 per accepted line" in cost_in_words(USE, None, "x")
    assert "$0.0083 per accepted line" in cost_in_words(USE._replace(lines_added=720), None, "x")
    assert acceptance_in_words(Use(), None) == "*Edits* none proposed"
    assert acceptance_in_words(USE, Use(accepted=1, rejected=1)) == (
        "*Edits* 90 % accepted: 90 of 100 proposed edits, 10 rejected · was 50 %"
    )


def test_a_change_is_said_only_where_there_is_something_to_compare_with() -> None:
    said = counts_in_words(USE, USE._replace(sessions=2, commits=0, pull_requests=1), "the 7 days before")
    assert said == (
        "4 sessions (+100 % vs the 7 days before) · 120 lines added, 30 removed (±0 %) · 3 commits (none before)"
        " · 1 pull request (±0 %)"
    )
    assert counts_in_words(USE, None, "x") == "4 sessions · 120 lines added, 30 removed · 3 commits · 1 pull request"
    assert counts_in_words(Use(), Use(), "x").startswith("0 sessions · 0 lines")


def test_a_period_is_compared_with_as_many_days_before_if_both_are_known_to_their_end() -> None:
    today = LAST + timedelta(days=1)
    for period, first, last, before in (
        ("7d", FIRST, LAST, (date(2026, 11, 9), date(2026, 11, 15))),
        ("yesterday", LAST, LAST, (date(2026, 11, 15), date(2026, 11, 15))),
        ("last month", date(2026, 10, 1), date(2026, 10, 31), (date(2026, 9, 1), date(2026, 9, 30))),
        ("saturday..sunday", date(2026, 11, 21), LAST, (date(2026, 11, 14), date(2026, 11, 15))),
        ("30d", FIRST, LAST, (date(2026, 11, 9), date(2026, 11, 15))),
    ):
        assert days_before(CodeQuery(period), first, last, today) == before, period
    october = figures(query=CodeQuery("last month"), first=date(2026, 10, 1), last=date(2026, 10, 31))
    assert compared(replace(october, compared=(date(2026, 9, 1), date(2026, 9, 30)))) == "Sep 2026"
    weekend = replace(figures(), query=CodeQuery("saturday..sunday"), first=date(2026, 11, 21), last=LAST)
    assert compared(replace(weekend, compared=(date(2026, 11, 14), date(2026, 11, 15)))) == "14–15 Nov"
    known = {day: ReadDay(day, NOW, NOW, closed=True) for day in days_between(FIRST, LAST)}
    assert are_closed(known, FIRST, LAST)
    assert not are_closed(known, FIRST - timedelta(days=1), LAST)
    open_day = {**known, LAST: ReadDay(LAST, NOW, NOW - timedelta(hours=20), closed=False)}
    assert not are_closed(open_day, FIRST, LAST)
    assert as_of(open_day, FIRST, LAST) == NOW - timedelta(hours=20)
    assert as_of(known, FIRST, LAST) == NOW
    assert as_of({}, FIRST, LAST) is None
    said = render_code(figures(before=None)).text
    assert "no comparison: not all days of both periods are known in full" in said
    assert "vs before" not in str(render_code(figures(before=None)).blocks)


def test_a_day_without_data_is_no_day_without_work() -> None:
    known = {FIRST: ReadDay(FIRST, NOW, NOW, closed=True)}
    assert days_of(FIRST, FIRST + timedelta(days=1), known, {}) == ((FIRST, Use()), (FIRST + timedelta(days=1), None))
    missing = (LAST,)
    assert "no data yet for Sun 22 Nov" in render_code(figures(missing=missing)).text
    nothing = render_code(figures(use=None, parts=(), reading=Reading(failure="The Claude API refused *that*.")))
    assert "That isn't zero" in nothing.text
    assert "The Claude API refused" in nothing.text
    assert code_chart(figures(use=None)) is None
    assert "Estimated cost by model: m1: $" in render_code(figures(MODEL)).text, "by what they are ordered"
    early = figures(use=None, parts=(), first=date(2025, 1, 6), last=date(2025, 1, 12), today=LAST)
    assert render_code(early).text.endswith(". Its report begins on Mon 24 Feb 2025.")
    failing = Reading(failure="The Claude API refused it.")
    assert (
        "I can't read the report now. The Claude API refused it."
        in render_code(figures(open_days=(LAST,), reading=failing)).text
    )
    assert "can't read" not in render_code(figures(reading=failing)).text, "what is final misses nothing"


def test_people_who_began_stopped_and_left_are_told_apart() -> None:
    crowd = Crowd(
        active=frozenset({"a", "b", "c"}), before=frozenset({"a", "x", "y"}), keys=frozenset({"ci"}),
        members=frozenset({"a", "b", "c", "x", "z"}), seats=frozenset({"a", "b", "z", "x"}),
    )  # fmt: skip
    assert (crowd.newcomers, crowd.stopped, crowd.gone) == ({"b", "c"}, {"x", "y"}, {"y"})
    assert crowd_in_words(figures(crowd=crowd)) == (
        "*People* 3 active people, 2 of 4 seats in use · 2 new · 2 stopped · 1 person left the organization"
        " · 1 API key besides people"
    )
    named = crowd_in_words(figures(crowd=crowd, sees_names=True, names={("user", "b"): "Bea", ("user", "y"): "Y <&> Z"}))
    day = crowd_in_words(figures(crowd=crowd, first=LAST))
    assert "new" not in day, "a day off is no end"
    assert "stopped" not in day
    assert "2 new (Bea and c)" in named
    assert "Y &lt;&amp;&gt; Z left the organization" in named
    unknown = crowd_in_words(figures(crowd=Crowd(frozenset({"a"}), None)))
    assert unknown == "*People* 1 active person (I couldn't ask how many may use it)"


def test_every_split_makes_a_message_that_slack_takes_a_chart_of_one_series_and_a_file() -> None:
    for by in BYS:
        found = figures(by)
        chart = answer_chart(found, "Finding")
        assert chart is not None
        assert len(chart.series) == 1
        for private in (True, False):
            message = render_code(found, private=private)
            assert not validate_message({"channel": "C0GENERAL", "text": message.text, "blocks": message.blocks})
        assert (MONITORING in str(render_code(found).blocks)) == (by is TOOL), "what the report can't tell is said once"
        lines = csv_bytes(file_table(found)).decode().splitlines()
        assert len(lines) == 3
        assert "final" in lines[0]


def test_a_table_that_is_cut_says_the_acceptance_of_its_rest() -> None:
    many = tuple(Part(("user", f"p{n:02}"), USE._replace(rejected=n), Use()) for n in range(40))
    found = figures(parts=many, names={part.id: part.id[1] for part in many if isinstance(part.id, tuple)})
    rest = slack_table(shown_table(found))["rows"][-1]
    assert rest[0]["text"] == "15 more"
    assert rest[6]["text"] == "74 %"
