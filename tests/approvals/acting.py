"""What people do again and again with requests, in words."""

from typing import Any

from bot.approvals import db as requests
from bot.approvals.model import Request, Status
from bot.sandbox.stage import Json
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.model import Message
from bot.store import audit
from bot.store.audit import AuditEntry
from tests.world import APPROVALS, BOB, World, a_minute

ENGINEERING = "C0ENG"


async def a_minute_passes(world: World, seconds: float = 60) -> None:
    """Move the clock, and let the repair of each minute run once."""
    await world.post("/clock", advance=seconds)
    await a_minute(world.rt)


async def open_form(world: World, user: str, kind: str, value: str = "") -> Json:
    """Press a button that opens a kind's form, as the App Home and key lists have them; returns the form."""
    row = actions(button("Open", f"open_{kind}", value))
    sent = await world.rt.notifier.send(ENGINEERING, Message("Open", [section("Open"), row]))
    before = {view["id"] for view in await world.modals(user)}
    assert (await world.click(user, f"open_{kind}", channel=ENGINEERING, ts=sent.ts))["ok"]

    async def opened() -> Json | None:
        top = (await world.modals(user))[-1:]
        return top[0] if top and top[0]["id"] not in before and f"form_{kind}" in str(top[0]) else None

    return await world.wait_for(opened, f"the form of {kind} for {user}")


async def choose(world: World, user: str, message: Json, choice: str) -> None:
    """Choose from a card's ⋯ menu by its label."""
    menu = next(e for b in message["blocks"] for e in b.get("elements", []) if e.get("type") == "overflow")
    option = next(o for o in menu["options"] if o["text"]["text"] == choice)
    answer = await world.click_on(user, message, menu["action_id"], selected=option["value"])
    assert answer["ok"], answer


async def press(world: World, user: str, message: Json, action_id: str) -> None:
    """Press a button that must be there, as soon as the card is redrawn with it."""

    async def pressed() -> bool:
        return bool((await world.click_on(user, message, action_id))["ok"])

    await world.wait_for(pressed, f"a button {action_id} for {user}")


async def card_with(world: World, part: str) -> Json:
    """Wait until a card in the approvers' channel says something; what its thread says doesn't count."""

    async def look() -> Json | None:
        seen = await world.messages(BOB, APPROVALS)
        return next((m for m in reversed(seen) if part in m["text"] and m["thread_ts"] in (None, m["ts"])), None)

    return await world.wait_for(look, f"a card with {part!r}")


async def thread_of(world: World, card: Json) -> list[str]:
    """Return the lines of a card's thread once the bot has nothing left to say, oldest first."""
    if world.bot:
        await settled(world)
    replies = [m for m in await world.messages(BOB, APPROVALS) if m["thread_ts"] == card["ts"] and m["ts"] != card["ts"]]
    return [line.partition(" · ")[2] for reply in replies for line in reply["text"].splitlines()]


async def told(world: World, user: str, part: str, channel: str = "C0GENERAL") -> Json:
    """Wait for a private answer."""
    return await world.message(user, part, channel)


async def request_behind(world: World, card: Json) -> Request:
    """Return the request of a card, as the store has it."""
    menu = next(e for b in card["blocks"] for e in b.get("elements", []) if e.get("type") == "overflow")
    request_id = menu["options"][0]["value"].partition(":")[2]
    async with world.rt.store.read() as tx:
        found = await requests.load(tx, request_id)
    assert found is not None
    return found


async def audit_of(world: World, request: Request) -> list[AuditEntry]:
    """Return what is on record about a request."""
    async with world.rt.store.read() as tx:
        return await audit.entries_of(tx, request.id)


async def until(world: World, card: Json, status: Status) -> Request:
    """Wait until a request is in a status, and every task of the bot is through."""

    async def look() -> Request | None:
        if world.rt.tasks.running:
            return None
        request = await request_behind(world, card)
        return request if request.status is status and not world.rt.tasks.running else None

    return await world.wait_for(look, f"a request that is {status}")


async def settled(world: World) -> None:
    """Wait until the bot has nothing left to do by itself."""

    async def look() -> bool:
        return not world.rt.tasks.running

    await world.wait_for(look, "the bot's tasks to end")


def labels(message: Json) -> list[str]:
    """Return the labels of a message's buttons."""
    elements = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    return [e["text"]["text"] for e in elements if e["type"] == "button"]


async def make_key(world: World, name: str, workspace: str = "Staging", **more: Any) -> str:
    """Make a key outside the bot, as an admin does in the Console; returns its id."""
    answer = await world.post("/claude/keys", workspace_id=await world.workspace_id(workspace), name=name, **more)
    assert answer["ok"], answer
    world.rt.directory.forget_keys()
    return answer["id"]


async def keys_named(world: World, name: str) -> list[Any]:
    """Return the organization's keys of a name."""
    return [key async for key in world.rt.admin.api_keys() if key.name == name]
