"""A scheduled report is said once for its channel and days, whoever sends it and whatever breaks in between."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import col, select

from bot.errors import NotAllowed, NotFound
from bot.jobs import JOBS, run_job
from bot.posts import db as posts
from bot.runtime import Runtime
from bot.spend.reports.schedule import db
from bot.spend.reports.schedule.model import Cadence, ReportRun, ReportSubscription
from bot.spend.reports.schedule.settings import coming, end_report, schedule, scheduled_in, skip_report
from bot.spend.reports.schedule.topic import TOPIC, post_of
from bot.spend.reports.schedule.view import render_schedule, scheduled_in_words
from bot.store.session import Store
from bot.store.tables import ReportRunRow
from tests.spend.world import COSTS, DANA, DAY, DOLLAR, FRIDAY, NOW, Slack, fill, runtime, set_clock, steady

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=NOW.tzinfo)
"""09:00 in Berlin, when the week of 16 to 22 November is over."""
SUNDAY = date(2026, 11, 22)
_JOB = {job.name: job for job in JOBS}


async def filled(store: Store) -> None:
    await fill(store, steady(FRIDAY - DAY * 20, SUNDAY), MONDAY, MONDAY)


async def subscribe(store: Store, report: str = "tokens") -> ReportSubscription:
    one = ReportSubscription(
        "rep_1", COSTS, report, "", "weekly", "09:00", "Europe/Berlin", "U0DANA", NOW - DAY, FRIDAY - DAY * 20
    )
    async with store.write() as tx:
        return await db.save(tx, one)


async def run(rt: Runtime, now: datetime) -> None:
    set_clock(rt, now)
    for name in ("reports", "posts"):
        await run_job(rt, _JOB[name])


async def runs(store: Store) -> list[ReportRun]:
    async with store.read() as tx:
        ids = (await tx.session.exec(select(ReportRunRow.id).order_by(col(ReportRunRow.id)))).all()
        return [found for one in ids if (found := await db.run(tx, one or 0))]


async def test_it_comes_once_a_week_with_its_chart_and_is_on_record(store: Store) -> None:
    await filled(store)
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run(rt, MONDAY - timedelta(minutes=1))
    assert slack.posts == []
    for later in (timedelta(0), timedelta(minutes=1), timedelta(hours=9), DAY * 2, DAY * 4):
        await run(rt, MONDAY + later)
    [post] = slack.top()
    assert "Token trends" in post.message.text
    assert "in the 7 days 16–22 Nov" in post.message.text
    assert "final" in post.message.text
    assert "data_visualization" in [block["type"] for block in post.message.blocks]
    [one] = await runs(store)
    assert (one.ts, one.first, one.last) == (post.ts, SUNDAY - DAY * 6, SUNDAY)


@pytest.mark.parametrize("absence", [timedelta(hours=5), DAY * 45])
async def test_figures_that_may_change_are_said_as_such_and_drawn_again_once_they_are_final(
    store: Store, absence: timedelta
) -> None:
    await fill(store, steady(FRIDAY - DAY * 20, SUNDAY), MONDAY - DAY + timedelta(hours=2), MONDAY)
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run(rt, MONDAY)
    assert slack.top() == [], "it waits for Sunday to be closed"
    await run(rt, MONDAY + timedelta(hours=4))
    [post] = slack.top()
    assert "Sun 22 Nov is not final yet" in post.message.text
    await fill(store, steady(FRIDAY - DAY * 20, SUNDAY, 200 * DOLLAR), MONDAY, MONDAY)
    for _ in range(3):
        set_clock(rt, MONDAY + absence)
        await run_job(rt, _JOB["final reports"])
    [(_, again)] = slack.redrawn
    assert "· final ·" in again.text
    assert "Cost $100.00" in post.message.text
    assert "Cost $200.00" in again.text
    assert len(slack.top()) == 1


async def test_three_replicas_at_once_say_it_once(three: list[Store]) -> None:
    await filled(three[0])
    await subscribe(three[0])
    slack = Slack(delay=0.01)
    await asyncio.gather(*(run(runtime(one, slack=slack), MONDAY) for one in three for _ in range(3)))
    assert len(slack.top()) == 1


async def test_two_processes_on_one_file_say_it_once(store: Store) -> None:
    await filled(store)
    await subscribe(store)
    slack = Slack(delay=0.01)
    await asyncio.gather(*(run(runtime(store, slack=slack), MONDAY) for _ in range(4)))
    assert len(slack.top()) == 1


@pytest.mark.both
async def test_a_crash_between_the_claim_and_the_message_is_finished_by_another(store: Store) -> None:
    await filled(store)
    wanted = await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    async with store.write() as tx:
        run_id = await db.begin(tx, wanted, SUNDAY - DAY * 6, SUNDAY)
        await posts.want(tx, TOPIC, str(run_id), [post_of(COSTS)], MONDAY)
        held = await posts.claim(tx, TOPIC, str(run_id), "dead", MONDAY, MONDAY + timedelta(minutes=10))
    assert len(held) == 1
    await run(rt, MONDAY + timedelta(minutes=1))
    assert slack.top() == [], "the other one may still be sending"
    await run(rt, MONDAY + timedelta(minutes=11))
    await run(rt, MONDAY + timedelta(minutes=30))
    assert len(slack.top()) == 1


async def test_what_slack_does_not_answer_is_tried_again_and_too_late_it_is_said_to_whoever_set_it_up(store: Store) -> None:
    await filled(store)
    await subscribe(store)
    slack = Slack(is_down=True)
    rt = runtime(store, slack=slack)
    await run(rt, MONDAY)
    slack.is_down = False
    await run(rt, MONDAY + DAY * 4)
    assert slack.top() == []
    await run(rt, MONDAY + DAY * 4 + timedelta(minutes=1))
    [told] = [post for post in slack.posts if post.channel == "U0DANA"]
    assert "I could not post token trends of 16–22 Nov" in told.message.text
    assert await runs(store) == []


async def test_a_channel_that_became_shared_gets_nothing_and_what_stands_there_is_redacted(store: Store) -> None:
    await filled(store)
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run(rt, MONDAY)
    slack.shared_outside = True
    set_clock(rt, MONDAY + DAY)
    for name in ("channels", "posts"):
        await run_job(rt, _JOB[name])
    assert [message.text for _, message in slack.redrawn] == ["I hid this because another company can read this channel."]
    await fill(store, steady(SUNDAY + DAY, SUNDAY + DAY * 7), MONDAY + DAY * 7, MONDAY + DAY * 7)
    await run(rt, MONDAY + DAY * 7)
    await run(rt, MONDAY + DAY * 7 + timedelta(minutes=1))
    assert len(slack.top()) == 1
    [told] = [post for post in slack.posts if post.channel == "U0DANA"]
    assert "I can't post spend in" in told.message.text


async def test_skipping_and_ending_are_told_and_a_new_start_says_nothing_twice(store: Store) -> None:
    await filled(store)
    saved = await subscribe(store)
    slack = Slack(people={"U0DANA"})
    rt = runtime(store, slack=slack)
    await run(rt, MONDAY)
    (skipped, until), *_ = await asyncio.gather(*(skip_report(rt, DANA, saved.id) for _ in range(3)))
    assert until > MONDAY + DAY * 7
    await run(rt, MONDAY + DAY * 7)
    assert len(slack.top()) == 1, "the next one falls out"
    set_clock(rt, MONDAY)
    await end_report(rt, DANA, skipped.id)
    with pytest.raises(NotFound):
        await end_report(rt, DANA, skipped.id)
    assert await scheduled_in(rt, COSTS) == []
    again = await schedule(rt, DANA, COSTS, "tokens", "", "weekly", "09:00", "Europe/Berlin")
    assert again.id == saved.id, "it is taken up again"
    await run(rt, MONDAY + timedelta(hours=1))
    assert len(slack.top()) == 1
    said = [post.message.text for post in slack.posts if post.message.text.startswith("🔁")]
    assert len(said) == 2
    assert "skipped the next report" in said[0]
    assert "ended a scheduled report" in said[1]


@pytest.mark.parametrize(
    ("begun_as", "changed_to", "said", "comes"),
    [
        (("daily", "15:00"), ("daily", "08:00"), "comes now", 1),
        (("daily", "08:00"), ("weekly", "09:00"), "30 Nov", 0),
        (("weekly", "15:00"), ("monthly", "09:00"), "1 Dec", 0),
        (("weekly", "15:00"), ("weekly", "08:00"), "comes now", 1),
    ],
)
async def test_after_a_change_it_comes_when_its_confirmation_and_its_list_say(
    store: Store, begun_as: tuple[Cadence, str], changed_to: tuple[Cadence, str], said: str, comes: int
) -> None:
    await filled(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    set_clock(rt, NOW - DAY * 7)
    await schedule(rt, DANA, COSTS, "tokens", "", *begun_as, "Europe/Berlin")
    await run(rt, MONDAY - timedelta(minutes=30))
    before = len(slack.top())
    set_clock(rt, MONDAY + timedelta(minutes=5))
    saved = await schedule(rt, DANA, COSTS, "tokens", "", *changed_to, "Europe/Berlin")
    next_one = await coming(rt, saved)
    assert said in scheduled_in_words(saved, next_one, rt.now())
    assert said in render_schedule([(saved, next_one)], rt.now(), "claude").text
    await run(rt, MONDAY + timedelta(minutes=6))
    assert len(slack.top()) - before == comes


async def test_strangers_may_not_end_it(store: Store) -> None:
    await filled(store)
    saved = await subscribe(store)
    rt = runtime(store, slack=Slack())
    cast("Any", rt).admin.user = _nobody
    stranger = cast("Any", type("Actor", (), {"slack_id": "U0EVE", "member": type("M", (), {"id": "user_eve"})()}))()
    with pytest.raises(NotAllowed):
        await end_report(rt, stranger, saved.id)
    assert [one.id for one in await scheduled_in(rt, COSTS)] == [saved.id]


async def _nobody(member_id: str) -> Any:
    return type("Member", (), {"id": member_id, "role": "developer"})()
