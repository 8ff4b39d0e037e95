"""Every metric that is exported: the catalogue that exporters, dashboards and alert rules are held against.

What begins with `gen_ai` is read by Grafana's own Anthropic dashboard, whose panels divide money by 100: it is in cents.

Pure.
"""

from bot.telemetry.model import Labels as _Names
from bot.telemetry.model import Metric


def _gauge(name: str, says: str, *labels: str) -> Metric:
    return Metric(name, "gauge", labels, says)


def _counter(name: str, says: str, *labels: str) -> Metric:
    return Metric(name, "counter", labels, says)


_GEN_AI: _Names = ("gen_ai_anthropic_workspace_id", "gen_ai_response_model", "gen_ai_provider_name")
_GEN_AI_TOKENS: _Names = (*_GEN_AI, "gen_ai_token_type", "gen_ai_anthropic_service_tier")
_SPLIT: _Names = ("workspace_id", "model", "cost_type", "token_type", "service_tier")
_ALL = "The same of all workspaces together."

GEN_AI_COST = _gauge("gen_ai_cost", "Spend of the running UTC day in cents.", *_GEN_AI)
GEN_AI_TOKENS = _counter("gen_ai_usage_tokens_total", "Tokens since this export began.", *_GEN_AI_TOKENS)
TODAY = _gauge("claude_org_cost_today_usd", "Spend of the running UTC day in dollars.", "workspace_id")
YESTERDAY = _gauge("claude_org_cost_yesterday_usd", "Spend of the UTC day before in dollars.", "workspace_id")
MONTH = _gauge("claude_org_cost_month_to_date_usd", "Spend of the running UTC month in dollars.", "workspace_id")
ALL_TODAY = _gauge("claude_org_all_cost_today_usd", _ALL)
ALL_YESTERDAY = _gauge("claude_org_all_cost_yesterday_usd", _ALL)
ALL_MONTH = _gauge("claude_org_all_cost_month_to_date_usd", _ALL)
YESTERDAY_FINAL = _gauge("claude_org_cost_yesterday_final", "1 once the report covers all of the UTC day before, else 0.")
COST = _counter("claude_org_cost_usd_total", "Spend in dollars since this export began; it never goes down.", *_SPLIT)
LIST_COST = _counter("claude_org_list_cost_usd_total", "The same at list prices, where the report tells them.", *_SPLIT)
TOKENS = _counter(
    "claude_org_tokens_total", "Tokens since this export began.", "workspace_id", "model", "token_type", "service_tier"
)
REQUESTS = _counter("claude_org_requests_total", "Requests since this export began, where told.", "workspace_id", "model")
BUDGET = _gauge("claude_org_budget_usd", "The largest monthly amount that a channel watches.", "scope")
BUDGET_USED = _gauge("claude_org_budget_used_ratio", "Spend of the UTC month against that amount; 1 is all of it.", "scope")
SPEND_LIMIT = _gauge(
    "claude_org_spend_limit_usd", "The monthly limit that the bot keeps for a scope.", "scope_type", "workspace_id"
)
SPEND_LIMIT_USED = _gauge(
    "claude_org_spend_limit_used_ratio", "Spend of the UTC month against it; 1 is all of it.", "scope_type", "workspace_id"
)
CONSOLE_LIMIT = _gauge(
    "claude_org_console_spend_limit_usd",
    "A monthly limit that Claude itself keeps, where the organization's preview tells it.",
    "scope_type",
    "workspace_id",
)
RATE_LIMIT = _gauge("claude_org_rate_limit", "What the organization may do per minute.", "model_group", "limit_type")
RATE_PEAK = _gauge(
    "claude_org_rate_limit_peak",
    "Its busiest minute of 24 hours; after a change of the limit, since then.",
    "model_group",
    "limit_type",
)
WORKSPACE_RATE_LIMIT = _gauge(
    "claude_org_workspace_rate_limit", "What a workspace with a lower limit of its own may do per minute.",
    "workspace_id", "model_group", "limit_type",
)  # fmt: skip
WORKSPACE_RATE_PEAK = _gauge(
    "claude_org_workspace_rate_limit_peak", "The same of a workspace.",
    "workspace_id", "model_group", "limit_type",
)  # fmt: skip
REPORT_AGE = _gauge("claude_org_report_age_seconds", "How far behind now a report's figures end.", "report")
SYNC_AGE = _gauge("claude_org_sync_age_seconds", "How long ago the ledger was last brought up to date.")
WORKSPACE_INFO = _gauge("claude_org_workspace_info", "1; joins names to workspace_id.", "workspace_id", "workspace_name")

_CODE = "since this export began, of Claude Code's daily report."
CODE_SESSIONS = _counter("claude_code_analytics_sessions_total", f"Sessions {_CODE}", "terminal_type")
CODE_COMMITS = _counter("claude_code_analytics_commits_total", f"Commits {_CODE}", "terminal_type")
CODE_PULL_REQUESTS = _counter("claude_code_analytics_pull_requests_total", f"Pull requests {_CODE}", "terminal_type")
CODE_ADDED = _counter("claude_code_analytics_lines_added_total", f"Lines added {_CODE}", "terminal_type")
CODE_REMOVED = _counter("claude_code_analytics_lines_removed_total", f"Lines removed {_CODE}", "terminal_type")
CODE_ACCEPTS = _counter("claude_code_analytics_tool_accepts_total", f"Accepted proposals {_CODE}", "terminal_type")
CODE_REJECTS = _counter("claude_code_analytics_tool_rejects_total", f"Rejected proposals {_CODE}", "terminal_type")
CODE_COST = _counter("claude_code_analytics_cost_usd_total", f"Estimated dollars, not the bill, {_CODE}", "model")

APPROVALS = _counter("claude_chatops_approvals_total", "Decisions about requests.", "action", "outcome")
APPROVAL_WAIT = Metric(
    "claude_chatops_approval_wait_seconds", "summary", ("action",), "From a request to each decision about it."
)

ORGANIZATION = (
    ALL_TODAY, ALL_YESTERDAY, ALL_MONTH, YESTERDAY_FINAL, REPORT_AGE, SYNC_AGE, TODAY, YESTERDAY, MONTH, WORKSPACE_INFO,
    BUDGET, BUDGET_USED, SPEND_LIMIT, SPEND_LIMIT_USED, CONSOLE_LIMIT, APPROVALS, APPROVAL_WAIT, GEN_AI_COST,
    RATE_LIMIT, RATE_PEAK, CODE_SESSIONS, CODE_COMMITS, CODE_PULL_REQUESTS, CODE_ADDED, CODE_REMOVED, CODE_ACCEPTS,
    CODE_REJECTS, CODE_COST, WORKSPACE_RATE_LIMIT, WORKSPACE_RATE_PEAK, REQUESTS, GEN_AI_TOKENS, TOKENS, COST, LIST_COST,
)  # fmt: skip
"""Told by one process at a time; where there are too many series, those of the last ones are left out first."""

APPROVAL_REQUESTS = _gauge("claude_chatops_requests", "Requests by status.", "status")
POSTS_WAITING = _gauge("claude_chatops_outbox_pending", "Messages that Slack doesn't show yet as they should be.")
POSTS_LATE = _gauge("claude_chatops_outbox_oldest_seconds", "For how long the longest waiting message is due.")
TIMERS_LATE = _gauge("claude_chatops_timers_late", "Timers that are due and weren't worked off.")
TIMERS_OLDEST = _gauge("claude_chatops_timers_oldest_seconds", "For how long the longest waiting timer is due.")
LEADER = _gauge("claude_chatops_leader", "1 in the process that tells the organization's figures, else 0.")
DROPPED = _gauge("claude_chatops_series_dropped", "Series left out because there are too many.")
TASK_RUNS = _counter("claude_chatops_task_runs_total", "Runs of the schedule's jobs.", "task", "outcome")
TASK_SECONDS = Metric("claude_chatops_task_duration_seconds", "summary", ("task",), "How long runs took.")
TASK_SUCCESS = _gauge("claude_chatops_task_last_success_timestamp_seconds", "When a job last ran without failure.", "task")
API_CALLS = _counter(
    "claude_chatops_admin_api_requests_total", "Calls of the Claude Admin API by answer.", "route", "status_class"
)
BUDGET_LEFT = _gauge("claude_chatops_admin_api_budget_left", "Calls that the bot may still send within the minute.")
PUSHED = _gauge(
    "claude_chatops_target_last_push_timestamp_seconds",
    "When a target last took figures, didn't, or didn't keep all of them.",
    "target",
    "outcome",
)
HEALTH = (
    LEADER, DROPPED, APPROVAL_REQUESTS, POSTS_WAITING, POSTS_LATE, TIMERS_LATE, TIMERS_OLDEST,
    TASK_RUNS, TASK_SECONDS, TASK_SUCCESS, PUSHED, API_CALLS, BUDGET_LEFT,
)  # fmt: skip
"""Told by each process of itself."""
ALL = (*ORGANIZATION, *HEALTH)
