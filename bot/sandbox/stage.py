"""People on the sandbox, as code: type, click, submit, and wait for what they see. The tour and the tests act with it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpx

from bot.forms.fields import MORE

Json = dict[str, Any]


class NotSeen(AssertionError):
    """Something that should have appeared did not, in time."""


class Stage:
    """The control API of a running sandbox, as its people would use it."""

    def __init__(self, control_url: str, http: httpx.AsyncClient) -> None:
        self.control_url = control_url
        self.http = http

    async def post(self, path: str, **body: Any) -> Json:
        """Call the control API."""
        return (await self.http.post(f"{self.control_url}{path}", json=body)).json()

    async def get(self, path: str, **query: Any) -> Any:
        """Read from the control API."""
        return (await self.http.get(f"{self.control_url}{path}", params=query)).json()

    async def command(self, user: str, text: str, channel: str = "C0GENERAL") -> Json:
        """Type a slash command."""
        return await self.post("/act/command", user=user, channel=channel, text=text)

    async def click(self, user: str, action_id: str, **where: Any) -> Json:
        """Press a button, choose from a menu."""
        return await self.post("/act/click", user=user, action_id=action_id, **where)

    async def click_on(self, user: str, message: Json, action_id: str, **more: Any) -> Json:
        """Press a button of a message that `messages` returned."""
        return await self.click(user, action_id, channel=message["channel"], ts=message["ts"], **more)

    async def submit(self, user: str, **values: Any) -> Json:
        """Submit the modal on top of somebody's stack; values by block id."""
        view = await self._with_fields((await self.modals(user))[-1], user, values)
        elements = {b["block_id"]: b["element"]["action_id"] for b in view["blocks"] if b["type"] == "input"}
        given = {block: {elements[block]: value} for block, value in values.items()}
        return await self.post("/act/submit", user=user, view_id=view["id"], values=given)

    async def _with_fields(self, view: Json, user: str, names: Iterable[str]) -> Json:
        """Tick the boxes that bring further fields into a form, where some of these fields aren't in it yet."""
        boxes = next((b["element"] for b in view["blocks"] if b["block_id"] == MORE), None)
        if boxes is None or self._are_in(view, names):
            return view
        ticked = [option["value"] for option in boxes["options"]]
        await self.click(user, boxes["action_id"], view_id=view["id"], selected=ticked)

        async def look() -> Json | None:
            top = (await self.modals(user))[-1]
            return top if self._are_in(top, names) else None

        return await self.wait_for(look, f"fields {sorted(names)} for {user}")

    @staticmethod
    def _are_in(view: Json, names: Iterable[str]) -> bool:
        return set(names) <= {block["block_id"] for block in view["blocks"]}

    async def modals(self, user: str) -> list[Json]:
        """Return somebody's open modals, the top one last."""
        return (await self.get("/sees", user=user))["modals"]

    async def messages(self, user: str, channel: str = "") -> list[Json]:
        """Return what somebody sees in a channel, or (without one) in their direct messages with the bot."""
        seen = (await self.get("/sees", user=user))["channels"]
        chosen = [c for c in seen if (c["id"] == channel if channel else c["is_im"])]
        return [message | {"channel": c["id"]} for c in chosen for message in c["messages"]]

    async def wait_for(self, look: Callable[[], Awaitable[Any]], what: str, seconds: float = 20.0) -> Any:
        """Wait until `look` returns something true, and return that."""
        deadline, pause = asyncio.get_running_loop().time() + seconds, 0.004
        while True:
            found = await look()
            if found:
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise NotSeen(f"not seen within {seconds} s: {what}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)

    async def message(self, user: str, part: str, channel: str = "", seconds: float = 20.0) -> Json:
        """Wait for the newest message that holds `part` in its text."""

        async def look() -> Json | None:
            return next((m for m in reversed(await self.messages(user, channel)) if part in m["text"]), None)

        return await self.wait_for(look, f"{part!r} by {user} in {channel or 'direct messages'}", seconds)

    async def modal(self, user: str, part: str, seconds: float = 20.0) -> Json:
        """Wait until the top modal holds `part` somewhere."""

        async def look() -> Json | None:
            stack = await self.modals(user)
            return stack[-1] if stack and part in str(stack[-1]) else None

        return await self.wait_for(look, f"a modal with {part!r} for {user}", seconds)
