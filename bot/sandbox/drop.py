"""Connections that break: cut by the server in the middle of an answer, or left by a caller that waited too long."""

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class DroppedConnection(Response):
    """An answer that never comes: the peer sees the connection reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Abort the transport under this request; uvicorn's `receive` is a method of the cycle that holds it."""
        cycle: Any = getattr(receive, "__self__", None)
        transport = getattr(cycle, "transport", None)
        if transport is None:
            raise RuntimeError("only uvicorn's connections can be dropped")
        transport.abort()


async def hold(request: Request, seconds: float) -> bool:
    """Wait; False as soon as the caller has gone away. The body is read first, as looking for the caller would eat it."""
    await request.body()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if await request.is_disconnected():
            return False
        await asyncio.sleep(min(0.05, left))
    return True
