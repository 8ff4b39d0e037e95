"""Metrics made of figures: units, bounds, and what has no data."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.spend.dimensions import COST_TYPE, MODEL, TIER, TOKEN_TYPE, UNSPLIT, WORKSPACE
from bot.spend.exports.metrics.families import Figures, Shown, ages, counters, counts, gauges, shown
from bot.spend.model import Cell, LedgerDay, Measures
from bot.telemetry.model import OTHER, Family
from tests.spend.world import NOW

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def cell(day: date, workspace: str, model: str, amount: str) -> Cell:
    return Cell(day, {WORKSPACE.column: workspace, MODEL.column: model}, Decimal(amount))


def known(*days: date) -> dict[date, LedgerDay]:
    return {day: LedgerDay(day, "analytics", NOW - timedelta(minutes=5), NOW, day < TODAY, Decimal(0)) for day in days}


def by_name(families: list[Family]) -> dict[str, Any]:
    return {one.metric.name: dict(one.values) for one in families}


def test_money_is_in_cents_where_grafana_reads_it_and_in_dollars_elsewhere() -> None:
    cells = [cell(TODAY, "w1", "opus", "1.234567891"), cell(TODAY, "", "", "0.01"), cell(YESTERDAY, "w1", "opus", "2")]
    figures = Figures(TODAY, known(TODAY, YESTERDAY), cells, names={"w1": "One"})
    found = by_name([*gauges(figures), *ages(figures.as_of, None, NOW)])
    assert found["gen_ai_cost"] == {
        ("w1", "opus", "anthropic"): Decimal("123.4567891"),
        ("default", "none", "anthropic"): Decimal(1),
    }
    assert found["claude_org_cost_today_usd"] == {("w1",): Decimal("1.234567891"), ("default",): Decimal("0.01")}
    assert found["claude_org_cost_yesterday_usd"] == {("w1",): Decimal(2)}
    assert found["claude_org_all_cost_month_to_date_usd"] == {(): Decimal("3.244567891")}
    assert found["claude_org_cost_yesterday_final"] == {(): 1}
    assert found["claude_org_report_age_seconds"] == {("cost",): 300.0}
    assert found["claude_org_workspace_info"] == {("default", "Default"): 1, ("w1", "One"): 1}


def test_no_data_is_no_value_and_a_day_without_spend_is_zero() -> None:
    nothing = by_name([*gauges(Figures(TODAY, {}, [])), *ages(Figures(TODAY, {}, []).as_of, None, NOW)])
    assert [name for name, values in nothing.items() if values] == []
    quiet = by_name(gauges(Figures(TODAY, known(YESTERDAY), [])))
    assert (quiet["claude_org_all_cost_yesterday_usd"], quiet["claude_org_all_cost_today_usd"]) == ({(): Decimal(0)}, {})


def test_the_largest_have_labels_and_the_rest_is_one_so_that_the_sum_stays() -> None:
    cells = [cell(TODAY, f"w{n:03}", f"m{n:03}", str(n)) for n in range(1, 101)]
    who = shown(cells)
    assert (len(who.workspaces), len(who.models), "w100" in who.workspaces, "w070" in who.workspaces) == (
        30,
        20,
        True,
        False,
    )
    found = by_name(gauges(Figures(TODAY, known(TODAY), cells)))
    today = found["claude_org_cost_today_usd"]
    assert len(today) == 31
    assert today[(OTHER,)] == sum(range(1, 71))
    assert sum(today.values()) == 5050
    assert sum(found["gen_ai_cost"].values()) == 505_000


def test_what_is_used_no_more_keeps_its_own_counters_and_is_no_growth_of_all_others() -> None:
    used, no_more = ({WORKSPACE.column: f"w{n}", MODEL.column: f"m{n}"} for n in (1, 2))
    counted = [Measures(TODAY, one, Decimal(5), requests=4) for one in (used, no_more)]
    figures = Figures(TODAY, known(TODAY), [cell(TODAY, "w1", "m1", "1")], usage=counted, requests=counted)
    found = by_name(counters(counts(figures)))
    assert found["claude_org_requests_total"] == {("w1", "m1"): 4, ("w2", "m2"): 4}
    assert {labels[:2] for labels in found["claude_org_tokens_total"]} == {("w1", "m1"), ("w2", "m2")}
    assert by_name(gauges(figures))["claude_org_workspace_info"].keys() == {("w1", ""), ("w2", "")}, (
        "each counter has a name"
    )


@pytest.mark.parametrize(("spends", "labels"), [("29.5", {"w01", "new"}), ("0.01", {"new", OTHER})])
def test_who_is_overtaken_by_a_little_keeps_its_counters(spends: str, labels: set[str]) -> None:
    """Of 30 that have counters of their own one is overtaken by one, or by forty-one."""
    amounts = {f"w{n:02}": Decimal(n + 100) for n in range(2, 31)} | {"w01": Decimal(spends), "new": Decimal(31)}
    amounts |= {f"x{n:02}": Decimal(1 + n) / 50 for n in range(40)}
    counted = [
        Measures(TODAY, {WORKSPACE.column: one, MODEL.column: "m"}, amount, requests=4) for one, amount in amounts.items()
    ]
    before = Shown(frozenset(f"w{n:02}" for n in range(1, 31)), frozenset({"m"}))
    found = by_name(counters(counts(Figures(TODAY, known(TODAY), [], requests=counted, told=before))))
    told = {labels[0] for labels in found["claude_org_requests_total"]}
    assert told & {"w01", "new", OTHER} == labels | {OTHER}


def test_counters_count_money_tokens_and_requests_and_leave_out_what_nobody_told() -> None:
    what = {WORKSPACE.column: "w1", MODEL.column: "opus", COST_TYPE.column: "tokens", TIER.column: "standard"}
    out = what | {TOKEN_TYPE.column: "output_tokens"}
    read = what | {TOKEN_TYPE.column: "cache_read_input_tokens"}
    figures = Figures(
        TODAY,
        known(TODAY),
        [cell(TODAY, "w1", "opus", "1")],
        parts=[
            Measures(TODAY, what | {TOKEN_TYPE.column: UNSPLIT, TIER.column: UNSPLIT}, Decimal(9), Decimal(9)),
            Measures(TODAY, out, Decimal("0.5"), Decimal("0.75")),
            Measures(TODAY, read, Decimal("0.5"), None),
            Measures(TODAY, what | {TOKEN_TYPE.column: "uncached_input_tokens"}, Decimal(0), Decimal(0), uncached_input=7),
        ],
        usage=[Measures(TODAY, what, Decimal(0), uncached_input=1, cache_read=2, cache_write_5m=3, output=5)],
        requests=[Measures(TODAY, what, Decimal(1), requests=4), Measures(TODAY, {}, Decimal(1), requests=None)],
    )
    found = by_name(counters(counts(figures)))
    split = ("w1", "opus", "tokens", "output", "standard")
    assert found["claude_org_cost_usd_total"] == {
        split: Decimal("0.5"),
        ("w1", "opus", "tokens", "cache_read", "standard"): Decimal("0.5"),
    }
    assert found["claude_org_list_cost_usd_total"] == {split: Decimal("0.75")}
    assert found["claude_org_requests_total"] == {("w1", "opus"): 4}
    assert found["claude_org_tokens_total"][("w1", "opus", "cache_write_5m", "standard")] == 3
    tokens = found["gen_ai_usage_tokens_total"]
    assert tokens[("w1", "opus", "anthropic", "input", "standard")] == 1
    assert sum(tokens.values()) == 11
