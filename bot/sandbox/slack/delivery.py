"""Brings payloads to the app, over its socket or as signed HTTP, waits for the ack and repeats events that got none."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.sandbox.slack.redact import redacted
from bot.sandbox.slack.state import Json, as_object
from bot.sandbox.slack.workspace import SlackWorkspace

Kind = Literal["interactive", "slash_commands", "events_api"]


@dataclass
class Timing:
    """Seconds of real time: the ack window, and the pauses before each repetition of an event (slack.md 5)."""

    ack_seconds: float = 3.0
    retry_delays: list[float] = field(default_factory=lambda: [0.0, 60.0, 300.0])


@dataclass(frozen=True)
class Ack:
    """What the app answered. `reason` says why there was no ack; `no_retry` that it wants no repetition."""

    acked: bool
    response: Any = None
    reason: str | None = None
    no_retry: bool = False
    status: int = 200


class Carrier(Protocol):
    """One way to the app."""

    async def send(self, kind: Kind, payload: Json, timing: Timing, attempt: int, reason: str | None) -> Ack:
        """Deliver once and wait for the ack; `attempt` counts repetitions from 1, 0 is the first delivery."""
        ...


class Delivery:
    """Everything that goes out to the app goes through here, so that faults and the wire log see it."""

    def __init__(self, workspace: SlackWorkspace, socket: Carrier, http: Carrier) -> None:
        self._workspace, self._carriers = workspace, {"socket": socket, "http": http}
        self.mode: Literal["socket", "http"] = "socket"
        self.timing = Timing()
        self._background: set[asyncio.Task[None]] = set()

    async def deliver(self, kind: Kind, payload: Json) -> Ack:
        """Deliver a payload, wait for the first answer, and leave repetitions of an event to the background."""
        ack = await self._once(kind, payload, 0, None)
        if kind == "events_api" and not ack.acked and not ack.no_retry:
            self.spawn(self._repeat(payload, ack))
        return ack

    def spawn(self, work: Any) -> None:
        """Run something beside the current request and keep hold of it until it is done."""
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Give up everything that is still waiting."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _repeat(self, payload: Json, first: Ack) -> None:
        reason = first.reason
        for attempt, pause in enumerate(self.timing.retry_delays, 1):
            await asyncio.sleep(pause)
            ack = await self._once("events_api", payload, attempt, reason)
            if ack.acked or ack.no_retry:
                return
            reason = ack.reason

    async def _once(self, kind: Kind, payload: Json, attempt: int, reason: str | None) -> Ack:
        fault = self._workspace.faults.take("slack", kind)
        what = fault.kind if fault else None
        if what == "slow" and fault is not None:
            await asyncio.sleep(fault.seconds or 0)
        if what == "drop_before":
            ack = Ack(False, reason="connection_failed")
        else:
            carrier = self._carriers[self.mode]
            if what == "duplicate":
                self.spawn(self._again(carrier, kind, payload))
            ack = await carrier.send(kind, payload, self.timing, attempt, reason)
            if what == "drop_after":
                ack = Ack(False, reason="timeout")
        await self._log(kind, payload, ack, attempt)
        return ack

    async def _again(self, carrier: Carrier, kind: Kind, payload: Json) -> None:
        ack = await carrier.send(kind, payload, self.timing, 1, "timeout")
        await self._log(kind, payload, ack, 1)

    async def _log(self, kind: Kind, payload: Json, ack: Ack, attempt: int) -> None:
        workspace = self._workspace
        told = as_object(payload)  # the act `raw` delivers anything at all, also what is no object
        detail = told.get("command") or as_object(told.get("event")).get("type") or told.get("type") or ""
        request: Json = {"payload": redacted(payload)} | ({"retry_attempt": attempt} if attempt else {})
        answer: Json = {"acked": ack.acked, "response": redacted(ack.response)}
        answer |= {"reason": ack.reason} if ack.reason else {}
        await workspace.wire.add(
            workspace.clock.now(),
            "slack",
            "out",
            f"{kind} {detail}".strip(),
            ack.status if ack.acked else 0,
            request,
            answer,
        )
