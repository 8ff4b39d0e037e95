"""What the hostile tests need: the bot behind signed HTTP, everything it logs, and everything that it keeps."""

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import AsyncGenerator, Generator, Mapping
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import text

from bot.jobs import Job
from bot.log import configure_logging
from bot.serving import web_of
from bot.web import build_server, listen
from tests.world import World, world_of

Json = dict[str, Any]
LIBRARIES = ("slack_sdk", "slack_bolt", "httpx", "httpcore", "apscheduler")
BROKEN = ("listener_failed", "event_failed", "task_failed", "form_not_read", "job_failed")
"""What the bot logs when its own code raised."""


class Logs:
    """Everything that was logged, as it would have been printed."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream
        self.loop_problems: list[str] = []

    @property
    def text(self) -> str:
        """All lines as they were printed."""
        return self._stream.getvalue()

    @property
    def records(self) -> list[Json]:
        """All lines, decoded."""
        return [json.loads(line) for line in self.text.splitlines()]

    def named(self, event: str) -> list[Json]:
        """Return the records of one event."""
        return [record for record in self.records if record.get("event") == event]

    def failures(self) -> list[Json]:
        """Return what nobody foresaw: errors, tracebacks, tasks whose exception nobody took."""
        bad = [
            r for r in self.records if r.get("level") in ("error", "critical") or "exception" in r or r["event"] in BROKEN
        ]
        return bad + [{"event": problem} for problem in self.loop_problems]


@contextlib.contextmanager
def captured_logs(level: str = "DEBUG", *, everything: bool = False) -> Generator[Logs]:
    """Log as in production, into memory; afterwards everything is as before.

    With `everything` also the libraries' chatter, which production leaves out, so that the redaction stands alone.
    """
    root, before = logging.getLogger(), structlog.get_config()
    handlers, old_level = list(root.handlers), root.level
    logs = Logs(stream := io.StringIO())
    configure_logging(level, stream)
    if everything:
        root.handlers[0].filters.clear()
        for name in LIBRARIES:
            logging.getLogger(name).setLevel(logging.DEBUG)
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop().set_exception_handler(lambda _, context: logs.loop_problems.append(str(context)))
    try:
        yield logs
    finally:
        root.handlers[:] = handlers
        root.setLevel(old_level)
        structlog.configure(**before)
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop().set_exception_handler(None)


@contextlib.asynccontextmanager
async def http_world_of(
    folder: Path, *, more: Mapping[str, str] | None = None, jobs: tuple[Job, ...] = ()
) -> AsyncGenerator[tuple[World, str]]:
    """Run sandbox and bot over signed HTTP; gives the bot's web address, too."""
    async with world_of(folder, jobs=jobs, more={"SLACK_APP_TOKEN": "", **(more or {})}) as world:
        assert world.bot is not None
        listener = listen("127.0.0.1", 0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = build_server(web_of(world.bot))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            answer = await world.post("/delivery", mode="http", url=f"{address}/slack/events")
            assert answer["ok"], answer
            yield world, address
        finally:
            server.should_exit = True
            await serving
            listener.close()


@contextlib.asynccontextmanager
async def any_world_of(folder: Path, transport: str, more: Mapping[str, str] | None = None) -> AsyncGenerator[World]:
    """Run the bot over "socket" or "http"."""
    if transport == "http":
        async with http_world_of(folder, more=more) as (world, _):
            yield world
    else:
        async with world_of(folder, more=more) as world:
            yield world


async def tables(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables as the database gives them."""
    async with world.rt.store.read() as tx:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if tx.dialect == "postgresql":
            listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        names = (await tx.session.exec(text(listed))).all()
        return {
            name: sorted((tuple(row) for row in (await tx.session.exec(text(f"SELECT * FROM {name}"))).all()), key=repr)
            for (name,) in names
        }


async def kept(world: World) -> Json:
    """Return what no attack may change: the organization's keys and roles, and the bot's rows.

    Its memory of causes, its signs of life and the record of clicks that were refused are left out, and so are answers that
    somebody shared: a click on *Share here* may be well made by chance, and whoever may see figures may share them.
    """
    rows = await tables(world)
    rows["post"] = [row for row in rows["post"] if "shared" not in row]
    rows["note"] = [row for row in rows["note"] if not str(row[0]).startswith(("covered:", "readiness", "refused:"))]
    chance = {"request.refused_click", "figures.shared", "figures.share_unconfirmed"}
    rows["audit_entry"] = [row for row in rows["audit_entry"] if not chance & {*map(str, row)}]
    claude = world.sandbox.claude
    return {name: found for name, found in rows.items() if not name.startswith(("seen", "sqlite"))} | {
        "upstream keys": {key.id: (key.name, key.state) for key in claude.keys.values()},
        "upstream roles": {user.id: user.role for user in claude.users.values()},
    }


async def settled(world: World) -> None:
    """Wait until the bot has nothing left to do."""
    while world.rt.tasks.running:
        await asyncio.wait(set(world.rt.tasks.running), timeout=10)


def shown_texts(seen: Any, *, markup_only: bool = True) -> list[str]:
    """Return every text in a message or view; with `markup_only` not the plain ones, in which nothing has a meaning."""
    if isinstance(seen, list):
        return [text for value in cast("list[Any]", seen) for text in shown_texts(value, markup_only=markup_only)]
    if not isinstance(seen, dict):
        return []
    shape = cast("Json", seen)
    if markup_only and shape.get("type") == "plain_text":
        return []
    found = [value for name, value in shape.items() if name in ("text", "alt_text") and isinstance(value, str)]
    return found + [text for value in shape.values() for text in shown_texts(value, markup_only=markup_only)]
