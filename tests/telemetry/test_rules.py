"""Dashboards and alert rules: they ask for what is told, are as committed, and fire when they should."""

import json
import re
from pathlib import Path

import pytest
import yaml

from bot.telemetry.alerts import RULES
from bot.telemetry.dashboards import DASHBOARDS, dashboard
from bot.telemetry.names import ALL
from tests.generated import ROOT, STALE, dashboard_json, rules_yaml
from tests.telemetry.promtool import promtool

_PLAIN = {one.name: set(one.labels) for one in ALL if one.kind != "summary"}
_SUMS = {f"{one.name}_{end}": set(one.labels) for one in ALL if one.kind == "summary" for end in ("sum", "count")}
TOLD = {**_PLAIN, **_SUMS}
ADDED = {"instance", "job"}
"""The labels that Prometheus itself gives each series."""
QUERIES = [(panel.title, expr) for _, panels in DASHBOARDS.values() for panel in panels for expr, _ in panel.queries]
RULE_QUERIES = [(rule.name, rule.expr) for rule in RULES]


def test_each_query_asks_for_metrics_and_labels_that_are_told() -> None:
    for title, expr in QUERIES + RULE_QUERIES:
        outside = re.sub(r"(?:by|without|on|group_left) \([^)]*\)|\{[^}]*\}", "", expr)
        asked = set(re.findall(r"\b(?:gen_ai|claude)_\w+", outside))
        assert asked, title
        assert asked <= TOLD.keys(), title
        labels = {
            word for part in re.findall(r"(?:by|without|on|group_left) \(([^)]*)\)", expr) for word in part.split(", ")
        }
        labels |= {word for part in re.findall(r"\{([^}]*)\}", expr) for word in re.findall(r"(\w+)(?:=|!)", part)}
        assert labels <= set().union(*(TOLD[name] for name in asked), ADDED), title


def test_everything_that_is_told_of_money_is_shown_or_watched() -> None:
    text = " ".join(expr for _, expr in QUERIES + RULE_QUERIES)
    unseen = {name for name in TOLD if not re.search(rf"\b{name}\b", text)}
    # The first two are for Grafana's own dashboard and for a breakdown of the day before; the last is a flag.
    assert unseen == {"gen_ai_usage_tokens_total", "claude_org_cost_yesterday_usd", "claude_org_cost_yesterday_final"}


def test_dashboards_have_distinct_panels_that_do_not_overlap() -> None:
    for uid in DASHBOARDS:
        panels = dashboard(uid)["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        covered = [
            (x, y)
            for at in (panel["gridPos"] for panel in panels)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        ]
        assert len(covered) == len(set(covered))
        assert max(x for x, _ in covered) < 24


def test_the_committed_files_are_the_written_ones() -> None:
    assert (ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8") == rules_yaml(), STALE
    for uid in DASHBOARDS:
        assert (ROOT / f"deploy/grafana/dashboards/{uid}.json").read_text(encoding="utf-8") == dashboard_json(uid), STALE


def test_promtool_finds_no_fault_with_rules_and_queries(tmp_path: Path) -> None:
    promtool("check", "rules", str(ROOT / "deploy/prometheus/rules.yml"))
    recorded = [{"record": f"q{number}", "expr": expr} for number, (_, expr) in enumerate(QUERIES)]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": recorded}]}), encoding="utf-8")
    promtool("check", "rules", str(tmp_path / "queries.yml"))


FIRES = (
    ("ClaudeSpendUpByHalf", 'claude_org_all_cost_yesterday_usd{instance="a"}', "100+0x2300 160+0x110", "199h"),
    ("ClaudeFiguresOld", 'claude_org_report_age_seconds{report="cost"}', "30000+0x60", "3h"),
    ("ChatopsNoExporter", 'claude_chatops_exporter{instance="a"}', "0+0x60", "3h"),
    ("ChatopsTimersLate", "claude_chatops_timers_oldest_seconds", "1000+0x60", "3h"),
)
QUIET = (
    ("ClaudeSpendUpByHalf", 'claude_org_all_cost_yesterday_usd{instance="a"}', "100+0x2300 140+0x110", "199h"),
    ("ChatopsNoExporter", 'claude_chatops_exporter{instance="a"}', "1+0x60", "3h"),
)


@pytest.mark.parametrize("fires", [True, False])
def test_alerts_fire_when_they_should_and_else_are_quiet(tmp_path: Path, *, fires: bool) -> None:
    """Whether they fire is read from ALERTS, so that the words of a rule may change."""
    cases = FIRES if fires else QUIET
    tests = [
        {
            "interval": "5m",
            "input_series": [{"series": series, "values": values}],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}})',
                    "eval_time": at,
                    "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
                }
            ],
        }
        for name, series, values, at in cases
    ]
    rules = str(ROOT / "deploy/prometheus/rules.yml")
    content = {"rule_files": [rules], "evaluation_interval": "5m", "tests": tests}
    (tmp_path / "tests.yml").write_text(json.dumps(content), encoding="utf-8")
    promtool("test", "rules", str(tmp_path / "tests.yml"))
