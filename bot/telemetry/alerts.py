"""Alert rules for Prometheus about the bot and the organization's spend.

Pure.
"""

from dataclasses import dataclass
from typing import Any


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
        "Look at the dashboard's table of models and workspaces, or ask `/claude-spend yesterday by key`.",
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
        "absent(claude_org_report_age_seconds) and on() count(claude_chatops_exporter) > 0",
        "1h",
        "warning",
        "The bot tells no figures of the organization.",
        "`/claude-admin status` says whether any were read.",
    ),
    AlertRule(
        "ChatopsNoExporter",
        "sum(claude_chatops_exporter) != 1",
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
        "time() - max by (task) (claude_chatops_task_last_success_timestamp_seconds) > 2 * 3600",
        "5m",
        "critical",
        "The job {{ $labels.task }} hasn't succeeded for two hours.",
        "Look at /readyz and at the log.",
    ),
    AlertRule(
        "ChatopsPostsWait",
        "max(claude_chatops_posts_oldest_seconds) > 900",
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
        "ChatopsApiLimited",
        'sum(increase(claude_chatops_admin_api_requests_total{status="429"}[15m])) > 5',
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
