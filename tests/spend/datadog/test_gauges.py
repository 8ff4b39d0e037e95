"""Live values: the ledger's figures, bounded in number, as an Agent reads them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.kinds.limits.groups import Group, Limiter, labels_of
from bot.kinds.limits.peaks.build import Line
from bot.kinds.limits.peaks.headroom import gauges_of
from bot.kinds.limits.peaks.model import Peak, Scope, Which
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.datadog.gauges import (
    ALL_MONTH,
    ALL_TODAY,
    COST_MONTH,
    COST_TODAY,
    LIMIT_LEFT,
    NAMES,
    REPORT_AGE,
    REQUESTS_TODAY,
    TOKENS_TODAY,
    Live,
    gauges,
)  # fmt: skip
from bot.spend.exports.metrics.families import MOST_MODELS, MOST_WORKSPACES
from bot.spend.model import Cell, LedgerDay, Measures
from bot.telemetry.gauge import Gauge
from tests.spend.world import FRIDAY, NOW

TODAY = NOW.date()


def _cell(day: date, workspace: str, model: str, amount: str) -> Cell:
    return Cell(day, {WORKSPACE.column: workspace, MODEL.column: model}, Decimal(amount))


def _day(day: date) -> LedgerDay:
    return LedgerDay(day, "analytics", NOW - timedelta(minutes=5), NOW, day < TODAY, Decimal(0))


def _named(found: list[Gauge]) -> dict[str, list[Gauge]]:
    names = dict.fromkeys(one.name for one in found)
    return {name: [one for one in found if one.name == name] for name in names}


def _sum(found: list[Gauge]) -> Decimal:
    return sum((Decimal(one.written) for one in found), Decimal(0))


def test_sums_over_tags_are_the_ledger_s_figures_and_limits_tell_what_is_left() -> None:
    cells = [_cell(FRIDAY, "w", "opus", "100.000000001"), _cell(TODAY, "w", "opus", "30"), _cell(TODAY, "", "", "0.25")]
    ids = {WORKSPACE.column: "w", MODEL.column: "opus"}
    usage = [Measures(TODAY, ids, Decimal(30), None, 3, output=7, cache_read=5), Measures(TODAY, {}, Decimal(0), None, None)]
    limits = {None: Decimal(200), "w": Decimal(120)}
    live = Live(TODAY, {FRIDAY: _day(FRIDAY), TODAY: _day(TODAY)}, cells, usage, limits, {"w": "Web, shop"})
    found = _named(gauges(live, NOW))
    assert set(found) == set(NAMES)
    assert _sum(found[COST_TODAY]) == _sum(found[ALL_TODAY]) == Decimal("30.25")
    assert _sum(found[COST_MONTH]) == _sum(found[ALL_MONTH]) == Decimal("130.250000001")
    assert {tuple(one.tags.values()): one.value for one in found[LIMIT_LEFT]} == {
        ("all", "all"): Decimal("69.749999999"), ("w", "Web, shop"): Decimal("-10.000000001"),
    }  # fmt: skip
    assert found[COST_TODAY][0].tags == {"workspace_id": "w", "workspace": "Web, shop", "model": "opus"}
    assert (_sum(found[TOKENS_TODAY]), [one.value for one in found[REQUESTS_TODAY]]) == (12, [3])
    assert [one.value for one in found[REPORT_AGE]] == [300]


def test_what_isn_t_known_has_no_value_and_what_cost_nothing_is_zero() -> None:
    assert gauges(Live(TODAY, {}, ()), NOW) == []
    only_month_before = Live(date(2026, 12, 1), {FRIDAY: _day(FRIDAY)}, ())
    assert set(_named(gauges(only_month_before, NOW))) == {REPORT_AGE}
    found = _named(gauges(Live(TODAY, {TODAY: _day(TODAY)}, ()), NOW))
    assert [one.written for one in (*found[ALL_TODAY], *found[ALL_MONTH])] == ["0", "0"]
    assert COST_TODAY not in found


def test_a_thousand_workspaces_are_bounded_and_still_add_up() -> None:
    cells = [_cell(TODAY, f"w{n % 1000}", f"m{n % 100}", f"{n}.000000001") for n in range(2000)]
    found = _named(gauges(Live(TODAY, {TODAY: _day(TODAY)}, cells), NOW))
    assert len(found[COST_TODAY]) <= (MOST_WORKSPACES + 1) * (MOST_MODELS + 1)
    assert _sum(found[COST_TODAY]) == _sum(found[ALL_TODAY]) == sum(cell.amount for cell in cells)


def test_groups_of_one_name_are_told_apart_by_their_ids() -> None:
    groups = [Group(f"rl_{n}", name, (), {}) for n, name in enumerate(("Opus", "Model group", "Model group"))]
    assert labels_of(groups) == {"rl_0": "Opus", "rl_1": "Model group rl_1", "rl_2": "Model group rl_2"}


def test_headroom_is_told_where_a_limit_and_an_hour_are_known() -> None:
    group = Group("rl_1", "Claude Opus", ("opus",), {"requests": Limiter("requests_per_minute", 4000)})
    minute = datetime(2026, 11, 21, 7, 3, tzinfo=NOW.tzinfo)
    peak = Peak(Which(Scope("organization"), "rl_1", "requests"), 3000, minute)
    told = [
        [
            (one.name.rpartition(".")[2], one.written)
            for one in gauges_of(Line(group, "requests", limit, peaks=peaks), group.name)
        ]
        for limit, peaks in ((4000, {"day": peak}), (4000, {"day": None}), (4000, None), (None, {"day": peak}))
    ]
    assert told == [
        [("rate_limit", "4000"), ("peak", "3000"), ("headroom", "0.2500")],
        [("rate_limit", "4000"), ("peak", "0"), ("headroom", "1.0000")],
        [("rate_limit", "4000")],
        [("peak", "3000")],
    ]
