"""The stage of the tour: people by name, and a transcript of what they did and saw."""

import html
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from bot.app import Bot
from bot.sandbox.people import APPROVALS_CHANNEL, CHANNELS, EVERYBODY, GROUPS
from bot.sandbox.run import Sandbox
from bot.sandbox.stage import Json, Stage
from bot.slack.markup import truncate

ALICE, BOB, CAROL, DANA, GUS, PRIYA = "U0ALICE", "U0BOB", "U0CAROL", "U0DANA", "U0GUS", "U0CROWD01"
PATIENCE = 40.0
"""Seconds that the story waits for what has to be seen."""
NAMES = {person.slack_id: person.name.split()[0] for person in EVERYBODY}


class Unexpected(Exception):
    """Something was seen that should not have been, or the other way round."""


def expect(is_so: object, what: str) -> None:
    """Raise Unexpected unless a fact holds."""
    if not is_so:
        raise Unexpected(what)


def readable(text: str) -> str:
    """Return mrkdwn as a person reads it: names for ids, dates in UTC, no escapes."""
    for person in EVERYBODY:
        text = text.replace(f"<@{person.slack_id}>", f"@{person.handle}")
    for group_id, (handle, _, _) in GROUPS.items():
        text = text.replace(f"<!subteam^{group_id}>", f"@{handle}")
    for channel_id, (name, _) in CHANNELS.items():
        text = text.replace(f"<#{channel_id}>", f"#{name}")
    return html.unescape(re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text))


def _label(message: Json, action_id: str) -> str:
    for block in message["blocks"]:
        elements: list[Json] = [*block.get("elements", []), block.get("accessory", {})]
        for element in elements:
            if element.get("action_id") == action_id and "text" in element:
                return str(element["text"]["text"])
    return "⋯"


class Story(Stage):
    """The stage, what was seen in the present step, and what later steps need from earlier ones."""

    def __init__(self, sandbox: Sandbox, bot: Bot, http: httpx.AsyncClient) -> None:
        super().__init__(sandbox.control_url, http)
        self.sandbox, self.bot = sandbox, bot
        self.seen: list[str] = []
        self.kept: dict[str, Any] = {}

    async def wait_for(self, look: Callable[[], Awaitable[Any]], what: str, seconds: float = 8.0) -> Any:
        """Wait as the stage does, but longer: a story is played on busy machines, too."""
        return await super().wait_for(look, what, max(seconds, PATIENCE))

    def note(self, who: str, text: str) -> None:
        """Add a line to the transcript."""
        first = next((line for line in readable(text).splitlines() if line.strip()), "")
        self.seen.append(f"{NAMES.get(who, who)} sees: {truncate(first, 170)}")

    async def types(self, user: str, text: str, channel: str = "C0GENERAL") -> None:
        """Type a slash command that must be acknowledged."""
        self.seen.append(f"{NAMES[user]} types: {text}")
        answer = await self.command(user, text, channel)
        expect(answer.get("ok"), f"{text} was not acknowledged: {answer.get('error')}")

    async def presses(self, user: str, message: Json, action_id: str, **more: Any) -> None:
        """Press a button of a message."""
        answer = await self.click_on(user, message, action_id, **more)
        expect(answer.get("ok"), f"{action_id} did not work: {answer.get('error')}")
        self.seen.append(f"{NAMES[user]} presses: {_label(message, action_id)}")

    async def sends(self, user: str, **values: Any) -> Json:
        """Submit the form on top."""
        self.seen.append(f"{NAMES[user]} sends the form: {', '.join(f'{k} = {v}' for k, v in values.items())}")
        return await self.submit(user, **values)

    async def sees(self, user: str, part: str, channel: str = "") -> Json:
        """Wait for a message and note it."""
        message = await self.message(user, part, channel)
        self.note(user, message["text"])
        return message

    async def first_option(self, user: str, action_id: str, typed: str) -> str:
        """Type into a type-ahead menu of the form on top and return the first choice's value."""
        view = (await self.modals(user))[-1]
        answer = await self.post("/act/suggest", user=user, view_id=view["id"], action_id=action_id, value=typed)
        expect(answer.get("options"), f"nothing was suggested for {typed!r}")
        return str(answer["options"][0]["value"])

    async def ask_key(self, name: str, workspace: str, reason: str, **more: Any) -> Json:
        """Let Alice ask for a key; returns its card."""
        await self.types(ALICE, "/claude-keys request")
        await self.modal(ALICE, "Workspace")
        chosen = await self.first_option(ALICE, "pick_workspace", workspace)
        await self.sends(ALICE, workspace_id=chosen, name=name, reason=reason, **more)
        return await self.sees(BOB, name, APPROVALS_CHANNEL)

    async def keys_named(self, name: str) -> list[Any]:
        """Return the keys of that name that the organization has."""
        return [key async for key in self.bot.runtime.admin.api_keys() if key.name == name]


Act = Callable[[Story], Awaitable[None]]
