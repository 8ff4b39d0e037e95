"""The story of the tour: what people do, and what must then be seen."""

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
NAMES = {person.slack_id: person.name.split()[0] for person in EVERYBODY}


class Unexpected(Exception):
    """Something was seen that should not have been, or the other way round."""


def expect(is_so: object, what: str) -> None:
    """Raise Unexpected unless something is so."""
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


async def help_is_shown(story: Story) -> None:
    """Help comes from the table that parses."""
    await story.types(ALICE, "/claude-admin")
    await story.sees(ALICE, "What I can do", "C0GENERAL")


async def typo_is_answered(story: Story) -> None:
    """A typo gets the nearest command."""
    await story.types(ALICE, "/claude-keys lst")
    await story.sees(ALICE, "Did you mean", "C0GENERAL")


async def guest_is_refused(story: Story) -> None:
    """Guests are refused in words."""
    await story.types(GUS, "/claude-keys request", "C0ENG")
    await story.sees(GUS, "I only work for members of", "C0ENG")


async def taken_name_comes_back(story: Story) -> None:
    """A fault brings the form back with everything still in it."""
    await story.types(ALICE, "/claude-keys request")
    await story.modal(ALICE, "Workspace")
    staging = await story.first_option(ALICE, "pick_workspace", "stag")
    await story.sends(ALICE, workspace_id=staging, name="ingest-staging", reason="Nightly ingestion")
    view = await story.modal(ALICE, "already has a key")
    expect("Nightly ingestion" in str(view), "the purpose that was typed is gone")
    story.note(ALICE, view["blocks"][0]["text"]["text"])
    await story.post("/act/close", user=ALICE, view_id=view["id"])


async def key_is_asked_for(story: Story) -> None:
    """The request becomes a card in the approvers' channel."""
    story.kept["card"] = await story.ask_key("nightly-ingest", "stag", "Nightly ingestion job, replaces the shared key")


async def own_request_cannot_be_approved(story: Story) -> None:
    """Nobody approves their own request."""
    await story.presses(ALICE, story.kept["card"], "request_approve")
    await story.sees(ALICE, "You can't decide your own request", APPROVALS_CHANNEL)


async def approval_makes_the_key(story: Story) -> None:
    """One approval is enough here; the key is made at once."""
    await story.presses(BOB, story.kept["card"], "request_approve")
    story.kept["done"] = await story.sees(BOB, "issued to", APPROVALS_CHANNEL)
    expect(len(await story.keys_named("nightly-ingest")) == 1, "there is not exactly one key")


async def second_approver_is_too_late(story: Story) -> None:
    """Whoever comes later is told who was first."""
    await story.post(
        "/act/raw",
        kind="interactive",
        payload=_late_click(story.kept["card"], story.kept["done"]),
    )
    await story.sees(CAROL, "approved this", "")


def _late_click(card: Json, done: Json) -> Json:
    approve = next(
        e for b in card["blocks"] if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "request_approve"
    )
    return {
        "type": "block_actions",
        "user": {"id": CAROL, "team_id": "T0ACME"},
        "team": {"id": "T0ACME"},
        "channel": {"id": done["channel"]},
        "container": {"type": "message", "message_ts": done["ts"], "channel_id": done["channel"]},
        "actions": [{"type": "button", "action_id": "request_approve", "value": approve["value"]}],
    }


async def secret_is_shown_once(story: Story) -> None:
    """Its requester sees the secret once."""
    notice = await story.sees(ALICE, "Only you can see its secret")
    await story.presses(ALICE, notice, "request_reveal")
    view = await story.modal(ALICE, "sk-ant-")
    story.seen.append("Alice sees the key in a window that closes for good")
    await story.post("/act/close", user=ALICE, view_id=view["id"])
    await story.sees(ALICE, "Lost it?")


async def console_key_waits_for_proof(story: Story) -> None:
    """In Production a person makes the key in the Console; the bot tells them how."""
    card = await story.ask_key("batch-scoring", "produ", "Scores tickets at night")
    await story.presses(CAROL, card, "request_approve")
    await story.sees(CAROL, "Please make the key")


async def wrong_place_is_reported(story: Story) -> None:
    """A key of that name in the wrong workspace doesn't count, and is reported."""
    workspaces = {w.name: w.id async for w in story.bot.runtime.admin.workspaces()}
    await story.post("/claude/keys", workspace_id=workspaces["Staging"], name="batch-scoring")
    await story.sees(BOB, "wrong place", APPROVALS_CHANNEL)
    await story.post("/claude/keys", workspace_id=workspaces["Production"], name="batch-scoring")
    await story.sees(BOB, "batch-scoring", APPROVALS_CHANNEL)
    await story.sees(ALICE, "Whoever made it in the Console has its secret")


async def role_is_denied(story: Story) -> None:
    """A denial says why."""
    await story.types(ALICE, "/claude-members role @dana developer wants to try it")
    card = await story.sees(BOB, "asks for the role", APPROVALS_CHANNEL)
    await story.presses(BOB, card, "request_deny")
    await story.modal(BOB, "Reason")
    await story.sends(BOB, comment="Finance reads the digest instead")
    await story.sees(ALICE, "denied your request")


async def role_is_changed(story: Story) -> None:
    """A role is changed the same way."""
    await story.types(ALICE, "/claude-members role @priya billing helps finance")
    card = await story.sees(BOB, "asks for the role *billing*", APPROVALS_CHANNEL)
    await story.presses(CAROL, card, "request_approve")
    await story.sees(BOB, "given, was", APPROVALS_CHANNEL)


async def admin_cannot_be_given(story: Story) -> None:
    """What the API can't do is said, with what to do instead."""
    await story.types(ALICE, "/claude-members role @priya admin needs everything")
    await story.sees(ALICE, "The API can't give or take admin", "C0GENERAL")


async def key_is_revoked(story: Story) -> None:
    """Revoking asks for the name."""
    await story.types(ALICE, "/claude-keys revoke nightly-ingest")
    view = await story.modal(ALICE, "Type the key's name")
    key_id = view["blocks"][1]["element"]["initial_option"]["value"]
    refused = await story.sends(ALICE, key_id=key_id, confirm="nightly", reason="Not needed any more")
    expect(refused.get("errors"), "a wrong name was accepted")
    await story.sends(ALICE, key_id=key_id, confirm="nightly-ingest", reason="Not needed any more")
    card = await story.sees(BOB, "asks to revoke", APPROVALS_CHANNEL)
    await story.presses(CAROL, card, "request_approve")
    await story.sees(BOB, "is revoked for good", APPROVALS_CHANNEL)
    expect((await story.keys_named("nightly-ingest"))[0].status == "archived", "the key still works")


async def home_shows_what_waits(story: Story) -> None:
    """The App Home shows what waits for its reader."""
    await story.ask_key("triage-evals", "rese", "Evaluations of the triage prompts")
    await story.post("/act/home", user=BOB)

    async def look() -> Any:
        home = (await story.get("/sees", user=BOB))["home"]
        return home and "triage-evals" in str(home)

    await story.wait_for(look, "the request on Bob's App Home")
    story.seen.append("Bob sees on his App Home: triage-evals waits for his decision")


async def audit_log_holds(story: Story) -> None:
    """Everything is on record, and the record can be proven."""
    from bot.store.audit import verify_chain

    store = story.bot.runtime.store
    async with store.read() as tx:
        proof = await verify_chain(tx, store.audit_key)
    expect(proof.broken_seq is None, f"the audit log is broken at {proof.broken_seq}")
    story.seen.append(f"audit verify: {proof.entries} entries, unbroken")


STORY: list[tuple[str, Act]] = [
    ("Alice asks what the bot can do", help_is_shown),
    ("A typo gets the nearest command", typo_is_answered),
    ("A guest is refused in words", guest_is_refused),
    ("A name that is taken: the form comes back with everything in it", taken_name_comes_back),
    ("Alice asks for a key in Staging", key_is_asked_for),
    ("Alice can't approve her own request", own_request_cannot_be_approved),
    ("Bob approves, and the key exists", approval_makes_the_key),
    ("Carol comes later and is told who was first", second_approver_is_too_late),
    ("Alice looks at the secret, once", secret_is_shown_once),
    ("In Production a key is made in the Console", console_key_waits_for_proof),
    ("The key in the wrong place is reported, the right one counts", wrong_place_is_reported),
    ("A role is denied, with a reason", role_is_denied),
    ("A role is changed", role_is_changed),
    ("Admin can't be given by API", admin_cannot_be_given),
    ("A key is revoked, its name typed to confirm", key_is_revoked),
    ("Bob's App Home shows what waits for him", home_shows_what_waits),
    ("The audit log is unbroken", audit_log_holds),
]
