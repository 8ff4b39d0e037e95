"""What an organization wants of its administration API, and what serves each wish here: a typed line that is understood.

Best practices are rules of advice: see `tests/hygiene/test_rules.py`. What goes to other platforms is in `tests/telemetry`
and, to Datadog, in `tests/spend/datadog`.
"""

import pytest

from bot.commands.parse import parse
from bot.jobs import JOBS
from bot.settings.model import Settings
from bot.spend.exports.query import RecordsQuery, read_query
from bot.spend.reports.registry import REPORTS

COMMANDS = {
    "list workspaces": "workspaces list",
    "create a workspace": "workspaces create Checkout",
    "describe a workspace": "workspaces update Production",
    "set a workspace's spending limit": "workspaces limit Production $1,000",
    "archive a workspace": "workspaces archive Staging",
    "give access to a workspace": "workspaces access Production @alice developer",
    "list members": "members list",
    "invite a member": "members invite developer@example.com as developer",
    "update a member's role": "members role @alice developer",
    "remove a member": "members remove @alice",
    "list API keys of a workspace": "keys list Production",
    "create an API key": "keys request Production production-key",
    "revoke an API key": "keys revoke production-key",
    "usage and cost of a period": "spend 1 Oct to 31 Oct by model",
    "records of usage": "spend records october",
    "usage of a workspace and a model": "spend october in Production model sonnet tokens",
    "cost reconciliation": "spend reconcile october",
    "Claude Code by user": "code 30d by person",
    "Claude Code by tool": "code 30d by tool",
    "today's usage": "spend today",
    "historical trends and breakdowns": "spend dashboard",
    "rate limits, current against limit": "limits Production",
    "best practices": "admin advice",
    "which platforms get the figures": "admin status",
}
"""Wish -> what is typed after `/claude-`."""
REPORTED = {
    "token usage trends": "tokens",
    "cost allocation": "allocation",
    "team productivity": "team",
    "model performance comparison": "models",
}
GROUPED = ("day", "hour", "model", "key")
INTEGRATIONS = {
    "Datadog: live metrics by statsd": ("dogstatsd", "dogstatsd_address"),
    "Datadog: Cloud Cost Management": ("custom_costs", "datadog_api_key"),
    "Datadog: host and port of the Agent, its site": ("dogstatsd", "datadog_site"),
}
"""Third-party integration -> the job that serves it, and the setting that switches it on or aims it."""


@pytest.mark.parametrize("wish", COMMANDS)
def test_each_wish_is_a_line_that_is_understood(wish: str) -> None:
    name, _, text = COMMANDS[wish].partition(" ")
    found = parse(name, text)
    assert found.subcommand is not None
    assert found.unknown is None


def test_each_custom_report_is_there() -> None:
    assert {one.name for one in REPORTS} >= set(REPORTED.values())


def test_each_integration_is_a_job_with_a_setting() -> None:
    jobs = {job.name for job in JOBS}
    for wish, (job, setting) in INTEGRATIONS.items():
        assert job in jobs, wish
        assert setting in Settings.model_fields, wish


@pytest.mark.parametrize("grouping", GROUPED)
def test_records_are_grouped_as_usage_is(grouping: str) -> None:
    assert isinstance(read_query(["october", "by", grouping], ()), RecordsQuery)
