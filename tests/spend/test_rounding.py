"""Money is exact until a day is whole: its total is rounded once, and groups, hours and parts add up to it."""

from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.admin.reports import exact, nanos
from bot.admin.rows import FINE
from bot.spend.ledger.parts.fit import fitted
from bot.spend.ledger.rounding import in_nanos

AMOUNTS = st.lists(st.decimals(min_value=-5, max_value=10**6, places=10), min_size=1, max_size=40)


@given(AMOUNTS)
def test_a_day_is_its_exact_sum_rounded_once_and_no_group_is_off_by_a_nano_dollar(cents: list[Decimal]) -> None:
    groups = {(f"k{n % 7}", str(n)): (exact(f"{one:f}"), exact(f"{one:f}"), 1) for n, one in enumerate(cents)}
    found = in_nanos(groups)
    whole = int((sum(cents, Decimal(0)) * 10**7).quantize(Decimal(1), ROUND_HALF_EVEN))
    assert sum(paid for paid, _, _ in found.values()) == sum(listed or 0 for _, listed, _ in found.values()) == whole
    assert all(abs(found[group][0] * FINE - one[0]) < FINE for group, one in groups.items())
    by_key: dict[tuple[str], int] = {}
    for (key, _), (paid, _, _) in groups.items():
        by_key[(key,)] = by_key.get((key,), 0) + paid
    wholes = in_nanos({key: (paid, paid, None) for key, paid in by_key.items()})
    assert sum(paid for paid, _, _ in wholes.values()) == whole, "the day is the same however it is split"
    parts = fitted(found, wholes, lambda part: part[:1])
    for key, (paid, listed, _) in wholes.items():
        inside = [amounts for part, amounts in parts.items() if part[:1] == key]
        assert (sum(one[0] for one in inside), sum(one[1] or 0 for one in inside)) == (paid, listed)


def test_the_rule_by_examples() -> None:
    half = FINE // 2
    for given_, expected in (
        ([half], [0]),
        ([half, half], [1, 0]),
        ([FINE + half], [2]),
        ([half - 1, half + 1], [0, 1]),
        ([-half - 1], [-1]),
        ([3 * FINE, 0], [3, 0]),
    ):
        assert [one[0] for one in in_nanos({(n,): (one, None, None) for n, one in enumerate(given_)}).values()] == expected
    assert in_nanos({("a",): (FINE, None, 2), ("b",): (0, half + 1, None)}) == {("a",): (1, None, 2), ("b",): (0, 1, None)}
    assert in_nanos({("a",): (half, 3 * half, 1), ("b",): (half, half, 1)}) == {("a",): (1, 2, 1), ("b",): (0, 0, 1)}
    alike = {(one,): (half, None, None) for one in "dbac"}
    assert [group for (group,), one in in_nanos(alike).items() if one[0]] == ["b", "a"], "ids decide, however rows come"
    assert [nanos(one) for one in ("0.00000005", "0.00000015", "0.000000151", "-0.00000005", 3)] == [0, 2, 2, 0, 30_000_000]
