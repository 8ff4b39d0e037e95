"""Every total is the sum of its parts, by whatever it is split: dollars, tokens and requests."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from bot.spend.ask.splits import DAY, HOUR, MONTH, QUARTER, TOKENS_BY_TYPE, WEEK, by_tag
from bot.spend.ask.sums import OTHERS, Count, narrowed, of_measures, parts, series_of, total, untagged
from bot.spend.dimensions import KEY, MODEL, WORKSPACE, Dimension
from bot.spend.model import Breakdown, Cell, Measure, Measures, Slice, dollars
from bot.spend.render import TABLE_ROWS, largest_in_words, page_of_rows, parts_chart, slack_table
from bot.spend.table import breakdown_table

FIRST = date(2026, 9, 20)
SPLITS = (WORKSPACE, MODEL, KEY, DAY, WEEK, MONTH, QUARTER, TOKENS_BY_TYPE, by_tag("team"))
TAGS = {"w1": {"team": "red"}, "w2": {"team": "blue"}, "w3": {}}
ids = st.fixed_dictionaries(
    {"workspace_id": st.sampled_from(["w1", "w2", "w3", ""]), "model": st.sampled_from(["a", "b"]),
     "api_key_id": st.sampled_from(["k1", "k2", "k3", ""])}
)  # fmt: skip
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))
counts = st.integers(0, 10**12)
money = st.integers(-(10**15), 10**18).map(dollars)
rows = st.lists(
    st.builds(Measures, days, ids, money, st.none(), st.one_of(st.none(), counts), counts, counts, counts, counts, counts),
    max_size=12,
)
splits = st.lists(st.sampled_from(SPLITS), min_size=1, max_size=2, unique=True)


def exactly(amounts: list[Decimal]) -> Fraction:
    return sum((Fraction(one) for one in amounts), Fraction(0))


@given(rows, splits, st.sampled_from(["dollars", "tokens", "requests"]), st.integers(1, 4), st.integers(0, 10**9))
def test_the_parts_of_a_total_add_up_to_it_in_any_grouping(
    found: list[Measures], by: list[Dimension], measure: Measure, top: int, over: int
) -> None:
    by = by if measure == "tokens" else [one for one in by if one != TOKENS_BY_TYPE] or [KEY]
    given_as = [Cell(one.day, one.ids, one.amount) for one in found]
    counted = given_as if measure == "dollars" else of_measures(found, measure, by)
    whole = {
        "dollars": exactly([one.amount for one in found]),
        "tokens": Fraction(sum(one.input + one.output for one in found)),
        "requests": Fraction(sum(one.requests or 0 for one in found)),
    }[measure]
    is_known = measure != "requests" or all(one.requests is not None for one in found)
    split = parts(by, counted, counted, {}, TAGS)
    assert total(counted) == (Decimal(whole.numerator) / whole.denominator, is_known)
    for shown in (
        split,
        narrowed(split, None, Decimal(over)),
        narrowed(split, top, None),
        narrowed(split, top, Decimal(over)),
    ):
        assert exactly([one.amount for one in shown.slices]) == whole
        assert all(one.is_known for one in shown.slices) is is_known
        assert len(narrowed(split, top, None).slices) <= top + 1
        table = breakdown_table(shown, "before", None, measure=measure)
        if is_known and table.rows:
            assert table.totals("")[len(by)] == whole
    every = [FIRST + timedelta(days=n) for n in range(61)]
    drawn = series_of(by, every, set(every), counted, {}, TAGS)
    assert exactly([one.amount or Decimal(0) for one in drawn.days]) == whole


def test_a_part_whose_requests_are_not_told_is_not_known_and_the_others_are() -> None:
    told = [Measures(FIRST, {"model": "a"}, Decimal(1), None, 5), Measures(FIRST, {"model": "b"}, Decimal(1), None, None)]
    split = parts([MODEL], of_measures(told, "requests", [MODEL]), None, {}, {})
    assert [(one.name, one.amount, one.is_known) for one in split.slices] == [("a", 5, True), ("b", 0, False)]
    assert breakdown_table(split, "", None, measure="requests").rows == (("a", 5, None), ("b", None, None))


def test_workspaces_are_grouped_by_their_tag_and_those_without_are_named() -> None:
    cells = [Cell(FIRST, {"workspace_id": one}, Decimal(n)) for n, one in enumerate(("w1", "w2", "w3", ""), 1)]
    team, names = by_tag("team"), {"w3": "Lab"}
    split = parts([team], cells, None, names, TAGS)
    assert [(one.name, one.amount) for one in split.slices] == [("Untagged", 7), ("blue", 2), ("red", 1)]
    assert untagged([team], cells, names, TAGS) == ("Default", "Lab")


def test_months_stand_in_their_order_and_the_parts_of_each_by_size() -> None:
    cells = [
        Cell(date(2026, 10, day), {"model": model}, Decimal(amount))
        for day, model, amount in ((2, "a", 1), (30, "b", 5), (3, "b", 1))
    ]
    cells.append(Cell(date(2026, 9, 30), {"model": "a"}, Decimal(9)))
    split = parts([MONTH, MODEL], cells, cells, {}, {})
    assert split.slices == (
        Slice("2026-09-01\ta", "Sep 2026", Decimal(9), None, "a"),
        Slice("2026-10-01\tb", "Oct 2026", Decimal(6), None, "b"),
        Slice("2026-10-01\ta", "Oct 2026", Decimal(1), None, "a"),
    )


by_key = st.dictionaries(st.integers(0, 60).map(str), st.integers(-5, 5) | st.integers(0, 10**6), max_size=60)


@given(by_key, st.none() | by_key)
@example({"0": -1, "22": 1, "23": 1, "25": 1}, {str(n): 1 for n in range(1, 25) if n not in (22, 23)})
def test_the_first_page_is_the_same_whether_the_parts_behind_it_are_listed_or_summed(
    now: dict[str, int], before: dict[str, int] | None
) -> None:
    counts, earlier = [
        None if some is None else [Cell(FIRST, {"api_key_id": one}, Decimal(n)) for one, n in some.items()]
        for some in (now, before)
    ]
    whole, few = [
        breakdown_table(parts([KEY], counts or [], earlier, {}, {}, most), "before", None) for most in (None, TABLE_ROWS)
    ]
    assert slack_table(few) == slack_table(whole)
    first, same = page_of_rows(few), page_of_rows(whole)
    assert (first.next, first.total, first.items) == (same.next, same.total, same.items)
    assert largest_in_words(few, 6) == largest_in_words(whole, 6)
    assert parts_chart(few, "", "") == parts_chart(whole, "", "")


def test_hours_stand_in_their_order_with_their_day() -> None:
    found = [Count(FIRST, {"hour": f"{FIRST}T{hour:02}"}, Decimal(hour)) for hour in (13, 2)]
    split = parts([HOUR], found, None, {}, {})
    assert [(one.name, one.amount) for one in split.slices] == [("Sun 20 Sep, 02:00", 2), ("Sun 20 Sep, 13:00", 13)]


class _Id(str):
    """An id that counts how often one is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        _Id.compared += 1
        return str(self) == other

    __hash__ = str.__hash__


def test_many_parts_are_narrowed_without_comparing_each_with_each() -> None:
    every = Breakdown(KEY, tuple(Slice(_Id(n), "alike", Decimal(n)) for n in range(100)))
    assert narrowed(every, None, None) is every
    few = narrowed(every, 3, Decimal(50))
    assert [part.amount for part in few.slices] == [97, 98, 99, sum(range(97))]
    assert _Id.compared < len(every.slices)


def test_all_others_stand_last_in_a_chart_however_much_they_are() -> None:
    cells = [Cell(FIRST, {"api_key_id": one}, Decimal(amount)) for one, amount in (("a", 2), (OTHERS, 9), ("b", 3))]
    drawn = series_of([KEY], [FIRST], {FIRST}, cells, {OTHERS: "other", "a": "A", "b": "B"}, {})
    assert [name for _, name in drawn.names] == ["B", "A", "other"]
