"""The Agent's port for DogStatsD: it keeps what arrives, as datagrams on UDP or on a unix socket."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.datadog.grammar import Metric, read_datagram

_MOST = 2000


@dataclass
class Agent:
    """What arrived: the last datagrams as they were sent."""

    address: str = ""
    datagrams: deque[bytes] = field(default_factory=lambda: deque[bytes](maxlen=_MOST))
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def metrics(self) -> list[Metric]:
        """Everything that arrived; raises where an Agent would drop something."""
        return [metric for datagram in self.datagrams for metric in read_datagram(datagram)]


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Keep it."""
        self._agent.datagrams.append(data)
        self._agent.arrived.set()


@asynccontextmanager
async def running_agent(path: Path | None = None, port: int = 0) -> AsyncGenerator[Agent]:
    """Listen on a port of loopback, any free one unless named, or on a unix socket at `path`."""
    agent, loop = Agent(), asyncio.get_running_loop()
    if path is None:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(agent), local_addr=("127.0.0.1", port))
        agent.address = f"udp://127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    else:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listening.setblocking(False)
        listening.bind(str(path))
        transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(agent), sock=listening)
        agent.address = f"unix://{path}"
    try:
        yield agent
    finally:
        transport.close()
