"""Three processes, a crash and both changes of the clocks: each channel gets one digest for each day."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.run import SandboxOptions
from bot.sandbox.stage import NotSeen
from bot.slack.wording import weekday_day
from tests.processes import PACED, Fleet, fleet_of
from tests.world import ALICE, COSTS

BERLIN = ZoneInfo("Europe/Berlin")
ENGINEERING = "C0ENG"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""In these nights an hour is missing at 02:00, and comes twice."""
DAY = timedelta(days=1)


@pytest.fixture
async def fleet(postgres_url: str, tmp_path: Path, change: date) -> AsyncIterator[Fleet]:
    async with fleet_of(tmp_path, postgres_url, options=SandboxOptions(start=at(change - 2 * DAY, "12:00"))) as fleet:
        fleet.program = PACED
        await fleet.start(3)
        yield fleet


def at(day: date, local_time: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{local_time}").replace(tzinfo=BERLIN, fold=fold)


async def subscribe(fleet: Fleet, channel: str, local_time: str) -> None:
    assert (await fleet.command(ALICE, "/claude-spend digest", channel))["ok"]
    await fleet.modal(ALICE, "Start")
    answer = await fleet.submit(ALICE, spend_time=local_time)
    assert answer["ok"], answer
    await fleet.modal(ALICE, "✅")
    await fleet.post("/act/close", user=ALICE, view_id=(await fleet.modals(ALICE))[-1]["id"])


async def digests(fleet: Fleet) -> Counter[tuple[str, str]]:
    """Return how often each channel got the digest of each day."""
    seen = [(channel, m) for channel in (COSTS, ENGINEERING) for m in await fleet.messages(ALICE, channel)]
    tops = [(channel, m["text"]) for channel, m in seen if not m["ephemeral"] and m["thread_ts"] in (None, m["ts"])]
    return Counter((channel, day[1]) for channel, text in tops if (day := re.search(r" on (\w{3} \d+ \w{3})\*", text)))


async def morning(fleet: Fleet, day: date, local_time: str = "09:01") -> None:
    """Go to a local morning, and wait until both channels have the digest of the day before."""
    await fleet.post("/clock", now=at(day, local_time).isoformat())
    await arrived(fleet, day - DAY)


async def arrived(fleet: Fleet, about: date) -> None:
    """Wait for both digests. On a busy machine a day may be read at its second try, or a claim be taken again."""

    async def look() -> bool:
        found = await digests(fleet)
        return all(found[channel, weekday_day(about)] for channel in (COSTS, ENGINEERING))

    try:
        await fleet.wait_for(look, f"two digests of {about}", 20)
    except NotSeen:
        await fleet.post("/clock", advance=11 * 60)
        await fleet.wait_for(look, f"two digests of {about}", 60)


async def night(fleet: Fleet, day: date) -> None:
    """Go through the hour that is missing or comes twice, with time for every process to look what is due."""
    for fold in (0, 1):
        await fleet.post("/clock", now=at(day, "02:30", fold).isoformat())
        await asyncio.sleep(2)


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
async def test_each_channel_gets_each_day_once_over_three_processes_a_crash_and_a_clock_change(
    fleet: Fleet, change: date
) -> None:
    await subscribe(fleet, COSTS, "09:00")
    await subscribe(fleet, ENGINEERING, "04:00")
    await morning(fleet, change - DAY)
    await night(fleet, change)
    await morning(fleet, change)
    await killed_while_sending(fleet, change + DAY)
    await morning(fleet, change + 2 * DAY)
    await asyncio.sleep(2)
    wanted = {(c, weekday_day(change + n * DAY)): 1 for c in (COSTS, ENGINEERING) for n in (-2, -1, 0, 1)}
    assert await digests(fleet) == wanted
    assert (await fleet.audit()).broken_seq is None


async def killed_while_sending(fleet: Fleet, day: date) -> None:
    """Kill all three with their claims in hand and nothing sent; others send it once the claims are old."""
    held = await fleet.held_at("slack", "chat.postMessage", "slow")
    await fleet.post("/clock", now=at(day, "09:01").isoformat())
    await held.reached()
    for bot in list(fleet.processes):
        await fleet.kill(bot)
    fleet.sandbox.faults.clear()
    await fleet.post("/clock", advance=11 * 60)
    await fleet.start(3)
    await arrived(fleet, day - DAY)
