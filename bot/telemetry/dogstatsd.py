"""Live figures to Datadog's Agent by DogStatsD, with Datadog's own client.

The client is imported when it is needed: it takes a quarter of a second. It says by a result, and never by an exception,
that a packet was dropped. Over UDP nobody answers; the kernel tells of an Agent that is missing on this machine
(platform.md §A5).
"""

import asyncio
import errno
import functools
import logging
import os
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.telemetry.gauge import Gauge

_LIBRARY = "datadog.dogstatsd"


class Agent:
    """A connection to the Agent at an address such as `udp://127.0.0.1:8125` or `unix:///var/run/datadog/dsd.socket`.

    What it does may take a while: its first act loads the client, and names of hosts are looked up.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    @functools.cached_property
    def _client(self) -> Any:
        return _client(self._address)

    def send(self, gauges: Sequence[Gauge]) -> str:
        """Send values in as few packets as possible; returns why some were dropped, "" for nothing that is known of."""
        are_sent = [self._client.gauge(one.name, one.written, _tags(one)) for one in gauges]
        are_sent.append(self._client.flush_buffered_metrics())
        pending = _pending_error(self._client.socket)
        if False not in are_sent and not pending:
            return ""
        self.close()
        return os.strerror(pending) if pending else "the Agent can't be reached"

    def close(self) -> None:
        """Close the socket. The next packet opens another one."""
        self._client.close_socket()

    def probe(self) -> str:
        """Open the socket and send a packet without a value; returns what is wrong, "" for nothing that is known of."""
        try:
            connection: Any = self._client.get_socket()
            connection.send(b"")
            pending = _pending_error(connection)
        except OSError as error:
            return os.strerror(error.errno) if error.errno and error.errno > 0 else type(error).__name__
        finally:
            self.close()
        return os.strerror(pending) if pending else ""


async def send(agent: Agent, gauges: Sequence[Gauge]) -> str:
    """Do `Agent.send` beside the event loop."""
    return await asyncio.to_thread(agent.send, gauges)


async def probe(address: str) -> str:
    """Do `Agent.probe` beside the event loop."""
    return await asyncio.to_thread(Agent(address).probe)


def _tags(one: Gauge) -> list[str]:
    """Return tags as the client takes them, which replaces what the protocol can't carry."""
    return [f"{name}:{value}" for name, value in one.tags.items()]


def _pending_error(connection: socket.socket | None) -> int:
    """Return the error that the kernel has for a socket: nobody listens there; 0 for none."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if connection else 0
    return 0 if found == errno.EAGAIN else found


@functools.cache
def _quiet() -> None:
    """Let the library's own lines about dropped packets be: the caller says it once."""
    logging.getLogger(_LIBRARY).setLevel(logging.CRITICAL)


def _client(address: str) -> Any:
    from datadog.dogstatsd.base import DogStatsd

    _quiet()
    parts = urlsplit(address)
    where: dict[str, Any] = (
        {"socket_path": parts.path} if parts.scheme == "unix" else {"host": parts.hostname, "port": parts.port or 8125}
    )
    return DogStatsd(
        **where, disable_telemetry=True, disable_buffering=False, flush_interval=0, disable_aggregation=True,
        track_instance=False, socket_timeout=1,
    )  # fmt: skip
