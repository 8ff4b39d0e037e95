"""A report that tells the same figures twice is refused: added up, they would double every day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.admin import buckets, plausible, reports, shapes
from bot.admin.buckets import OutOfOrder, bucket_reader
from bot.errors import UpstreamDown

DANA = {"type": "user_actor", "user_id": "user_dana", "email_address": "dana@acme.test"}
NOBODY = {"type": "user_actor", "user_id": None}


def ci(provider: str) -> dict[str, Any]:
    return {"type": "federated_actor", "subject": "repo:acme/ci", "provider": {"issuer": provider}}


def item(amount: str, model: str = "m", day: int = 20, actor: Any = None) -> dict[str, Any]:
    return {
        "starting_at": f"2026-11-{day}T00:00:00Z",
        "ending_at": f"2026-11-{day + 1}T00:00:00Z",
        "group": {"model": model, "actor": actor},
        "cost": {"amount": amount, "list_amount": amount, "currency": "USD", "requests": 1},
    }


def page(*items: dict[str, Any]) -> list[shapes.CostItem]:
    return shapes.msgspec.convert(list(items), list[shapes.CostItem])


@pytest.mark.parametrize(
    ("first", "second", "is_twice"),
    [
        ([item("1"), item("2", "n")], [item("1"), item("2", "n")], True),  # the page again
        ([item("1"), item("2", "n")], [item("2", "n"), item("3", "o")], True),  # rows moved from page to page
        ([item("1", actor=DANA)], [item("2", actor=DANA)], True),  # figures changed meanwhile
        ([item("1", actor=None)], [item("1", actor=None)], True),
        ([item("1", day=20), item("1", day=21)], [item("1", day=20)], True),
        ([item("1", day=20)], [item("1", day=21)], False),
        ([item("1", actor=DANA)], [item("1", actor=None)], False),
        ([item("1", actor=ci("one"))], [item("2", actor=ci("two"))], False),  # two whose ids read the same
        ([item("1", actor=None)], [item("2", actor=NOBODY)], False),
    ],
)
def test_pages_of_one_report_tell_each_group_of_a_bucket_once(first: Any, second: Any, is_twice: bool) -> None:
    read = bucket_reader(("model", "actor"))
    read(page(*first))
    if is_twice:
        with pytest.raises(UpstreamDown, match="the same figures twice"):
            read(page(*second))
    else:
        read(page(*second))
        bucket_reader(("model", "actor"))(page(*first))  # another report begins anew


def test_a_report_in_order_is_held_by_the_bucket_and_told_when_it_is_not() -> None:
    read = bucket_reader(("model", "actor"), in_order=True)
    assert [len(one.groups) for one in read(page(item("1"), item("2", "n")))] == [2]
    assert [len(one.groups) for one in read(page(item("1", "o"), item("1", day=21)))] == [1, 1], "a bucket on two pages"
    with pytest.raises(UpstreamDown, match="the same figures twice"):
        read(page(item("1", day=21)))
    with pytest.raises(OutOfOrder):
        read(page(item("9", "p")))


def test_a_report_in_order_holds_the_groups_of_its_newest_bucket_alone() -> None:
    told = buckets._Told(in_order=True)
    for day in ("19", "20", "21"):
        for group in (("a",), ("b",)):
            told.of((day, day))[group] = (1, 1, 1)
    assert sum(map(len, told._groups.values())) == 2


def test_rows_and_legacy_buckets_come_once_too() -> None:
    rows = reports.cost_rows(page(item("1"), item("2")))
    plausible.check_once(rows)
    with pytest.raises(UpstreamDown, match="twice"):
        plausible.check_once([*rows, rows[0]])
    seen = {datetime(2026, 11, 19, tzinfo=UTC)}
    plausible.check_new(rows, seen)
    assert max(seen) - min(seen) == timedelta(days=1)
    with pytest.raises(UpstreamDown, match="twice"):
        plausible.check_new(rows, seen)
