"""The tour's first half: a key from the ask to the one showing of its secret."""

from bot.sandbox.people import APPROVALS_CHANNEL
from bot.sandbox.stage import Json
from bot.sandbox.tour_story import ALICE, BOB, CAROL, GUS, Act, Story, expect


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
    story.note(ALICE, next(b["elements"][0]["text"] for b in view["blocks"] if b["type"] == "context"))
    await story.post("/act/close", user=ALICE, view_id=view["id"])


async def key_is_asked_for(story: Story) -> None:
    """The request becomes a card in the approvers' channel."""
    story.kept["card"] = await story.ask_key("nightly-ingest", "stag", "Nightly ingestion job, replaces the shared key")


async def own_request_cannot_be_approved(story: Story) -> None:
    """Nobody approves their own request."""
    await story.presses(ALICE, story.kept["card"], "request_approve")
    await story.sees(ALICE, "You can't decide your own request", APPROVALS_CHANNEL)


async def approval_makes_the_key(story: Story) -> None:
    """One approval is enough here. The key is made at once."""
    await story.presses(BOB, story.kept["card"], "request_approve")
    story.kept["done"] = await story.sees(BOB, "issued to", APPROVALS_CHANNEL)
    expect(len(await story.keys_named("nightly-ingest")) == 1, "there is not exactly one key")


async def second_approver_is_too_late(story: Story) -> None:
    """The later of two people is told who was first."""
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


STEPS: list[tuple[str, Act]] = [
    ("Alice asks what the bot can do", help_is_shown),
    ("A typo gets the nearest command", typo_is_answered),
    ("A guest is refused in words", guest_is_refused),
    ("A name that is taken: the form comes back with everything in it", taken_name_comes_back),
    ("Alice asks for a key in Staging", key_is_asked_for),
    ("Alice can't approve her own request", own_request_cannot_be_approved),
    ("Bob approves, and the key exists", approval_makes_the_key),
    ("Carol comes later and is told who was first", second_approver_is_too_late),
    ("Alice looks at the secret, once", secret_is_shown_once),
]
