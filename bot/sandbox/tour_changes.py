"""The tour's second part: keys made by hand, roles, a revoked key, the App Home and the record of it all."""

from typing import Any

from bot.sandbox.people import APPROVALS_CHANNEL
from bot.sandbox.tour_story import ALICE, BOB, CAROL, Act, Story, expect
from bot.spend.limits import db as kept_limits
from bot.store.audit import verify_chain


async def console_key_waits_for_proof(story: Story) -> None:
    """In Production a person makes the key in the Console. The bot tells them how."""
    card = await story.ask_key("batch-scoring", "produ", "Scores tickets at night")
    await story.presses(CAROL, card, "request_approve")
    await story.sees(CAROL, "Please create it")


async def wrong_place_is_reported(story: Story) -> None:
    """A key of that name in the wrong workspace doesn't count, and is reported."""
    workspaces = {w.name: w.id async for w in story.bot.runtime.admin.workspaces()}
    await story.post("/claude/keys", workspace_id=workspaces["Staging"], name="batch-scoring")
    await story.sees(BOB, "wrong place", APPROVALS_CHANNEL)
    await story.post("/claude/keys", workspace_id=workspaces["Production"], name="batch-scoring")
    await story.sees(BOB, "batch-scoring", APPROVALS_CHANNEL)
    await story.sees(ALICE, "created it in the Console and will give you its secret")


async def role_is_denied(story: Story) -> None:
    """A denial says why."""
    await story.types(ALICE, "/claude-members role @dana developer wants to try it")
    card = await story.sees(BOB, "asks to change a role", APPROVALS_CHANNEL)
    await story.presses(BOB, card, "request_deny")
    await story.modal(BOB, "Reason")
    await story.sends(BOB, comment="Finance reads the digest instead")
    await story.sees(ALICE, "denied your request")


async def role_is_changed(story: Story) -> None:
    """A role is changed the same way."""
    await story.types(ALICE, "/claude-members role @priya billing helps finance")
    card = await story.sees(BOB, "→ *billing member*", APPROVALS_CHANNEL)
    await story.presses(CAROL, card, "request_approve")
    await story.sees(BOB, "is now billing member instead of developer", APPROVALS_CHANNEL)


async def admin_cannot_be_given(story: Story) -> None:
    """What the API can't do is said, with what to do instead."""
    await story.types(ALICE, "/claude-members role @priya admin needs everything")
    await story.sees(ALICE, "I can't give or remove the admin role", "C0GENERAL")


async def workspaces_are_set_up(story: Story) -> None:
    """One request sets up a workspace for each environment, with people, limit and digest."""
    flags = story.sandbox.claude.flags
    flags.spend_limits_preview = True
    await story.types(ALICE, "/claude-workspaces create Checkout")
    await story.modal(ALICE, "Environments")
    both, people = ["production", "staging"], ["U0CROWD01", BOB]
    await story.sends(
        ALICE, name="Checkout", environments=both, members=people, limit="500", channel="C0ENG", tell=["digest"],
        reason="Tells fraud from mistakes at the checkout",
    )  # fmt: skip
    card = await story.sees(BOB, "asks for a new workspace", APPROVALS_CHANNEL)
    await story.presses(CAROL, card, "request_approve")
    await story.sees(BOB, "2 workspaces of Checkout created", APPROVALS_CHANNEL)
    made = [one async for one in story.bot.runtime.admin.workspaces() if one.name.startswith("Checkout")]
    expect([one.tags["owner"] for one in made] == ["alice@acme.test"] * 2, "they don't say whose they are")

    async def are_kept() -> bool:
        async with story.bot.runtime.store.read() as tx:
            return len(await kept_limits.live(tx)) == len(both)

    await story.wait_for(are_kept, "the bot to keep both limits")
    flags.spend_limits_preview = False


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
    store = story.bot.runtime.store
    async with store.read() as tx:
        proof = await verify_chain(tx, store.audit_key)
    expect(proof.broken_seq is None, f"the audit log is broken at {proof.broken_seq}")
    story.seen.append(f"audit verify: {proof.entries} entries, unbroken")


STEPS: list[tuple[str, Act]] = [
    ("In Production a key is made in the Console", console_key_waits_for_proof),
    ("The key in the wrong place is reported, the right one counts", wrong_place_is_reported),
    ("A role is denied, with a reason", role_is_denied),
    ("A role is changed", role_is_changed),
    ("Admin can't be given by API", admin_cannot_be_given),
    ("A workspace for each environment, with people, limit and digest", workspaces_are_set_up),
    ("A key is revoked, its name typed to confirm", key_is_revoked),
    ("Bob's App Home shows what waits for him", home_shows_what_waits),
]
LAST: list[tuple[str, Act]] = [("The audit log is unbroken", audit_log_holds)]
