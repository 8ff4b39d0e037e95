"""Reports add up: each total is the sum of its rows to the nano-dollar, and what isn't known is never a zero."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from bot.admin.model import Workspace
from bot.spend.aggregate import days_between
from bot.spend.dimensions import MODEL, PERSON, WORKSPACE
from bot.spend.model import ZERO, Measures
from bot.spend.prices.load import price_table
from bot.spend.reports.allocation import NOT_ALLOCATED, allocation, by_place, places_of
from bot.spend.reports.counts import added, tokens
from bot.spend.reports.model import Times
from bot.spend.reports.models import ESTIMATES, NOT_KNOWN, models
from bot.spend.reports.phrases import as_of_line
from bot.spend.reports.team import More, people
from bot.spend.reports.tokens import token_trends
from bot.spend.table import Column, Table, Value
from tests.spend.reports.samples import DAY, FIRST, LAST, NAMES, NOW, PLACES, by, rolled, times

ROLLS = range(12)


def total(table: Table | None, column: str) -> Decimal:
    assert table is not None
    return sum((Decimal(value) for value in table.values(column) if isinstance(value, Decimal | int)), ZERO)


def spent(parts: Sequence[Measures]) -> Decimal:
    return sum((one.amount for one in parts), ZERO)


def test_token_trends_add_up_in_every_width() -> None:
    for roll in ROLLS:
        dice = Random(roll)
        first = LAST - DAY * dice.choice((0, 6, 29, 59, 89, 200))
        days = {day: rolled(dice, day) for day in days_between(first, LAST) if dice.random() < 0.9}
        built = token_trends(times(first), days, None)
        for table in (built.parts[0].table, built.file):
            assert total(table, "cost_usd") == spent([*days.values()])
            assert total(table, "tokens") == sum(map(tokens, days.values()))
        if built.chart:
            drawn = sum((value for one in built.chart.series for value in one.values), ZERO)
            assert drawn == total(built.file, "tokens")


def test_a_day_without_data_is_no_zero_and_nothing_without_it_is_final() -> None:
    gap = LAST - DAY
    assert "final" not in as_of_line(times(LAST - DAY * 2, missing=[gap]))
    assert "final" in as_of_line(times(LAST - DAY * 2))
    built = token_trends(times(LAST - DAY * 2, missing=[gap]), {LAST: rolled(Random(1), LAST)}, None)
    rows = built.parts[0].table.rows
    assert set(rows[1][1:]) == {None}
    assert rows[0][1:5] == (0, 0, 0, 0), "a known day on which nothing was used"
    uncounted = rolled(Random(1), LAST)._replace(amount=Decimal(5), uncached_input=0, cache_read=0, output=0)
    uncounted = uncounted._replace(cache_write_5m=0, cache_write_1h=0)
    built = token_trends(times(LAST, LAST), {LAST: uncounted}, None)
    assert built.finding.startswith("*No token counts are known*")
    assert set(built.parts[0].table.rows[0][1:-1]) == {None}
    nothing = times(missing=days_between(FIRST - DAY * 40, LAST))
    assert "That isn't $0" in token_trends(nothing, {}, None).finding


def test_costs_by_a_tag_add_up_and_the_first_sentence_names_what_has_none() -> None:
    for roll in ROLLS:
        dice = Random(roll)
        now, before = [{one.of(WORKSPACE): one.amount for one in by(WORKSPACE, dice)} for _ in range(2)]
        built = allocation(times(), "cost_center", PLACES, now, before)
        table = built.parts[0].table
        whole = sum(now.values(), ZERO)
        assert total(table, "amount") == whole
        assert total(built.file, "cost_usd") == whole
        assert total(table, "change") == whole - sum(before.values(), ZERO)
        assert table.rows[-1][0] == NOT_ALLOCATED
        assert table.rows[-1][2] == now["wrkspc_c"] + now[""]
        assert {one.id for one in built.untagged} == {"wrkspc_c", ""}
    plain = allocation(times(), "team", PLACES, {"wrkspc_a": Decimal(3), "": Decimal(1)}, None)
    assert plain.finding.startswith("*$1.00 (25 %) of $4.00 has no tag `team`*")
    assert "change" not in [column.name for column in plain.parts[0].table.columns], "nothing to compare with"
    whole = allocation(times(), "team", PLACES, {"wrkspc_a": Decimal(3)}, None)
    assert whole.finding.startswith("*All of $3.00 has a tag `team`*")


def test_counts_that_were_not_read_are_no_zeros_and_what_cost_something_was_used() -> None:
    def unread(column: str, who: str, amount: int) -> Measures:
        return Measures(FIRST, {column: who}, Decimal(amount), None, 0, 0, 0, 0, 0, 0)

    built = people(times(), [unread(PERSON.column, "user_dana", 5), unread(PERSON.column, "user_bob", -5)], [], None, NAMES)
    assert built.parts[0].table.values("requests") == built.parts[0].table.values("tokens") == [None, None]
    daily = [unread(MODEL.column, "claude-opus-5-5", 5), unread(MODEL.column, "claude-sonnet-5-5", 1)]
    assert models(times(), daily, None, price_table()).finding.startswith("*$6.00 on 2 models*")


def test_people_add_up_and_further_columns_join() -> None:
    dice = Random(3)
    now = by(PERSON, dice)
    more = More((Column("commits", "Commits", "count"),), {"user_dana": (7,)}, ("Commits are theirs",), is_final=False)
    used = [rolled(dice, FIRST, actor="user_dana", model=one) for one in ("claude-opus-5-5", "claude-sonnet-5-5", "")]
    was = {"user_dana": Decimal(1), "user_gone": Decimal(9)}
    built = people(times(), now, used, was, NAMES, [more])
    table = built.parts[0].table
    assert total(table, "amount") == spent(now)
    assert total(table, "tokens") == sum(map(tokens, now))
    assert total(table, "change") == spent(now) - 10, "also with who spent nothing any more"
    commits: dict[Value, Value] = {row[0]: row[-1] for row in table.rows}
    assert commits[NAMES["user_dana"]] == 7
    assert built.file is not None
    assert {*built.file.values("compared_with")} == {f"{times().before_first}..{times().before_last}"}
    assert built.notes == ("Commits are theirs",)
    assert table.provisional, "a row is final once all of its cells are"
    assert [value for value in commits.values() if value is not None] == [7], "who isn't known there has no figure"
    models_of = dict(zip(table.values("name"), table.values("models"), strict=True))
    assert set(str(models_of[NAMES["user_dana"]]).split(", ")) == {"opus-5-5", "sonnet-5-5"}


def test_models_add_up_and_an_unknown_price_is_said_and_never_zero() -> None:
    prices, dice = price_table(), Random(5)
    daily = [one for day in days_between(FIRST, LAST) for one in by(MODEL, dice, day)]
    daily = [one._replace(output=one.output + 1) if one.of(MODEL) else one for one in daily]
    built = models(times(), daily, None, prices)
    table = built.parts[0].table
    assert total(table, "amount") == spent(daily)
    price = dict(zip(table.values("name"), table.values("list_price"), strict=True))
    assert price["unheard-of-9"] == NOT_KNOWN
    assert price["opus-5-5"] == "$4.00 / $20.00"
    assert price[MODEL.missing] is None
    assert "I know no list price of *unheard-of-9*" in built.notes[0]
    [estimates] = [part.table for part in built.parts if part.name == ESTIMATES]
    assert not estimates.are_parts
    assert [one.heading for one in estimates.columns[:3]] == ["All tokens of", "On", "Difference"], "what a phone shows"
    for row in estimates.rows:
        if "unheard-of-9" in (row[0], row[1]):
            assert row[2] is None, "nothing is estimated without a price"
    by_pair = {(row[0], row[1]): row for row in estimates.rows}
    on_opus = by_pair["sonnet-5-5", "opus-5-5"]
    own = [one for one in daily if one.of(MODEL) == "claude-sonnet-5-5"]
    rates = prices.price("claude-opus-5-5", LAST)
    assert rates is not None
    assert on_opus[3] == rates.rates.cost(added(own, FIRST)), "one price all the time, so the sum costs what its days do"


def test_a_price_that_is_known_for_some_days_only_estimates_nothing() -> None:
    prices = price_table()
    [opus] = prices.by_model["claude-opus-5-5"]
    late = replace(prices, by_model={**prices.by_model, "claude-opus-5-5": (replace(opus, first=LAST),)})
    daily = [rolled(Random(1), day, model="claude-sonnet-5-5") for day in (FIRST, LAST)]
    daily.append(rolled(Random(2), LAST, model="claude-opus-5-5"))
    estimates = {(row[0], row[1]): row for row in models(times(), daily, None, late).parts[1].table.rows}
    assert estimates["sonnet-5-5", "opus-5-5"][2:4] == (None, None)
    assert estimates["opus-5-5", "sonnet-5-5"][3] is not None


def test_the_default_workspace_is_one_place_by_its_id_and_by_none() -> None:
    default = Workspace(id="wrkspc_d", name="Default", created_at=NOW, is_default=True, tags={"team": "all"})
    found = [Measures(FIRST, {"workspace_id": one}, Decimal(2)) for one in ("", "wrkspc_d", "wrkspc_gone")]
    places = places_of([default], found, {})
    assert by_place(found, places) == {"wrkspc_d": Decimal(4), "wrkspc_gone": Decimal(2)}
    built = allocation(times(), "team", places, by_place(found, places), None)
    assert [row[:3] for row in built.parts[0].table.rows] == [("all", 1, Decimal(4)), (NOT_ALLOCATED, 1, Decimal(2))]
    assert [one.is_taggable for one in built.untagged] == [False], "nobody knows what it is"


def test_ratios_and_unit_costs_are_never_added_up() -> None:
    columns = (Column("name", "N", "text"), Column("a", "A", "rate"), Column("b", "B", "ratio"), Column("c", "C", "mean"))
    rows = [("x", Decimal(1), Decimal(1), 1), ("y", Decimal(2), Decimal(0), 2)]
    assert Table(columns, tuple(rows), NOW).totals("both") == ("both", None, None, None)


def test_only_two_whole_times_are_compared() -> None:
    whole = times()
    cases: list[tuple[Times, bool]] = [
        (whole, True),
        (times(open_days=1), False),
        (times(missing=[FIRST]), False),
        (times(missing=[FIRST - DAY]), False),
        (replace(whole, known={**whole.known, FIRST - DAY: replace(whole.known[FIRST - DAY], closed=False)}), False),
    ]
    assert [one.is_comparable for one, _ in cases] == [is_comparable for _, is_comparable in cases]
    assert whole.as_of == NOW
