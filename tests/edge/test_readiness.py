"""Readiness tells the truth: about the socket, Slack's tokens, the database, and a process that stops."""

import asyncio
import time
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest

from bot.app import build, running
from bot.sandbox.faults import Fault
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.together import POLICY, bot_on
from bot.serving import web_of
from bot.settings.model import load_settings
from tests.day import DAY
from tests.world import World, world_of


async def test_the_bot_is_not_ready_without_a_live_socket(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        assert world.bot is not None
        assert world.bot.socket is not None
        await world.bot.socket.stop()
        async with _door(world) as http:
            answer = await http.get("/readyz")
            assert answer.status_code == 503
            assert answer.json() == {"ready": False, "missing": {"socket": "There is no live socket to Slack."}}
            assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize(("name", "missing"), [("SLACK_BOT_TOKEN", "slack"), ("SLACK_APP_TOKEN", "socket")])
async def test_the_bot_is_not_ready_while_slack_refuses_a_token(tmp_path: Path, name: str, missing: str) -> None:
    wrong = "xoxb-of-somebody-else" if name == "SLACK_BOT_TOKEN" else "xapp-of-somebody-else"
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'quartermaster.db'}", "POLICY_FILE": str(POLICY)}
        bot = await build(load_settings(sandbox.settings() | database | {name: wrong}), sandbox.clock.now)
        async with running(bot, ()):
            await asyncio.sleep(0.2)
            found = await bot.unready_because()
            assert missing in found
            assert wrong not in str(found)


async def test_the_bot_becomes_ready_by_itself_once_slack_answers(tmp_path: Path) -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        sandbox.faults.add(Fault("slack", "auth.test", "500", times=3))  # a call is tried three times
        async with bot_on(sandbox, tmp_path, jobs=()) as bot:
            assert "slack" in await bot.unready_because()
            async with asyncio.timeout(30):
                while await bot.unready_because():
                    await asyncio.sleep(0.1)


async def test_a_bot_that_stops_says_so_while_it_finishes_what_runs(tmp_path: Path) -> None:
    found: list[dict[str, str]] = []
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox, bot_on(sandbox, tmp_path, jobs=()) as bot:

        async def look() -> None:
            while not bot.is_stopping:
                await asyncio.sleep(0.01)
            found.append(await bot.unready_because())

        bot.runtime.tasks.spawn(look())
        assert await bot.unready_because() == {}
    assert found[0]["process"] == "The process is stopping."


async def test_the_bot_is_not_ready_with_the_database_away(tmp_path: Path, postgres_url: str) -> None:
    async with world_of(tmp_path, more={"DATABASE_URL": postgres_url}) as world:
        assert world.bot is not None
        plain = postgres_url.replace("postgresql+asyncpg://", "postgresql://")
        name = plain.partition("?")[0].rpartition("/")[2]
        admin = await cast("Any", asyncpg).connect(plain.replace(f"/{name}", "/postgres"))
        try:
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            began = time.monotonic()
            assert list(await world.bot.unready_because()) == ["database"]
            assert time.monotonic() - began < 4
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            assert await world.bot.unready_because() == {}
        finally:
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await admin.close()


def _door(world: World) -> httpx.AsyncClient:
    assert world.bot is not None
    return httpx.AsyncClient(transport=httpx.ASGITransport(web_of(world.bot)), base_url="http://bot.test")
