"""What the builders build passes Slack's checks, and what people type stays text."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.validation import validate_blocks, validate_view
from bot.slack import blocks as b
from bot.slack import elements as e
from bot.slack import markup as m
from bot.slack.tables import number_cell, table
from bot.words.own import own
from bot.words.wording import number

LONG = "wordy " * 1000
NASTY = "<!channel> <@U0BOB> <https://evil.test|ok> & *b* _i_ ~s~ `c` ```f``` \n> q\r\n\u2028x \u202egnp\u200b \ud800 :x:"
HOSTILE = ["", " ", "\n", LONG, NASTY, "`" * 50, "<" * 5000, "&" * 5000, "\u200b", "*", "a\u0000b"]
YES = e.confirm(LONG, NASTY, LONG, LONG, "danger")
OPTIONS = [e.option(LONG, "a", NASTY), e.option("", "b")]


def elements(text: str) -> list[dict[str, Any]]:
    option = e.option(text, "v", text)
    return [
        e.button(text, "button", "id", style="primary", confirm=YES, accessibility_label=text),
        e.button(text, "link", url="https://console.test/keys"),
        e.overflow("overflow", [option]),
        e.static_select("static", [option], placeholder=text, initial=option),
        e.external_select("external", placeholder=text, initial=option),
        e.users_select("users", initial="U0BOB"),
        e.conversations_select("conversations", initial="C0COSTS"),
        e.date_picker("date", initial=date(2026, 12, 31)),
        e.time_picker("time", initial=time(9, 5)),
        e.checkboxes("boxes", [option], initial=[option]),
        e.radio_buttons("radio", [option], initial=option),
    ]


def inputs(text: str) -> list[dict[str, Any]]:
    return [
        e.text_input("text", initial=text, placeholder=text or "x", multiline=True, max_length=200, focus=True),
        e.number_input("number", decimal=True, initial=Decimal("1E+2"), low=Decimal("0.01"), high=Decimal(1000)),
        *elements(text)[3:],
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_block_of_a_message_passes_the_checks_of_slack_with_any_text(text: str) -> None:
    twelve: list[m.Markup] = [m.bold(text) for _ in range(12)]
    message = [
        b.section(m.escape(text), accessory=e.button(text, "a")),
        b.section(m.quote(text)),
        b.section(m.code(text) + m.link("https://x.test/?a=1&b=2", text) + m.mention("U0BOB")),
        b.header(text),
        b.context(*twelve),
        b.divider(),
        b.actions(*elements(text), block_id="row"),
        b.image("F0CHART", text),
        table([[text, "b"], ["x"], [number_cell(Decimal("1.5"), text), "y", "too many"]], [{"align": "right"}, None]),
    ]
    assert validate_blocks(message, "message") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_every_field_of_a_form_passes_the_checks_of_slack_with_any_text(text: str) -> None:
    fields = [
        b.input_block(text, element, block_id=f"b{n}", hint=text, optional=n > 2, dispatch=n == 0)
        for n, element in enumerate(e for e in inputs(text) if e["type"] not in ("button", "overflow"))
    ]
    assert validate_view(b.modal("form", text, fields, submit=text or "Send", close=text, private_metadata="7")) == []


def test_home_with_more_than_a_hundred_blocks_is_cut_and_says_so() -> None:
    view = b.home([b.section(number(n)) for n in range(140)])
    assert validate_view(view) == []
    assert view["blocks"][-1]["elements"][0]["text"] == "… and 41 more that do not fit here"
    assert len(b.fit([b.divider()] * 50)) == 50


@pytest.mark.parametrize(("rows", "cell"), [(500, "x"), (99, "word " * 59), (100, "x"), (201, "x"), (1, "x"), (0, "")])
def test_table_that_is_too_big_counts_what_it_left_out(rows: int, cell: str) -> None:
    block = table([[cell, "b"]] * rows)
    assert validate_blocks([block], "message") == []
    last = block["rows"][-1][0]["text"]
    cut = rows > 100 or rows * (len(cell.strip()) + 1) > 10_000
    assert (f"and {rows - len(block['rows']) + 1} more" in last) == cut


@pytest.mark.parametrize(
    "call",
    [
        lambda: e.button("x", "a", "v" * 2001),
        lambda: e.option("x", ""),
        lambda: e.option("x", "v" * 151),
        lambda: e.overflow("a", []),
        lambda: e.static_select("a", [e.option(str(n), str(n)) for n in range(101)]),
        lambda: b.actions(),
        lambda: e.checkboxes("a", []),
        lambda: b.modal("c", "t", [], private_metadata="x" * 3001),
        lambda: m.date(datetime(2026, 1, 1)),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_cut_without_harm_is_an_error(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        call()


_typed = st.text(st.sampled_from("*_~`<>&;a1 \n\u200b\u200d\u202e!@#|^") | st.characters(), max_size=80)


@given(_typed)
def test_escaped_text_holds_no_markup_on_one_line(text: str) -> None:
    shown = m.escape(text)
    assert not re.search(r"[<>\n`\u200b\u202e]", shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    assert not shown.startswith("&gt;")
    assert not re.search(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])", shown)
    shown.encode()


@given(_typed)
def test_code_and_bold_and_quote_cannot_be_left_from_within(text: str) -> None:
    assert m.code(text).count("`") == 2
    assert "\n" not in m.code(text)
    assert m.bold(text).count("*") == 2
    assert all(line.startswith("> ") for line in m.quote(text).split("\n"))
    assert not re.search(r"[<`]", m.quote(text))


@given(_typed, st.integers(1, 60))
def test_cut_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(m.truncate(text, limit)) <= limit
    assert len(m.keep_ends(text, limit)) <= limit
    assert m.truncate(text, len(text)) == m.keep_ends(text, len(text)) == text


def test_what_begins_alike_is_told_apart_in_a_menu_by_its_end() -> None:
    one, other = (e.option("ingest " * 20 + end, "v", "Production " * 10 + end) for end in ("prod", "staging"))
    assert one["text"]["text"] == "ingest ingest ingest ingest ingest ingest ingest…ingest ingest ingest prod"
    assert one["text"] != other["text"]
    assert one["description"] != other["description"]


_pieces = st.sampled_from(
    ["<@U0BOB>", "<https://x.test|label>", "&amp;", "&lt;", "`code`", "word ", "é", "<!date^1^{date}|x>"]
)


@given(st.lists(_pieces, max_size=30).map("".join).map(own), st.integers(2, 100))
def test_cut_markup_is_whole(markup: m.Markup, limit: int) -> None:
    shown = m.truncate_markup(markup, limit)
    assert len(shown) <= limit
    assert shown.count("<") == shown.count(">")
    assert not re.search(r"&(?!amp;|lt;)", shown)
    assert shown.count("`") % 2 == 0


def test_names_inside_words_and_code_are_kept_as_they_are() -> None:
    assert m.escape("ingest_prod 2*3 a~b") == "ingest_prod 2*3 a~b"
    assert m.code("__init__ *x*") == "`__init__ *x*`"
    assert m.bold("a*b") == "*a∗b*"


def test_bare_addresses_are_not_linked() -> None:
    assert b.section("see evil.test")["text"]["verbatim"] is True


def test_joined_emoji_and_scripts_survive_while_hidden_characters_go() -> None:
    assert m.clean("👩\u200d💻") == "👩\u200d💻"
    assert m.clean("می\u200cخواهم") == "می\u200cخواهم"
    assert m.clean("pay\u200dload\u2066") == "payload"


@pytest.mark.parametrize("user_id", ["U0BOB> <!channel", "", "<!here>", "u0bob"])
def test_mention_of_something_that_is_no_id_is_text(user_id: str) -> None:
    for made in (m.mention(user_id), m.group_mention(user_id), m.channel_mention(user_id)):
        assert "<" not in made


def test_mentions_and_links_have_the_form_that_slack_reads() -> None:
    assert m.mention("U0BOB") == "<@U0BOB>"
    assert m.group_mention("S0ADMINS") == "<!subteam^S0ADMINS>"
    assert m.channel_mention("C0COSTS") == "<#C0COSTS>"
    assert m.link("https://x.test/?a=1&b=2", "a|b>") == "<https://x.test/?a=1&amp;b=2|a|b&gt;>"
    assert m.link("javascript:alert(1)", "*x*") == "∗x∗"
    assert m.link("https://x.test/>|<!channel>", "x") == "x"


def test_date_names_the_moment_for_slack_and_in_utc_for_everybody_else() -> None:
    moment = datetime(2026, 11, 20, 10, 14, tzinfo=timezone(timedelta(hours=1)))
    unix = int(datetime(2026, 11, 20, 9, 14, tzinfo=UTC).timestamp())
    assert m.date(moment) == f"<!date^{unix}^{{date_short_pretty}} {{time}}|20 Nov 2026 09:14 UTC>"
    assert m.without_dates(f"As of {m.date(moment)}.") == "As of 20 Nov 2026 09:14 UTC."
