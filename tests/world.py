"""The front door of the tests: the real bot on the sandbox, and people who act in it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.app import Bot
from bot.jobs import Job
from bot.sandbox.run import Sandbox, SandboxOptions, running_sandbox
from bot.sandbox.together import bot_on

Json = dict[str, Any]
APPROVALS, COSTS = "C0APPROVALS", "C0COSTS"
ALICE, BOB, CAROL, DANA, GUS, EVE = "U0ALICE", "U0BOB", "U0CAROL", "U0DANA", "U0GUS", "U0EVE"


@dataclass
class World:
    """A sandbox, the bot on it (None where the bot runs as a process), and the control API."""

    sandbox: Sandbox
    bot: Bot | None
    http: httpx.AsyncClient

    async def post(self, path: str, **body: Any) -> Json:
        """Call the control API."""
        return (await self.http.post(f"{self.sandbox.control_url}{path}", json=body)).json()

    async def get(self, path: str, **query: Any) -> Any:
        """Read from the control API."""
        return (await self.http.get(f"{self.sandbox.control_url}{path}", params=query)).json()

    async def command(self, user: str, text: str, channel: str = "C0GENERAL") -> Json:
        """Type a slash command."""
        return await self.post("/act/command", user=user, channel=channel, text=text)

    async def click(self, user: str, action_id: str, **where: Any) -> Json:
        """Press a button, choose from a menu."""
        return await self.post("/act/click", user=user, action_id=action_id, **where)

    async def click_on(self, user: str, message: Json, action_id: str, **more: Any) -> Json:
        """Press a button of a message that `messages` returned."""
        return await self.click(user, action_id, channel=message["channel"], ts=message["ts"], **more)

    async def submit(self, user: str, **values: Any) -> Json:
        """Submit the modal on top of somebody's stack; values by block id."""
        view = (await self.modals(user))[-1]
        elements = {b["block_id"]: b["element"]["action_id"] for b in view["blocks"] if b["type"] == "input"}
        given = {block: {elements[block]: value} for block, value in values.items()}
        return await self.post("/act/submit", user=user, view_id=view["id"], values=given)

    async def modals(self, user: str) -> list[Json]:
        """Return somebody's open modals, the top one last."""
        return (await self.get("/sees", user=user))["modals"]

    async def messages(self, user: str, channel: str = "") -> list[Json]:
        """Return what somebody sees in a channel, or (without one) in their direct messages with the bot."""
        seen = (await self.get("/sees", user=user))["channels"]
        chosen = [c for c in seen if (c["id"] == channel if channel else c["is_im"])]
        return [message | {"channel": c["id"]} for c in chosen for message in c["messages"]]

    async def wait_for(self, look: Callable[[], Awaitable[Any]], what: str, seconds: float = 8.0) -> Any:
        """Wait until `look` returns something true, and return that."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found = await look()
            if found:
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not seen within {seconds} s: {what}")
            await asyncio.sleep(0.03)

    async def message(self, user: str, part: str, channel: str = "", seconds: float = 8.0) -> Json:
        """Wait for the newest message that holds `part` in its text."""

        async def look() -> Json | None:
            return next((m for m in reversed(await self.messages(user, channel)) if part in m["text"]), None)

        return await self.wait_for(look, f"{part!r} by {user} in {channel or 'direct messages'}", seconds)

    async def modal(self, user: str, part: str, seconds: float = 8.0) -> Json:
        """Wait until the top modal holds `part` somewhere."""

        async def look() -> Json | None:
            stack = await self.modals(user)
            return stack[-1] if stack and part in str(stack[-1]) else None

        return await self.wait_for(look, f"a modal with {part!r} for {user}", seconds)

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
) -> AsyncGenerator[World]:
    """Run sandbox and bot, ready to be acted in; without `jobs` nothing happens by itself."""
    async with (
        running_sandbox(options or SandboxOptions()) as sandbox,
        bot_on(sandbox, folder, jobs=jobs, pace=pace, more=more) as bot,
        httpx.AsyncClient(trust_env=False, timeout=15) as http,
    ):
        world = World(sandbox, bot, http)

        async def ready() -> bool:
            return not await bot.missing()

        if bot.socket:
            await world.wait_for(ready, "a ready bot")
        yield world
