"""The front door of the tests: the real bot on the sandbox, and people who act in it."""

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bot.admin.http import authorities
from bot.app import Bot
from bot.approvals.audit_facts import told_by_requests
from bot.approvals.kind import AnyKind
from bot.jobs import JOBS, Job, run_job
from bot.kinds.registry import KINDS
from bot.sandbox.run import Sandbox, SandboxOptions, running_sandbox
from bot.sandbox.slack.sees import sees
from bot.sandbox.stage import Json, Stage
from bot.sandbox.together import bot_on
from bot.spend.ledger.sync import sync_costs
from bot.store.actions import AuditAction
from bot.store.audit import all_entries, verify_chain
from bot.store.session import Store
from tests.day import DAY
from tests.in_place import ask
from tests.keeping import made_once
from tests.raw_dates import raw_dates
from tests.rings import crowd, serves_many
from tests.sizes import PROOF
from tests.templates import copy_sqlite, migrated_postgres

FORM_PATIENCE = 30.0
"""Seconds in which a form may be opened, where a person's Slack gives 3."""

APPROVALS, COSTS = "C0APPROVALS", "C0COSTS"
ALICE, BOB, CAROL, DANA, GUS, EVE = "U0ALICE", "U0BOB", "U0CAROL", "U0DANA", "U0GUS", "U0EVE"


SPENDERS = 8
"""How many keys cost something where it doesn't matter how many: each sync reads what they cost, two months at first."""


def keep_spending(sandbox: Sandbox, count: int) -> None:
    """Let only so many of the organization's keys cost something."""
    for plan in list(sandbox.claude.plans)[count:]:
        del sandbox.claude.plans[plan]


REPAIR = tuple(job for job in JOBS if job.name in ("timers", "channels", "posts"))
"""The jobs that finish what is due and what was left behind."""


async def a_minute(rt: Any) -> None:
    """Run once what repairs each minute."""
    for job in REPAIR:
        await run_job(rt, job)


class World(Stage):
    """A sandbox, the bot on it (None where the bot runs as a process), and the control API."""

    def __init__(self, sandbox: Sandbox, bot: Bot | None, http: httpx.AsyncClient) -> None:
        super().__init__(sandbox.control_url, http)
        self.sandbox = sandbox
        self.bot = bot

    async def post(self, path: str, **body: Any) -> Json:
        """Call the control API, in place."""
        return await ask(self.sandbox.app, "POST", f"/_sandbox{path}", body=body)

    async def get(self, path: str, **query: Any) -> Any:
        """Read from the control API in place; what somebody sees without its routes, because it is asked for so often."""
        if path != "/sees":
            return await ask(self.sandbox.app, "GET", f"/_sandbox{path}", query)
        await asyncio.sleep(0)
        workspace = self.sandbox.slack
        return msgspec.json.decode(msgspec.json.encode(sees(workspace, workspace.users[query["user"]])))

    async def wait_for(self, look: Callable[[], Awaitable[Any]], what: str, seconds: float = 8.0) -> Any:
        """Wait until `look` returns something true, longer where other programs keep the machine busy, and return that."""
        return await super().wait_for(look, what, seconds * crowd())

    async def workspace_id(self, name: str) -> str:
        """Return a workspace's id."""
        return self.sandbox.claude.workspace_named(name).id

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


async def prove_record(store: Store) -> None:
    """Fail unless the record is whole and tells of each way that a request took; those that a test put there aside."""
    async with store.read() as tx:
        told = await told_by_requests(tx)
        asked = {entry.subject async for entry in all_entries(tx) if entry.action == AuditAction.REQUEST_SUBMITTED}
        proof = await verify_chain(tx, store.audit_key, told=[one for one in told if one[0] in asked])
    assert proof.broken_seq is None, proof.reason


@contextlib.asynccontextmanager
async def world_of(
    folder: Path,
    *,
    options: SandboxOptions | None = None,
    jobs: tuple[Job, ...] = (),
    pace: float = 0.02,
    more: Mapping[str, str] | None = None,
    kinds: Mapping[str, AnyKind] = KINDS,
    spenders: int | None = None,
) -> AsyncGenerator[World]:
    """Run sandbox and bot, ready to be acted in; without `jobs` nothing happens by itself.

    All keys of the organization cost something, or the first `spenders`.

    The database is a SQLite file in `folder`; in `make proof` it is a PostgreSQL, unless a file lies there already.
    """
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running_sandbox(options or SandboxOptions(start=DAY)))
        # Other tests may keep the machine busy; how soon acks and forms come is the benchmarks' business.
        sandbox.slack.trigger_seconds = FORM_PATIENCE
        sandbox.server.delivery.timing.ack_seconds *= crowd()
        if spenders is not None:
            keep_spending(sandbox, spenders)
        settings = {"HOURS_KEPT": "3", **(more or {})}
        if PROOF and "DATABASE_URL" not in settings and not (folder / "quartermaster.db").exists():
            settings["DATABASE_URL"] = await stack.enter_async_context(migrated_postgres())
        else:
            copy_sqlite(folder / "quartermaster.db")
        bot = await stack.enter_async_context(bot_on(sandbox, folder, jobs=jobs, pace=pace, more=settings, kinds=kinds))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=15, verify=authorities()))
        world = World(sandbox, bot, http)

        async def ready() -> bool:
            return not await bot.unready_because()

        if bot.socket:
            await world.wait_for(ready, "a ready bot")
        yield world
        await prove_record(world.rt.store)
        assert raw_dates([[seen.blocks, seen.view] for seen in sandbox.slack.history]) == [], "plain text draws no dates"


_LOADED: dict[str, bytes] = {}


@contextlib.asynccontextmanager
async def loaded_world_of(
    folder: Path, options: SandboxOptions, days: int | None = None, spenders: int | None = None
) -> AsyncGenerator[World]:
    """Run sandbox and bot with the organization's costs in the ledger.

    `options` must set the start, so that the figures are the same each time.
    """

    async def load(world: World) -> None:
        await sync_costs(world.rt, world.rt.now(), days)

    async with prepared_world_of(folder, f"{options} {days} {spenders}", load, options=options, spenders=spenders) as world:
        yield world


@contextlib.asynccontextmanager
async def prepared_world_of(
    folder: Path,
    name: str,
    prepare: Callable[[World], Awaitable[None]],
    *,
    options: SandboxOptions,
    spenders: int | None = None,
) -> AsyncGenerator[World]:
    """Run sandbox and bot on what another bot was prepared with: made once in a run under this name, and copied then."""
    if name not in _LOADED:
        with serves_many(), made_once(f"{hashlib.sha256(name.encode()).hexdigest()}.db") as kept:
            if not kept.exists():
                with tempfile.TemporaryDirectory(prefix="qm-db-") as apart:
                    copy_sqlite(Path(apart) / "quartermaster.db")
                    async with world_of(Path(apart), options=options, spenders=spenders) as world:
                        await prepare(world)
                    (Path(apart) / "quartermaster.db").rename(kept)
            _LOADED[name] = kept.read_bytes()
    (folder / "quartermaster.db").write_bytes(_LOADED[name])
    async with world_of(folder, options=options, spenders=spenders) as world:
        yield world
