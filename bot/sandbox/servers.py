"""uvicorn in the running event loop: no signals taken, and a stop that waits for nobody."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.sandbox.guard import OwnPagesOnly

KEEP_ALIVE_SECONDS = 75
"""Longer than any client here keeps an idle connection (httpx 5 s, aiohttp 15 s): a server that closes first closes some
right under a request.
"""


class PortBusy(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is in use by another program; stop it or choose another port.")
        self.port = port


class LoopServer(uvicorn.Server):
    """uvicorn inside a loop that is not its own: signals stay with the owner of the loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take no signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say when requests are taken."""
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Renew the Date header each second until told to stop; uvicorn's own loop looks ten times a second."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close listeners, streams and idle connections at once; uvicorn's own way waits for their clients."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            transport: Any = getattr(connection, "transport", None)
            if transport is not None:
                transport.close()
        tasks = list(self.server_state.tasks)
        if tasks:
            # A request in progress learns of the closed connection and ends; one that does not is cancelled.
            _, stuck = await asyncio.wait(tasks, timeout=0.3)
            for task in stuck:
                task.cancel()

    def stop(self) -> None:
        """Leave the main loop."""
        self.should_exit = True
        self.stopping.set()


def bind(port: int) -> socket.socket:
    """Return a loopback socket that listens on a port (0: any free one); raises PortBusy."""
    # Named TCP, because asyncio switches Nagle off for such sockets only; with it an answer takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
        # Two programs may bind with SO_REUSEADDR; only one may listen.
        sock.listen(128)
    except OSError as problem:
        sock.close()
        if problem.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortBusy(port) from None
        raise
    return sock


@contextlib.asynccontextmanager
async def serving(app: Starlette, sock: socket.socket, ws: Callable[..., asyncio.Protocol] | None) -> AsyncGenerator[None]:
    """Serve an app to programs and its own pages; `ws` makes the protocol that takes over upgraded connections."""
    protocol: Any = ws if ws is not None else "none"
    config = uvicorn.Config(
        OwnPagesOnly(app), log_config=None, access_log=False, lifespan="off", ws=protocol, http="h11",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )  # fmt: skip
    server = LoopServer(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    await server.listening.wait()
    try:
        yield
    finally:
        server.stop()
        await running
