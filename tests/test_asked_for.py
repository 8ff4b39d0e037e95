"""What an organization wants of its administration API, by heading, and what serves each wish here; README says the same.

Each typed line goes through the front door in `tests/handlers/test_asked_lines.py`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.commands.parse import parse
from bot.hygiene.registry import RULES
from bot.jobs import JOBS
from bot.settings.model import Settings
from bot.spend.exports.query import RecordsQuery, read_query
from bot.spend.reports.registry import REPORTS
from bot.telemetry import names

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
Rows = Mapping[str, tuple[str, ...]]
ASKED: Mapping[str, Rows] = {
    "Authentication": {
        "an Admin API key, which only admins make": (
            "setting anthropic_admin_key",
            "said The Admin API key of the Claude organization",
        ),
    },
    "Workspace management": {
        "list workspaces": ("line workspaces list",),
        "create a workspace with a description": ("line workspaces create Checkout", "line workspaces update Production"),
        "set a spending limit": ("line workspaces limit Production $1,000",),
        "archive a workspace": ("line workspaces archive Staging",),
    },
    "Member management": {
        "list members": ("line members list",),
        "invite a member": ("line members invite developer@acme.test as developer",),
        "update a role": ("line members role @alice developer",),
        "remove a member": ("line members remove @alice",),
    },
    "API key management": {
        "list keys of a workspace": ("line keys list Production",),
        "create a key": ("line keys request Production production-key",),
        "revoke a key": ("line keys revoke ingest-prod",),
    },
    "Usage and cost: features": {
        "precise token counts": ("line spend 30d by model tokens",),
        "cost reconciliation for finance teams": ("line spend reconcile october",),
        "product performance monitoring": ("line spend 30d by product", "report models"),
        "rate limit optimization": ("line limits", "rule near_limit"),
    },
    "Usage and cost: usage": {
        "a period": ("line spend 1 Oct to 31 Oct by model",),
        "one workspace": ("line spend october in Production",),
        "each record with day, model, tokens and cost": ("line spend records october",),
    },
    "Usage and cost: filtering": {
        "by workspace and model": ("line spend october in Production model sonnet tokens",),
        "grouped by day": ("records day",),
        "grouped by hour": ("records hour",),
        "grouped by model": ("records model",),
        "grouped by API key": ("records key",),
    },
    "Claude Code: metrics": {
        "sessions": ("line code 30d", "metric claude_code_analytics_sessions_total"),
        "duration of sessions": ("said of Bash, languages and the length of sessions it says nothing",),
        "lines": ("metric claude_code_analytics_lines_added_total",),
        "languages": ("said of Bash, languages and the length of sessions it says nothing",),
        "commits": ("metric claude_code_analytics_commits_total",),
        "pull requests": ("metric claude_code_analytics_pull_requests_total",),
        "use of Edit and Write": ("line code 30d by tool", "metric claude_code_analytics_tool_accepts_total"),
        "use of Bash": ("said of Bash, languages and the length of sessions it says nothing",),
        "tokens and estimated cost": ("line code 30d by model", "metric claude_code_analytics_cost_usd_total"),
    },
    "Claude Code: usage": {
        "by user": ("line code 30d by person",),
        "accepted and rejected by tool": ("line code 30d by tool", "metric claude_code_analytics_tool_rejects_total"),
    },
    "Grafana Cloud": {
        "usage": ("metric gen_ai_usage_tokens_total",),
        "cost": ("metric gen_ai_cost",),
        "latency": ("said Latency and the credit balance have no metric",),
        "a dashboard that is there": ("said `deploy/grafana/dashboards` has two dashboards",),
        "automatic alerts": ("said `deploy/grafana/provisioning/alerting` for Grafana's own contact points",),
        "no additional agents": ("setting metrics_port", "setting metrics_token"),
    },
    "Datadog": {
        "live metrics by statsd, host and port": ("job dogstatsd", "setting dogstatsd_address"),
        "Cloud Cost Management": ("job custom_costs", "setting datadog_api_key", "setting datadog_site"),
    },
    "Honeycomb": {"structured telemetry by OpenTelemetry": ("job exports", "setting otlp_targets", "said [honeycomb]")},
    "Workspace architecture": {
        "isolated environments": ("rule environments", "line workspaces create Checkout"),
        "independent keys": ("line workspaces show Production",),
        "spending limits per project": ("metric claude_org_spend_limit_usd", "rule unlimited"),
        "granular access": ("line workspaces access Production @alice developer",),
    },
    "Dashboard capabilities": {
        "real-time usage": ("line spend today",),
        "30, 60 and 90 days": ("line spend dashboard",),
        "breakdown by model, workspace and key": ("line spend 30d by workspace", "line spend 30d by key"),
        "rate limits, current against limit": ("line limits Production", "metric claude_org_rate_limit_peak"),
    },
    "Custom reports": {
        "token usage trends": ("report tokens",),
        "cost allocation": ("report allocation",),
        "team productivity": ("report team",),
        "model performance comparison": ("report models",),
    },
    "Rate limits": {
        "requests and tokens a minute of a tier": (
            "line limits",
            "metric claude_org_rate_limit",
            "said The tier is a guess",
        ),
        "remaining, by response headers": ("line admin status", "said what the server's headers say of theirs"),
    },
    "Best practices": {
        "separate workspaces": ("line admin advice", "rule environments"),
        "spending limits per workspace": ("rule unlimited",),
        "usage monitored daily": ("rule nobody_watches", "line spend digest"),
        "throttling ahead by headers": ("rule near_limit", "setting admin_requests_per_minute"),
        "observability platforms": ("rule no_export", "line admin status"),
    },
}
"""Heading -> wish -> what serves it: `line` is typed after `/claude-`, `said` stands in README where nothing else can."""
WISHES = [(heading, wish) for heading, rows in ASKED.items() for wish in rows]
LINES = sorted(
    {one.removeprefix("line ") for rows in ASKED.values() for some in rows.values() for one in some if one[:5] == "line "}
)


def _line(text: str) -> bool:
    name, _, words = text.partition(" ")
    found = parse(name, words)
    row = rf"^\| `/claude-{name}( {re.escape(words.split()[0])})?[ `]" if words else rf"^\| `/claude-{name}[ `]"
    return found.subcommand is not None and found.unknown is None and bool(re.search(row, README, re.MULTILINE))


def _metric(name: str) -> bool:
    return name in {one.name for one in vars(names).values() if isinstance(one, names.Metric)}


def _setting(name: str) -> bool:
    return name in Settings.model_fields and f"`{name.upper()}" in README


SERVED: Mapping[str, Callable[[str], bool]] = {
    "line": _line,
    "report": lambda name: name in {one.name for one in REPORTS} and f"`report {name}" in README,
    "records": lambda by: isinstance(read_query(["october", "by", by], ()), RecordsQuery) and by in README,
    "metric": _metric,
    "setting": _setting,
    "job": lambda name: name in {job.name for job in JOBS},
    "rule": lambda name: name in {rule.__module__.rpartition(".")[2] for rule in RULES},
    "said": lambda words: words in re.sub(r"\s+", " ", README),
}


@pytest.mark.parametrize(("heading", "wish"), WISHES)
def test_each_wish_is_served_as_readme_says(heading: str, wish: str) -> None:
    for one in ASKED[heading][wish]:
        sort, _, what = one.partition(" ")
        assert SERVED[sort](what), one
