"""Alert rules about the bot and the organization: as Prometheus reads them, and as Grafana's own."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import yaml
from grafana_foundation_sdk.builders import alerting, expr, prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.alerting import Query, RelativeTimeRange

from tests.dashboards.shape import SOURCE_UID


@dataclass(frozen=True)
class AlertRule:
    """One rule: when `expr` has held for `lasts`, somebody is told `says`, and may do what `mend` says."""

    name: str
    expr: str
    lasts: str
    severity: str
    says: str
    mend: str


RULES = (
    AlertRule(
        "ClaudeSpendUpByHalf",
        # Yesterday against the mean of yesterdays in the week before; a small day is no alarm.
        "max(claude_org_all_cost_yesterday_usd)"
        " > 1.5 * avg_over_time(max(claude_org_all_cost_yesterday_usd)[7d:1h] offset 1d)"
        " and max(claude_org_all_cost_yesterday_usd) > 10",
        "1h",
        "warning",
        'Yesterday\'s spend was more than half above the week before: {{ $value | printf "%.2f" }} dollars.',
        "Look at the dashboard's panels by workspace and model, or ask `/claude-spend yesterday by key`.",
    ),
    AlertRule(
        "ClaudeSpendToday",
        "max(claude_org_all_cost_today_usd) > 1000",
        "0m",
        "warning",
        'More than 1,000 dollars were spent on this UTC day: {{ $value | printf "%.2f" }}.',
        "Set the amount to what is usual here.",
    ),
    AlertRule(
        "ClaudeFiguresOld",
        'max(claude_org_report_age_seconds{report="cost"}) > 6 * 3600',
        "30m",
        "warning",
        "The figures end more than six hours ago.",
        "`/claude-admin status` says why they aren't read.",
    ),
    AlertRule(
        "ClaudeFiguresMissing",
        "absent(claude_org_report_age_seconds) and on() count(claude_chatops_leader) > 0",
        "1h",
        "warning",
        "The bot tells no figures of the organization.",
        "`/claude-admin status` says whether any were read.",
    ),
    AlertRule(
        "ChatopsDown",
        # A replica that doesn't answer is named by Prometheus; where none is even asked, nothing of the bot is there.
        'up{job="quartermaster"} == 0 or on() absent(claude_chatops_leader)',
        "10m",
        "critical",
        "The bot{{ with $labels.instance }} at {{ . }}{{ end }} tells no metrics: it is down, or can't be reached.",
        "Look at its log and /readyz. Where METRICS_TOKEN is set, Prometheus has to send it.",
    ),
    AlertRule(
        "ChatopsNoLeader",
        "sum(claude_chatops_leader) != 1",
        "10m",
        "warning",
        "{{ $value }} processes tell the organization's figures; it should be one.",
        "Let Prometheus scrape every replica, each with the same database.",
    ),
    AlertRule(
        "ChatopsJobsFail",
        'sum by (task) (increase(claude_chatops_task_runs_total{outcome="failed"}[30m])) > 3',
        "5m",
        "warning",
        "The job {{ $labels.task }} failed more than three times in half an hour.",
        "The log names the reason under job_failed or job_later.",
    ),
    AlertRule(
        "ChatopsJobStopped",
        # A job that failed from the start has no last success.
        "time() - max by (task) (claude_chatops_task_last_success_timestamp_seconds) > 2 * 3600"
        ' or sum by (task) (claude_chatops_task_runs_total{outcome="failed"}) > 3'
        " unless on (task) claude_chatops_task_last_success_timestamp_seconds",
        "5m",
        "critical",
        "The job {{ $labels.task }} hasn't succeeded for two hours, or never since the start.",
        "Look at /readyz and at the log.",
    ),
    AlertRule(
        "ChatopsPostsWait",
        "max(claude_chatops_outbox_oldest_seconds) > 900",
        "5m",
        "critical",
        "Slack doesn't show a message that is due since {{ $value | humanizeDuration }}.",
        "`/claude-admin status` says whether Slack refuses the bot.",
    ),
    AlertRule(
        "ChatopsTimersLate",
        "max(claude_chatops_timers_oldest_seconds) > 900",
        "5m",
        "critical",
        "What was due {{ $value | humanizeDuration }} ago hasn't been done.",
        "Look at /readyz and at the log.",
    ),
    AlertRule(
        "ChatopsTargetAway",
        # Any replica may push, so the last failure of all is held to the last success of all.
        'max by (target) (claude_chatops_target_last_push_timestamp_seconds{outcome="failed"})'
        " unless on (target)"
        ' (max by (target) (claude_chatops_target_last_push_timestamp_seconds{outcome="done"})'
        ' >= on (target) max by (target) (claude_chatops_target_last_push_timestamp_seconds{outcome="failed"}))',
        "1h",
        "warning",
        "The target {{ $labels.target }} hasn't taken figures for an hour.",
        "Nothing is lost. `python -m bot doctor` says what to mend; the log says why under export_not_taken, or, for"
        " Datadog's Custom Costs, custom_costs_not_taken.",
    ),
    AlertRule(
        "ChatopsFiguresRejected",
        'time() - max by (target) (claude_chatops_target_last_push_timestamp_seconds{outcome="rejected"}) < 24 * 3600',
        "0m",
        "warning",
        "The target {{ $labels.target }} answered that it didn't keep figures that it got.",
        "They may not be sent again. The log says why under export_rejected_in_part; often they are too old for the target.",
    ),
    AlertRule(
        "ClaudeSpendLimitNear",
        "max by (scope_type, workspace_id) (claude_org_spend_limit_used_ratio) > 0.9",
        "10m",
        "warning",
        "{{ $labels.scope_type }} {{ $labels.workspace_id }} spent {{ $value | humanizePercentage }} of its monthly limit.",
        "Above the limit nothing more may be spent; ask for another with `/claude-workspaces limit`.",
    ),
    AlertRule(
        "ClaudeRateLimitNear",
        "max by (model_group, limit_type) (claude_org_rate_limit_peak)"
        " / (max by (model_group, limit_type) (claude_org_rate_limit) > 0) > 0.9",
        "10m",
        "warning",
        "{{ $labels.model_group }} reached {{ $value | humanizePercentage }} of {{ $labels.limit_type }} within 24 hours.",
        "`/claude-limits` names the minute and the key; above the limit requests fail with error 429.",
    ),
    AlertRule(
        "ClaudeWorkspaceRateLimitNear",
        "max by (workspace_id, model_group, limit_type) (claude_org_workspace_rate_limit_peak)"
        " / (max by (workspace_id, model_group, limit_type) (claude_org_workspace_rate_limit) > 0) > 0.9",
        "10m",
        "warning",
        "{{ $labels.workspace_id }} reached {{ $value | humanizePercentage }} of its own {{ $labels.limit_type }} for"
        " {{ $labels.model_group }} within 24 hours.",
        "`/claude-limits {{ $labels.workspace_id }}` names the workspace, the minute and the key; above the limit"
        " requests fail with error 429, whatever the organization may do.",
    ),
    AlertRule(
        "ChatopsSeriesDropped",
        "sum(claude_chatops_series_dropped) > 0",
        "30m",
        "warning",
        "{{ $value }} series aren't told because there are more than 10,000.",
        "The dashboards' breakdowns may lack something; the totals are whole.",
    ),
    AlertRule(
        "ChatopsApiLimited",
        'sum(increase(claude_chatops_admin_api_requests_total{status_class="429"}[15m])) > 5',
        "5m",
        "warning",
        "The Claude Admin API told the bot to slow down more than five times in a quarter of an hour.",
        "Another program uses the same 100 calls a minute; lower ADMIN_REQUESTS_PER_MINUTE.",
    ),
)


def rules_file() -> dict[str, Any]:
    """Return what a file of rules says."""
    rules = [
        {
            "alert": one.name,
            "expr": one.expr,
            "for": one.lasts,
            "labels": {"severity": one.severity},
            "annotations": {"summary": one.says, "description": one.mend},
        }
        for one in RULES
    ]
    return {"groups": [{"name": "quartermaster", "rules": rules}]}


def rules_yaml() -> str:
    """Return the rules as Prometheus reads them."""
    return f"# Written by `make generated`.\n{yaml.safe_dump(rules_file(), sort_keys=False, width=125)}"


def grafana_rules() -> str:
    """Return the same rules as Grafana's own alerting reads them from its provisioning."""
    group = alerting.RuleGroup("quartermaster")
    for one in RULES:
        group = group.with_rule(_grafana_rule(one))
    built: dict[str, Any] = json.loads(json.dumps(group.build(), cls=JSONEncoder))
    rules = [{key: value for key, value in rule.items() if key not in _OF_THE_API} for rule in built["rules"]]
    made = {"orgId": 1, "name": "quartermaster", "folder": "Quartermaster", "interval": "1m", "rules": rules}
    return json.dumps({"apiVersion": 1, "groups": [made]}, indent=2) + "\n"


_OF_THE_API = ("orgID", "folderUID", "ruleGroup", "id")
"""What the file's group says already, or Grafana itself."""


def _grafana_rule(one: AlertRule) -> alerting.Rule:
    """Build one rule: a query that returns anything fires, also where that is 0, so the condition is 1 for each series."""
    asked = prometheus.Dataquery().ref_id("A").expr(one.expr).instant()
    fires = expr.TypeMath().ref_id("B").expression("$A * 0 + 1")
    data: list[Builder[Query]] = [
        alerting.Query("A").datasource_uid(SOURCE_UID).model(asked).relative_time_range(RelativeTimeRange(600, 0)),
        alerting.Query("B").datasource_uid("__expr__").model(fires),
    ]
    says = one.says.replace("$value", "$values.A.Value")
    return (
        alerting.Rule(one.name)
        .uid(f"quartermaster-{zlib.crc32(one.name.encode()):08x}")
        .condition("B")
        .queries(data)
        .for_val(one.lasts)
        .labels({"severity": one.severity})
        .annotations({"summary": says, "description": one.mend})
        .no_data_state("OK")
        .exec_err_state("Error")
    )
