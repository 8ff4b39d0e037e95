"""Fifty people of the sandbox who act at the same instant, and the stopwatch beside its socket.

The time to ack is taken where Slack would take it: from handing an envelope to the socket to reading its ack.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.claude.records import User as ClaudeUser
from bot.sandbox.people import ADMINS_GROUP, APPROVALS_CHANNEL, TEAM_ID
from bot.sandbox.run import Sandbox
from bot.sandbox.slack.acts.clicks import submit
from bot.sandbox.slack.acts.elements import action_of
from bot.sandbox.slack.acts.speech import command
from bot.sandbox.slack.content import Content
from bot.sandbox.slack.delivery import Kind, Timing
from bot.sandbox.slack.payloads import event_callback, message_actions, slash_command
from bot.sandbox.slack.posting import post
from bot.sandbox.slack.state import Json, Message, User
from bot.sandbox.wire import Exchange

PEOPLE = 50
LOOKERS = 20
"""So many of them look at what they asked for."""
GENERAL = "C0GENERAL"
PATIENCE = Timing(ack_seconds=30.0)
_FINISHED = "issued to"
_ASKING = asyncio.Semaphore(10)


@dataclass
class Card:
    """A request's message with its buttons; `finished_at` is when it showed the effect (a reading of the stopwatch)."""

    message: Message
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    finished_at: float = 0.0


class Crowd:
    """The people, and what they do together."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._workspace, self._stage = sandbox, sandbox.slack, sandbox.server.stage
        self.people = [self._join(number) for number in range(PEOPLE)]
        self._cards: list[Card] = []
        self._asked = 0
        self._looking = asyncio.create_task(self._look())

    def _join(self, number: int) -> User:
        """Add one approver to the workspace, the approvals channel, the approvers' group and the organization."""
        handle = f"person{number:02d}"
        user = User(f"U0BENCH{number:02d}", handle, handle, "", "user", f"{handle}@acme.test", "Europe/Berlin", TEAM_ID)
        self._workspace.users[user.id] = user
        self._workspace.groups[ADMINS_GROUP].users.append(user.id)
        for channel in (GENERAL, APPROVALS_CHANNEL):
            self._workspace.channels[channel].members.append(user.id)
        member = ClaudeUser(f"user_bench{number:02d}", user.email, handle, "user", datetime.now(UTC))
        self._sandbox.claude.users[member.id] = member
        return user

    async def help_at_once(self) -> list[float]:
        """All ask for help at the same instant; returns the times to ack in milliseconds."""
        payloads = [self._typed(user, "/claude-admin", "help") for user in self.people]
        return await self._at_once("slash_commands", payloads)

    async def approve_at_once(self) -> tuple[list[float], list[float]]:
        """Each approves another open card at the same instant; returns the times to ack and to the finished card."""
        cards = self._cards
        payloads = [await self._click(self._approver(number), card) for number, card in enumerate(cards)]
        began = time.perf_counter()
        acks = await self._at_once("interactive", payloads)
        async with asyncio.timeout(60):
            await asyncio.gather(*(card.finished.wait() for card in cards))
        self._cards = []
        return acks, [(card.finished_at - began) * 1000 for card in cards]

    async def look(self) -> Json:
        """One opens the App Home and lists keys, then many open it at once while others ask for help: milliseconds."""
        home, keys = await self._home(self.people[0]), await self._keys(self.people[0])
        opening = [asyncio.create_task(self._home(user)) for user in self.people[:LOOKERS]]
        asking = self.people[LOOKERS:]
        acks = [await self._timed("slash_commands", self._typed(user, "/claude-admin", "help")) for user in asking]
        return {"home": home, "keys": keys, "homes": await asyncio.gather(*opening), "acks": acks}

    async def _home(self, user: User) -> float:
        """Return how long it takes from opening the App Home to seeing it."""
        self._workspace.homes.pop(user.id, None)
        opened = {"type": "app_home_opened", "user": user.id, "channel": self._workspace.dm(user.id).id, "tab": "home"}
        began = time.perf_counter()
        await self._timed("events_api", event_callback(self._workspace, opened))
        await self._seen(lambda: self._workspace.homes.get(user.id), "My keys")
        return (time.perf_counter() - began) * 1000

    async def look_at_lists(self) -> Json:
        """One opens the App Home and lists members, workspaces and keys: milliseconds to each answer."""
        user, found = self.people[0], {"home": await self._home(self.people[0])}
        for name, words in (("members", "list"), ("workspaces", "list"), ("keys", "list")):
            found[name] = await self._answer(user, f"/claude-{name}", words)
        return found

    async def _keys(self, user: User) -> float:
        """Return how long it takes from `/claude-keys` to its answer."""
        return await self._answer(user, "/claude-keys", "")

    async def _answer(self, user: User, name: str, text: str) -> float:
        before = len(self._workspace.messages)
        began = time.perf_counter()
        await self._timed("slash_commands", self._typed(user, name, text))
        await self._seen(lambda: next(iter(self._workspace.messages[before:]), None), "")
        return (time.perf_counter() - began) * 1000

    def _typed(self, user: User, name: str, text: str) -> Json:
        return slash_command(self._workspace, user, self._workspace.channels[GENERAL], name, text)

    async def _click(self, user: User, card: Card) -> Json:
        action = await action_of(self._stage, user, card.message, {"action_id": "request_approve"})
        return message_actions(self._workspace, user, card.message, [action])

    async def _at_once(self, kind: Kind, payloads: list[Json]) -> list[float]:
        return await asyncio.gather(*(self._timed(kind, payload) for payload in payloads))

    async def _timed(self, kind: Kind, payload: Json) -> float:
        began = time.perf_counter()
        ack = await self._sandbox.server.hub.send(kind, payload, PATIENCE, 0, None)
        if not ack.acked:
            raise RuntimeError(f"no ack: {ack.reason}")
        return (time.perf_counter() - began) * 1000

    def _approver(self, number: int) -> User:
        return self.people[(number + 1) % len(self.people)]

    async def ask_for_keys(self, count: int) -> None:
        """So many people ask for a key through the product, one each; their cards are then open."""
        self._cards = list(await asyncio.gather(*(self._ask_for_key(self.people[number]) for number in range(count))))

    async def _ask_for_key(self, user: User) -> Card:
        async with _ASKING:
            self._asked += 1
            name = f"bench-{self._asked}"
            await command(self._stage, {"user": user.id, "channel": GENERAL, "text": "/claude-keys request"})
            view: Any = await self._seen(lambda: next(iter(self._workspace.modals.get(user.id, [])[-1:]), None), "name")
            elements = {b["block_id"]: b["element"]["action_id"] for b in view.payload["blocks"] if b["type"] == "input"}
            workspace_id = self._sandbox.claude.workspace_named("Staging").id
            values = {"workspace_id": workspace_id, "name": name, "reason": "Nightly job"}
            given = {block: {elements[block]: value} for block, value in values.items()}
            await submit(self._stage, {"user": user.id, "view_id": view.id, "values": given})
            message = await self._seen(lambda: self._card_about(name), "")
            self._workspace.modals.pop(user.id, None)
            return Card(message)

    def _card_about(self, name: str) -> Message | None:
        for message in reversed(self._workspace.messages):
            if message.channel == APPROVALS_CHANNEL and f"`{name}`" in message.text and "asks for" in message.text:
                return message
        return None

    async def _seen(self, look: Callable[[], Any], part: str) -> Any:
        async with asyncio.timeout(20):
            while (found := look()) is None or (part and part not in str(found.payload)):
                await asyncio.sleep(0.002)
        return found

    def place_cards(self, count: int, text: str, blocks: list[Json]) -> None:
        """Put cards into the channel for an app that makes none of its own."""
        channel = self._workspace.channels[APPROVALS_CHANNEL]
        self._cards = [Card(post(self._workspace, channel, Content(text, blocks))) for _ in range(count)]

    async def _look(self) -> None:
        """Note when each open card shows its effect."""
        async for _ in self._sandbox.wire.changes():
            for card in self._cards:
                if not card.finished.is_set() and _FINISHED in card.message.text:
                    card.finished_at = time.perf_counter()
                    card.finished.set()

    def open_card(self) -> Json:
        """Return the first open card as it stands."""
        message = self._cards[0].message
        return {"ts": message.ts, "text": message.text, "blocks": message.blocks}

    async def quiet(self, seconds: float) -> None:
        """Return when nothing came over the wire for so long."""
        seen = -1
        while seen != (seen := self._newest()):
            await asyncio.sleep(seconds)

    def _newest(self) -> int:
        entries = self._sandbox.wire.after(0)
        return entries[-1].seq if entries else 0

    def newest_call(self, service: str) -> int:
        """Return the number of the newest call that the app made to a service, 0 before the first."""
        return max((one.seq for one in self._sandbox.wire.after(0) if one.service == service), default=0)

    async def calls_during(self, act: Callable[[], Awaitable[Any]]) -> list[Exchange]:
        """Return the calls that the app makes from an act until it has nothing more to do."""
        before = self._newest()
        await act()
        await self.quiet(0.5)
        return [entry for entry in self._sandbox.wire.after(before) if entry.direction == "in"]
