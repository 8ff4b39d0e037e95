"""The Slack workspace: its state, its identifiers, and the questions that methods and acts ask about it."""

import secrets
import time
from collections.abc import Iterable
from typing import Any

from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import Faults
from bot.sandbox.people import BOT_USER_ID, TEAM_ID
from bot.sandbox.slack.seed import seed_channels, seed_groups, seed_users
from bot.sandbox.slack.state import (
    Channel,
    Group,
    Json,
    Message,
    ResponseUrl,
    Seen,
    StoredFile,
    Surface,
    Trigger,
    User,
    View,
)
from bot.sandbox.wire import WireLog

BOT_TOKEN = "xoxb-sandbox-000000000000-000000000000"
APP_TOKEN = "xapp-1-A0QMAPP-000000000000-sandbox"
SIGNING_SECRET = "5a4db0c5000000000000000000000000"
TEAM_DOMAIN = "acme"


class SlackWorkspace:
    """Everything in memory. One process, one event loop. `base_url` is set when the server knows its port."""

    def __init__(self, clock: SandboxClock, faults: Faults, wire: WireLog, manifest: Json, base_url: str = "") -> None:
        self.clock, self.faults, self.wire, self.manifest, self.base_url = clock, faults, wire, manifest, base_url
        self.users: dict[str, User] = seed_users()
        self.channels: dict[str, Channel] = seed_channels(self.users)
        self.groups: dict[str, Group] = seed_groups()
        self.messages: list[Message] = []
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.files: dict[str, StoredFile] = {}
        self.history: list[Seen] = []
        self.offered: dict[tuple[str, str], list[Json]] = {}
        self.socket_tickets: dict[str, float] = {}
        self.rate_limits = False
        self.trigger_seconds = 3.0
        self.file_processing_seconds = 0.0
        self.orphans_land_at_root = False
        self.refused_blocks: frozenset[str] = frozenset()
        self._used_ts: set[int] = set()
        self._threads: dict[tuple[str, str], list[Message]] = {}
        self._by_ts: dict[tuple[str, str], Message] = {}

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes that the installed manifest gives to the bot token."""
        return frozenset(self.manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))

    @property
    def commands(self) -> list[Json]:
        """Return the slash commands of the manifest."""
        return list(self.features.get("slash_commands", []))

    @property
    def features(self) -> Json:
        """Return the `features` of the manifest."""
        return self.manifest.get("features", {})

    @property
    def subscribed(self) -> frozenset[str]:
        """Return the event types that the app subscribes to."""
        return frozenset(self.manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", []))

    def new_id(self, prefix: str) -> str:
        """Return a fresh opaque id such as `V0123ABCDEF`."""
        return f"{prefix}0{secrets.token_hex(5).upper()}"

    def new_ts(self) -> str:
        """Return a message timestamp that no message has, also when the clock was moved back."""
        micros = int(self.clock.now().timestamp() * 1_000_000)
        while micros in self._used_ts:
            micros += 1
        self._used_ts.add(micros)
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def new_socket_url(self) -> str:
        """Return a socket address with a ticket that works once."""
        ticket = secrets.token_urlsafe(18)
        self.socket_tickets[ticket] = time.monotonic()
        return f"{self.base_url.replace('http', 'ws', 1)}/_socket/{ticket}"

    def dm(self, user_id: str) -> Channel:
        """Return the bot's direct conversation with a person, opened on first use."""
        for channel in self.channels.values():
            if channel.im_user == user_id:
                return channel
        name = f"D0{user_id.removeprefix('U0')}"
        members = [user_id, BOT_USER_ID]
        self.channels[name] = Channel(name, "directmessage", members, user_id, created=int(self.clock.now().timestamp()))
        return self.channels[name]

    def add_message(self, message: Message) -> None:
        """Keep a message."""
        self.messages.append(message)
        self._by_ts[message.channel, message.ts] = message
        if message.thread_ts and message.ephemeral_to is None:
            self._threads.setdefault((message.channel, message.thread_ts), []).append(message)

    def message(self, channel_id: str, ts: str, *, ephemeral_to: str | None = None) -> Message | None:
        """Return a message that still exists; ephemerals only when their reader is named."""
        message = self._by_ts.get((channel_id, ts))
        if message is None or message.deleted or message.ephemeral_to not in (None, ephemeral_to):
            return None
        return message

    def visible(self, channel_id: str) -> list[Message]:
        """Return the messages in a channel's history, oldest first, without ephemerals and deleted ones."""
        return [m for m in self.messages if m.channel == channel_id and not m.deleted and m.ephemeral_to is None]

    def replies(self, channel_id: str, ts: str) -> list[Message]:
        """Return the replies in a thread, oldest first."""
        return [message for message in self._threads.get((channel_id, ts), []) if not message.deleted]

    def is_member(self, channel: Channel, user_id: str) -> bool:
        """Return whether somebody is in a channel now; deactivated people are in none."""
        user = self.users.get(user_id)
        return user_id in channel.members and user is not None and not user.deleted

    def is_outsider(self, user: User) -> bool:
        """Return whether somebody belongs to another company."""
        return user.is_stranger or user.team_id != TEAM_ID

    def record(self, surface: Surface, event: Any, *, text: str = "", **where: Any) -> None:
        """Add a line to the history of everything that anybody saw."""
        values: Json = {"channel": None, "user": None, "ts": None, "thread_ts": None} | where
        self.history.append(Seen(len(self.history) + 1, self.clock.now(), surface, event, text=text, **values))

    def view(self, view_id: str) -> View | None:
        """Return an open modal or a published Home tab by id."""
        return next((view for view in self.open_views() if view.id == view_id), None)

    def open_views(self) -> Iterable[View]:
        """Yield every open modal and every Home tab."""
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()
