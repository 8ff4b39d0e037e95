"""Programs that start in milliseconds, because they are forked from a process that has imported the bot already."""

import asyncio
import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.stage import Json

_LINE = 2**20


@dataclass
class Spent:
    """CPU seconds of forked processes that have ended, and how many processes a fleet has started in this worker."""

    cpu: float = 0.0
    starts: int = 0


SPENT = Spent()


class Forked:
    """A process that was forked for a test; used as one of asyncio's."""

    def __init__(
        self, pid: int, stdout: asyncio.StreamReader, ends: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._until_ended(ends, writer))

    async def _until_ended(self, ends: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        end: Json = json.loads(await ends.readline())
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        SPENT.cpu += end["cpu"]
        self.returncode = int(end["code"])
        return self.returncode

    async def wait(self) -> int:
        """Wait for the end and return the exit code; negative: the signal."""
        return await asyncio.shield(self._ending)

    def terminate(self) -> None:
        """Send SIGTERM."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGTERM)


class ForkServer:
    """The process that forks; it ends with this one, or with `stop`, and takes along what it started."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="qm-fork-"))
        self.path = str(self.folder / "fork")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", self.path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        """End it, and wait for that."""
        self._process.communicate(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


@functools.cache
def _server() -> ForkServer:
    return ForkServer()


def stop_forking() -> None:
    """End the worker's fork server, if it has one."""
    if _server.cache_info().currsize:
        _server().stop()
        _server.cache_clear()


async def fork(program: Sequence[str], env: Mapping[str, str], cwd: Path) -> Forked:
    """Start `-m module words` or `-c code` with this environment in this folder."""
    server, loop = await asyncio.to_thread(_server), asyncio.get_running_loop()
    reading, writing = os.pipe()
    stdout = asyncio.StreamReader(limit=_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(reading, "rb", 0))
    asking = socket.socket(socket.AF_UNIX)
    asking.setblocking(False)
    await loop.sock_connect(asking, server.path)
    order = {"program": list(program), "env": dict(env), "cwd": str(cwd)}
    socket.send_fds(asking, [json.dumps(order).encode() + b"\n"], [writing])
    os.close(writing)
    ends, writer = await asyncio.open_unix_connection(sock=asking)
    started: Json = json.loads(await ends.readline())
    return Forked(started["pid"], stdout, ends, writer)
