"""News of peaks: once for each group, day and step, and once a week, however many look and however often."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.jobs import JOBS, run_job
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.build import places_of
from bot.kinds.limits.peaks.model import HOUR, HourRead, Peak, Scope, Which
from bot.kinds.limits.peaks.near import Near, Week, read_subject, render_week, week_due
from bot.kinds.limits.peaks.own import db as own_limits
from bot.posts.converge import converge
from bot.runtime import Runtime
from bot.store.audit import all_entries
from bot.store.session import Store
from tests.limits.samples import group
from tests.limits.test_peaks_sync import LIMITS
from tests.spend.world import COSTS, Slack, runtime, set_clock

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday."""
_JOB = {job.name: job for job in JOBS}
OUTPUT = Which(Scope("organization"), "rl_opus", "output_tokens")
OWN = {"rl_opus": {"output_tokens_per_minute": 500, "requests_per_minute": 900}}
"""A limit of the workspace's own, and one above the organization's, which holds instead."""


class _Directory:
    async def rate_limits(self) -> list[Any]:
        return [LIMITS]

    async def workspaces(self) -> list[Any]:
        return [SimpleNamespace(id="w1", name="R&D <x>")]

    async def keys(self) -> list[Any]:
        return [SimpleNamespace(id="apikey_1", name="ingest-prod")]


def bot(store: Store, slack: Slack, now: datetime) -> Runtime:
    rt = cast("Any", runtime(store, slack=slack))
    rt.directory = _Directory()
    rt.policy = SimpleNamespace(defaults=SimpleNamespace(channel=COSTS))
    set_clock(rt, now)
    return rt


async def known(store: Store, minute: datetime, value: int, in_workspace: int = 0) -> None:
    hour, mine = minute.replace(minute=0), OUTPUT._replace(scope=Scope("workspace", "w1"))
    peaks = [Peak(OUTPUT, value, minute, "apikey_1", value), Peak(mine, in_workspace, minute, "apikey_1", in_workspace)]
    async with store.write() as tx:
        await db.replace_hours(tx, [HourRead(hour, minute + HOUR, "analytics")], [one for one in peaks if one.value])


async def limited(store: Store) -> None:
    """Give a workspace limits of its own, and one that is gone, too."""
    async with store.write() as tx:
        for workspace in ("w1", "gone"):
            await own_limits.keep(tx, workspace, OWN, NINE)


async def look(rt: Runtime, now: datetime) -> None:
    set_clock(rt, now)
    for job in ("peak_news", "posts"):
        await run_job(rt, _JOB[job])


async def test_a_limit_that_was_nearly_reached_is_told_once_a_day_and_step(store: Store) -> None:
    slack, noon = Slack(), NINE + timedelta(days=1, hours=3)
    replicas = [bot(store, slack, noon) for _ in range(3)]
    await known(store, noon - HOUR, 799)
    await look(replicas[0], noon)
    assert slack.posts == [], "79.9 % is not 80 %"
    await known(store, noon - HOUR, 800)
    await asyncio.gather(*(look(one, noon) for one in replicas))
    await known(store, noon, 820)
    await look(replicas[1], noon + HOUR)
    [said] = slack.posts
    assert said.channel == COSTS
    assert "Claude" not in said.message.text.split("reached")[0]
    assert "*Opus reached 80 % of its output tokens per minute* on Tue 24 Nov: 800 of 1,000" in said.message.text
    assert "11:00 UTC" in said.message.text
    assert "`ingest-prod`" in said.message.text
    await known(store, noon + HOUR, 960)
    await asyncio.gather(*(look(one, noon + 2 * HOUR) for one in replicas))
    await known(store, noon + HOUR, 810)
    await look(replicas[2], noon + 3 * HOUR)
    assert [post.message.text.count("96 %") for post in slack.posts] == [0, 1], "the next step, and no step twice"
    tomorrow = noon + timedelta(days=1)
    for value in (950, 810):
        await known(store, tomorrow - HOUR, value)
        await look(replicas[0], tomorrow)
        assert len(slack.posts) == 3, "another day is told again, and after a higher step no lower one"


async def test_a_workspaces_own_limit_is_told_once_a_day_and_step(
    store: Store,
) -> None:
    slack, noon = Slack(), NINE + timedelta(days=1, hours=3)
    replicas = [bot(store, slack, noon) for _ in range(3)]
    await known(store, noon - HOUR, 700, in_workspace=399)
    await limited(store)
    await look(replicas[0], noon)
    assert slack.posts == [], "79.8 % of its own, and less of the organization's"
    for value, read_at in ((410, noon), (500, NINE)):
        async with store.write() as tx:
            await own_limits.keep(tx, "w1", {"rl_opus": {"output_tokens_per_minute": value}}, read_at)
        await look(replicas[0], noon)
        assert slack.posts == [], "a limit that is lowered afterwards wasn't reached"
    await known(store, noon - HOUR, 700, in_workspace=480)
    await asyncio.gather(*(look(one, noon) for one in replicas))
    await look(replicas[1], noon + HOUR)
    [said] = slack.posts
    assert "*R&amp;D &lt;x&gt; reached 96 % of its own limit for Opus, output tokens per minute*" in said.message.text
    assert "480 of 500" in said.message.text
    assert "11:00 UTC" in said.message.text
    buttons = {one["action_id"]: one["value"] for one in said.message.blocks[-1]["elements"]}
    assert buttons == {
        "limits_show": "w1 rl_opus",
        "limits_ask": "w1 rl_opus output_tokens",
        "show_key": "apikey_1",
    }
    async with store.read() as tx:
        [entry] = [one async for one in all_entries(tx) if one.action == "rate_limit.near"]
    assert (entry.detail["workspace_id"], entry.detail["percent"]) == ("w1", 95)


@pytest.mark.both
async def test_a_message_that_slack_did_not_take_is_told_later_and_once(store: Store) -> None:
    slack, noon = Slack(), NINE + timedelta(days=1, hours=3)
    rt = bot(store, slack, noon)
    await known(store, noon - HOUR, 900)
    slack.is_down = True
    await look(rt, noon)
    slack.is_down = False
    for minutes in (20, 40, 60):
        await look(rt, noon + timedelta(minutes=minutes))
    assert len(slack.posts) == 1
    await converge(rt, "peaks", Near("rl_opus", noon.date(), 80).subject)
    assert len(slack.posts) == 1


async def test_a_week_is_summed_up_once_on_monday(store: Store) -> None:
    slack = Slack()
    rt = bot(store, slack, NINE)
    await look(rt, NINE)
    assert slack.posts == [], "of no data nothing is told"
    await known(store, NINE - timedelta(days=3), 640, in_workspace=250)
    await limited(store)
    await look(rt, NINE + HOUR)
    assert slack.posts == [], "it waits for the other hours"
    replicas = [bot(store, slack, NINE) for _ in range(3)]
    await asyncio.gather(*(look(one, NINE + 6 * HOUR) for one in replicas))
    await look(rt, NINE + 7 * HOUR)
    [said] = slack.posts
    assert "*Rate limits* from Mon 16 Nov to Sun 22 Nov" in said.message.text
    assert "Opus: 64 % of the output tokens per minute, 640 of 1,000" in said.message.text
    assert (
        "• *R&amp;D &lt;x&gt;*, its own limit for Opus: 50 % of the output tokens per minute, 250 of 500"
        in said.message.text
    )
    assert said.message.text.partition("\n")[0].endswith("the busiest minutes in the 1 of 168 hours that I know")


def test_a_subject_says_what_a_post_is_about() -> None:
    odd = Near("rl:odd:1", date(2026, 11, 23), 95)
    for about in (odd, replace(odd, workspace_id="w1"), Week(date(2026, 11, 23))):
        assert read_subject(about.subject) == about
    for now, is_due in ((NINE - HOUR, False), (NINE, True), (NINE + 23 * HOUR, True), (NINE + 25 * HOUR, False)):
        assert (week_due(now) is not None) is is_due


def test_a_week_without_traffic_says_so_and_long_names_are_told_whole() -> None:
    week = Week(date(2026, 11, 23))
    assert render_week(week, [], {}, 0).text.endswith("the busiest minutes. There was no traffic.")
    known = "the busiest minutes in the 161 of 168 hours that I know. There was no traffic."
    assert render_week(week, [], {}, 7).text.endswith(known)
    long = "&<>*_~" * 42
    ids, own = [f"w{n}" for n in range(40)], {"rl_opus": {"output_tokens_per_minute": 500}}
    peaks = [Peak(Which(Scope("workspace", one), "rl_opus", "output_tokens"), 450, NINE, "k", 400) for one in ids]
    places = places_of([group()], dict.fromkeys(ids, own), dict.fromkeys(ids, long), peaks)
    said = render_week(week, places, {"k": long}, 0)
    texts = [one["text"]["text"] for one in said.blocks if one["type"] == "section"]
    assert "\n".join(texts) == said.text, "nothing is cut"
    assert max(map(len, texts)) <= 3000
    assert len(said.blocks) <= 50
    assert "and 25 more" in said.text
