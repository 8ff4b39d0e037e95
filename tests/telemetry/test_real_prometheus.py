"""A real Prometheus scrapes the bot, runs every query of the dashboards, and evaluates every rule."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from bot.admin.rows import ClaudeCodeRow, ModelUse
from bot.approvals import db as requests
from bot.claude_code import db as code
from bot.claude_code.plan import read_day
from bot.jobs import JOBS, run_job
from bot.kinds.limits.peaks.sync import sync_peaks
from bot.sandbox.claude.records import SpendLimit
from bot.sandbox.run import SandboxOptions
from bot.serving import web_of
from bot.spend.alerts import db as thresholds
from bot.spend.alerts.model import Threshold
from bot.spend.ledger.sync import sync_costs
from bot.spend.limits import db as limits
from bot.spend.limits.model import Limit
from bot.telemetry.names import PUSHED
from bot.web import build_server, listen
from tests.approvals.samples import BOB as WHO
from tests.approvals.samples import a_request, decision
from tests.dashboards.alerts import RULES
from tests.dashboards.asked import plain
from tests.generated import DASHBOARDS
from tests.telemetry.prometheus import Prometheus, scraping
from tests.telemetry.promtool import promtool
from tests.world import World, world_of

TOKEN = "a-token-of-sixteen-letters"
START = datetime(2026, 11, 23, 12, 15, tzinfo=UTC)
CODE = ClaudeCodeRow(
    date(2026, 11, 20), "user", "dana@acme.test", "api", "tmux", 2, 9, 3, 1, 1, {"edit_tool": (3, 1)},
    {"claude-opus-5-5": ModelUse(1, 2, 3, 4, 5, 10**9)},
)  # fmt: skip
_CHOSEN = 'job=~"quartermaster", gen_ai_anthropic_workspace_id=~".+", gen_ai_response_model=~".+"'
GRAFANA_S_OWN = (
    f"sum(gen_ai_cost{{{_CHOSEN}}}) / 100",
    f"count(count by (gen_ai_anthropic_workspace_id) (gen_ai_cost{{{_CHOSEN}}}))",
    f"sum(sum by (gen_ai_response_model) (gen_ai_cost{{{_CHOSEN}}})) / 100",
    f'count(sum by (gen_ai_token_type) (gen_ai_usage_tokens_total{{{_CHOSEN}, gen_ai_token_type=~"input|output",'
    ' gen_ai_anthropic_service_tier!=""}))',
)
"""What the panels of Grafana's own Anthropic dashboard ask for: cents, labels, types of tokens."""
NOTHING_HERE = ("Runs of jobs that failed",)
"""Panels that have no data where all is well."""


async def _fill(world: World) -> None:
    """Let the organization have some of everything that is told."""
    now, rt, busiest = world.rt.now(), world.rt, await world.workspace_id("Production")
    await sync_costs(rt, now, 10)
    await sync_peaks(rt, now)
    rt.meter.set(PUSHED, now.timestamp(), "collector", "done")
    claude = world.sandbox.claude
    sonnet = next(one for one in claude.rate_limits.values() if one.display_name == "Claude Sonnet 5.x")
    claude.overrides[busiest, sonnet.id] = {"output_tokens_per_minute": 5000}
    claude.spend_limits["spl_1"] = SpendLimit("spl_1", "workspace", busiest, "250000", now, now)
    await world.post("/claude/flags", spend_limits_preview=True)
    for name in ("rate_limits", "policy"):
        await run_job(rt, next(job for job in JOBS if job.name == name))
    async with rt.store.write() as tx:
        assert await code.replace_day(tx, read_day(CODE.day, now), [CODE])
        for number, scope in enumerate((None, busiest, "wrkspc_gone")):
            request = a_request("set_spend_limit", id=f"req_{number}")
            await requests.insert(tx, request, f"spend_limit:{number}")
            await requests.add_decision(tx, request.id, decision(WHO))
            await limits.keep(tx, Limit(request.id, scope, Decimal(500), "C0", "U0", now), for_good=True)
            wanted = Threshold(f"t{number}", "C0", "monthly", scope, Decimal(400), "U0", now)
            await thresholds.save_threshold(tx, wanted)


@contextlib.asynccontextmanager
async def _served(world: World) -> AsyncGenerator[int]:
    assert world.bot
    listener, server = listen("127.0.0.1", 0), build_server(web_of(world.bot))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def _is_scraped_twice(prometheus: Prometheus) -> bool:
    try:
        found = await prometheus.query("count_over_time(claude_chatops_leader[1m]) >= 2")
    except (httpx.TransportError, AssertionError, ValueError):
        return False
    return bool(found)


@pytest.mark.proof
async def test_every_query_of_the_dashboards_finds_something_and_every_rule_is_evaluated(tmp_path: Path) -> None:
    options = SandboxOptions(start=START)
    async with world_of(tmp_path, options=options, more={"METRICS_TOKEN": TOKEN}, spenders=3) as world:
        await _fill(world)
        async with _served(world) as port, scraping(port, TOKEN, tmp_path) as prometheus:
            await world.wait_for(lambda: _is_scraped_twice(prometheus), "two scrapes", 30)
            queries = [
                (one.title, panel.title, expr) for one in DASHBOARDS for panel in one.panels for expr, _ in panel.queries
            ]
            # Nothing is counted within these seconds, and a share of nothing has no value.
            silent = [
                (panel, expr)
                for _, panel, expr in queries
                if not await prometheus.query(plain(expr).replace("> 0)", ">= 0)"))
            ]
            rules = await prometheus.rules()
            grafana = [(await prometheus.query(expr))[0]["value"][1] for expr in GRAFANA_S_OWN]
            today = (await prometheus.query("max(claude_org_all_cost_today_usd)"))[0]["value"][1]
            workspaces = await prometheus.query("claude_org_cost_today_usd")
            (month,) = await prometheus.query("max(claude_org_all_cost_month_to_date_usd)")
            headers = {"authorization": f"Bearer {TOKEN}"}
            text = (await world.http.get(f"http://127.0.0.1:{port}/metrics", headers=headers)).text
            (parts,) = await prometheus.query("sum(claude_org_cost_month_to_date_usd)")
    assert [float(one) for one in grafana] == pytest.approx([float(today), len(workspaces), float(today), 2])
    assert [one for one in silent if one[0] not in NOTHING_HERE] == []
    assert [rule["name"] for rule in rules] == [rule.name for rule in RULES]
    assert {rule["health"] for rule in rules} == {"ok"}
    assert float(month["value"][1]) > 0
    assert abs(float(month["value"][1]) - float(parts["value"][1])) < 1e-6
    promtool("check", "metrics", stdin=text)
