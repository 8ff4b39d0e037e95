"""What was said: a Post is one message that should stand in Slack. A Topic says what it is about and renders it. Pure."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from bot.slack.charts import ChartSpec
from bot.slack.markup import Markup
from bot.slack.model import Message

Json = dict[str, Any]

HIDDEN: Markup = "I hid this because another company can read this channel."
"""What stands in the place of words that another company may not read."""
RETAKE_AFTER = timedelta(minutes=2)
"""A claim is older than any call to Slack with its tries and waits after this long: its process died."""


class Post(BaseModel):
    """One message of a topic about a subject, for one purpose, in one channel (or to one person by their Slack id).

    `thread_of` is the purpose of the post in whose thread it stands. `wanted_version` counts what the post should show,
    `drawn_version` what it shows; a post that doesn't `redraw` is sent once and stays as it is. `posted_channel` and `ts`
    are where it stands, `file_id` is the file with its picture. `tries` counts the attempts that failed one after another.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    topic: str
    subject: str
    purpose: str
    channel: str
    thread_of: str | None
    redraws: bool
    posted_channel: str | None
    ts: str | None
    file_id: str | None
    wanted_version: int
    drawn_version: int
    tries: int
    is_redacted: bool
    is_given_up: bool

    @property
    def meant_for(self) -> str:
        """The purpose without the timestamp by which a second message of the same purpose is told from the first."""
        return self.purpose.removesuffix(f":{self.ts}") if self.ts else self.purpose


def is_under_way(post: Post, held: Sequence[Post]) -> bool:
    """Tell whether somebody else may be sending a post, behind which later ones of its thread have to wait."""
    return not post.ts and not post.is_given_up and all(post.id != one.id for one in held)


@dataclass(frozen=True)
class Wanted:
    """A message that should stand in Slack; see Post."""

    purpose: str
    channel: str
    thread_of: str | None = None
    redraws: bool = True


@dataclass(frozen=True)
class Content:
    """What a post says. `draw` makes the message, given Slack's chart block or a picture for `chart` (None: without).

    Posts of one thread that have a `line` are sent together as one message.
    """

    draw: Callable[[Json | None], Message]
    chart: ChartSpec | None = None
    line: Markup = ""


def plain(message: Message) -> Content:
    """Return the content of a message without a chart."""
    return Content(lambda _chart: message)


@dataclass(frozen=True)
class Drawing:
    """A subject as of now, ready to be drawn.

    `content` returns what a post says now, None for one that should not be said (any more). `sent` notes a post that was
    just sent, in the transaction that notes where, `dropped` one that was never sent, and has nothing to say any more or was
    given up, `lost` a reply whose thread somebody deleted. `is_over`: nothing will change any more, so that trying ends some
    time.
    """

    content: Callable[[Post], Content | None]
    sent: Callable[[Any, Post, str], Awaitable[None]] | None = None
    dropped: Callable[[Any, Post], Awaitable[None]] | None = None
    is_over: bool = False
    lost: Callable[[Any, Post], Awaitable[None]] | None = None


class Result(Enum):
    """How one round of work ended: all done, more to do, or something failed and is tried again later."""

    DONE = "done"
    MORE = "more"
    FAILED = "failed"


class Topic(Protocol):
    """What posts are about. `retake_after`: how long a sender may take until another one sends in its place."""

    @property
    def name(self) -> str:
        """Return the topic's name, as it is stored."""
        ...

    @property
    def retake_after(self) -> timedelta:
        """Return how long a claim holds."""
        ...

    async def load(self, rt: Any, subject: str) -> Drawing | None:
        """Read everything that a drawing needs; None where the subject is gone."""
        ...

    async def why_blocked(self, rt: Any, channel: str) -> str | None:
        """Return why nothing may be posted into a channel as it is now, None where something may."""
        ...

    async def block(self, rt: Any, post: Post, reason: str) -> bool:
        """Take note that a post can't be sent; True gives it up, False tries again later."""
        ...

    def redacted(self, rt: Any, post: Post) -> Message:
        """Return what takes a post's place where another company can read; nothing is looked up for it."""
        ...

    def is_restored(self, post: Post) -> bool:
        """Tell whether a redacted post is drawn in full again once its channel is the company's own again."""
        ...
