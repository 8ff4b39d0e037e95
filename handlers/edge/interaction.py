"""One act of one person, as listeners see it, for every payload and both transports."""

import asyncio
import contextlib
import re
import time
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from bot.commands.parse import Parsed
from bot.errors import SlackDown, SlackError, SlackRefused
from bot.people.identity import calendar_for
from bot.people.model import Actor
from bot.posts.charts import BAD_BLOCKS
from bot.runtime import Runtime
from bot.slack.model import Message, OpenView
from bot.slack.state import dig as dig
from bot.slack.state import labels_of, plain_value, values_of
from bot.slack.state import text_at as text_at
from bot.words.calendars import LATEST, Calendar
from bot.words.reading import without_unseen

Json = dict[str, Any]
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


@dataclass
class Interaction:
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

    @property
    def calendar(self) -> Calendar:
        """The calendar in which the actor's days are read; before it is known who acts, the one in which days end last."""
        return calendar_for(self.rt, self._actor) if self._actor else LATEST

    def set_actor(self, actor: Actor) -> None:
        """Remember who acts."""
        self._actor = actor

    @property
    def words(self) -> tuple[str, ...]:
        """What followed the subcommand."""
        return self.parsed.words if self.parsed else ()

    @property
    def message_ts(self) -> str:
        """The timestamp of the message whose button was pressed, or "". What is no timestamp is none."""
        found = text_at(self.payload, "container", "message_ts") or text_at(self.payload, "message", "ts")
        return found if _TS.fullmatch(found) else ""

    @property
    def action_ts(self) -> str:
        """When the person acted, as Slack tells it, or "". Later acts sort after earlier ones."""
        return text_at(pressed(self.payload), "action_ts")

    @property
    def in_modal(self) -> bool:
        """Whether the act happened inside a modal."""
        return bool(self.view_id) and text_at(self.payload, "view", "type") == "modal"

    @property
    def in_home(self) -> bool:
        """Whether the act happened on the App Home."""
        return text_at(self.payload, "view", "type") == "home"

    async def say_in_place(self, message: Message) -> None:
        """Answer in place of the private answer whose button was pressed. Where Slack won't any more, as `say` does.

        What Slack finds wrong with the message itself is raised.
        """
        if self.response_url:
            try:
                await self.rt.notifier.answer(self.response_url, message, replace=True)
            except SlackRefused as refusal:
                if refusal.code in BAD_BLOCKS:
                    raise
            except SlackError:
                pass  # it may have been sent: better twice than not at all
            else:
                return
        await self.say(message)

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
        return (await self.show(view)).id

    async def show(self, view: Json) -> OpenView:
        """Open a modal as `open` does, and return it with its hash, so that it can be filled in later.

        Slack stacks three; a fourth takes the place of the third.
        """
        if not self.in_modal:
            return await self.rt.notifier.open_view(self.trigger_id, view)
        try:
            return await self.rt.notifier.push_view(self.trigger_id, view)
        except SlackRefused as refusal:
            if refusal.code != "push_limit_reached":
                raise
            return await self.rt.notifier.update_view(self.view_id, view)

    async def update_view(self, view_id: str, view: Json) -> None:
        """Replace a modal that is open."""
        if view_id == self.view_id:
            await asyncio.sleep(self.not_before - time.monotonic())
        await self.rt.notifier.update_view(view_id, view)

    async def finish(self, notice: Json) -> None:
        """Say in the modal that something is done, with a view that only says it.

        A modal that was closed meanwhile is no error. Where no answer of Slack comes, the modal may say for ever that it
        is being checked, so the same is said in a direct message.
        """
        with contextlib.suppress(SlackError):
            try:
                await self.update_view(self.view_id, notice)
            except SlackDown:
                await self.say(Message(notice["blocks"][0]["text"]["text"], notice["blocks"]))


def pressed(body: Json) -> Any:
    """Return the button, choice or field that somebody used, or {}; Slack sends one at a time."""
    actions = dig(body, "actions")
    return actions[0] if isinstance(actions, list) and actions else {}  # pyright: ignore[reportUnknownVariableType] - any JSON


def interaction_of(rt: Runtime, body: Json) -> Interaction:
    """Read a command, an action, a submission, a shortcut or a suggestion. What is missing or malformed is empty."""
    value = plain_value(pressed(body))
    return Interaction(
        rt=rt,
        payload=body,
        user_id=text_at(body, "user", "id") or text_at(body, "user_id"),
        team_id=text_at(body, "user", "team_id") or text_at(body, "team", "id") or text_at(body, "team_id"),
        channel=text_at(body, "channel", "id") or text_at(body, "container", "channel_id") or text_at(body, "channel_id"),
        response_url=text_at(body, "response_url"),
        trigger_id=text_at(body, "trigger_id"),
        view_id=text_at(body, "view", "id"),
        value=value if isinstance(value, str) else "",
        text=_as_typed(text_at(body, "text")),
        values=values_of(dig(body, "view", "state", "values")),
        labels=labels_of(dig(body, "view", "state", "values")),
        private_metadata=text_at(body, "view", "private_metadata"),
    )


_ADDRESS = re.compile(r"(?i)<[a-z][a-z0-9+.-]*:[^<>|]*\|([^<>]*)>|<([a-z][a-z0-9+.-]*:[^<>|]*)>")
"""Of any scheme, as `ftp` and those of programs are linked too; what people type as `<` comes as `&lt;`."""


_EMOJI = re.compile(r"(?<!\S):([a-z0-9_]+):(?!\S)")
_NAMED_OTHERWISE = {
    "smile": "😄", "pencil": "📝", "dog": "🐶", "cat": "🐱", "mouse": "🐭", "cow": "🐮", "tiger": "🐯", "rabbit": "🐰",
    "pig": "🐷", "horse": "🐴", "whale": "🐳", "train": "🚋", "calendar": "📆", "umbrella": "☔",
}  # fmt: skip
"""Names that in Slack are those of other emoji than in Unicode."""


def _as_typed(text: str) -> str:
    """Return what was typed after a command, before Slack made links of what looks like addresses and escaped the rest.

    An emoji that stands alone is one again where its name in Slack is that of Unicode, as in `:microscope: Research`.
    What nobody sees is left out: a word of a command is none with a space of zero width behind it.
    """
    text = _ADDRESS.sub(lambda found: found[1] or found[2] or "", text)
    text = without_unseen(_EMOJI.sub(_emoji, text))
    # Slack escapes these three (slack.md §3.4); the ampersand last, or `&amp;lt;` turns.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _emoji(found: re.Match[str]) -> str:
    if found[1] in _NAMED_OTHERWISE:
        return _NAMED_OTHERWISE[found[1]]
    try:
        one = unicodedata.lookup(found[1].replace("_", " "))
    except KeyError:
        return found[0]
    return one if unicodedata.category(one[0]) == "So" else found[0]
