"""Grafana's dashboards about the organization's spend and about the bot.

A gauge is the largest over replicas, because for a moment two of them may tell it; a rate is summed.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Look = Literal["stat", "timeseries", "bargauge", "table"]
_WIDE = 24
_SOURCE = {"type": "prometheus", "uid": "${prometheus}"}


@dataclass(frozen=True)
class Panel:
    """One picture: what it shows, of which queries (each with its legend), in which unit."""

    title: str
    look: Look
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    width: int = 12
    height: int = 8
    about: str = ""


_NAMED = " * on (workspace_id) group_left (workspace_name) max by (workspace_id, workspace_name) (claude_org_workspace_info)"
SPEND = (
    Panel("Today so far", "stat", (("max(claude_org_all_cost_today_usd)", "today"),), "currencyUSD", 6, 5, "Provisional."),
    Panel("Yesterday", "stat", (("max(claude_org_all_cost_yesterday_usd)", "yesterday"),), "currencyUSD", 6, 5),
    Panel("Month to date", "stat", (("max(claude_org_all_cost_month_to_date_usd)", "month"),), "currencyUSD", 6, 5),
    Panel(
        "Figures end", "stat", (('max(claude_org_report_age_seconds{report="cost"})', "ago"),), "s", 6, 5,
        "How far behind now the report ends. No value: no figures were read, which isn't the same as no spend.",
    ),
    Panel(
        "Month to date by workspace", "bargauge",
        (("sort_desc(max by (workspace_id) (claude_org_cost_month_to_date_usd)" + _NAMED + ")", "{{workspace_name}}"),),
        "currencyUSD",
    ),
    Panel(
        "Today by model", "bargauge",
        (("sort_desc(sum by (gen_ai_response_model) (max without (instance, job) (gen_ai_cost)) / 100)",
          "{{gen_ai_response_model}}"),),
        "currencyUSD",
    ),
    Panel(
        "Spend of the running day", "timeseries",
        (("max by (workspace_id) (claude_org_cost_today_usd)" + _NAMED, "{{workspace_name}}"),), "currencyUSD", 24,
    ),
    Panel(
        "Spend by type of token", "timeseries",
        (("sum by (token_type) (increase(claude_org_cost_usd_total[1h]))", "{{token_type}}"),), "currencyUSD",
        about="As the report tells it, so some hours late; a revision downwards shows in the gauges only.",
    ),
    Panel("Tokens", "timeseries", (("sum by (token_type) (increase(claude_org_tokens_total[1h]))", "{{token_type}}"),)),
    Panel(
        "Share of input read from the cache", "timeseries",
        (('sum(increase(claude_org_tokens_total{token_type="cache_read"}[1d]))'
          ' / sum(increase(claude_org_tokens_total{token_type!="output"}[1d]))', "cache read"),),
        "percentunit",
    ),
    Panel("Requests by model", "timeseries", (("sum by (model) (increase(claude_org_requests_total[1h]))", "{{model}}"),)),
    Panel(
        "Discount on list prices", "timeseries",
        (("1 - sum(increase(claude_org_cost_usd_total[1d]))"
          " / sum(increase(claude_org_list_cost_usd_total[1d]))", "discount"),),
        "percentunit",
    ),
)  # fmt: skip
BOT = (
    Panel("Requests open", "stat", (('max(claude_chatops_requests{status="pending"})', "open"),), width=6, height=5),
    Panel("Messages that wait", "stat", (("max(claude_chatops_posts_waiting)", "waiting"),), width=6, height=5),
    Panel("Timers late", "stat", (("max(claude_chatops_timers_late)", "late"),), width=6, height=5),
    Panel("Ledger brought up to date", "stat", (("max(claude_org_sync_age_seconds)", "ago"),), "s", 6, 5),
    Panel("Requests by status", "timeseries", (("max by (status) (claude_chatops_requests)", "{{status}}"),)),
    Panel(
        "How late the oldest is", "timeseries",
        (("max(claude_chatops_posts_oldest_seconds)", "message"), ("max(claude_chatops_timers_oldest_seconds)", "timer")),
        "s",
    ),
    Panel(
        "Jobs that failed", "timeseries",
        (('sum by (task) (increase(claude_chatops_task_runs_total{outcome="failed"}[5m]))', "{{task}}"),),
    ),
    Panel(
        "How long jobs take", "timeseries",
        (("sum by (task) (rate(claude_chatops_task_duration_seconds_sum[5m]))"
          " / sum by (task) (rate(claude_chatops_task_duration_seconds_count[5m]))", "{{task}}"),), "s",
    ),
    Panel(
        "Calls of the Claude Admin API", "timeseries",
        (("sum by (route, status) (increase(claude_chatops_admin_api_requests_total[5m]))", "{{route}} {{status}}"),),
    ),
    Panel("Calls left within the minute", "timeseries", (("min(claude_chatops_admin_api_budget_left)", "left"),)),
    Panel("Who tells the figures", "timeseries", (("sum by (instance) (claude_chatops_exporter)", "{{instance}}"),)),
    Panel("Series left out", "timeseries", (("sum(claude_chatops_series_dropped)", "left out"),)),
)  # fmt: skip
DASHBOARDS = {
    "quartermaster-spend": ("Claude organization: spend", SPEND),
    "quartermaster-bot": ("Quartermaster: the bot", BOT),
}
"""Uid -> title and panels."""


def dashboard(uid: str) -> dict[str, Any]:
    """Return one dashboard as Grafana imports it."""
    title, panels = DASHBOARDS[uid]
    return {
        "uid": uid,
        "title": title,
        "tags": ["quartermaster", "claude"],
        "schemaVersion": 41,
        "version": 1,
        "editable": True,
        "refresh": "1m",
        "timezone": "utc",
        "time": {"from": "now-7d", "to": "now"},
        "templating": {
            "list": [{"name": "prometheus", "label": "Data source", "type": "datasource", "query": "prometheus"}]
        },
        "panels": _placed(panels),
    }


def _placed(panels: Sequence[Panel]) -> list[dict[str, Any]]:
    """Return panels in rows, from left to right."""
    found, x, y, tallest = list[dict[str, Any]](), 0, 0, 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > _WIDE:
            x, y, tallest = 0, y + tallest, 0
        found.append(_drawn(panel, number, {"x": x, "y": y, "w": panel.width, "h": panel.height}))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return found


def _drawn(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    is_now = panel.look != "timeseries"
    return {
        "id": number,
        "type": panel.look,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}} if is_now else {"legend": {"displayMode": "list"}},
        "targets": [
            {"refId": chr(65 + n), "datasource": _SOURCE, "expr": expr, "legendFormat": legend, "instant": is_now}
            for n, (expr, legend) in enumerate(panel.queries)
        ],
    }
