"""Several processes, a crash and both changes of the clocks: each channel gets one digest for each day."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.run import SandboxOptions
from bot.words.wording import weekday_day
from tests.processes import PACED, Fleet, fleet_of
from tests.sizes import REPLICAS
from tests.world import ALICE, COSTS, SPENDERS

BERLIN = ZoneInfo("Europe/Berlin")
ENGINEERING = "C0ENG"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""In these nights an hour is missing at 02:00, and comes twice."""
DAY = timedelta(days=1)


@pytest.fixture
async def fleet(migrated_postgres_url: str, tmp_path: Path, change: date) -> AsyncIterator[Fleet]:
    start = SandboxOptions(start=at(change - 2 * DAY, "12:00"))
    async with fleet_of(tmp_path, migrated_postgres_url, options=start, more={"HOURS_KEPT": "3"}) as fleet:
        fleet.program = PACED
        fleet.idle(SPENDERS)
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


async def posts(fleet: Fleet) -> Counter[tuple[str, str]]:
    """Return how often each channel got what, figures left out: `Fri 27 Mar: closed day`, `  By model`, and all else whole.

    Replies stand under the day of their digest.
    """
    found: Counter[tuple[str, str]] = Counter()
    for channel in (COSTS, ENGINEERING):
        days: dict[str, str] = {}
        for m in await fleet.messages(ALICE, channel):
            if m["ephemeral"] or "he Claude API " in m["text"]:
                continue  # the clock leaps over what looks like an outage, which is told on its own (tests/status)
            if m["thread_ts"] not in (None, m["ts"]):
                part = re.match(r"\*(By \w+)\*", m["text"])
                found[channel, f"{days[m['thread_ts']]}: {part[1] if part else m['text']}"] += 1
                continue
            closed = re.fullmatch(r"📈 \*\$[\d,.]+ on (\w{3} \d+ \w{3})\*.*, final · days are UTC days", m["text"], re.S)
            days[m["ts"]] = closed[1] if closed else m["text"]
            found[channel, f"{days[m['ts']]}: closed day" if closed else m["text"]] += 1
    return found


def wanted(*days: date) -> Counter[tuple[str, str]]:
    """Return the posts of these days' digests: one and its three replies in each channel, and nothing else."""
    parts = ("closed day", "By workspace", "By model", "By key")
    return Counter((c, f"{weekday_day(day)}: {part}") for c in (COSTS, ENGINEERING) for day in days for part in parts)


async def morning(fleet: Fleet, day: date, local_time: str = "09:01") -> None:
    """Go to a local morning, and wait until both channels have the digest of the day before."""
    await fleet.post("/clock", now=at(day, local_time).isoformat())
    await arrived(fleet, day - DAY)


async def arrived(fleet: Fleet, about: date) -> None:
    """Wait for both digests and their replies; the clock stands, so that a claim that was lost stays lost."""

    async def look() -> bool:
        found = await posts(fleet)
        return all(found[one] for one in wanted(about))

    await fleet.wait_for(look, f"two digests of {about}", 60)


async def night(fleet: Fleet, day: date) -> None:
    """Go through the hour that is missing or comes twice, with time for every process to look what is due."""
    for fold in (0, 1):
        await fleet.post("/clock", now=at(day, "02:30", fold).isoformat())
        await asyncio.sleep(2)


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.proof
async def test_each_channel_gets_each_day_once_over_processes_a_crash_and_a_clock_change(fleet: Fleet, change: date) -> None:
    await fleet.start(REPLICAS)
    await subscribe(fleet, COSTS, "09:00")
    await subscribe(fleet, ENGINEERING, "04:00")
    await morning(fleet, change - DAY)
    await night(fleet, change)
    await morning(fleet, change)
    await killed_while_sending(fleet, change + DAY)
    await morning(fleet, change + 2 * DAY)
    await asyncio.sleep(2)
    assert await posts(fleet) == wanted(*(change + n * DAY for n in (-2, -1, 0, 1)))
    assert (await fleet.audit()).broken_seq is None


@pytest.mark.parametrize("change", [SPRING], ids=["spring"])
@pytest.mark.proof
async def test_after_seven_months_away_each_channel_gets_the_last_day_once_and_whole(fleet: Fleet, change: date) -> None:
    """Every digest is late, and the report of the missed months takes its time: nobody may say that there are no figures."""
    await fleet.start(REPLICAS)
    await subscribe(fleet, COSTS, "09:00")
    await subscribe(fleet, ENGINEERING, "04:00")
    await morning(fleet, change)
    slow = {"target": "claude", "name": "GET /v1/organizations/analytics/cost", "kind": "slow", "seconds": 2}
    await fleet.post("/faults", **slow, times=6)
    await morning(fleet, AUTUMN, "16:00")
    await asyncio.sleep(2)
    assert await posts(fleet) == wanted(change - DAY, AUTUMN - DAY)


async def killed_while_sending(fleet: Fleet, day: date) -> None:
    """Kill all with their claims in hand and nothing sent; others send it once the claims are old."""
    held = await fleet.held_at("slack", "chat.postMessage", "slow")
    await fleet.post("/clock", now=at(day, "09:01").isoformat())
    await held.reached()
    for bot in list(fleet.processes):
        await fleet.kill(bot)
    fleet.mend()
    await fleet.post("/clock", advance=11 * 60)
    await fleet.start(REPLICAS)
    await arrived(fleet, day - DAY)
