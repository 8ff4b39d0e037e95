"""What is made of an unfinished day says so in each part, and is drawn again once the day is closed."""

import asyncio
from datetime import timedelta

import pytest

from bot.spend.dimensions import DIMENSIONS
from bot.spend.ledger.pages import midnight
from bot.store.session import Store
from tests.sizes import few
from tests.spend.world import (
    BUSY,
    DOLLAR,
    FRIDAY,
    LAB,
    MONTH,
    NOW,
    OPUS,
    Figure,
    Organization,
    Slack,
    fill,
    run_digests,
    runtime,
    subscribe,
)

LATE = NOW + timedelta(hours=3)
MORE: list[Figure] = [*MONTH, *BUSY, (FRIDAY, LAB, OPUS, "apikey_batch", 37 * DOLLAR // 2)]


async def left_open(store: Store, figures: list[Figure], slack: Slack, hours: int = 20) -> Organization:
    """Send Friday's digest at the end of its patience, from what was reported of so many hours of that day."""
    evening = midnight(FRIDAY) + timedelta(hours=hours)
    await fill(store, figures, evening, evening)
    await subscribe(store)
    organization = Organization(figures, refreshed_at=evening)
    await run_digests(runtime(store, organization, slack), LATE)
    assert len(slack.top()) == 1
    return organization


@pytest.mark.parametrize("hours", [39 * 24 + 13, *few([9, 1, 20])])
async def test_every_part_says_so_far_and_none_does_once_the_day_is_closed(store: Store, hours: int) -> None:
    slack = Slack()
    await left_open(store, [*MONTH, *BUSY], slack)
    assert len(slack.posts) == 1 + len(DIMENSIONS)
    assert all("so far" in post.message.text for post in slack.posts)
    for reply in slack.replies():
        assert reply.message.blocks[1]["rows"][0][1]["text"] == "Amount so far"
    closed = LATE + timedelta(hours=hours)
    await fill(store, MORE, closed, closed)
    rt = runtime(store, slack=slack)
    for minutes in (0, 1, 6):
        await run_digests(rt, closed + timedelta(minutes=minutes))
    shown = {sent.ts: message for sent, message in slack.redrawn}
    assert sorted(shown) == sorted(post.ts for post in slack.posts[: 1 + len(DIMENSIONS)])
    assert len(slack.redrawn) == len(shown), "each is drawn again once"
    assert not any("so far" in message.text or "provisional" in message.text for message in shown.values())
    assert "*$193.50 on Fri 20 Nov*" in shown[slack.top()[0].ts].text
    assert "data_visualization" in [block["type"] for block in shown[slack.top()[0].ts].blocks], "the chart stays"
    assert [post.message.text for post in slack.posts[1 + len(DIMENSIONS) :]] == [
        "Corrected for Fri 20 Nov: $193.50 (+$18.50)"
    ]


async def test_a_day_that_closes_as_it_was_is_drawn_again_without_a_correction(store: Store) -> None:
    slack = Slack()
    await left_open(store, [*MONTH, *BUSY], slack)
    closed = LATE + timedelta(hours=1)
    await fill(store, [*MONTH, *BUSY], closed, closed)
    await run_digests(runtime(store, slack=slack), closed)
    assert len(slack.posts) == 1 + len(DIMENSIONS)
    assert len(slack.redrawn) == 1 + len(DIMENSIONS)


async def test_a_day_of_which_nothing_was_known_gets_its_parts_when_its_figures_are_in(store: Store) -> None:
    slack = Slack()
    await left_open(store, MONTH, slack, hours=0)
    assert [post.message.text[:14] for post in slack.posts] == ["📈 *No figures "]
    closed = LATE + timedelta(hours=20)
    await fill(store, [*MONTH, *BUSY], closed, closed)
    rt = runtime(store, slack=slack)
    for minutes in (0, 1):
        await run_digests(rt, closed + timedelta(minutes=minutes))
    assert "*$175.00 on Fri 20 Nov*" in slack.redrawn[-1][1].text
    titles = sorted(post.message.text.split("*")[1] for post in slack.replies() if "*" in post.message.text)
    assert titles == sorted(f"By {one.name}" for one in DIMENSIONS)
    assert "The figures for Fri 20 Nov are in: $175.00" in [post.message.text for post in slack.replies()]


async def test_replicas_draw_a_closed_day_again_once(three: list[Store]) -> None:
    slack = Slack()
    await left_open(three[0], [*MONTH, *BUSY], slack)
    closed = LATE + timedelta(hours=1)
    await fill(three[0], MORE, closed, closed)
    for minutes in (0, 1):
        await asyncio.gather(*(run_digests(runtime(s, slack=slack), closed + timedelta(minutes=minutes)) for s in three))
    assert len(slack.redrawn) == 1 + len(DIMENSIONS)
    assert len([post for post in slack.posts if post.message.text.startswith("Corrected")]) == 1


@pytest.mark.both
async def test_a_digest_of_a_closed_day_is_not_drawn_again(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    later = NOW + timedelta(hours=1)
    await fill(store, MORE, later, later)
    await run_digests(rt, later)
    assert slack.redrawn == []
    assert slack.replies()[-1].message.text.startswith("Corrected")
