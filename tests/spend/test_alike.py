"""Of two things that have one name, each row says which it is."""

from decimal import Decimal

import pytest

from bot.spend.alike import meant_apart, told_apart, ways_to_name
from bot.spend.ask.figures import figures
from bot.spend.ask.form import WantedAnswer, ask_values, typed
from bot.spend.ask.grammar import parse_query
from bot.spend.ask.matching import matching
from bot.spend.dimensions import KEY, MODEL, PERSON, WORKSPACE
from bot.spend.model import Filter, SpendQuery
from bot.store.names import Named, remember
from bot.store.session import Store
from tests.spend.world import DOLLAR, FRIDAY, LAB, NOW, PROD, fill, runtime

NEW, OLD = "claude-opus-5-5-20260901", "claude-opus-5-5-20260301"


def test_names_that_read_alike_have_the_end_of_their_id() -> None:
    names = {
        "wrkspc_a111": "Staging", "wrkspc_b222": "staging ", "wrkspc_c333": "Prod", "apikey_d444": "Staging",
    }  # fmt: skip
    found = told_apart([*names, NEW, OLD, "claude-haiku-5-5-20260901", "", "unknown"], names)
    assert found == {
        **names,
        "wrkspc_a111": "Staging (…a111)",
        "wrkspc_b222": "staging  (…b222)",
        NEW: "opus-5-5-20260901",
        OLD: "opus-5-5-20260301",
    }
    assert [MODEL.label(one, found) for one in (NEW, "claude-haiku-5-5-20260901")] == ["opus-5-5-20260901", "haiku-5-5"]
    assert told_apart(["wrkspc_a111", "apikey_d444", NEW], names) == names, "no other of its sort is in the list"


def test_a_version_that_was_told_apart_can_be_asked_for() -> None:
    labels = {one: MODEL.label(one, {}) for one in (NEW, OLD)}
    assert matching("opus-5-5-20260301", MODEL, labels) == {OLD}
    assert matching("opus-5-5", MODEL, labels) == {NEW, OLD}


async def fill_with_twins(store: Store) -> None:
    """Load two workspaces, two keys and two versions of a model, each two of one name."""
    await fill(store, [(FRIDAY, PROD, NEW, "apikey_one1", 3 * DOLLAR), (FRIDAY, LAB, OLD, "apikey_two2", DOLLAR)])
    async with store.write() as tx:
        await remember(
            tx,
            [
                Named(PROD, "Twin"),
                Named(LAB, "Twin"),
                Named("wrkspc_3", "Twin (…_lab)"),
                *(Named(f"apikey_{n}", "ci") for n in ("one1", "two2")),
            ],
            NOW,
        )


@pytest.mark.both
async def test_two_keys_and_two_versions_of_one_name_are_two_rows_that_differ(store: Store) -> None:
    await fill_with_twins(store)
    for by, rows in (
        (KEY, ["ci (…one1)", "ci (…two2)"]),
        (WORKSPACE, ["Twin (…prod)", "Twin (…_lab)"]),
        (MODEL, ["opus-5-5-20260901", "opus-5-5-20260301"]),
    ):
        found = await figures(runtime(store), SpendQuery("yesterday", by), NOW)
        assert [(one.name, one.amount) for one in found.breakdown.slices] == list(
            zip(rows, map(Decimal, (3, 1)), strict=True)
        )


def test_what_tells_names_apart_is_understood_where_it_is_typed_or_chosen() -> None:
    names = {"wrkspc_A111": "Staging", "wrkspc_b222": "staging ", "wrkspc_c333": "Prod"}
    ways = ways_to_name(names)
    assert ways == [*names.values(), "Staging (…A111)", "staging  (…b222)", "wrkspc_A111", "wrkspc_b222"]
    for one in ("staging (...a111)", "Staging (wrkspc_A111)"):
        assert meant_apart(one, names) == {"wrkspc_A111"}
    for one in ("Staging (…c333)", "Staging", "(…A111)"):
        assert meant_apart(one, names) == set()
    by_case = {"wrkspc_A111": "Staging", "wrkspc_a111": "Staging", "wrkspc_d444": "Staging (…a111)"}
    assert meant_apart("staging (…A111)", by_case) == {"wrkspc_A111"}
    assert matching("Staging (…a111)", KEY, by_case) == {"wrkspc_a111", "wrkspc_d444"}, "no name hides what it looks like"
    for words in (["in", "Staging (…A111)"], ["in", "staging", "(…a111)"], ["in", "wrkspc_A111"]):
        query = parse_query(["7d", *words], ways)
        assert isinstance(query, SpendQuery), words
        assert ask_values(query, names)[1] == {"wrkspc_A111": "Staging (…A111)"}
    assert ask_values(SpendQuery("7d", where=(Filter(WORKSPACE, ("Staging",)),)), names)[1].keys() == {"wrkspc_A111"}
    assert typed(WantedAnswer("7d", ("wrkspc_A111",)), names) == '7d in "Staging (…A111)"'


@pytest.mark.both
async def test_several_of_one_name_are_told_together_or_one_alone(store: Store) -> None:
    await fill_with_twins(store)
    async with store.write() as tx:
        await remember(tx, [Named("user_yuk1", "Yuki Mori"), Named("user_yuk2", "Yuki Mori")], NOW)
    for by, value, said, total in (
        (WORKSPACE, "twin", "Twin (2 of this name)", 4),
        (WORKSPACE, "Twin (…prod)", "Twin (…prod)", 3),
        (WORKSPACE, LAB, "Twin (…_lab)", 1),
        (WORKSPACE, "Twin (…_lab)", "Twin (…_lab) (2 of this name)", 1),
        (PERSON, "yuki mori", "yuki mori (2 of this name)", 0),
        (PERSON, "Yuki Mori (…yuk2)", "Yuki Mori (…yuk2)", 0),
        (KEY, "ci", "ci", 4),
        (KEY, "ci (…one1)", "ci (…one1)", 3),
    ):
        found = await figures(runtime(store), SpendQuery("yesterday", MODEL, where=(Filter(by, (value,)),)), NOW)
        assert (found.workspace_name or found.narrowed[0].values, found.total) == (said, total)
