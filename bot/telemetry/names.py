"""Every metric that is exported: the catalogue that exporters, dashboards and alert rules are held against.

What begins with `gen_ai` is read by Grafana's own Anthropic dashboard, whose panels divide money by 100: it is in cents.

Pure.
"""

from bot.telemetry.model import Metric

_GEN_AI = ("gen_ai_anthropic_workspace_id", "gen_ai_response_model", "gen_ai_provider_name")
GEN_AI_COST = Metric("gen_ai_cost", "gauge", _GEN_AI, "Spend of the running UTC day in cents.")
GEN_AI_TOKENS = Metric(
    "gen_ai_usage_tokens_total",
    "counter",
    (*_GEN_AI, "gen_ai_token_type", "gen_ai_anthropic_service_tier"),
    "Tokens since this export began.",
)
TODAY = Metric("claude_org_cost_today_usd", "gauge", ("workspace_id",), "Spend of the running UTC day in dollars.")
YESTERDAY = Metric("claude_org_cost_yesterday_usd", "gauge", ("workspace_id",), "Spend of the UTC day before in dollars.")
MONTH = Metric("claude_org_cost_month_to_date_usd", "gauge", ("workspace_id",), "Spend of the running UTC month in dollars.")
ALL_TODAY = Metric("claude_org_all_cost_today_usd", "gauge", (), "The same of all workspaces together.")
ALL_YESTERDAY = Metric("claude_org_all_cost_yesterday_usd", "gauge", (), "The same of all workspaces together.")
ALL_MONTH = Metric("claude_org_all_cost_month_to_date_usd", "gauge", (), "The same of all workspaces together.")
YESTERDAY_FINAL = Metric(
    "claude_org_cost_yesterday_final", "gauge", (), "1 once the report covers all of the UTC day before, else 0."
)
_SPLIT = ("workspace_id", "model", "cost_type", "token_type", "service_tier")
COST = Metric(
    "claude_org_cost_usd_total", "counter", _SPLIT, "Spend in dollars since this export began; it never goes down."
)
LIST_COST = Metric(
    "claude_org_list_cost_usd_total", "counter", _SPLIT, "The same at list prices, where the report tells them."
)
TOKENS = Metric(
    "claude_org_tokens_total",
    "counter",
    ("workspace_id", "model", "token_type", "service_tier"),
    "Tokens since this export began.",
)
REQUESTS = Metric(
    "claude_org_requests_total", "counter", ("workspace_id", "model"), "Requests since this export began, where told."
)
REPORT_AGE = Metric("claude_org_report_age_seconds", "gauge", ("report",), "How far behind now a report's figures end.")
SYNC_AGE = Metric("claude_org_sync_age_seconds", "gauge", (), "How long ago the ledger was last brought up to date.")
WORKSPACE_INFO = Metric(
    "claude_org_workspace_info", "gauge", ("workspace_id", "workspace_name"), "1; joins names to workspace_id."
)
ORGANIZATION = (
    GEN_AI_COST,
    TODAY,
    YESTERDAY,
    MONTH,
    ALL_TODAY,
    ALL_YESTERDAY,
    ALL_MONTH,
    YESTERDAY_FINAL,
    REPORT_AGE,
    SYNC_AGE,
    WORKSPACE_INFO,
    REQUESTS,
    GEN_AI_TOKENS,
    TOKENS,
    COST,
    LIST_COST,
)
"""Told by one process at a time, the most important first."""

APPROVAL_REQUESTS = Metric("claude_chatops_requests", "gauge", ("status",), "Requests by status.")
POSTS_WAITING = Metric(
    "claude_chatops_posts_waiting", "gauge", (), "Messages that Slack doesn't show yet as they should be."
)
POSTS_LATE = Metric("claude_chatops_posts_oldest_seconds", "gauge", (), "For how long the longest waiting message is due.")
TIMERS_LATE = Metric("claude_chatops_timers_late", "gauge", (), "Timers that are due and weren't worked off.")
TIMERS_OLDEST = Metric("claude_chatops_timers_oldest_seconds", "gauge", (), "For how long the longest waiting timer is due.")
EXPORTER = Metric("claude_chatops_exporter", "gauge", (), "1 in the process that tells the organization's figures, else 0.")
DROPPED = Metric("claude_chatops_series_dropped", "gauge", (), "Series left out because there are too many.")
TASK_RUNS = Metric("claude_chatops_task_runs_total", "counter", ("task", "outcome"), "Runs of the schedule's jobs.")
TASK_SECONDS = Metric("claude_chatops_task_duration_seconds", "summary", ("task",), "How long runs took.")
TASK_SUCCESS = Metric(
    "claude_chatops_task_last_success_timestamp_seconds", "gauge", ("task",), "When a job last ran without failure."
)
API_CALLS = Metric(
    "claude_chatops_admin_api_requests_total", "counter", ("route", "status"), "Calls of the Claude Admin API by answer."
)
BUDGET_LEFT = Metric(
    "claude_chatops_admin_api_budget_left", "gauge", (), "Calls that the bot may still send within the minute."
)
HEALTH = (
    APPROVAL_REQUESTS,
    POSTS_WAITING,
    POSTS_LATE,
    TIMERS_LATE,
    TIMERS_OLDEST,
    EXPORTER,
    DROPPED,
    TASK_RUNS,
    TASK_SECONDS,
    TASK_SUCCESS,
    API_CALLS,
    BUDGET_LEFT,
)
"""Told by each process of itself."""
ALL = (*ORGANIZATION, *HEALTH)
