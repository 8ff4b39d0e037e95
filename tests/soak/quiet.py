"""The end of a storm: nothing breaks any more, time passes, and whatever was left behind is finished."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from tests.processes import APPROVERS
from tests.rings import crowd
from tests.soak.acts import Hands
from tests.soak.stories import make_by_hand, say_done, takes_word
from tests.soak.world import DEVELOPERS, Soak
from tests.world import APPROVALS

DAY = 86_400
PATIENCE = 60.0
"""Seconds that a quiet fleet may take for what is due at a moment."""


async def calm_down(soak: Soak) -> None:
    """End the storm: no faults, a channel of the company's own, and all processes."""
    soak.is_over = True
    soak.fleet.sandbox.faults.clear()
    await soak.fleet.post(f"/channels/{APPROVALS}", is_ext_shared=False)


async def settle(soak: Soak, hands: Hands) -> None:
    """See every request through: what failed is retried, what is left is done by hand or expires, what was given ends."""
    soak.fleet.sandbox.faults.clear()
    for seconds in (60, 200, 200, 1000):
        await pass_time(soak, seconds)
        await _retry_all(soak, hands)
    for row in [row for row in soak.rows.values() if row.status == "fulfilling"]:
        if takes_word(row):
            await say_done(hands, row, next(one for one in APPROVERS if one not in DEVELOPERS))
        else:
            make_by_hand(soak, row)
    for seconds in (200, 9 * 3600, DAY, DAY, DAY, 3 * DAY, 3 * DAY):
        await pass_time(soak, seconds)
        await _retry_all(soak, hands)
    await pass_time(soak, 60)


async def _retry_all(soak: Soak, hands: Hands) -> None:
    for row in [row for row in soak.rows.values() if row.status == "failed"]:
        await hands.press(hands.dice.choice(DEVELOPERS), row.id, "request_retry")


async def pass_time(soak: Soak, seconds: float) -> None:
    """Move the clock, and wait until nothing is left to do at that moment."""
    await soak.fleet.post("/clock", advance=seconds)
    await soak.pause(0.7)  # the processes look at the clock each half second
    rest = await until_rest(soak, PATIENCE)
    assert rest == [], f"{PATIENCE} s after a quiet moment there is still something to do: {rest[:10]}"


async def until_rest(soak: Soak, seconds: float) -> list[str]:
    """Wait until nothing is due and nothing new was said or changed for a moment; returns what still is."""
    loop = asyncio.get_running_loop()
    deadline, since, seen = loop.time() + seconds * crowd(), loop.time(), -1
    while True:
        left = ["unreadable"]
        with contextlib.suppress(Exception):
            await soak.look()
            left = await undone(soak)
        heard = len(soak.slack.history) + len(soak.writes)
        if left or heard != seen:
            since, seen = loop.time(), heard
        if loop.time() - since > 0.8:
            return []
        if loop.time() > deadline:
            return left
        await asyncio.sleep(0.1)


async def undone(soak: Soak) -> list[str]:
    """Return in words what is due now; at what somebody died is due once their claim is over."""
    now = soak.fleet.sandbox.clock.now()
    left: list[str] = []
    async with soak.rt.store.read() as tx:
        for name, columns in (("post", "topic, subject, purpose"), ("timer", "topic, subject, what")):
            query = text(f"SELECT {columns}, due_at FROM {name} WHERE due_at IS NOT NULL")
            found = [tuple(row) for row in await tx.execute(query)]
            left += [f"{name} {row}" for row in found if _moment(row[-1]) <= now and row[2] != "prove"]
    return left


def _moment(value: Any) -> Any:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
