"""A digest reads its largest keys alone; what it says is what it says of all keys."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import pytest

from bot.slack.charts import chart_block
from bot.slack.model import Message
from bot.spend.digests.build import DigestInput, build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.model import Subscription
from bot.spend.digests.topic import parts_of
from bot.spend.digests.view import digest_chart, render_digest, render_thread
from bot.spend.ledger.pages import load_days, midnight
from bot.store.names import Named, remember
from bot.store.session import Store
from tests.spend.world import DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, SONNET, Figure, fill, pages_of, row, runtime

WEEK = timedelta(days=7)
KEYS = ["", *(f"apikey_{n:04d}" for n in range(120))]
AMOUNTS: dict[str, Callable[[Random], int]] = {
    "plenty": lambda random: random.randrange(10**13),
    "ties": lambda random: random.choice([0, 1, 2, 3]) * DOLLAR,
    "some ties": lambda random: random.randrange(60) * DOLLAR,
    "credits": lambda random: random.randrange(-(10**12), 10**12),
    "idle": lambda random: random.randrange(10**12) if random.random() < 0.2 else 0,
    "few": lambda random: random.choice([0] * 19 + [random.randrange(10**12)]),
    "owed": lambda random: random.choice([0, 0, 0, -random.randrange(10**10)]),
    "shares": lambda random: random.choice([1, 2, 3, 6]) * DOLLAR + random.randrange(2),
}
"""What a key costs on a day: figures without ties, with many and with some, with credits, of some and of few keys, of credits alone."""
SCOPES = ((), (PROD,), (PROD, LAB))


def ledger(random: Random, kind: str, day: date, *, loud: bool) -> Iterator[Figure]:
    """A day of many keys; `loud` has one that rose much, and moved to another model."""
    for key in random.sample(KEYS, random.choice([20, 90, 110, 121])):
        for workspace in random.sample([PROD, LAB, "wrkspc_other"], random.choice([1, 1, 2])):
            yield (day, workspace, random.choice([OPUS, SONNET]), key, AMOUNTS[kind](random))
    if loud:
        yield (day, PROD, OPUS, random.choice(KEYS), 10**15)


def messages(given: DigestInput) -> list[object]:
    """All that is said and wanted of a digest."""
    digest = build_digest(given)
    spec = digest_chart(digest)
    said: list[Message] = [render_digest(digest, 7, chart_block(spec) if spec else None)]
    return [*said, *render_thread(digest, 7), *parts_of(digest, "C0COSTS")]


async def compared(store: Store, days: list[date]) -> int:
    """Compare digests of the largest keys with those of all; returns how many read the largest keys alone."""
    rt, narrow = runtime(store), 0
    for number, day in enumerate(days):
        wanted = Subscription("dig_1", "C0COSTS", "09:00", "UTC", SCOPES[number % len(SCOPES)], "U0ALICE", NOW, day)
        largest = await digest_input(rt, wanted, day)
        whole = await digest_input(rt, wanted, day, every_key=True)
        assert messages(largest) == messages(whole), (day, wanted.workspace_ids)
        narrow += largest.keys is not None and largest.keys.unlisted is not None
    return narrow


@pytest.mark.both
@pytest.mark.parametrize("seed", range(2))
async def test_a_digest_of_its_largest_keys_says_what_one_of_all_keys_says(store: Store, seed: int) -> None:
    random, days = Random(seed), [FRIDAY - timedelta(days=n) for n in range(-1, 3)]
    kinds = random.sample(list(AMOUNTS), len(days))
    figures = [
        one
        for day, kind in zip(days, kinds, strict=True)
        for of_day in (day, day - WEEK)
        for one in ledger(random, kind, of_day, loud=of_day == day and random.random() < 0.5)
    ]
    await fill(store, figures)
    async with store.write() as tx:
        named = [Named(key, random.choice(["ingest", "INGEST ", "Straße", "strasse", f"key {key}"])) for key in KEYS[1:100]]
        await remember(tx, named, NOW)
    assert await compared(store, days)


async def test_days_that_one_report_tells_without_keys_are_read_whole(store: Store) -> None:
    random = Random(1)
    rows = [row(one) for one in ledger(random, "plenty", FRIDAY - WEEK, loud=False)]
    await load_days(store, pages_of([rows], None, "legacy"), FRIDAY - WEEK, FRIDAY - WEEK, midnight(NOW.date()))
    await fill(store, ledger(random, "plenty", FRIDAY, loud=True))
    assert await compared(store, [FRIDAY]) == 0
