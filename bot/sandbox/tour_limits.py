"""The tour's part for who runs services: headroom below the rate limits, advice that opens its request, a scrape."""

import httpx

from bot.kinds.limits.peaks.model import HOUR
from bot.kinds.limits.peaks.plan import newest_hour
from bot.kinds.limits.peaks.sync import read_span
from bot.sandbox.stage import Json
from bot.sandbox.tour_story import ALICE, BOB, Act, Story, expect
from bot.serving import web_of
from bot.telemetry import names as metrics

TOKEN = "a-token-for-the-tour"
METRICS = {"METRICS_TOKEN": TOKEN}
"""The settings that this part needs."""


async def headroom_is_asked_for(story: Story) -> None:
    """Limits beside the busiest minutes, with who made them."""
    rt, now = story.bot.runtime, story.bot.runtime.now()
    hour = newest_hour(now) - 20 * HOUR
    await read_span(rt, (hour, hour + HOUR), now)  # as the job does for each hour, which would take the story too long
    await story.types(ALICE, "/claude-limits", "C0ENG")
    answer = await story.sees(ALICE, "*Rate limits of the organization*", "C0ENG")
    expect("most of it by" in answer["text"], "the answer doesn't say which key made the most of it")
    heads = [str(cell["text"]) for block in answer["blocks"] if block["type"] == "table" for cell in block["rows"][0]]
    expect("Headroom" in heads, "the table has no headroom")


async def advice_opens_its_request(story: Story) -> None:
    """The button of a finding opens the form of what puts it right, filled in."""
    await story.types(BOB, "/claude-admin advice", "C0ENG")
    advice = await story.sees(BOB, "the most money at stake first", "C0ENG")
    rows: list[list[Json]] = [block["elements"] for block in advice["blocks"] if block["type"] == "actions"]
    offers = [str(one["value"]) for row in rows for one in row if one["action_id"] == "advice_offer"]
    value = next(one for one in offers if one.startswith("unlimited:"))
    await story.presses(BOB, advice, "advice_offer", value=value)
    view = await story.modal(BOB, "Dollars a month")
    expect("Production" in str(view["blocks"]), "the form doesn't name the workspace of the finding")
    story.note(BOB, f"a form: {view['title']['text']}, filled in with Production")
    await story.post("/act/close", user=BOB, view_id=view["id"])


async def metrics_are_scraped(story: Story) -> None:
    """What Prometheus gets, behind its token only."""
    web = httpx.ASGITransport(app=web_of(story.bot))
    async with httpx.AsyncClient(transport=web, base_url="http://bot") as prometheus:
        refused = await prometheus.get("/metrics")
        expect(refused.status_code == 401, "metrics can be read without their token")
        answer = await prometheus.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    told = next((line for line in lines if line.startswith(metrics.APPROVAL_REQUESTS.name)), "")
    expect(told, "the scrape doesn't count requests")
    story.note("Prometheus", f"{len(lines)} series, such as {told}")


STEPS: list[tuple[str, Act]] = [
    ("Alice asks how near traffic comes to the rate limits", headroom_is_asked_for),
    ("Bob reads advice, and its button opens the request", advice_opens_its_request),
    ("Prometheus scrapes the bot", metrics_are_scraped),
]
