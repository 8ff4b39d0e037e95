"""An independent check: a month read straight from the sandbox's endpoints reconciles to nothing unexplained."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.spend.model import LedgerDay, Measures
from bot.spend.prices.load import price_table
from bot.spend.reconcile.build import Given, reconcile
from bot.spend.reconcile.model import Reason
from tests.sandbox.claude_reports import rows, tokens
from tests.sandbox.claude_server import NOON, Api, World

FIRST, LAST = date(2026, 10, 4), date(2026, 10, 9)
"""Days around the one from which cache reads of sonnet-5-5 cost half."""
NANO = Decimal("0.000000001")
Key = tuple[date, str, str, str]


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(World())


def read(api: Api, path: str) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    span = {"starting_at": f"{FIRST}T00:00:00Z", "ending_at": f"{LAST.replace(day=LAST.day + 1)}T00:00:00Z"}
    for row in rows(api, path, **span, time_bucket_width="1d", group_by=["model", "api_key_id", "service_tier"]):
        group = row["group"]
        ids = (group["model"] or "", group["api_key_id"] or "", group["service_tier"] or "")
        found[date.fromisoformat(row["starting_at"][:10]), *ids] = row.get("usage") or row["cost"]
    return found


def figures(api: Api) -> list[Measures]:
    """Figures as the ledger has them: in whole nano-dollars."""
    cost, usage = read(api, "analytics/cost"), read(api, "analytics/usage")
    found: list[Measures] = []
    for key in {**cost, **usage}:
        day, model, api_key, tier = key
        billed, at_list = ((Decimal(cost[key][name]) / 100).quantize(NANO) for name in ("amount", "list_amount"))
        ids = {"model": model, "api_key_id": api_key, "service_tier": tier}
        found.append(Measures(day, ids, billed, at_list, cost[key]["requests"], *tokens(usage[key])))
    return found


def by_model(found: list[Measures]) -> list[Measures]:
    sums: dict[tuple[date, str], list[Measures]] = defaultdict(list)
    for one in found:
        sums[one.day, one.ids["model"]].append(one)
    return [
        Measures(day, {"model": model}, *(sum(column) for column in zip(*(one[2:] for one in every), strict=True)))  # pyright: ignore[reportArgumentType]
        for (day, model), every in sums.items()
    ]


@pytest.mark.parametrize("discount", [0, 8])
def test_days_around_a_change_of_price_reconcile_to_nothing_unexplained(api: Api, discount: int) -> None:
    api.world.organization.flags.discount_percent = discount
    finer = figures(api)
    days = [FIRST.replace(day=n) for n in range(FIRST.day, LAST.day + 1)]
    totals = {day: sum((one.amount for one in finer if one.day == day), Decimal(0)) for day in days}
    known = {day: LedgerDay(day, "analytics", NOON, NOON, True, totals[day]) for day in days}
    found = reconcile(Given(FIRST, LAST, known, by_model(finer), finer), price_table())
    total = found.total
    assert total.at_list is not None
    assert (found.faults, found.unpriced, found.alarming) == ((), (), ())
    assert total.at_list == sum((one.list_amount or 0 for one in finer), Decimal(0)) > 1000
    assert set(total.parts) - {Reason.ROUNDING} == {
        Reason.BATCH, Reason.US_INFERENCE, Reason.WEB_SEARCH, Reason.TOOLS, *([Reason.DISCOUNT] if discount else []),
    }  # fmt: skip
    assert abs(total.of(Reason.ROUNDING)) < Decimal("0.0001")
    assert abs(total.of(Reason.DISCOUNT) + total.at_list * discount / 100) < Decimal("0.0001")
    searches = sum(one["server_tool_use"]["web_search_requests"] for one in read(api, "analytics/usage").values())
    assert total.of(Reason.WEB_SEARCH) == searches * price_table().web_search > 0
    batch = [one for one in finer if one.ids["service_tier"] == "batch"]
    assert total.of(Reason.BATCH) == -sum((one.list_amount or 0 for one in batch), Decimal(0)) < 0
    changed = price_table().price("claude-sonnet-5-5", date(2026, 10, 6)) != price_table().price("claude-sonnet-5-5", LAST)
    assert changed
    assert {one.day for one in finer if one.ids["model"] == "claude-sonnet-5-5"} == set(days)
