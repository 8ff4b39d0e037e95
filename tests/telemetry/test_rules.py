"""Alert rules in Prometheus's own checker: they fire when they should, and else are quiet."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.alerts import RULES
from tests.generated import ROOT
from tests.sizes import few
from tests.telemetry.promtool import promtool

Words = str | tuple[str, ...]

AGE = 'claude_org_report_age_seconds{report="cost"}'
LEADS = ('claude_chatops_leader{instance="a"}', 'claude_chatops_leader{instance="b"}')
FAILED = 'claude_chatops_task_runs_total{task="costs",outcome="failed"}'
WORKS = 'claude_chatops_task_last_success_timestamp_seconds{task="costs"}'
AWAY, TOOK, REJECTED = (
    f'claude_chatops_target_last_push_timestamp_seconds{{target="collector",outcome="{outcome}"}}'
    for outcome in ("failed", "done", "rejected")
)
LONG = "199h"
"""The moment of a look at days, for which an evaluation each hour is enough."""
FIRES = (
    ("ClaudeSpendUpByHalf", 'claude_org_all_cost_yesterday_usd{instance="a"}', "100+0x192 160+0x9", LONG),
    ("ClaudeSpendToday", "claude_org_all_cost_today_usd", "1001+0x60", "3h"),
    ("ClaudeFiguresOld", 'claude_org_report_age_seconds{report="cost"}', "30000+0x60", "3h"),
    ("ClaudeFiguresMissing", "claude_chatops_leader", "1+0x60", "3h"),
    ("ChatopsDown", ("claude_chatops_leader", 'up{job="quartermaster",instance="b"}'), ("1+0x60", "0+0x60"), "3h"),
    ("ChatopsDown", 'up{job="quartermaster",instance="b"}', "0+0x60", "3h"),
    ("ChatopsDown", 'up{job="another"}', "1+0x60", "3h"),
    ("ChatopsNoLeader", 'claude_chatops_leader{instance="a"}', "0+0x60", "3h"),
    ("ChatopsJobsFail", FAILED, "0+1x60", "3h"),
    ("ChatopsJobStopped", 'claude_chatops_task_last_success_timestamp_seconds{task="costs"}', "0+0x60", "3h"),
    ("ChatopsJobStopped", 'claude_chatops_task_runs_total{task="peaks",outcome="failed"}', "4+0x60", "3h"),
    ("ChatopsPostsWait", "claude_chatops_outbox_oldest_seconds", "1000+0x60", "3h"),
    ("ChatopsTimersLate", "claude_chatops_timers_oldest_seconds", "1000+0x60", "3h"),
    ("ChatopsTargetAway", AWAY, "0+300x60", "3h"),
    ("ChatopsTargetAway", (AWAY, TOOK), ("600+0x60", "300+0x60"), "3h"),
    ("ChatopsFiguresRejected", REJECTED, "0+300x60", "3h"),
    ("ChatopsApiLimited", 'claude_chatops_admin_api_requests_total{route="users",status_class="429"}', "0+3x60", "3h"),
    ("ChatopsSeriesDropped", "claude_chatops_series_dropped", "7+0x60", "3h"),
    ("ClaudeSpendLimitNear", 'claude_org_spend_limit_used_ratio{scope_type="organization"}', "0.95+0x60", "3h"),
    (
        "ClaudeRateLimitNear",
        (
            'claude_org_rate_limit{model_group="Opus",limit_type="r"}',
            'claude_org_rate_limit_peak{model_group="Opus",limit_type="r"}',
        ),
        ("100+0x60", "95+0x60"),
        "3h",
    ),
    (
        "ClaudeWorkspaceRateLimitNear",
        tuple(
            f'claude_org_workspace_rate_limit{end}{{workspace_id="w",model_group="Opus",limit_type="r"}}'
            for end in ("", "_peak")
        ),
        ("100+0x60", "95+0x60"),
        "3h",
    ),
)
QUIET = (
    ("ClaudeSpendUpByHalf", 'claude_org_all_cost_yesterday_usd{instance="a"}', "100+0x192 140+0x9", LONG),
    ("ClaudeSpendUpByHalf", 'claude_org_all_cost_yesterday_usd{instance="a"}', "1+0x192 9+0x9", LONG),
    ("ClaudeFiguresMissing", ("claude_chatops_leader", AGE), ("1+0x60", "60+0x60"), "3h"),
    ("ChatopsDown", ("claude_chatops_leader", 'up{job="quartermaster"}'), ("1+0x60", "1+0x60"), "3h"),
    ("ChatopsJobStopped", (FAILED, WORKS), ("9+0x60", "0+300x60"), "3h"),
    ("ChatopsTargetAway", (AWAY, TOOK), ("300+0x60", "600+0x60"), "3h"),
    ("ChatopsFiguresRejected", REJECTED, "0+0x600", "48h"),
    ("ChatopsNoLeader", LEADS, ("1+0x60", "0+0x60"), "3h"),
    ("ChatopsApiLimited", 'claude_chatops_admin_api_requests_total{route="users",status_class="2xx"}', "0+30x60", "3h"),
    ("ClaudeSpendLimitNear", 'claude_org_spend_limit_used_ratio{scope_type="organization"}', "0.8+0x60", "3h"),
)  # fmt: skip


def test_each_rule_is_seen_to_fire() -> None:
    assert {name for name, *_ in FIRES} == {rule.name for rule in RULES}


@pytest.mark.parametrize("fires", few([True, False]))
def test_alerts_fire_when_they_should_and_else_are_quiet(tmp_path: Path, *, fires: bool) -> None:
    """Whether they fire is read from ALERTS, so that the words of a rule may change."""
    files: list[str] = []
    for every in ("1h", "5m"):
        chosen = [one for one in (FIRES if fires else QUIET) if (one[-1] == LONG) is (every == "1h")]
        tests = [_test(*one, every=every, fires=fires) for one in chosen]
        rules = str(ROOT / "deploy/prometheus/rules.yml")
        content = {"rule_files": [rules], "evaluation_interval": every, "tests": tests}
        files.append(str(tmp_path / f"{every}.yml"))
        Path(files[-1]).write_text(json.dumps(content), encoding="utf-8")
    promtool("test", "rules", *files)


def _test(name: str, series: Words, values: Words, at: str, *, every: str, fires: bool) -> dict[str, Any]:
    return {
        "interval": every,
        "input_series": [{"series": one, "values": value} for one, value in zip(*_both(series, values), strict=True)],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}})',
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }


def _both(series: Words, values: Words) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (series,) if isinstance(series, str) else series, (values,) if isinstance(values, str) else values


def test_promtool_finds_no_fault_with_the_configuration_and_its_rules(tmp_path: Path) -> None:
    config = (ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8")
    here = config.replace("/etc/prometheus/rules.yml", str(ROOT / "deploy/prometheus/rules.yml"))
    assert here != config
    (tmp_path / "prometheus.yml").write_text(here, encoding="utf-8")
    said = promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert f"{len(RULES)} rules found" in said
