"""What people do, by hand: they open forms, send them, press buttons, and try again where nothing came of it."""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from bot.forms.fields import MORE
from bot.kinds.registry import KINDS
from bot.sandbox.slack.state import View
from tests.soak.world import Soak


def hang_up_buttons(soak: Soak) -> None:
    """Put up one message with the buttons that open forms, as lists and the App Home have them."""
    from bot.sandbox.slack.content import Content
    from bot.sandbox.slack.posting import post

    buttons = [
        {"type": "button", "action_id": f"open_{kind}", "text": {"type": "plain_text", "text": kind}, "value": ""}
        for kind in KINDS
    ]
    content = Content(text="Forms", blocks=[{"type": "actions", "block_id": "forms", "elements": buttons}])
    message = post(soak.slack, soak.slack.channels["C0ENG"], content)
    soak.anchor = (message.channel, message.ts)


def _inputs(form: View) -> dict[str, str]:
    """Return the action ids of a form's fields."""
    return {b["block_id"]: b["element"]["action_id"] for b in form.payload["blocks"] if b["type"] == "input"}


@dataclass(eq=False)
class Hands:
    """The people of a soak; each has one screen, so that nobody fills in two forms at once."""

    soak: Soak
    dice: Random
    screens: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        """Do something on the sandbox; what nobody answers is `ok: false`."""
        try:
            return await self.soak.fleet.post(path, **body)
        except (httpx.HTTPError, ValueError):
            return {"ok": False}

    def top(self, user: str) -> View | None:
        """Return the form in front of somebody."""
        stack = self.soak.slack.modals.get(user)
        return stack[-1] if stack else None

    async def close_all(self, user: str) -> None:
        """Close every form of somebody."""
        while view := self.top(user):
            await self.act("/act/close", user=user, view_id=view.id, cleared=True)

    async def ask(self, user: str, kind: str, key_id: str, values: dict[str, Any]) -> bool:
        """Open a kind's form and send it; tells whether Slack heard of the sending. What came of it shows later."""
        async with self.screens[user]:
            await self.close_all(user)
            if not await self._open(user, kind, key_id):
                return False
            form = await self.soak.until(lambda: self._form(user, kind), 3.0)
            if form and not set(values) <= set(_inputs(form)):
                form = await self._tick(user, kind, form, values)
            return bool(form) and await self._send(user, form, values)

    async def _open(self, user: str, kind: str, key_id: str) -> bool:
        if kind == "create_key":
            answer = await self.act("/act/command", user=user, channel="C0GENERAL", text="/claude-keys request")
        else:
            channel, ts = self.soak.anchor
            pressed = {"type": "button", "action_id": f"open_{kind}", "block_id": "forms", "value": key_id}
            answer = await self.act(
                "/act/click", user=user, channel=channel, ts=ts, action_id=pressed["action_id"], raw_action=pressed
            )
        return bool(answer.get("ok"))

    def _form(self, user: str, kind: str) -> View | None:
        view = self.top(user)
        return view if view and view.payload.get("callback_id") == f"form_{kind}" else None

    async def _tick(self, user: str, kind: str, form: View, values: dict[str, Any]) -> View | None:
        """Tick the boxes that bring further fields into a form."""
        boxes = next((b["element"] for b in form.payload["blocks"] if b.get("block_id") == MORE), None)
        if boxes is None:
            return form
        every = [option["value"] for option in boxes["options"]]
        await self.act("/act/click", user=user, view_id=form.id, action_id=boxes["action_id"], selected=every)
        return await self.soak.until(
            lambda: (view := self._form(user, kind)) and set(values) <= set(_inputs(view)) and view, 3.0
        )

    async def _send(self, user: str, form: View, values: dict[str, Any]) -> bool:
        inputs = _inputs(form)
        if not set(values) <= set(inputs):
            return False
        given = {block: {inputs[block]: value} for block, value in values.items()}
        answer = await self.act("/act/submit", user=user, view_id=form.id, values=given)
        return bool(answer.get("ok")) and answer.get("response_action") != "errors"

    async def press(self, user: str, request_id: str, action_id: str, **more: Any) -> bool:
        """Press a button on one of a request's cards; False where it isn't there, or nobody heard."""
        cards = self.soak.cards.get(request_id)
        if not cards:
            return False
        channel, ts = self.dice.choice(cards)
        answer = await self.act("/act/click", user=user, channel=channel, ts=ts, action_id=action_id, **more)
        return bool(answer.get("ok"))

    async def press_all(self, users: list[str], request_id: str, action_id: str) -> None:
        """Let several people press at the same instant."""
        await asyncio.gather(*(self.press(user, request_id, action_id) for user in users))

    async def deny(self, user: str, request_id: str) -> None:
        """Deny a request with a reason."""
        async with self.screens[user]:
            await self.close_all(user)
            if not await self.press(user, request_id, "request_deny"):
                return
            form = await self.soak.until(
                lambda: (view := self.top(user)) and view.payload.get("callback_id") == "request_deny_form" and view, 3.0
            )
            if form:
                await self._send(user, form, {"comment": "not now"})

    async def look_at_secret(self, user: str) -> None:
        """Press the button of somebody's newest notice that shows a secret, if there is one."""
        place = self.soak.slack.dm(user).id
        for message in reversed(self.soak.slack.messages):
            if message.channel == place and "request_reveal" in str(message.blocks):
                async with self.screens[user]:
                    with contextlib.suppress(KeyError):
                        await self.act("/act/click", user=user, channel=place, ts=message.ts, action_id="request_reveal")
                    await self.soak.until(lambda: "sk-ant-api" in str(self._shown(user)), 2.0)
                    await self.close_all(user)
                return

    def _shown(self, user: str) -> Any:
        view = self.top(user)
        return view.payload if view else ""
