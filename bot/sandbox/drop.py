"""Cuts a connection in the middle, which a normal response cannot do: the fault that tests care about most."""

from typing import Any

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
