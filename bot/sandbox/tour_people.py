"""The tour's part about people: somebody leaves, and their keys go on under somebody else."""

from bot.sandbox.people import APPROVALS_CHANNEL
from bot.sandbox.tour_story import ALICE, BOB, CAROL, PRIYA, Act, Story, expect


async def somebody_is_offboarded(story: Story) -> None:
    """Two people approve; the keys are handed over first, then the membership ends."""
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


STEPS: list[tuple[str, Act]] = [("Noah leaves; his keys are handed over first", somebody_is_offboarded)]
