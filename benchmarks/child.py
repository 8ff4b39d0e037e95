"""Processes that answer one line of JSON with one line of JSON; each ends when its standard input does."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Act = Callable[..., Awaitable[Json]]
ROOT = Path(__file__).parent.parent
_LINE = 2**25


class ChildDied(Exception):
    """A process ended before it answered; what it said about that is on standard error."""


class Child:
    """A running process and its lines."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self.process, self._name = process, name

    async def ask(self, act: str, **given: Any) -> Json:
        """Have something done and return what came of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"act": act, **given}).encode() + b"\n")
        line = await self.process.stdout.readline()
        if not line:
            raise ChildDied(f"{self._name} ended before it answered {act}.")
        return json.loads(line)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a child: this one's, without proxies and without settings of a bot."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(more or {})}


@contextlib.asynccontextmanager
async def child(module: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> AsyncGenerator[Child]:
    """Run `python -m benchmarks.<module>` until the block ends."""
    async with program(f"benchmarks.{module}", env=env, cwd=cwd) as process:
        yield Child(process, module)


@contextlib.asynccontextmanager
async def program(
    *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run `python -m <words>` until the block ends; it is asked to stop, and made to after ten seconds."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *words, env=environment(env), cwd=cwd or ROOT, limit=_LINE,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def answer(acts: Mapping[str, Act]) -> None:
    """Do what each line asks for, until there are no more lines."""
    reader = asyncio.StreamReader(limit=_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asked: Json = json.loads(line)
        result = await acts[asked.pop("act")](**asked)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
