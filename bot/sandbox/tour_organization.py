"""The tour's part about limits and access: a limit that a person sets in the Console, and a role that ends by itself."""

from datetime import timedelta

from bot.sandbox.people import APPROVALS_CHANNEL
from bot.sandbox.tour_story import ALICE, BOB, CAROL, Act, Story, expect


async def limit_is_set_by_hand(story: Story) -> None:
    """Where the API sets no limits, an approver gets the steps, and their word counts as a word."""
    await story.types(ALICE, "/claude-workspaces limit Staging $5,000")
    await story.modal(ALICE, "5,000")
    await story.sends(ALICE, reason="The load tests are over")
    card = await story.sees(BOB, "asks to change a spend limit", APPROVALS_CHANNEL)
    await story.presses(CAROL, card, "request_approve")
    steps = await story.sees(CAROL, "You approved a spend limit for *Staging*")
    await story.presses(CAROL, steps, "request_say_done")
    await story.sees(BOB, "Spend limit of Staging is $5,000.00 a month", APPROVALS_CHANNEL)


async def role_in_a_workspace_ends(story: Story) -> None:
    """A role that was given until a day is taken back at its end."""
    last_day = (story.bot.runtime.now() + timedelta(days=1)).date().isoformat()
    await story.types(ALICE, f"/claude-workspaces access Research @sofia developer until {last_day}")
    await story.modal(ALICE, "Research")
    await story.sends(ALICE, reason="Looks after the evaluations this week")
    card = await story.sees(BOB, "asks to change access to a workspace", APPROVALS_CHANNEL)
    await story.presses(BOB, card, "request_approve")
    await story.sees(ALICE, "Research")
    expect("U0CROWD03" in str(card["text"]), "the card doesn't name who gets access")
    await story.post("/clock", advance=timedelta(days=2).total_seconds())
    story.note(BOB, (await story.message(BOB, "ended as planned", APPROVALS_CHANNEL, seconds=40))["text"])


LIMIT: list[tuple[str, Act]] = [("A spend limit is set by hand, and said to be unproven", limit_is_set_by_hand)]
STEPS: list[tuple[str, Act]] = [("A role in a workspace ends by itself", role_in_a_workspace_ends)]
