"""A digest that is late, after a downtime or a jump of the clock, waits for the reading that its day needs."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.spend.dimensions import DIMENSIONS
from bot.spend.ledger.pages import midnight
from bot.store.session import Store
from tests.spend.world import (
    BUSY,
    DOLLAR,
    FRIDAY,
    MONTH,
    NOW,
    OPUS,
    PROD,
    Organization,
    Slack,
    fill,
    run_digests,
    runtime,
    subscribe,
)

LATE = NOW + timedelta(hours=5)
"""Its patience was over two hours ago."""


class Slow(Organization):
    """An organization whose report takes a while; `is_read` is set once one was asked for."""

    def __init__(self, *given: Any, seconds: float = 0.3, **more: Any) -> None:
        super().__init__(*given, **more)
        self.is_read, self.seconds = asyncio.Event(), seconds

    def cost_buckets(self, *given: Any, **more: Any) -> Any:
        async def pages() -> Any:
            self.is_read.set()
            await asyncio.sleep(self.seconds)
            async for page in Organization.cost_buckets(self, *given, **more):
                yield page

        return pages()


async def test_late_replicas_wait_for_the_one_that_reads_the_day(three: list[Store]) -> None:
    await fill(three[0], MONTH, midnight(FRIDAY), midnight(FRIDAY))
    await subscribe(three[0])
    slack, organization = Slack(), Slow([*MONTH, *BUSY], refreshed_at=LATE)
    runtimes = [runtime(one, organization, slack) for one in three]
    for minutes in (0, 1, 6):
        await asyncio.gather(*(run_digests(rt, LATE + timedelta(minutes=minutes)) for rt in runtimes))
    [post] = slack.top()
    assert "*$175.00 on Fri 20 Nov*" in post.message.text
    assert "final" in post.message.text
    assert len(organization.asked) == 1
    assert len(slack.replies()) == len(DIMENSIONS), "nothing had to be corrected"


@pytest.mark.proof
async def test_late_replicas_do_not_take_the_hours_that_they_know_for_the_day(three: list[Store]) -> None:
    night = midnight(FRIDAY) + timedelta(hours=2)
    await fill(three[0], [*MONTH, (FRIDAY, PROD, OPUS, "apikey_ingest", 3 * DOLLAR)], night, night)
    await subscribe(three[0])
    slack, organization = Slack(), Slow([*MONTH, *BUSY], refreshed_at=LATE)
    runtimes = [runtime(one, organization, slack) for one in three]
    await asyncio.gather(*(run_digests(rt, LATE) for rt in runtimes))
    assert ["*$175.00 on Fri 20 Nov*" in post.message.text for post in slack.top()] == [True]


async def test_a_process_that_died_while_reading_leaves_the_day_to_the_next_reading(store: Store) -> None:
    await fill(store, MONTH, midnight(FRIDAY), midnight(FRIDAY))
    await subscribe(store)
    slack, organization = Slack(), Organization([*MONTH, *BUSY], refreshed_at=LATE)
    hanging = Slow(seconds=600)
    killed = asyncio.create_task(run_digests(runtime(store, hanging, slack), LATE))
    await asyncio.wait_for(hanging.is_read.wait(), 60)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    rt = runtime(store, organization, slack)
    assert await run_digests(rt, LATE + timedelta(minutes=1)) == 0
    assert await run_digests(rt, LATE + timedelta(minutes=6)) == 1
    assert "*$175.00 on Fri 20 Nov*" in slack.top()[0].message.text


async def test_a_late_digest_whose_day_is_still_open_goes_out_once_the_day_was_read(store: Store) -> None:
    await fill(store, MONTH, midnight(FRIDAY), midnight(FRIDAY))
    await subscribe(store)
    slack = Slack()
    organization = Organization([*MONTH, *BUSY], refreshed_at=midnight(FRIDAY) + timedelta(hours=23))
    assert await run_digests(runtime(store, organization, slack), LATE) == 1
    assert "*$175.00 so far on Fri 20 Nov*" in slack.top()[0].message.text
