"""A topic that exists only here, and a Slack that notes what it is told and can be slow, lose answers or refuse."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from bot.errors import SlackDown, SlackRefused
from bot.policy.model import ApproverKind, ApproverRef, Policy, RuleSettings
from bot.posts.left_readable import TOPIC as LEFT
from bot.posts.left_readable import LeftReadable
from bot.posts.model import Content, Drawing, Post
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import escape
from bot.slack.model import Message, Sent, SlackChannel
from bot.store.session import Store
from bot.telemetry.meter import Meter

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CHANNEL = "C0TEAM"


def message(text: str) -> Message:
    return Message(escape(text), [section(escape(text))])


@dataclass
class Slack:
    """What stands in Slack: by timestamp the text, in the order in which it was posted."""

    standing: dict[str, str] = field(default_factory=dict[str, str])
    threads: dict[str, str | None] = field(default_factory=dict[str, str | None])
    drawings: list[str] = field(default_factory=list[str])
    shared: bool = False
    archived: bool = False
    send_fails: list[Exception] = field(default_factory=list[Exception])
    draw_fails: list[Exception] = field(default_factory=list[Exception])
    removals_fail: list[Exception] = field(default_factory=list[Exception])
    deletions_fail: list[Exception] = field(default_factory=list[Exception])
    deleted: list[str] = field(default_factory=list[str])
    lost_answers: int = 0
    delays: list[float] = field(default_factory=list[float])
    looked: list[str] = field(default_factory=list[str])
    on_look: Callable[[], None] = lambda: None

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        assert fresh, "an old look says nothing about now"
        self.looked.append(channel_id)
        self.on_look()
        return SlackChannel(channel_id, "team", False, True, self.archived, self.shared)

    async def send(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Sent:
        await asyncio.sleep(self.delays.pop(0) if self.delays else 0)
        if self.send_fails:
            raise self.send_fails.pop(0)
        ts = f"{len(self.standing) + 1}.000001"
        self.standing[ts], self.threads[ts] = message.text, thread_ts
        if self.lost_answers:
            self.lost_answers -= 1
            raise DOWN
        return Sent(channel.replace("U0", "D0", 1), ts)  # a person is written to in a direct message

    async def redraw(self, sent: Sent, message: Message) -> None:
        await asyncio.sleep(self.delays.pop(0) if self.delays else 0)
        if self.draw_fails:
            raise self.draw_fails.pop(0)
        self.standing[sent.ts] = message.text
        self.drawings.append(message.text)

    async def delete(self, sent: Sent) -> None:
        if self.removals_fail:
            raise self.removals_fail.pop(0)
        del self.standing[sent.ts]

    async def group_members(self, group_id: str, *, fresh: bool = False) -> frozenset[str]:
        return frozenset({f"U0OF{group_id}"})

    async def delete_file(self, file_id: str) -> None:
        if self.deletions_fail:
            raise self.deletions_fail.pop(0)
        self.deleted.append(file_id)


DOWN = SlackDown("Slack did not answer.")
REFUSED = SlackRefused("Slack refused.", "ratelimited_for_now")


@dataclass
class Notes:
    """The topic: `says` is what each subject says now; its lines stand in the thread. `blocked` is what it was told of."""

    says: dict[str, str] = field(default_factory=dict[str, str])
    is_over: bool = False
    load_fails: Exception | None = None
    sent: Callable[[Any, Post, str], Awaitable[None]] | None = None
    dropped: Callable[[Any, Post], Awaitable[None]] | None = None
    blocked: list[Post] = field(default_factory=list[Post])
    closed_to: frozenset[str] = frozenset()
    name: str = "note"
    retake_after: timedelta = timedelta(minutes=2)

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        if self.load_fails:
            raise self.load_fails
        said = self.says.get(subject)
        if said is None:
            return None

        def content(post: Post) -> Content | None:
            if said == "undrawable":
                raise ZeroDivisionError
            if post.purpose.startswith("line"):
                return Content(lambda _: message(post.purpose), line=escape(post.purpose))
            return None if said == "nothing" else Content(lambda _: message(said))

        return Drawing(content, self.sent, self.dropped, self.is_over)

    def redacted(self, rt: Runtime, post: Post) -> Message:
        return message("redacted")

    async def why_blocked(self, rt: Runtime, channel: str) -> str | None:
        found = await rt.notifier.channel(channel, fresh=True)
        return "shared" if found.is_shared_outside else "closed" if channel in self.closed_to else None

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        self.blocked.append(post)
        return False

    def is_restored(self, post: Post) -> bool:
        return post.purpose == "card"


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **more: float) -> None:
        self.now += timedelta(**more)


ADMIN = "U0ADMIN"
POLICY = Policy(
    groups={
        "admins": (
            ApproverRef(kind=ApproverKind.USER, id=ADMIN),
            ApproverRef(kind=ApproverKind.USERGROUP, id="S0MORE"),
            ApproverRef(kind=ApproverKind.ORG_ADMINS),
        )
    },
    defaults=RuleSettings(channel=CHANNEL),
)
"""Cards go to `CHANNEL`."""


def runtime(store: Store, slack: Slack, topic: Notes, clock: Clock, policy: Policy = POLICY) -> Runtime:
    topics = {topic.name: topic, LEFT: LeftReadable()}
    parts: Any = SimpleNamespace(store=store, notifier=slack, now=clock, topics=topics, policy=policy, meter=Meter())
    return cast("Runtime", parts)
