"""A digest whose chart Slack refuses goes out with a picture, with the picture in its thread, or as text."""

import pytest

from bot.posts.redact import redact_channel
from bot.store.session import Store
from tests.spend.world import (
    BUSY,
    COSTS,
    DAY,
    DOLLAR,
    FRIDAY,
    MONTH,
    NOW,
    Slack,
    fill,
    run_digests,
    runtime,
    steady,
    subscribe,
)


async def test_a_refused_chart_becomes_a_picture_and_is_remembered(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"data_visualization"})
    rt = runtime(store, slack=slack)
    assert await run_digests(rt, NOW) == 1
    types = [block["type"] for block in slack.top()[0].message.blocks]
    assert "image" in types
    assert "data_visualization" not in types
    slack.refused_blocks.clear()
    saturday = NOW + DAY
    await fill(store, steady(FRIDAY + DAY, FRIDAY + DAY, 300 * DOLLAR), saturday, saturday)
    await run_digests(rt, saturday)
    assert "image" in [block["type"] for block in slack.top()[1].message.blocks]


@pytest.mark.proof
async def test_a_refused_picture_is_shared_in_the_thread_beside_the_text(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"data_visualization", "image"})
    rt = runtime(store, slack=slack)
    assert await run_digests(rt, NOW) == 1
    [post] = slack.top()
    assert "📈 *$175.00 on Fri 20 Nov*" in post.message.text
    assert slack.files == [(COSTS, post.ts)]
    slack.shared_outside = True
    await redact_channel(rt, COSTS)
    assert slack.deleted == ["F0BELOW"], "another company doesn't keep the picture"


@pytest.mark.proof
async def test_without_chart_and_picture_the_text_still_goes_out(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"data_visualization", "section"}, uploads_fail=True)
    assert await run_digests(runtime(store, slack=slack), NOW) == 1
    [post] = slack.top()
    assert post.message.blocks == []
    assert "📈 *$175.00 on Fri 20 Nov*" in post.message.text
