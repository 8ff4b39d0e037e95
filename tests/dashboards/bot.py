"""The bot's dashboard: whether it works, what waits, and for whom people wait."""

from tests.dashboards.shape import Dashboard, Panel, Row

REQUESTS = Row("Requests", (
    Panel("Requests open", "stat", (('max(claude_chatops_requests{status="pending"})', ""),), width=6, height=4),
    Panel("Failed, to be looked at", "stat", (('max(claude_chatops_requests{status="failed"})', ""),), width=6, height=4),
    Panel("Until a decision, of 30 days", "stat",
          (("sum(increase(claude_chatops_approval_wait_seconds_sum[30d]))"
            " / (sum(increase(claude_chatops_approval_wait_seconds_count[30d])) > 0)", ""),), "s", 6, 4,
          "The mean from a request to a decision about it."),
    Panel("Ledger brought up to date", "stat", (("max(claude_org_sync_age_seconds)", ""),), "s", 6, 4, "How long ago."),
    Panel("Decisions", "columns",
          (("(sum by (action, outcome) (increase(claude_chatops_approvals_total[$__interval])) > 0)",
            "{{action}} {{outcome}}"),),
          about="No data: nothing was decided."),
    Panel("Requests by status", "lines", (("max by (status) (claude_chatops_requests)", "{{status}}"),)),
))  # fmt: skip
WORK = Row("Messages, timers and jobs", (
    Panel("Messages that wait", "lines", (("max(claude_chatops_outbox_pending)", "messages"),), width=8),
    Panel("Timers that are late", "lines", (("max(claude_chatops_timers_late)", "timers"),), width=8),
    Panel("For how long the oldest waits", "lines",
          (("max(claude_chatops_outbox_oldest_seconds)", "message"), ("max(claude_chatops_timers_oldest_seconds)", "timer")),
          "s", 8),
    Panel("Runs of jobs that failed", "lines",
          (('sum by (task) (increase(claude_chatops_task_runs_total{outcome="failed"}[15m])) > 0', "{{task}}"),), width=8,
          about="Within 15 minutes. No data: none failed."),
    Panel("How long a run takes", "lines",
          (("sum by (task) (rate(claude_chatops_task_duration_seconds_sum[15m]))"
            " / (sum by (task) (rate(claude_chatops_task_duration_seconds_count[15m])) > 0)", "{{task}}"),), "s", 8),
    Panel("Since the last run that succeeded", "bars",
          (("sort_desc(time() - max by (task) (claude_chatops_task_last_success_timestamp_seconds))", "{{task}}"),), "s", 8),
    Panel("Since a target took figures", "bars",
          (('sort_desc(time() - max by (target) (claude_chatops_target_last_push_timestamp_seconds{outcome="done"}))',
            "{{target}}"),), "s", 24,
          about="An hour (OTLP) or a day (OTLP, Custom Costs) is sent once it is over. No data: none was since the start."),
))  # fmt: skip
CLAUDE = Row("Claude Admin API and metrics", (
    Panel("Calls by answer", "lines",
          (("sum by (status_class) (increase(claude_chatops_admin_api_requests_total[5m]))", "{{status_class}}"),), width=8,
          about="Within 5 minutes."),
    Panel("Calls by route", "lines",
          (("sum by (route) (increase(claude_chatops_admin_api_requests_total[5m]))", "{{route}}"),), width=8,
          about="Within 5 minutes."),
    Panel("Calls left within the minute", "lines", (("min(claude_chatops_admin_api_budget_left)", "left"),), width=8),
    Panel("Who tells the organization's figures", "lines",
          (("sum by (instance) (claude_chatops_leader)", "{{instance}}"),), about="One of all replicas at a time."),
    Panel("Series left out", "lines", (("sum(claude_chatops_series_dropped)", "left out"),),
          about="Above 0 there are more than 10,000 series."),
))  # fmt: skip
BOT = Dashboard(
    "quartermaster-bot",
    "Quartermaster",
    "Whether the bot works: requests, messages, timers, jobs, and its calls of the Claude Admin API.",
    "now-24h",
    (REQUESTS, WORK, CLAUDE),
)
