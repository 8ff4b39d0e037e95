"""What people type after `records` and `me` is read whole, and what is shown of it says what it leaves out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.slack.paging import Page, counted
from bot.spend.ask.grammar import NotUnderstood
from bot.spend.ask.splits import HOUR
from bot.spend.ask.words import with_me
from bot.spend.dimensions import KEY, MODEL, PERSON, PRODUCT, TIER, WORKSPACE
from bot.spend.exports.query import RECORDED, RecordsQuery, Refused, Selection, read_query, words_of_records
from bot.spend.exports.records import Facts, Records
from bot.spend.exports.view import render_records, render_refused
from bot.spend.model import Filter, LedgerDay, Measures, Narrowed, in_workspaces
from bot.spend.scope import EVERYTHING, Scope
from tests.spend.world import FRIDAY, NOW, OPUS, PROD

NAMES = ("Production", "Data Platform", "Key West")
READ: dict[str, RecordsQuery] = {
    "": RecordsQuery(),
    "7d": RecordsQuery("7d"),
    "by day": RecordsQuery(by=()),
    "by model": RecordsQuery(by=(MODEL,)),
    "7d by model and key": RecordsQuery("7d", (MODEL, KEY)),
    "by key,model 7d": RecordsQuery("7d", (MODEL, KEY)),
    "by key, model": RecordsQuery(by=(MODEL, KEY)),
    "by api key by workspace mtd": RecordsQuery("mtd", (WORKSPACE, KEY)),
    "BY Day & Model in data platform october": RecordsQuery("october", (MODEL,), in_workspaces("Data Platform")),
    "in Key West by key": RecordsQuery(by=(KEY,), where=in_workspaces("Key West")),
    "2026-10-01..2026-10-31 in production": RecordsQuery("2026-10-01..2026-10-31", RECORDED, in_workspaces("Production")),
    "7d by hour and model": RecordsQuery("7d", (HOUR, MODEL)),
    "hourly": RecordsQuery(by=(HOUR,)),
    "7d per key model opus": RecordsQuery("7d", (KEY,), (Filter(MODEL, ("opus",)),)),
    "tier batch by day": RecordsQuery(by=(), where=(Filter(TIER, ("batch",)),)),
    "product claude_code key ingest-* mtd": RecordsQuery(
        "mtd", RECORDED, (Filter(PRODUCT, ("claude_code",)), Filter(KEY, ("ingest-*",)))
    ),
    "me": RecordsQuery("30d", (KEY,), (), own=True, daily=False),
    "me mtd by model": RecordsQuery("mtd", (MODEL,), (), own=True, daily=False),
    "me by day": RecordsQuery("30d", (), own=True),
    "ME yesterday in Production by key by day": RecordsQuery("yesterday", (KEY,), in_workspaces("Production"), own=True),
}


def test_what_is_typed_is_read_in_any_order_and_written_back() -> None:
    assert {typed: read_query(typed.split(), NAMES) for typed in READ} == READ
    again = {typed: read_query(words_of_records(query).replace('"', "").split(), NAMES) for typed, query in READ.items()}
    assert again == READ


@pytest.mark.parametrize(
    ("typed", "unknown", "suggestion"),
    [
        ("7d by modle", "by modle", "7d by model"),
        ("produktion", "produktion", "in Production"),
        ("in Produktion by key", "in Produktion", "in Production by key"),
        ("me yesterdy", "yesterdy", "me yesterday"),
        ("7d 30d by key", "30d", "7d by key"),
        ("by", "by", None),
        ("by model by", "by", None),
    ],
)
def test_nothing_is_swallowed(typed: str, unknown: str, suggestion: str | None) -> None:
    found = read_query(typed.split(), NAMES)
    assert isinstance(found, NotUnderstood)
    assert (found.unknown, found.suggestion) == (unknown, suggestion)


REFUSED = {
    "7d top 5": ("top 5", "7d by workspace by model by key"),
    "7d vs last month by model": ("vs last month", "7d by model"),
    "7d over $50 by key": ("over $50", "7d by key"),
    "7d tokens by day": ("tokens", "7d by day"),
    "7d by person": ("by person", "7d by workspace by model by key"),
    "me by week": ("by week", "me 30d by key"),
    "7d by hour by key tier batch": ("by key, tier and hour", "7d tier batch by key"),
    "7d by key tier batch for dana": ("by key, tier and person", "7d for dana by key"),
    "7d tier batch for dana": ("by key, tier and person", "7d tier batch for dana by workspace by model"),
}
"""What records can't take: what is said of it, and what is offered."""


def test_what_records_cant_take_is_refused_by_name_with_the_rest_as_a_button() -> None:
    for typed, (said, instead) in REFUSED.items():
        found = read_query(typed.split(), NAMES, {"person": ["dana"]})
        assert isinstance(found, Refused), typed
        assert (said in found.said, found.instead) == (True, instead), found


def test_a_name_with_spaces_for_hyphens_ends_where_a_period_begins() -> None:
    for typed, words in (
        ("model sonnet 5 days", "5d model sonnet by workspace by model by key"),
        ("me model sonnet 5", "me 30d model sonnet-5 by key"),
        ("key ingest 7 days by key", "7d key ingest by key"), ("me so far", "me mtd by key"),
    ):  # fmt: skip
        found = read_query(typed.split(), NAMES, {"model": ["sonnet-5"], "key": ["ingest-7"]})
        assert isinstance(found, RecordsQuery), found
        assert words_of_records(found) == words


def test_what_records_cant_take_is_a_question_about_figures() -> None:
    for typed, question in (
        ("30d by quarter", "30d by quarter"), ("me vs last month", "mtd by key vs last month for me"),
        ("7d by person in Production", "7d by person in Production"), ("7d by model over $50", "7d by model over $50"),
        ("7d by day tokens", "7d tokens"), ("7d by key top 3", "7d by key top 3"),
    ):  # fmt: skip
        found = read_query(typed.split(), NAMES)
        assert isinstance(found, Refused), typed
        assert found.figures == question
        less = ", but counts what is under your name, and not all of your keys" if question.endswith("for me") else ""
        assert f"`/claude-spend {question}` can{less}." in render_refused(found, "claude").text


def test_a_page_of_what_is_counted_leads_on_and_back_and_a_made_up_cursor_to_a_page() -> None:
    first = counted(45, "", 20)
    second = counted(45, first.next, 20)
    last = counted(45, second.next, 20)
    assert [next(iter(one.items)) for one in (first, second, last)] == [0, 20, 40]
    assert (first.previous, last.next, counted(45, last.previous, 20).items) == ("", "", range(20, 40))
    for odd in (">99999", ">²", "<-1", "x", ">", "<0", ">99999999999999999999999", "<44"):
        assert len(counted(45, odd, 20).items)
    assert counted(0) == Page(range(0), first=1, total=0)


ROW = Measures(
    FRIDAY, {"workspace_id": PROD, "model": OPUS, "api_key_id": "k"}, Decimal("412.7"), None, 7, 1_000_000, 2, 3, 4, 5
)
FACTS = Facts(
    {FRIDAY: LedgerDay(FRIDAY, "analytics", NOW, NOW, True, Decimal(9))}, {PROD: "R&D <x> *y*", "k": "=ingest & co"}
)
FOUND = Records(
    RecordsQuery(), Selection(FRIDAY, FRIDAY, RECORDED, {}), EVERYTHING, Page([ROW], first=1, total=1), ROW, FACTS
)  # fmt: skip
THURSDAY = FRIDAY - timedelta(days=1)
OPEN = Facts({FRIDAY: replace(FACTS.known[FRIDAY], closed=False)}, FACTS.names)
OLD = Facts({THURSDAY: LedgerDay(THURSDAY, "legacy", NOW, NOW, True, Decimal(9)), **FACTS.known}, FACTS.names)
WEEK = Selection(FRIDAY - timedelta(days=6), FRIDAY, RECORDED, {})
OCTOBER = Selection(date(2026, 10, 1), date(2026, 10, 31), (KEY,), {}, daily=False)
SAID: dict[str, tuple[Records, list[str]]] = {
    "a day": (
        FOUND,
        ["*$412.70* on Fri 20 Nov (UTC) · 1 record · 1,000,009 input and 5 output tokens · 7 requests", "final"],
    ),
    "an open day": (replace(FOUND, facts=OPEN), ["*$412.70 so far* on", "Fri 20 Nov is not final yet"]),
    "missing days": (
        replace(FOUND, selection=WEEK, missing=(THURSDAY,)),
        ["in the 7 days 14–20 Nov", "no data yet for Thu 19 Nov"],
    ),
    "unsplit": (replace(FOUND, facts=OLD, unsplit=(THURSDAY,)), ["the report of Thu 19 Nov isn't split like this"]),
    "doubtful": (replace(FOUND, doubtful=(FRIDAY,)), ["⚠️ In doubt: Fri 20 Nov."]),
    "narrowed": (
        replace(FOUND, scope=Scope()),
        ["$412.70 of what you may see* on", "only your own keys and your workspaces"],
    ),
    "no data": (
        replace(FOUND, page=Page([], first=1, total=0), total=None, facts=Facts({}, {}), missing=(FRIDAY,)),
        ["I have no figures on Fri 20 Nov (UTC) yet. That isn't $0"],
    ),
    "requests unknown": (replace(FOUND, total=ROW._replace(requests=None)), ["and 5 output tokens\n"]),
    "own without keys": (
        replace(FOUND, query=RecordsQuery(own=True, daily=False), scope=Scope(), page=Page([], first=1, total=0)),
        ["I know of no API key of yours", "`/claude-keys`"],
    ),
    "own by key of a month": (
        replace(
            FOUND,
            query=RecordsQuery("last month", (KEY,), own=True, daily=False),
            scope=Scope(keys=frozenset({"k"})),
            selection=OCTOBER,
            page=Page([ROW] * 7, first=1, total=7),
            today=FRIDAY,
        ),
        ["by you* in Oct 2026 · 7 keys · "],
    ),
    "own by day": (
        replace(FOUND, query=RecordsQuery("30d", (), own=True), scope=Scope(keys=frozenset({"k"}))),
        [" · 1 day · "],
    ),
    "nothing": (
        replace(FOUND, page=Page([], first=1, total=0)),
        ["Nothing was used on Fri 20 Nov (UTC), as far as I know."],
    ),
    "nothing of a model": (
        replace(FOUND, page=Page([], first=1, total=0), narrowed=(Narrowed("model", "opus"),)),
        ["Nothing was used, model opus, on Fri 20 Nov (UTC)"],
    ),
    "never": (
        replace(FOUND, page=Page([], first=1, total=0), total=None, nothing_until=datetime(2026, 11, 21, tzinfo=UTC)),
        ["Nothing has been spent yet"],
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_an_answer_says_what_it_shows_and_what_it_leaves_out(name: str) -> None:
    found, said = SAID[name]
    message = render_records(found, "claude")
    assert [part for part in said if part not in message.text] == []


def test_names_are_shown_as_they_are_and_never_as_markup() -> None:
    message = render_records(FOUND, "claude")
    assert "R&amp;D &lt;x&gt; *y*" in message.text.replace("\u200b", "") or "R&amp;D &lt;x&gt;" in message.text
    table: dict[str, Any] = next(block for block in message.blocks if block["type"] == "table")
    assert [cell["text"] for cell in table["rows"][0]][:4] == ["Workspace", "Cost", "Model", "Key"]
    assert [cell["text"] for cell in table["rows"][1]][:4] == ["R&D <x> *y*", "$412.70", "opus-5-5", "=ingest & co"]


def test_for_me_and_my_own_mean_whoever_types_them() -> None:
    me = Filter(PERSON, ("<@U1>",))
    for typed in ("7d for me by day", "7d by myself by day", "7d mine by day", "my own 7d by day", "7d for <@U1> by day"):
        query = read_query(with_me(typed.split(), "U1"), NAMES)
        assert isinstance(query, RecordsQuery), typed
        assert (query.where, query.own, query.period) == ((me,), False, "7d"), typed
    for typed in ("me own 7d", "me 7d"):
        assert read_query(with_me(typed.split(), "U1"), NAMES) == read_query(["me", "7d"], NAMES), typed
