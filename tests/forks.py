"""Programs that start in milliseconds, because they are forked from a process that has imported the bot already."""

import asyncio
import contextlib
import functools
import json
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.sandbox.stage import Json
from tests.keeping import ask_keeper, kept
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


@functools.cache
def _server() -> str:
    """Return the socket of what forks, once it has started."""
    return ask_keeper(kept("forks"))


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
    await asyncio.get_running_loop().sock_connect(asking, server)
    order = {"program": list(program), "env": dict(env), "cwd": str(cwd)}
    socket.send_fds(asking, [json.dumps(order).encode() + b"\n"], [to_stdout, to_stderr])
    for descriptor in (to_stdout, to_stderr):
        os.close(descriptor)
    reader, writer = await asyncio.open_unix_connection(sock=asking)
    started: Json = json.loads(await reader.readline())
    return Forked((reader, writer), started["pid"], stdout, stderr)
