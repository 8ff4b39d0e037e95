"""The tour's last part: figures, the channel's digest next morning, and an alert."""

from typing import Any

from bot.sandbox.people import COSTS_CHANNEL
from bot.sandbox.tour_story import ALICE, BOB, DANA, GUS, Act, Story, expect


async def figures_are_private(story: Story) -> None:
    """Figures are answered to the person who asks, alone."""
    await story.types(DANA, "/claude-spend 7d by model", COSTS_CHANNEL)
    answer = await story.sees(DANA, "in the 7 days", COSTS_CHANNEL)
    expect(any(block["type"] == "data_visualization" for block in answer["blocks"]), "there is no chart")
    expect(any(block["type"] == "table" for block in answer["blocks"]), "there is no table")
    others = await story.messages(BOB, COSTS_CHANNEL)
    expect(not any("in the 7 days" in message["text"] for message in others), "Bob sees Dana's private figures")


async def guest_sees_no_figures(story: Story) -> None:
    """Guests see no figures."""
    await story.types(GUS, "/claude-spend mtd", "C0ENG")
    await story.sees(GUS, "I only work for members of", "C0ENG")


async def channel_subscribes(story: Story) -> None:
    """A channel gets the digest each morning."""
    await story.types(ALICE, "/claude-spend digest", COSTS_CHANNEL)
    await story.modal(ALICE, "spend_time")
    await story.sends(ALICE, spend_time="09:00")
    view = await story.modal(ALICE, "gets the spend of")
    story.note(ALICE, view["blocks"][0]["text"]["text"])
    await story.post("/act/close", user=ALICE, view_id=view["id"])


async def alert_is_set(story: Story) -> None:
    """An amount per day is watched."""
    await story.types(DANA, "/claude-spend alert", COSTS_CHANNEL)
    await story.modal(DANA, "spend_amount")
    await story.sends(DANA, spend_amount="100", spend_period="daily")
    view = await story.modal(DANA, "I'll post in")
    story.note(DANA, view["blocks"][0]["text"]["text"])
    await story.post("/act/close", user=DANA, view_id=view["id"])


async def alert_speaks_once(story: Story) -> None:
    """The alert says what caused it, and speaks once."""
    await story.sees(BOB, "$100", COSTS_CHANNEL)


async def digest_arrives(story: Story) -> None:
    """At nine the next morning the digest is there, once, with its breakdown in the thread."""
    answer = await story.post("/clock", to="tomorrow 09:01", tz="Europe/Berlin")
    expect(answer.get("ok"), "the clock did not move")
    digest = await story.message(BOB, "📈 *$", COSTS_CHANNEL, seconds=40)
    for line in digest["text"].splitlines():
        story.note(BOB, line)
    chart = [block for block in digest["blocks"] if block["type"] == "data_visualization"]
    expect(chart, "the digest has no chart")

    async def thread() -> Any:
        replies = [m for m in await story.messages(BOB, COSTS_CHANNEL) if m.get("thread_ts") == digest["ts"]]
        return replies if len(replies) >= 3 else None

    replies = await story.wait_for(thread, "the breakdown in the thread", 40)
    for reply in replies:
        story.note(BOB, reply["text"])
    digests = [m for m in await story.messages(BOB, COSTS_CHANNEL) if m["text"].startswith("📈 *$")]
    expect(len(digests) == 1, f"there are {len(digests)} digests")


STEPS: list[tuple[str, Act]] = [
    ("Dana asks what the last 7 days cost, and only she sees it", figures_are_private),
    ("A guest sees no figures", guest_sees_no_figures),
    ("#llm-costs subscribes to the daily digest", channel_subscribes),
    ("Dana sets an alert", alert_is_set),
    ("The alert speaks", alert_speaks_once),
    ("Next morning at nine: the digest, once, its breakdown in the thread", digest_arrives),
]
