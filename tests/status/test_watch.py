"""A watcher that is blind says so: to the admins at once, to those who rely on it after hours, and to all when it works."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.claude_code.db import note_reading
from bot.claude_code.digests.db import subscribe as subscribe_code
from bot.claude_code.digests.schedule import CodeSubscription
from bot.jobs import JOBS, run_job
from bot.sandbox.faults import Fault, FaultKind
from bot.spend.digests.db import save_subscription
from bot.spend.digests.model import Subscription
from bot.spend.ledger.db import move_cursor
from bot.spend.ledger.sync import sync_costs
from bot.spend.reports.schedule.db import save as save_report
from bot.spend.reports.schedule.model import ReportSubscription
from bot.status.outage import Outage
from bot.status.watch import current_outage
from tests.approvals.acting import a_minute_passes, told
from tests.world import ALICE, APPROVALS, BOB, COSTS, GUS, World, world_of

WATCH = next(job for job in JOBS if job.name == "watch")
HOUR = 3600


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def looks(world: World, later: int = 61) -> None:
    """Let some time pass, and the watcher look."""
    await world.post("/clock", advance=later)
    await run_job(world.rt, WATCH)


def fails(world: World, kind: FaultKind, name: str = "*") -> None:
    """Let every call to the Claude API end so from now on."""
    world.sandbox.faults.clear()
    world.sandbox.faults.add(Fault("claude", name, kind, times=10_000, seconds=0))


async def read_in(world: World, channel: str) -> list[str]:
    return [m["text"] for m in await world.messages(BOB, channel) if "Claude API" in m["text"]]


async def subscribe(world: World, channel: str) -> None:
    now = world.rt.now()
    async with world.rt.store.write() as tx:
        await save_subscription(tx, Subscription("dig_1", channel, "09:00", "UTC", (), ALICE, now, date(2099, 1, 1)))


@pytest.mark.parametrize("kind", ["401", "403"])
async def test_a_refused_key_is_told_at_once_to_admins_later_to_readers_and_once_more_when_it_works(
    world: World, kind: FaultKind
) -> None:
    await subscribe(world, COSTS)
    await looks(world)
    assert await read_in(world, APPROVALS) == []
    fails(world, kind)
    await looks(world)
    await looks(world)
    (said,) = await read_in(world, APPROVALS)
    assert "refuses the bot's Admin key" in said
    assert "ANTHROPIC_ADMIN_KEY" in said
    assert await read_in(world, COSTS) == []
    await looks(world, 5 * HOUR)
    await looks(world, 60 * HOUR)
    (readers,) = await read_in(world, COSTS)
    assert "No digest, report or alert" in readers
    assert len(await read_in(world, APPROVALS)) == 1
    world.sandbox.faults.clear()
    await looks(world)
    await looks(world)
    for channel in (APPROVALS, COSTS):
        before, after = await read_in(world, channel)
        assert "from" in before, "the first message says that it is over"
        assert after.startswith("✅")
    fails(world, kind)
    await looks(world)
    assert len(await read_in(world, APPROVALS)) == 3


async def test_whoever_gets_reports_or_summaries_alone_hears_of_it_too(world: World) -> None:
    now = world.rt.now()
    report = ReportSubscription("rep_1", COSTS, "models", "", "weekly", "09:00", "UTC", ALICE, now, date(2099, 1, 1))
    async with world.rt.store.write() as tx:
        await save_report(tx, report)
        await subscribe_code(tx, CodeSubscription("C0ENG", "UTC", ALICE, now, date(2099, 1, 1)))
    fails(world, "401")
    await looks(world)
    await looks(world, 5 * HOUR)
    for channel in (COSTS, "C0ENG"):
        assert len(await read_in(world, channel)) == 1


async def test_an_api_that_fails_is_told_after_hours_and_one_that_stumbles_is_not(world: World) -> None:
    for hours in (0.1, 1):
        fails(world, "500_final")
        await looks(world)
        await looks(world, int(hours * HOUR))
        world.sandbox.faults.clear()
        await looks(world)
    assert await read_in(world, APPROVALS) == []
    fails(world, "500_final")
    await looks(world)
    await looks(world, 60 * HOUR)
    assert await read_in(world, APPROVALS) == [], "nothing ran meanwhile, so nobody knows"
    for _ in range(3):
        await looks(world, HOUR - 60)
    (said,) = await read_in(world, APPROVALS)
    assert "has given no usable answer since" in said


async def test_an_organization_on_hold_is_told_at_once_also_where_something_else_failed_before(world: World) -> None:
    fails(world, "500_final")
    await looks(world)
    fails(world, "on_hold")
    await looks(world)
    (said,) = await read_in(world, APPROVALS)
    assert "The organization is on hold. Its billing page" in said
    assert "Admin key" not in said


async def test_figures_that_alone_are_refused_are_told_as_well(world: World) -> None:
    async with world.rt.store.write() as tx:
        refused = "The Claude Admin API doesn't accept the bot's Admin key for this."
        await move_cursor(tx, "analytics", failed_at=world.rt.now(), failure=refused)
    await looks(world)
    assert "refuses the bot's Admin key" in (await read_in(world, APPROVALS))[0]


async def test_figures_that_no_longer_move_on_are_told_though_no_call_fails(world: World) -> None:
    await subscribe(world, COSTS)
    await sync_costs(world.rt, world.rt.now(), 2)
    await looks(world, 29 * HOUR)
    assert await current_outage(world.rt) is None
    for _ in range(7):
        await looks(world, HOUR - 60)
    (admins,), (readers,) = await read_in(world, APPROVALS), await read_in(world, COSTS)
    assert "*The Claude API has told no new figures for more than a day" in admins
    assert "what is approved" not in admins
    assert readers.startswith("⚠️ *No new figures for now*")
    fails(world, "500_final")
    await looks(world)
    assert "has given no usable answer" in (await read_in(world, APPROVALS))[-1], "what is worse is said, too"
    world.sandbox.faults.clear()
    await sync_costs(world.rt, world.rt.now(), 2)
    await looks(world)
    assert "answers again" in (await read_in(world, COSTS))[-1]


async def test_a_message_that_slack_refuses_is_sent_later_and_none_about_what_is_over(world: World) -> None:
    fails(world, "401")
    world.sandbox.faults.add(Fault("slack", "chat.postMessage", "500", times=30))
    await looks(world)
    assert await read_in(world, APPROVALS) == []
    world.sandbox.faults.clear()
    fails(world, "401")
    await a_minute_passes(world, 200)
    assert len(await read_in(world, APPROVALS)) == 1
    world.sandbox.faults.clear()
    await looks(world)
    fails(world, "401")
    world.sandbox.faults.add(Fault("slack", "chat.postMessage", "500", times=30))
    await looks(world)
    world.sandbox.faults.clear()
    await looks(world)
    await a_minute_passes(world, 200)
    assert len(await read_in(world, APPROVALS)) == 2, "what nobody heard of needs no word that it is over"


async def test_status_says_that_the_report_of_claude_code_alone_can_not_be_read(world: World) -> None:
    await world.command(BOB, "/claude-admin status")
    assert "*Claude Code*" not in (await told(world, BOB, "*Policy*", "C0GENERAL"))["text"]
    fails(world, "403", "GET /v1/organizations/usage_report/claude_code")
    await run_job(world.rt, next(job for job in JOBS if job.name == "claude_code"))
    await world.command(BOB, "/claude-admin status")
    await told(world, BOB, "⚠️ *Claude Code* Its report can't be read now.", "C0GENERAL")


async def test_admins_alone_hear_once_that_the_report_of_claude_code_fails_alone_and_once_that_it_is_back(
    world: World,
) -> None:
    async def said(failure: str | None, *, later: int) -> list[str]:
        async with world.rt.store.write() as tx:
            await note_reading(tx, world.rt.now(), failure)
        await looks(world, later)
        every = [m["text"] for one in (APPROVALS, COSTS) for m in await world.messages(BOB, one)]
        return [text for text in every if "Claude Code's report" in text]

    await subscribe(world, COSTS)
    assert await said("It is refused.", later=60) == await said("It is refused.", later=3 * HOUR) == [], "it never worked"
    await said(None, later=60)
    assert await said("It is refused.", later=60) == [], "it may pass"
    for _ in range(5):
        await said("It is refused.", later=HOUR - 60)
    (told_once,) = await said("It is refused.", later=60)
    assert "*Claude Code's report can't be read since" in told_once
    fails(world, "500_final")
    assert len(await said("It is refused.", later=60)) == 1, "what fails with all others is not told by itself"
    world.sandbox.faults.clear()
    before, after = await said(None, later=60)
    assert ("It can again." in before, after.startswith("✅ Claude Code's report can be read again")) == (True, True)


@pytest.mark.parametrize("kind", ["401", "500_final", "slow"])
async def test_status_answers_from_what_the_process_knows(world: World, kind: FaultKind) -> None:
    world.sandbox.faults.add(Fault("claude", "*", kind, times=10_000, seconds=30))
    if kind == "401":
        await looks(world)
    await world.command(BOB, "/claude-admin status")
    text = (await told(world, BOB, "*Slack* connected"))["text"]
    assert "✅ *Database* answers." in text
    assert f"✅ *Policy* version {world.rt.policy.version}." in text
    assert "⚠️ *Claude organization*" in text
    assert ("since <!date" in text) == (kind == "401")


async def test_status_needs_no_answer_about_who_asks_but_a_colleague_it_must_be(world: World) -> None:
    fails(world, "401")
    await world.command(GUS, "/claude-admin status", "C0ENG")
    await told(world, GUS, "I only work for members of the Claude organization.", "C0ENG")
    await world.command(ALICE, "/claude-keys")
    await told(world, ALICE, "doesn't accept the bot's Admin key")


def test_an_outage_that_began_by_a_clock_that_ran_ahead_is_told() -> None:
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    for ahead, is_told in ((timedelta(days=50), True), (timedelta(minutes=5), False)):
        outage = Outage(id="o", since=now + ahead, is_refused=False, sentence="It failed.")
        assert (outage.concerns_admins(now), outage.concerns_readers(now)) == (is_told, is_told)


async def test_a_channel_that_is_shared_as_an_outage_ends_hears_of_the_end_once_it_is_the_companys_again(
    world: World,
) -> None:
    fails(world, "401")
    await looks(world)
    await world.post(f"/channels/{APPROVALS}", is_ext_shared=True)
    world.sandbox.faults.clear()
    await looks(world)
    assert not any(text.startswith("✅") for text in await read_in(world, APPROVALS))
    await world.post(f"/channels/{APPROVALS}", is_ext_shared=False)
    for _ in range(3):
        await a_minute_passes(world, 61)
    assert [text for text in await read_in(world, APPROVALS) if text.startswith("✅")] == [
        (await read_in(world, APPROVALS))[-1]
    ]


async def test_who_is_being_told_of_an_outage_as_it_ends_hears_of_the_end_too(world: World) -> None:
    fails(world, "401")
    slow = Fault("slack", "chat.postMessage", "slow", times=1, seconds=0.5)
    world.sandbox.faults.add(slow)
    telling = asyncio.create_task(looks(world))

    async def on_its_way() -> bool:
        return slow.times == 0

    await world.wait_for(on_its_way, "a first word on its way")
    world.sandbox.faults.clear()
    await looks(world)
    await telling
    _before, after = await read_in(world, APPROVALS)
    assert after.startswith("✅")
