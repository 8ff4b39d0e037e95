"""Dashboards and rules ask for what is told, and are as committed."""

import json
import re
from typing import Any

import pytest
import yaml

from bot.approvals.model import Status
from bot.commands.table import COMMANDS
from bot.telemetry.names import ALL, HEALTH
from tests.dashboards.alerts import RULES
from tests.dashboards.asked import asked
from tests.dashboards.shape import NO_DATA, SOURCE_UID
from tests.generated import DASHBOARDS, GENERATED, ROOT, STALE

_PLAIN = {one.name: set(one.labels) for one in ALL if one.kind != "summary"}
_SUMS = {f"{one.name}_{end}": set(one.labels) for one in ALL if one.kind == "summary" for end in ("sum", "count")}
TOLD = {**_PLAIN, **_SUMS}
ADDED = {"instance", "job"}
"""The labels that Prometheus itself gives each series."""
OF_PROMETHEUS = {"up": ADDED}
MONEY = re.compile(r"_usd(?:_total)?\b|gen_ai_cost\b")
PANELS = [panel for one in DASHBOARDS for panel in one.panels]
QUERIES = [(panel.title, expr) for panel in PANELS for expr, _ in panel.queries]
RULE_QUERIES = [(rule.name, rule.expr) for rule in RULES]
DEPLOYED = [name for name in GENERATED if name.startswith("deploy/")]
VALUES = {
    "status": {one.value for one in Status},
    "outcome": {"done", "failed", "rejected"},
    "scope_type": {"organization", "workspace", "usage_tier"},
}


def committed(uid: str) -> dict[str, Any]:
    return json.loads((ROOT / f"deploy/grafana/dashboards/{uid}.json").read_text(encoding="utf-8"))


def drawn(uid: str) -> list[dict[str, Any]]:
    return [panel for panel in committed(uid)["panels"] if panel["type"] != "row"]


def test_each_query_parses_and_asks_for_metrics_labels_and_values_that_are_told() -> None:
    known = TOLD | OF_PROMETHEUS
    for title, expr in QUERIES + RULE_QUERIES:
        found = asked(expr)
        assert found.metrics, title
        assert found.metrics <= known.keys(), title
        # `scope` becomes a workspace's id where it is one.
        assert found.labels <= set().union(*(known[name] for name in found.metrics), ADDED), title
        for metric, label, value in found.matched:
            assert label in known[metric], (title, label)
            assert value in VALUES.get(label, {value}), (title, value)


def test_what_a_wrong_query_asks_for_is_seen() -> None:
    found = asked('sum by (colour) (rate(gone_total{kind="x"}[5m])) / on (a) group_left (b) max(claude_org_budget_usd)')
    assert found.metrics == {"gone_total", "claude_org_budget_usd"}
    assert found.labels == {"colour", "a", "b"}
    assert found.matched == [("gone_total", "kind", "x")]
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        asked("sum(rate(gone_total[5m])")


def test_everything_that_is_told_is_shown() -> None:
    shown = {name for _, expr in QUERIES for name in asked(expr).metrics}
    assert TOLD.keys() - shown == set()


def test_rules_name_commands_that_there_are() -> None:
    written = {f"/claude-{one.name}" for one in COMMANDS}
    for rule in RULES:
        assert set(re.findall(r"/claude-[a-z]+", rule.says + rule.mend)) <= written, rule.name


def test_money_is_shown_as_money_and_only_money_is() -> None:
    for panel in PANELS:
        for expr, _ in panel.queries:
            is_money = bool(MONEY.search(expr)) and panel.unit != "percentunit"
            assert is_money == (panel.unit == "currencyUSD"), panel.title
            assert ("gen_ai_cost" in expr) == ("/ 100" in expr), panel.title
            if "ratio" in expr or re.search(r"\) / \(", expr):
                assert panel.unit in ("percentunit", "s"), panel.title
            if re.search(r"_seconds\b", expr) and "count" not in expr and "timestamp" not in expr:
                assert panel.unit in ("s", "dateTimeAsIso"), panel.title


def test_a_share_of_nothing_has_no_value_and_replicas_are_not_added_up() -> None:
    gauges = {one.name for one in ALL if one.kind == "gauge" and one not in HEALTH}
    for title, expr in QUERIES:
        assert not re.search(r" / (?!100\b)(?!\()", expr), title
        assert all("> 0)" in expr for _ in re.findall(r" / \(", expr)), title
        summed = re.findall(r"sum(?: by \([^)]*\))? \(?\(?([a-z_]+)", expr)
        assert not gauges & set(summed), title


def test_columns_hold_all_that_was_counted_in_the_time_that_they_cover() -> None:
    for panel in PANELS:
        for expr, _ in panel.queries:
            assert ("increase(" in expr and "[$__interval]" in expr) == (panel.look == "columns"), panel.title
    columns = [panel for one in DASHBOARDS for panel in drawn(one.uid) if "$__interval" in str(panel["targets"])]
    assert {panel["interval"] for panel in columns} == {"1h"}
    stacked = [panel for panel in columns if "stacking" in panel["fieldConfig"]["defaults"]["custom"]]
    assert stacked == [panel for panel in columns if len(panel["targets"]) == 1]


def test_no_data_is_said_and_the_panels_of_money_stand_beside_the_age_of_their_figures() -> None:
    for one in DASHBOARDS:
        for panel in drawn(one.uid):
            assert panel["fieldConfig"]["defaults"]["noValue"] == NO_DATA
            assert "$0" not in json.dumps(panel)
    first = [panel["title"] for panel in drawn("quartermaster-organization")][:5]
    assert {"Figures reach to", "Yesterday's figures"} <= set(first)


def test_panels_have_their_own_numbers_do_not_overlap_and_fill_their_rows() -> None:
    for one in DASHBOARDS:
        found = committed(one.uid)
        panels = found["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        covered = [
            (x, y)
            for at in (panel["gridPos"] for panel in panels)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        ]
        assert len(covered) == len(set(covered)) == 24 * (1 + max(y for _, y in covered))
        assert found["timezone"] == "utc"


def test_the_data_source_is_the_one_that_is_provisioned() -> None:
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text(encoding="utf-8"))
    assert source["datasources"][0]["uid"] == SOURCE_UID
    for one in DASHBOARDS:
        found = committed(one.uid)
        (variable,) = found["templating"]["list"]
        assert (variable["query"], variable["current"]["value"]) == ("prometheus", SOURCE_UID)
        wanted = {"type": "prometheus", "uid": f"${{{variable['name']}}}"}
        for panel in drawn(one.uid):
            assert [panel["datasource"], *(target["datasource"] for target in panel["targets"])] == [
                wanted for _ in range(1 + len(panel["targets"]))
            ]
    alerting = json.loads((ROOT / "deploy/grafana/provisioning/alerting/quartermaster.json").read_text(encoding="utf-8"))
    (group,) = alerting["groups"]
    assert [rule["data"][0]["datasourceUid"] for rule in group["rules"]] == [SOURCE_UID for _ in RULES]
    assert len({rule["uid"] for rule in group["rules"]}) == len(RULES)


def test_the_committed_files_are_the_written_ones() -> None:
    assert len(DEPLOYED) == 4
    for name in DEPLOYED:
        assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](""), f"{name}: {STALE}"
