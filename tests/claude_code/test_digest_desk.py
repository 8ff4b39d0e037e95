"""The weekly summary on the desk of posts: once a week however many replicas, skipped, ended, begun again."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from bot.admin.model import Member
from bot.admin.rows import ClaudeCodeRow
from bot.claude_code import db
from bot.claude_code.digests import settings
from bot.claude_code.digests.schedule import next_due
from bot.claude_code.digests.view import differences
from bot.claude_code.figures import code_figures
from bot.claude_code.model import DAY, CodeQuery, Use
from bot.claude_code.naming import Sight
from bot.claude_code.people import seen_by
from bot.claude_code.plan import read_day
from bot.claude_code.table import file_table
from bot.claude_code.view import render_code
from bot.errors import NotAllowed
from bot.jobs import JOBS, run_job
from bot.policy.model import Policy
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.exports.csv import csv_bytes
from bot.store.notes import noted_keys
from bot.store.session import Store
from tests.spend.world import COSTS, DANA, Posted, Slack, runtime, set_clock

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
_JOB = {job.name: job for job in JOBS}


class _Nobody:
    async def members(self) -> list[Any]:
        return []


def bot(store: Store, slack: Slack, now: datetime, people: str = "pseudonyms") -> Runtime:
    rt = cast("Any", runtime(store, slack=slack))
    rt.directory = _Nobody()
    rt.settings.claude_code_people, rt.settings.encryption_keys = people, (SecretStr("k"),)
    set_clock(rt, now)
    return rt


async def known(store: Store, first: date, last: date, now: datetime) -> None:
    async with store.write() as tx:
        for day in days_between(first, last):
            row = ClaudeCodeRow(day, "user", "dana@acme.test", "api", "tmux", 2, 9, 3, 1, 0, {"edit_tool": (3, 1)}, {})
            await db.replace_day(tx, read_day(day, now), [row])


async def at(rt: Runtime, now: datetime) -> None:
    set_clock(rt, now)
    for job in ("claude_code_digests", "code_corrections", "posts"):
        await run_job(rt, _JOB[job])


def corrected(slack: Slack) -> list[Posted]:
    return [post for post in slack.posts if post.message.text.startswith("*Corrected*")]


def summaries(slack: Slack) -> list[Posted]:
    return [post for post in slack.posts if post.message.text.startswith("📈 *Claude Code*")]


@pytest.mark.both
async def test_a_week_is_summed_up_once_whoever_looks_and_however_often(store: Store) -> None:
    slack = Slack()
    replicas = [bot(store, slack, NINE - WEEK) for _ in range(3)]
    [rt, *_] = replicas
    assert [await settings.subscribe(one, DANA, COSTS, "UTC") for one in replicas[:2]][1][1] is False
    await at(rt, NINE - timedelta(minutes=1))
    await at(rt, NINE)
    assert summaries(slack) == [], "it waits until its days are known in full"
    await known(store, date(2026, 11, 9), date(2026, 11, 22), NINE)
    await asyncio.gather(*(at(one, NINE + timedelta(minutes=5)) for one in replicas))
    await at(rt, NINE + timedelta(days=2))
    [said] = summaries(slack)
    assert said.channel == COSTS
    assert "in the 7 days 16–22 Nov" in said.message.text
    assert "14 sessions (±0 % vs the 7 days before)" in said.message.text
    assert "dana" not in str(said.message).lower()
    await settings.end(rt, DANA, COSTS)
    assert (await settings.subscribe(rt, DANA, COSTS, "UTC"))[1], "begun again on the same day"
    await at(rt, NINE + timedelta(days=2, hours=1))
    assert len(summaries(slack)) == 1


async def test_what_is_skipped_or_ended_is_not_sent_and_those_who_rely_on_it_are_told_once(store: Store) -> None:
    slack = Slack()
    rt = bot(store, slack, NINE - WEEK)
    await known(store, date(2026, 11, 9), date(2026, 11, 22), NINE)
    await settings.subscribe(rt, DANA, COSTS, "UTC")
    assert [await settings.skip_next(rt, DANA, COSTS) for _ in range(2)] == [NINE + WEEK] * 2
    assert (await settings.next_digest(rt, await settings.subscription_of(rt, COSTS))).since == NINE + WEEK
    for hours in (0, 9, 71, 95):
        await at(rt, NINE + timedelta(hours=hours))
    assert summaries(slack) == []
    await known(store, date(2026, 11, 23), date(2026, 11, 29), NINE + WEEK)
    await at(rt, NINE + WEEK)
    assert len(summaries(slack)) == 1
    assert await settings.end(rt, DANA, COSTS)
    await at(rt, NINE + WEEK * 2 + timedelta(hours=9))
    assert len(summaries(slack)) == 1
    told = [post.message.text for post in slack.posts if post.message.text.startswith("🔁")]
    assert [("skipped" in text, "ended" in text) for text in told] == [(True, False), (False, True)]


async def test_after_its_patience_it_says_what_is_missing_and_in_a_shared_channel_nothing(store: Store) -> None:
    slack = Slack()
    rt = bot(store, slack, NINE - WEEK)
    await settings.subscribe(rt, DANA, COSTS, "UTC")
    await known(store, date(2026, 11, 16), date(2026, 11, 20), NINE)
    await at(rt, NINE + timedelta(hours=7))
    assert summaries(slack) == []
    slack.shared_outside = True
    await at(rt, NINE + timedelta(hours=8))
    assert summaries(slack) == []
    assert [post.channel for post in slack.posts] == ["U0DANA"], "whoever set it up hears why"
    slack.shared_outside = False
    await at(rt, NINE + WEEK + timedelta(hours=8))
    [said] = [post.message.text for post in slack.posts if "Claude Code figures" in post.message.text]
    assert "That isn't zero" in said
    assert next_due("UTC", NINE).monday == date(2026, 11, 30)


async def test_who_may_see_only_their_own_sees_no_more_and_starts_no_summary(store: Store) -> None:
    rt = bot(store, Slack(), NINE)
    who = replace(DANA, member=Member(id="user_dana", email="dana@acme.test", name="Dana", role="developer"))
    own = CodeQuery("7d", DAY, mine=True)
    assert await seen_by(rt, who, CodeQuery("7d", DAY)) == CodeQuery("7d", DAY)
    cast("Any", rt).settings.spend_visible_to = ("own",)
    asked = {"member": "developer"}

    async def user(_: str) -> Any:
        return SimpleNamespace(role=asked["member"])

    async def policy() -> Policy:
        return Policy()

    parts = cast("Any", rt)
    parts.admin, parts.refresh_policy = SimpleNamespace(user=user), policy
    assert await seen_by(rt, who, CodeQuery("7d", DAY)) == own
    assert await seen_by(rt, who, own) == own
    with pytest.raises(NotAllowed, match="only your own figures"):
        await settings.subscribe(rt, who, COSTS, "UTC")
    asked["member"] = "billing"
    assert not (await seen_by(rt, who, CodeQuery("7d", DAY))).mine, "asked at each act"
    assert (await settings.subscribe(rt, who, COSTS, "UTC"))[1]


async def test_a_summary_is_corrected_once_in_its_thread_when_its_days_are_final(store: Store) -> None:
    slack = Slack()
    replicas = [bot(store, slack, NINE - WEEK) for _ in range(2)]
    [rt, _] = replicas
    for channel in (COSTS, "C0OTHER"):
        await settings.subscribe(rt, DANA, channel, "UTC")
    await known(store, date(2026, 11, 9), date(2026, 11, 22), NINE)
    await at(rt, NINE)
    assert len(summaries(slack)) == 2
    row = ClaudeCodeRow(
        date(2026, 11, 20), "user", "dana@acme.test", "api", "tmux", 5, 9, 3, 1, 0, {"edit_tool": (3, 1)}, {}
    )
    late = NINE + timedelta(days=1)
    async with store.write() as tx:
        await db.replace_day(tx, read_day(row.day, late), [row])
    await at(rt, late)
    assert not corrected(slack), "its days may change again"
    final = NINE + timedelta(days=4)
    async with store.write() as tx:
        for day in days_between(date(2026, 11, 16), date(2026, 11, 22)):
            same = row._replace(day=day, sessions=5 if day == row.day else 2)
            await db.replace_day(tx, read_day(day, final), [same])
    await asyncio.gather(*(at(one, final) for one in replicas))
    await at(rt, final + timedelta(hours=1))
    found = corrected(slack)
    assert sorted(one.channel for one in found) == [COSTS, "C0OTHER"]
    said = "*Corrected*, 16–22 Nov: 17 sessions (was 14). Later data arrived; these days are final now."
    assert {one.message.text for one in found} == {said}
    assert {one.thread_ts for one in found} == {one.ts for one in summaries(slack)}
    async with store.read() as tx:
        assert await noted_keys(tx, "code_said:") == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (Use(sessions=1000), Use(sessions=1001), []),
        (Use(sessions=1000), Use(sessions=1005), ["1,005 sessions (was 1,000)"]),
        (Use(commits=0), Use(commits=1), ["1 commits (was 0)"]),
        (Use(input=90, output=10), Use(input=80, output=20), []),
        (Use(nanos=431_200_000_000), Use(nanos=431_200_900_000), []),
        (Use(nanos=50_000_000_000), Use(nanos=50_500_000_000), ["about $50.50 (was $50.00)"]),
        (
            Use(sessions=10, commits=1000),
            Use(sessions=12, commits=1001),
            ["12 sessions (was 10)", "1,001 commits (was 1,000)"],
        ),
    ],
)
def test_a_summary_is_corrected_where_it_reads_differently_by_a_share(was: Use, now: Use, said: list[str]) -> None:
    assert differences(was, now) == said


async def test_a_summary_that_was_right_is_forgotten_and_nothing_is_said(store: Store) -> None:
    slack = Slack()
    rt = bot(store, slack, NINE - WEEK)
    await settings.subscribe(rt, DANA, COSTS, "UTC")
    await known(store, date(2026, 11, 9), date(2026, 11, 22), NINE)
    await at(rt, NINE)
    await known(store, date(2026, 11, 16), date(2026, 11, 22), NINE + timedelta(days=4))
    await at(rt, NINE + timedelta(days=4))
    assert (len(summaries(slack)), corrected(slack)) == (1, [])
    async with store.read() as tx:
        assert await noted_keys(tx, "code_said:") == []


@pytest.mark.both
async def test_a_day_with_an_empty_report_is_a_day_with_zero_and_a_missing_day_is_none(store: Store) -> None:
    rt = bot(store, Slack(), NINE)
    await known(store, date(2026, 11, 16), date(2026, 11, 17), NINE)
    async with store.write() as tx:
        await db.replace_day(tx, read_day(date(2026, 11, 18), NINE), [])
    found = await code_figures(rt, CodeQuery("2026-11-16..2026-11-19", DAY), Sight("none"), NINE)
    assert [(part.id, part.use.sessions) for part in found.parts] == [
        (date(2026, 11, 16), 2), (date(2026, 11, 17), 2), (date(2026, 11, 18), 0),
    ]  # fmt: skip
    assert found.missing == (date(2026, 11, 19),)
    assert [None if use is None else use.sessions for _, use in found.days] == [2, 2, 0, None]
    assert csv_bytes(file_table(found)).decode().count("2026-11-18,0,0") == 1
    assert "no data yet for Thu 19 Nov" in render_code(found).text
