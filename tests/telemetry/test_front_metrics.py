"""A scrape of the running bot."""

import re
from decimal import Decimal
from pathlib import Path

import httpx
from starlette.applications import Starlette

from bot.jobs import JOBS, run_job
from bot.serving import web_of
from bot.spend.ledger.db import ledger_days
from bot.spend.model import ONE_DAY
from tests.telemetry.promtool import promtool
from tests.world import World, world_of

TOKEN = "a-token-of-sixteen-letters"


async def _scrape(web: Starlette, token: str = TOKEN) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://bot") as client:
        return await client.get("/metrics", headers={"authorization": f"Bearer {token}"})


def _value(text: str, series: str) -> Decimal:
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    assert found, series
    return Decimal(found[1])


async def _sync(world: World) -> None:
    await run_job(world.rt, next(job for job in JOBS if job.name == "costs"))


async def test_the_running_bot_tells_its_figures_and_its_health_to_who_has_the_token(tmp_path: Path) -> None:
    async with world_of(tmp_path, more={"METRICS_TOKEN": TOKEN}, spenders=1) as world:
        assert world.bot
        await _sync(world)
        web = web_of(world.bot)
        assert (await _scrape(web, "wrong")).status_code == 401
        text = (await _scrape(web)).text
        yesterday = world.rt.now().date() - ONE_DAY
        async with world.rt.store.read() as tx:
            fact = (await ledger_days(tx, yesterday, yesterday))[yesterday]
    assert _value(text, "claude_org_all_cost_yesterday_usd") == fact.total > 0
    assert _value(text, 'claude_chatops_task_runs_total{outcome="done",task="costs"}') == 1
    assert _value(text, 'claude_chatops_admin_api_requests_total{route="analytics",status_class="2xx"}') > 0
    assert _value(text, 'claude_chatops_admin_api_requests_total{route="analytics",status_class="429"}') == 0
    assert _value(text, "claude_chatops_leader") == 1
    assert _value(text, 'claude_chatops_requests{status="pending"}') == 0
    assert _value(text, "claude_org_sync_age_seconds") >= 0
    assert _value(text, "claude_chatops_admin_api_budget_left") < 6000
    assert TOKEN not in text
    promtool("check", "metrics", stdin=text)
