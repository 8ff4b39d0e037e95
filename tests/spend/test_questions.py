"""What people ask for is understood, or answered with the nearest thing that is; a query and its words are the same."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.parse import parse, split_words
from bot.forms.read import given as held
from bot.forms.read import read
from bot.spend.ask.form import ASK, ask_values, typed
from bot.spend.ask.grammar import NotUnderstood, parse_query, words_of
from bot.spend.ask.splits import TIMES, TOKENS_BY_TYPE, by_tag
from bot.spend.ask.words import with_me
from bot.spend.dimensions import KEY, MODEL, WORKSPACE
from bot.spend.model import Filter, SpendQuery
from bot.words.calendars import UTC_DAYS
from tests.spend.questions import LEDGER, NAMES, SUGGESTED, TAGS, UNDERSTOOD, UNTOLD, WORKSPACES
from tests.spend.test_views import AS_OF

_PERSON = next(one for one in LEDGER if one.name == "person")
_BY_NAME = {one.name: one for one in (TOKENS_BY_TYPE, *TIMES, by_tag("cost-centre"), by_tag("team"), *LEDGER)}
_SPLITS = tuple(_BY_NAME.values())
_LEFT_OUT = {
    "workspace": ("Staging", "Data Platform"), "model": ("opus 5.5",), "tag team": ("checkout", "none"),
    "person": ("<@U0DANA>", "Bob Lee"),
}  # fmt: skip
_PERIODS = [
    "today",
    "45d",
    "q3",
    "2025-q4",
    "ytd",
    "last quarter",
    "since 10-03",
    "friday",
    "2026",
    "10-03..10-17",
    "october",
]


def asked(text: str) -> SpendQuery | NotUnderstood:
    return parse_query(split_words(text), WORKSPACES, LEDGER, NAMES, TAGS)


def test_every_question_is_understood_or_answered_with_a_better_one() -> None:
    told: list[tuple[str | None, ...]] = []
    for text, *_ in (*UNDERSTOOD, *SUGGESTED):
        found = asked(text)
        understood = isinstance(found, SpendQuery)
        told.append((text, words_of(found)) if understood else (text, found.unknown, found.suggestion))
    assert len(told) >= 150
    assert [one for one in told if one not in UNDERSTOOD and one not in SUGGESTED] == []


def test_what_no_answer_tells_is_named_with_the_reason() -> None:
    found = {text: asked(text) for text, *_ in UNTOLD}
    told = [(text, one.unknown, one.suggestion) for text, one in found.items() if isinstance(one, NotUnderstood)]
    assert told == [row[:3] for row in UNTOLD]
    assert [text for text, *_, reason in UNTOLD if reason not in getattr(found[text], "why", "")] == []


def test_a_suggestion_is_understood_and_what_was_understood_is_read_back() -> None:
    wrong = [one for one in SUGGESTED if one[2] is not None and not isinstance(asked(one[2]), SpendQuery)]
    changed = [one for one in UNDERSTOOD if asked(one[1]) != asked(one[0])]
    assert (wrong, changed) == ([], [])


def test_a_name_that_begins_like_a_negation_is_a_name() -> None:
    for text, unknown, meant in (
        ("yesterdy in Non-Prod", "yesterdy", "yesterday in Non-Prod"), ("Non-Prod 7d", "Non-Prod", "in Non-Prod 7d"),
        ("non prod 7d", "non prod", "in Non-Prod 7d"), ("Without Limits 7d", "Without Limits", 'in "Without Limits" 7d'),
        ("Second Life 7d", "Second Life", 'in "Second Life" 7d'), ("yesterdy key ex-*", "yesterdy", "yesterday key ex-*"),
        ("yesterdy not Second Life", "yesterdy", "yesterday not Second Life"),
        ("7d without Without Limits or Productin", "or", None),
    ):  # fmt: skip
        found = parse_query(text.split(), ["Non-Prod", "Production", "Without Limits", "Second Life"], LEDGER)
        assert isinstance(found, NotUnderstood)
        assert (found.unknown, found.suggestion) == (unknown, meant)


def test_a_name_is_offered_before_another_meaning_of_its_words() -> None:
    for text, meant in (
        ("Growth 7d", "in Growth 7d"), ("AB october", "in AB october"), ("projects 7d", "by tag project 7d"),
    ):  # fmt: skip
        found = parse_query(text.split(), ["Growth", "AB"], LEDGER, tags={"project": ["apollo"]})
        assert isinstance(found, NotUnderstood), text
        assert found.suggestion == meant


def test_names_that_are_negations_or_have_signs_are_read_back_and_keep_nothing_from_being_left_out() -> None:
    places, tags = ["Sandbox", "No", "Without", "But not", "ml:research", "x=y"], {"team": ["core"], "cost.centre": ["7 b"]}
    for text, meant in (
        ("7d no Sandbox", "7d without Sandbox"), ("7d in No", "7d in No"), ("7d without no", "7d without No"),
        ("7d but not Sandbox", "7d without Sandbox"), ("7d in Without and but not", '7d in Without and "But not"'),
        ("7d without Without", "7d without Without"), ("7d in ml:research", "7d in ml:research"),
        ("7d not x=y team:core", "7d without x=y tag team=core"), ("7d cost.centre=7 b", '7d tag cost.centre = "7 b"'),
    ):  # fmt: skip
        for asked_for in (text, meant):
            found = parse_query(split_words(asked_for), places, LEDGER, tags=tags)
            assert isinstance(found, SpendQuery), (asked_for, found)
            assert words_of(found) == meant


def test_what_is_mine_names_who_types_it() -> None:
    for text in ("my spend last month", "last month mine", "my own last month", "my costs last month"):
        found = parse_query(with_me(text.split(), "U1"), WORKSPACES, LEDGER)
        assert isinstance(found, SpendQuery), text
        assert (found.period, found.where) == ("last month", (Filter(_PERSON, ("<@U1>",)),)), text
    assert with_me(["my", "team"], "U1") == ["my", "team"]


def test_whatever_a_question_begins_with_reaches_the_reader_of_questions() -> None:
    lost = [text for text, *_ in (*UNDERSTOOD, *SUGGESTED, *UNTOLD) if not is_question(text)]
    assert lost == []


def is_question(text: str) -> bool:
    found = parse("/claude-spend", text).subcommand
    return found is not None and not found.name


def values(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(tuple)


filters = st.tuples(
    st.one_of(st.none(), values(WORKSPACES).map(lambda found: Filter(WORKSPACE, found))),
    st.one_of(st.none(), values(("opus", "opus 5.5", "*-5-5", "sonnet")).map(lambda found: Filter(MODEL, found))),
    st.one_of(st.none(), values(("ingest-*", "eval-runs", "a key", "none")).map(lambda found: Filter(KEY, found))),
    st.one_of(st.none(), values(("<@U0DANA>", "Dana Smith", "<@U1>")).map(lambda found: Filter(_PERSON, found))),
    st.one_of(st.none(), values(("checkout", "data platform", "none")).map(lambda found: Filter(by_tag("team"), found))),
    st.one_of(
        st.none(),
        st.sampled_from((WORKSPACE, MODEL, by_tag("team"), _PERSON)).map(lambda by: Filter(by, _LEFT_OUT[by.name], True)),
    ),
).map(lambda found: tuple(one for one in found if one is not None))


@st.composite
def queries(draw: st.DrawFn) -> SpendQuery:
    by, second = draw(st.sampled_from(_SPLITS)), draw(st.one_of(st.none(), st.sampled_from(_SPLITS)))
    return SpendQuery(
        draw(st.sampled_from(_PERIODS)),
        by,
        draw(filters),
        None if second == by else second,
        draw(st.sampled_from(["dollars", "tokens", "requests"])),
        draw(st.one_of(st.none(), st.integers(1, 100))),
        draw(st.one_of(st.none(), st.integers(1, 10**9).map(Decimal))),
        draw(st.sampled_from(["", "last month", "year before", "q2"])),
    )


@given(queries())
def test_a_query_comes_back_from_its_words_and_from_its_form(query: SpendQuery) -> None:
    assert asked(words_of(query)) == query
    ids = {f"wrkspc_{n}": name for n, name in enumerate(WORKSPACES)}
    filled, labels = ask_values(query, ids)
    wanted = read(ASK, held(ASK.fields, filled, labels, AS_OF, UTC_DAYS))
    back = asked(typed(wanted, ids))
    assert isinstance(back, SpendQuery), typed(wanted, ids)
    assert {(one.by, one.leaves_out, *sorted(one.values)) for one in back.where} == {
        (one.by, one.leaves_out, *sorted(one.values)) for one in query.where
    }
    assert (back.period, back.measure, back.top, back.over, back.versus) == (
        query.period, query.measure, query.top, query.over, query.versus,
    )  # fmt: skip
    assert set(back.splits) == set(query.splits)
