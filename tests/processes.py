"""Separate bot processes (`python -m bot run`) on a sandbox of the test: started, killed, and ended whatever happens.

They are forked from a process that has imported the bot, unless a fleet is told to start them as people do (`is_forked`).
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import httpx

from bot.admin.http import authorities
from bot.approvals.audit_facts import told_by_requests
from bot.sandbox.faults import Fault
from bot.sandbox.people import CROWD
from bot.sandbox.run import Sandbox, SandboxOptions, running_sandbox
from bot.sandbox.stage import Json
from bot.store.audit import AuditProof, verify_chain
from bot.store.session import Store
from tests.day import DAY
from tests.forks import Forked, fork
from tests.rings import SPENT
from tests.world import APPROVALS, BOB, SPENDERS, World, keep_spending

ROOT = Path(__file__).parents[1]
COMMAND = ("-m", "bot", "run")
PACED = ("-c", "import os; from bot.serving import run; from bot.settings.model import load_settings; "
"from bot.sandbox.remote_clock import following; "
"run(load_settings(os.environ), following(os.environ['SANDBOX_URL']), pace=0.02)")  # fmt: skip
"""`python -m bot run` whose jobs of each minute run each second, because the sandbox's clock jumps."""
PATIENCE = 30.0
APPROVERS = tuple(person.slack_id for person in CROWD[:20])
"""Twenty of those who may approve under `POLICY`; bob and carol are the other two of the group."""
POLICY = """
version = 1
[groups]
platform = ["usergroup:S0PLATFORM"]
[defaults]
approvers = ["platform"]
quorum = 1
channel = "C0APPROVALS"
reason_required = true
expires_in = "8h"
issue_keys = "api"
[workspaces."Research"]
quorum = 2
"""
"""One approval is enough in Staging; Research wants two."""


@dataclass(eq=False)
class BotProcess:
    """One running `python -m bot run`; `log` holds the lines that it wrote so far."""

    process: asyncio.subprocess.Process | Forked
    port: int = 0
    log: list[Json] = field(default_factory=list[Json])
    raw: list[str] = field(default_factory=list[str])
    reading: asyncio.Task[None] | None = None

    async def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no chance to say anything."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        if self.reading:
            await self.reading

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self.process.terminate()

    async def ended(self, seconds: float = 25.0) -> int:
        """Wait for its end and return the exit code."""
        return await asyncio.wait_for(self.process.wait(), seconds)

    def said(self, event: str) -> list[Json]:
        """Return the log lines of one event."""
        return [line for line in self.log if line.get("event") == event]


class Fleet(World):
    """A sandbox with bot processes over one database, and the people who act in it."""

    def __init__(
        self, sandbox: Sandbox, http: httpx.AsyncClient, folder: Path, env: Mapping[str, str], database_url: str
    ) -> None:
        super().__init__(sandbox, None, http)
        self.folder, self.env, self.database_url = folder, env, database_url
        self.program: tuple[str, ...] = COMMAND
        self.is_forked = True
        self.processes: list[BotProcess] = []
        self.is_idle = False

    def idle(self, spenders: int = 0) -> None:
        """Let so few keys cost something, and tell nothing of Claude Code: what processes read is most of their work."""
        self.is_idle = True
        keep_spending(self.sandbox, spenders)
        self.mend()

    def mend(self) -> None:
        """Let everything be answered again, but for what an idle organization doesn't tell."""
        self.sandbox.faults.clear()
        if self.is_idle:
            self.sandbox.faults.add(Fault("claude", "GET /v1/organizations/usage_report/claude_code", "403", times=10_000))

    async def wait_for(self, look: Callable[[], Awaitable[Any]], what: str, seconds: float = PATIENCE) -> Any:
        """Wait until `look` returns something true, and return that."""
        return await super().wait_for(look, what, max(seconds, PATIENCE))

    async def start(self, count: int = 1, **more: str) -> list[BotProcess]:
        """Start processes and wait until all of them are ready."""
        started = await asyncio.gather(*(self.spawn(more) for _ in range(count)))
        await asyncio.gather(*(self._until_ready(bot) for bot in started))
        return list(started)

    async def start_one(self, **more: str) -> BotProcess:
        """Start one process and wait until it is ready."""
        return (await self.start(1, **more))[0]

    async def spawn(self, more: Mapping[str, str]) -> BotProcess:
        """Start a process and don't wait for it."""
        env = {**self.env, **more}
        SPENT.starts += 1
        if self.is_forked:
            bot = BotProcess(await fork(self.program, env, self.folder))
        else:
            pipe, both = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
            words = (sys.executable, *self.program)
            bot = BotProcess(
                await asyncio.create_subprocess_exec(*words, cwd=self.folder, env=env, stdout=pipe, stderr=both, limit=2**20)
            )
        self.processes.append(bot)
        bot.reading = asyncio.create_task(self._read(bot))
        return bot

    async def _read(self, bot: BotProcess) -> None:
        assert bot.process.stdout is not None
        async for line in bot.process.stdout:
            text = line.decode(errors="replace")
            bot.raw.append(text)
            with contextlib.suppress(ValueError):
                entry: Any = json.loads(text)
                bot.log.append(entry)
                if entry.get("event") == "started":
                    bot.port = int(entry["port"])

    async def _until_ready(self, bot: BotProcess) -> None:
        async def look() -> bool:
            assert bot.process.returncode is None, "".join(bot.raw)
            if not bot.port:
                return False
            with contextlib.suppress(httpx.TransportError):
                return (await self.http.get(f"http://127.0.0.1:{bot.port}/readyz")).status_code == 200
            return False

        await self.wait_for(look, "a ready process", 2 * PATIENCE)

    async def kill(self, bot: BotProcess) -> None:
        """Kill a process, and wait until Slack has noticed that its socket is gone."""
        before = len(self.sandbox.server.hub.connections)
        await bot.kill()
        self.processes.remove(bot)

        async def gone() -> bool:
            return len(self.sandbox.server.hub.connections) < before

        await self.wait_for(gone, "a socket less")

    async def until_said(self, bot: BotProcess, event: str) -> None:
        """Wait until a process has logged an event."""

        async def look() -> bool:
            return bool(bot.said(event))

        await self.wait_for(look, event)

    async def held_at(self, target: Any, name: str, kind: Any, seconds: float = 60.0) -> "Held":
        """Make calls of that name wait; `reached` on what is returned tells when a process stands there."""
        await self.post("/faults", target=target, name=name, kind=kind, seconds=seconds, times=Held.TIMES)
        return Held(self, self.sandbox.faults.planned[-1])

    async def workspace_id(self, name: str) -> str:
        """Return a workspace's id."""
        return next(w.id for w in self.sandbox.claude.workspaces.values() if w.name == name)

    def keys_named(self, name: str) -> list[Any]:
        """Return the keys of that name that exist upstream and still work."""
        now = self.sandbox.claude.clock.now()
        return [k for k in self.sandbox.claude.keys.values() if k.name == name and k.status(now) == "active"]

    async def messages(self, user: str, channel: str = "") -> list[Json]:
        """Return what somebody sees in a channel, or in their direct messages; read in place, as the history grows long."""
        slack = self.sandbox.slack
        place = channel or slack.dm(user).id
        seen = [m for m in slack.messages if m.channel == place and not m.deleted and m.ephemeral_to in (None, user)]
        return [vars(m) | {"ephemeral": m.ephemeral_to is not None} for m in seen]

    async def cards(self, name: str) -> list[Json]:
        """Return the top-level messages of the approvals channel that speak of a key."""
        seen = [m for m in await self.messages(BOB, APPROVALS) if not m["ephemeral"]]
        return [m for m in seen if f"`{name}`" in m["text"] and m["thread_ts"] in (None, m["ts"])]

    async def card(self, name: str, part: str) -> Json:
        """Wait until a key's only card holds `part`, and return it."""

        async def look() -> Json | None:
            return next((m for m in await self.cards(name) if part in m["text"]), None)

        found = await self.wait_for(look, f"a card of {name} with {part!r}")
        assert len(await self.cards(name)) == 1
        return found

    async def told(self, user: str, channel: str = APPROVALS) -> list[str]:
        """Return what somebody was told privately in a channel."""
        return [m["text"] for m in await self.messages(user, channel) if m["ephemeral"]]

    async def audit(self) -> AuditProof:
        """Prove the audit chain of the processes' database."""
        store = Store(self.database_url)
        try:
            async with store.read() as tx:
                return await verify_chain(tx, b"", told=await told_by_requests(tx))
        finally:
            await store.close()

    async def end(self) -> None:
        """End every process that is left."""
        await asyncio.gather(*(bot.kill() for bot in self.processes))


@dataclass
class Held:
    """Calls that are made to wait."""

    TIMES: ClassVar[int] = 99
    fleet: Fleet
    fault: Fault

    async def reached(self) -> None:
        """Wait until a process made the call."""

        async def taken() -> bool:
            return self.fault.times < Held.TIMES

        await self.fleet.wait_for(taken, f"a process at {self.fault.name}")


def has_button(message: Json, action_id: str) -> bool:
    """Tell whether a message shows a button."""
    return any(element.get("action_id") == action_id for element in elements_of(message))


def elements_of(message: Json) -> list[Json]:
    """Return the buttons and menus of a message."""
    blocks: list[Json] = message["blocks"] or []
    return [element for block in blocks for element in block.get("elements", [])]


@contextlib.asynccontextmanager
async def fleet_of(
    folder: Path,
    database_url: str,
    *,
    options: SandboxOptions | None = None,
    more: Mapping[str, str] | None = None,
    idle: bool = False,
) -> AsyncGenerator[Fleet]:
    """Run a sandbox for bot processes over one database; none runs yet, and all are ended at the end of the block.

    An `idle` organization is for tests that are not about figures.
    """
    policy = folder / "policy.toml"
    policy.write_text(POLICY)
    limits = httpx.Limits(max_connections=60, max_keepalive_connections=60)
    async with (
        running_sandbox(options or SandboxOptions(start=DAY)) as sandbox,
        httpx.AsyncClient(trust_env=False, timeout=30, limits=limits, verify=authorities()) as http,
    ):
        env = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            **sandbox.settings(),
            "DATABASE_URL": database_url,
            "POLICY_FILE": str(policy),
            "PORT": "0",
            "ADMIN_REQUESTS_PER_MINUTE": "6000",
            **(more or {}),
        }
        keep_spending(sandbox, SPENDERS)
        # Other tests may keep the machine busy; how soon acks come is the benchmarks' business.
        sandbox.server.delivery.timing.ack_seconds = sandbox.slack.trigger_seconds = PATIENCE
        fleet = Fleet(sandbox, http, folder, env, database_url)
        if idle:
            fleet.idle()
        try:
            yield fleet
        finally:
            await fleet.end()
