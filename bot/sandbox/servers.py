"""uvicorn in the running event loop: no signals taken, and a stop that waits for nobody."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import uvicorn
from starlette.applications import Starlette


class PortBusy(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is in use by another program; stop it or choose another port.")
        self.port = port


class LoopServer(uvicorn.Server):
    """uvicorn inside a loop that is not its own: signals stay with whoever runs the loop."""

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

    def cut(self) -> None:
        """Stop now: close what is still open, streams and idle connections alike."""
        self.should_exit = True
        self.stopping.set()
        for connection in list(self.server_state.connections):
            transport: Any = getattr(connection, "transport", None)
            if transport is not None:
                transport.close()
        for task in list(self.server_state.tasks):
            task.cancel()


def bind(port: int) -> socket.socket:
    """Return a loopback socket that listens on a port (0: any free one); raises PortBusy."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
    """Serve an app until the block ends; `ws` makes the protocol that takes over upgraded connections."""
    protocol: Any = ws if ws is not None else "none"
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws=protocol, http="h11")
    config.timeout_graceful_shutdown = 1
    server = LoopServer(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    await server.listening.wait()
    try:
        yield
    finally:
        server.cut()
        await running
