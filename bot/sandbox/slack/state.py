"""What the workspace remembers: plain data, one class per thing, no behaviour beyond trivial questions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

Json = dict[str, Any]


def as_object(value: Any) -> Json:
    """Return a JSON object as such, and an empty one for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list as such, an empty one for None, and a list of one for anything else."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else [value]


@dataclass
class User:
    """One account; `team_id` other than ours is a person of another company."""

    id: str
    handle: str
    name: str
    title: str
    role: str | None
    email: str
    tz: str
    team_id: str
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    is_invited_user: bool = False
    is_email_confirmed: bool = True
    deleted: bool = False
    in_cast: bool = False
    updated: int = 0


@dataclass
class Channel:
    """A channel or, with `im_user` set, the bot's direct conversation with that person."""

    id: str
    name: str
    members: list[str] = field(default_factory=list[str])
    im_user: str | None = None
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_org_shared: bool = False
    created: int = 0

    @property
    def is_im(self) -> bool:
        """Return whether this is a direct conversation."""
        return self.im_user is not None


@dataclass
class Group:
    """A user group: `@handle` and who is in it."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False


@dataclass
class Message:
    """One message; `ephemeral_to` set: only that person ever sees it, and it is outside the history."""

    ts: str
    channel: str
    user: str
    text: str
    is_bot: bool = True
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    metadata: Json | None = None
    edited: str | None = None
    deleted: bool = False
    files: list[str] = field(default_factory=list[str])
    typed: dict[str, dict[str, Json]] = field(default_factory=dict[str, dict[str, Json]])


@dataclass
class View:
    """A modal or a Home tab as one person has it; `typed` is the state of its inputs."""

    id: str
    user: str
    payload: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    typed: dict[str, dict[str, Json]] = field(default_factory=dict[str, dict[str, Json]])


@dataclass
class Trigger:
    """A trigger id: `born` is a reading of the real monotonic clock, for it lives 3 real seconds."""

    user: str
    born: float
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """A response URL: 5 posts within 30 minutes; `source_ts` is the message that carried the button, if any."""

    user: str
    channel: str
    born: datetime
    source_ts: str | None = None
    uses: int = 0


@dataclass
class StoredFile:
    """An upload: `completed` files have an owner's title and may be seen."""

    id: str
    name: str
    length: int
    upload_token: str
    alt_text: str = ""
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    ready_at: float = 0.0
    channels: list[str] = field(default_factory=list[str])
    created: int = 0


Surface = Literal["message", "ephemeral", "modal", "home"]


@dataclass(frozen=True)
class Seen:
    """One thing that somebody saw, exactly as it was sent: a line of the history."""

    seq: int
    at: datetime
    surface: Surface
    event: Literal["post", "update", "delete", "open", "push", "publish"]
    channel: str | None
    user: str | None
    ts: str | None
    thread_ts: str | None
    text: str
    blocks: list[Json] | None = None
    view: Json | None = None
    file: Json | None = None

    def public(self) -> Json:
        """Return it as JSON-ready data. Keys without a value are left out, except the ones that are always there."""
        always = {"seq": self.seq, "at": self.at.isoformat(), "surface": self.surface, "event": self.event}
        rest: Json = {
            "channel": self.channel,
            "user": self.user,
            "ts": self.ts,
            "thread_ts": self.thread_ts,
            "text": self.text,
            "blocks": self.blocks,
        }
        extra = {"view": self.view, "file": self.file}
        return always | rest | {key: value for key, value in extra.items() if value is not None}
