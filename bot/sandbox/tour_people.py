"""The tour's part about people: an invite that is withdrawn, one that is accepted, and somebody who leaves."""

from bot.approvals.due import FOLLOW_EVERY
from bot.sandbox.people import APPROVALS_CHANNEL
from bot.sandbox.tour_story import ALICE, BOB, CAROL, PRIYA, Act, Story, expect

_NINA = "nina@acme.test"


async def invite_is_withdrawn(story: Story) -> None:
    """Nina was invited as a user long ago. That invite is in the way of a better one."""
    await story.types(ALICE, f"/claude-members withdraw {_NINA}")
    await story.modal(ALICE, _NINA)
    await story.sends(ALICE, reason="She needs API keys, too")
    card = await story.sees(BOB, "asks to withdraw an invite", APPROVALS_CHANNEL)
    await story.presses(BOB, card, "request_approve")
    await story.sees(ALICE, f"Invite of {_NINA} withdrawn")


async def invite_is_accepted(story: Story) -> None:
    """Who accepts an invite joins the workspaces that were asked for, without a further click."""
    await story.types(ALICE, f"/claude-members invite Nina <{_NINA}> as developer in Staging")
    await story.modal(ALICE, "Workspaces to join")
    await story.sends(ALICE, join_role="workspace_developer", reason="Starts with us on Monday")
    card = await story.sees(BOB, "asks to invite people", APPROVALS_CHANNEL)
    await story.presses(CAROL, card, "request_approve")
    await story.sees(ALICE, f"{_NINA} invited as developer")
    await story.post(f"/claude/invites/{_NINA}/accept")
    story.seen.append("Nina accepts the invite that she got by e-mail")
    await story.post("/clock", advance=FOLLOW_EVERY.total_seconds() + 1)
    await story.sees(ALICE, f"{_NINA} in Staging: joined as workspace developer")
    nina = next(iter([member async for member in story.bot.runtime.admin.users(_NINA)]))
    staging = next(iter([w async for w in story.bot.runtime.admin.workspaces() if w.name == "Staging"]))
    members = {one.user_id async for one in story.bot.runtime.admin.workspace_members(staging.id)}
    expect(nina.id in members, "Nina is not in Staging")


async def somebody_is_offboarded(story: Story) -> None:
    """Two people approve. The keys are handed over first, then the membership ends."""
    await story.types(ALICE, "/claude-members remove noah@acme.test")
    await story.modal(ALICE, "What happens to their keys*")
    single = await story.first_option(ALICE, "key_fates", "images-job")
    single = single.replace("keep-", "revoke-")
    await story.sends(ALICE, fate="keep", new_owner=PRIYA, key_fates=[single], reason="Noah leaves the company")
    card = await story.sees(BOB, "asks to remove somebody", APPROVALS_CHANNEL)
    await story.sees(PRIYA, "Nothing is changed yet")
    await story.presses(BOB, card, "request_approve")
    await story.presses(CAROL, card, "request_approve")
    await story.sees(BOB, "Noah Klein is removed from the Claude organization", APPROVALS_CHANNEL)
    await story.sees(PRIYA, "'s now")
    expect((await story.keys_named("images-job"))[0].status == "archived", "the key to be revoked still works")
    await story.types(PRIYA, "/claude-keys")
    await story.sees(PRIYA, "search-rerank", "C0GENERAL")


STEPS: list[tuple[str, Act]] = [
    ("An invite that waits is withdrawn", invite_is_withdrawn),
    ("An invite is accepted, and gets its workspace", invite_is_accepted),
    ("Noah leaves; his keys are handed over first", somebody_is_offboarded),
]
