"""Programs that start in milliseconds, because they are forked from a process that has imported the bot already."""

import asyncio
import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.sandbox.stage import Json
from tests.rings import SPENT

_LINE = 2**20
_Asking = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Forked:
    """A process that was forked for a test; used as one of asyncio's."""

    def __init__(self, asking: _Asking, pid: int, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._until_ended(*asking))

    async def _until_ended(self, ends: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        end: Json = json.loads(await ends.readline())
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        SPENT.forked += end["cpu"]
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
        self.path = str(Path(tempfile.mkdtemp(prefix="qm-fork-")) / "fork")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", self.path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        """End it, and wait for that."""
        self._process.communicate(timeout=30)


@functools.cache
def _server() -> ForkServer:
    return ForkServer()


def stop_forking() -> None:
    """End the worker's fork server, if it has one."""
    if _server.cache_info().currsize:
        _server().stop()
        _server.cache_clear()


async def _pipe() -> tuple[asyncio.StreamReader, int]:
    """Return what reads, and the descriptor to write to."""
    reading, writing = os.pipe()
    reader = asyncio.StreamReader(limit=_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb", 0))
    return reader, writing


async def fork(program: Sequence[str], env: Mapping[str, str], cwd: Path, *, apart: bool = False) -> Forked:
    """Start `-m module words` or `-c code` with this environment in this folder.

    Standard error goes where standard output goes, unless it is wanted `apart`.
    """
    server = await asyncio.to_thread(_server)
    stdout, to_stdout = await _pipe()
    stderr, to_stderr = await _pipe() if apart else (stdout, os.dup(to_stdout))
    asking = socket.socket(socket.AF_UNIX)
    asking.setblocking(False)
    await asyncio.get_running_loop().sock_connect(asking, server.path)
    order = {"program": list(program), "env": dict(env), "cwd": str(cwd)}
    socket.send_fds(asking, [json.dumps(order).encode() + b"\n"], [to_stdout, to_stderr])
    for descriptor in (to_stdout, to_stderr):
        os.close(descriptor)
    reader, writer = await asyncio.open_unix_connection(sock=asking)
    started: Json = json.loads(await reader.readline())
    return Forked((reader, writer), started["pid"], stdout, stderr)
