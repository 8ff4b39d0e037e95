"""The front door of the tests: the real bot on the sandbox, and people who act in it."""

import contextlib
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import httpx

from bot.app import Bot
from bot.approvals.kind import AnyKind
from bot.jobs import Job
from bot.kinds.registry import KINDS
from bot.sandbox.run import Sandbox, SandboxOptions, running_sandbox
from bot.sandbox.stage import Json, Stage
from bot.sandbox.together import bot_on

APPROVALS, COSTS = "C0APPROVALS", "C0COSTS"
ALICE, BOB, CAROL, DANA, GUS, EVE = "U0ALICE", "U0BOB", "U0CAROL", "U0DANA", "U0GUS", "U0EVE"


class World(Stage):
    """A sandbox, the bot on it (None where the bot runs as a process), and the control API."""

    def __init__(self, sandbox: Sandbox, bot: Bot | None, http: httpx.AsyncClient) -> None:
        super().__init__(sandbox.control_url, http)
        self.sandbox = sandbox
        self.bot = bot

    async def workspace_id(self, name: str) -> str:
        """Return a workspace's id."""
        async for workspace in self.rt.admin.workspaces():
            if workspace.name == name:
                return workspace.id
        raise AssertionError(f"no workspace {name}")

    @property
    def rt(self) -> Any:
        """The bot's runtime."""
        assert self.bot is not None
        return self.bot.runtime

    async def ask_for_key(
        self, user: str, name: str, workspace: str = "Staging", reason: str = "Nightly job", **more: Any
    ) -> Json:
        """Ask for a key as a person does, and return the card in the approvals channel."""
        answer = await self.command(user, "/claude-keys request")
        assert answer["ok"], answer
        await self.modal(user, "Workspace")
        workspace_id = await self.workspace_id(workspace)
        answer = await self.submit(user, workspace_id=workspace_id, name=name, reason=reason, **more)
        assert answer["ok"], answer
        return await self.message(BOB, name, APPROVALS)


@contextlib.asynccontextmanager
async def world_of(
    folder: Path,
    *,
    options: SandboxOptions | None = None,
    jobs: tuple[Job, ...] = (),
    pace: float = 0.02,
    more: Mapping[str, str] | None = None,
    kinds: Mapping[str, AnyKind] = KINDS,
) -> AsyncGenerator[World]:
    """Run sandbox and bot, ready to be acted in; without `jobs` nothing happens by itself."""
    async with (
        running_sandbox(options or SandboxOptions()) as sandbox,
        bot_on(sandbox, folder, jobs=jobs, pace=pace, more=more, kinds=kinds) as bot,
        httpx.AsyncClient(trust_env=False, timeout=15) as http,
    ):
        world = World(sandbox, bot, http)

        async def ready() -> bool:
            return not await bot.missing()

        if bot.socket:
            await world.wait_for(ready, "a ready bot")
        yield world
