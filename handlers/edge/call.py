"""One act of one person, as listeners see it, whatever payload and transport brought it."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.commands.table import Parsed
from bot.errors import SlackError
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.model import Message

Json = dict[str, Any]
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


def dig(payload: Any, *path: str) -> Any:
    """Return what stands at a path of nested objects, or None: payloads are never trusted to be complete."""
    for name in path:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - any JSON
    return payload  # pyright: ignore[reportUnknownVariableType] - any JSON


def text_at(payload: Any, *path: str) -> str:
    """Return the text at a path, or ""."""
    return _storable(dig(payload, *path))


def _storable(found: Any) -> str:
    """Return text that any database and any encoding takes: without NUL and without halves of surrogate pairs."""
    return found.replace("\0", "").encode(errors="ignore").decode() if isinstance(found, str) else ""


@dataclass
class Call:
    """An act: who, where, with which words or values (`values` and the chosen `labels` by block id).

    `actor` is set before a listener runs, and `found` where something was looked up for it. `not_before` (monotonic) keeps
    an update of a form behind the ack that changes it.
    """

    rt: Runtime
    payload: Json
    user_id: str
    team_id: str
    channel: str = ""
    response_url: str = ""
    trigger_id: str = ""
    view_id: str = ""
    value: str = ""
    text: str = ""
    parsed: Parsed | None = None
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    private_metadata: str = ""
    ref: str = ""
    not_before: float = 0.0
    found: Any = None
    _actor: Actor | None = None

    @property
    def actor(self) -> Actor:
        """The member who acts."""
        if self._actor is None:
            raise RuntimeError("the actor is resolved before a listener runs")
        return self._actor

    def set_actor(self, actor: Actor) -> None:
        """Remember who acts."""
        self._actor = actor

    @property
    def words(self) -> tuple[str, ...]:
        """What followed the subcommand."""
        return self.parsed.words if self.parsed else ()

    @property
    def message_ts(self) -> str:
        """The timestamp of the message whose button was pressed, or ""; what is no timestamp is none."""
        found = text_at(self.payload, "container", "message_ts") or text_at(self.payload, "message", "ts")
        return found if _TS.fullmatch(found) else ""

    @property
    def in_modal(self) -> bool:
        """Whether the act happened inside a modal."""
        return bool(self.view_id) and text_at(self.payload, "view", "type") == "modal"

    async def say(self, message: Message) -> None:
        """Answer the person alone: beside their act where Slack offers that, else in a direct message."""
        if self.response_url:
            try:
                await self.rt.notifier.answer(self.response_url, message)
            except SlackError:
                pass  # used up or too old; a direct message always works
            else:
                return
        await self.rt.notifier.send(self.user_id, message)

    async def open(self, view: Json) -> str:
        """Open a modal and return its id; from inside a modal it is pushed on top."""
        if self.in_modal:
            return await self.rt.notifier.push_view(self.trigger_id, view)
        return await self.rt.notifier.open_view(self.trigger_id, view)

    async def update_view(self, view_id: str, view: Json) -> None:
        """Replace a modal that is open."""
        if view_id == self.view_id:
            await asyncio.sleep(self.not_before - time.monotonic())
        await self.rt.notifier.update_view(view_id, view)

    async def finish(self, view: Json) -> None:
        """Say in the modal that something is done; whoever closed it meanwhile doesn't keep the rest from happening."""
        with contextlib.suppress(SlackError):
            await self.update_view(self.view_id, view)


def call_of(rt: Runtime, body: Json) -> Call:
    """Read a command, an action, a submission, a shortcut or a suggestion; what is missing or malformed is empty."""
    actions = dig(body, "actions")
    action: Any = actions[0] if isinstance(actions, list) and actions else {}  # pyright: ignore[reportUnknownVariableType]
    value = _plain(action)
    return Call(
        rt=rt,
        payload=body,
        user_id=text_at(body, "user", "id") or text_at(body, "user_id"),
        team_id=text_at(body, "user", "team_id") or text_at(body, "team", "id") or text_at(body, "team_id"),
        channel=text_at(body, "channel", "id") or text_at(body, "container", "channel_id") or text_at(body, "channel_id"),
        response_url=text_at(body, "response_url"),
        trigger_id=text_at(body, "trigger_id"),
        view_id=text_at(body, "view", "id"),
        value=value if isinstance(value, str) else "",
        text=_unescaped(text_at(body, "text")),
        values=_each_block(dig(body, "view", "state", "values"), _plain),
        labels=_each_block(dig(body, "view", "state", "values"), _label),
        private_metadata=text_at(body, "view", "private_metadata"),
    )


def _unescaped(text: str) -> str:
    # Slack escapes these three in what was typed after a command (slack.md §3.4); the ampersand last, or `&amp;lt;` turns.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _each_block(state: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
    """Read a form by block id; each of our blocks holds one element."""
    found: dict[str, Any] = {}
    if isinstance(state, dict):
        for block_id, elements in state.items():  # pyright: ignore[reportUnknownVariableType]
            if isinstance(elements, dict) and elements:
                found[str(block_id)] = read(next(iter(elements.values())))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return found


def _label(element: Any) -> str:
    """Return what the chosen option said to the person."""
    return text_at(element, "selected_option", "text", "text")


_SINGLE = (
    "value", "selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time",
    "selected_date_time",
)  # fmt: skip


def _plain(element: Any) -> Any:
    """Return the value of one element of a form or one action: text, or a list of texts."""
    if not isinstance(element, dict):
        return ""
    many = dig(element, "selected_options")
    if isinstance(many, list):
        return [text_at(one, "value") for one in many]  # pyright: ignore[reportUnknownVariableType]
    option = text_at(element, "selected_option", "value")
    if option:
        return option
    found = next((dig(element, name) for name in _SINGLE if dig(element, name) is not None), "")
    return found if isinstance(found, int) else _storable(found)
