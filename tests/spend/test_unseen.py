"""What a channel is told stops when whoever set it up may not see it any more, which they and the admins are told once."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

import pytest

from bot.admin.model import Member
from bot.admin.rows import ClaudeCodeRow
from bot.claude_code.db import replace_day
from bot.claude_code.digests import db as code_digests
from bot.claude_code.digests import settings as code_settings
from bot.claude_code.digests.schedule import CodeSubscription
from bot.claude_code.plan import read_day
from bot.jobs import JOBS, run_job
from bot.people.model import Actor
from bot.policy.model import Policy, RuleSettings
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.alerts import settings as alert_settings
from bot.spend.digests import settings as digest_settings
from bot.spend.reports.schedule import db as reports
from bot.spend.reports.schedule import settings as report_settings
from bot.spend.reports.schedule.model import ReportSubscription
from bot.store.session import Store
from tests.sizes import few
from tests.spend.world import COSTS, DAY, FRIDAY, NOW, Slack, fill, runtime, set_clock, steady, subscribe, watch

MONDAY = NOW + DAY * 2
"""09:00 in Berlin, when a UTC week is over, and with it a day."""
ADMINS = "C0ADMINS"
_JOB = {job.name: job for job in JOBS}
_SAID = {
    "digest": "I no longer post the daily digest in <#C0COSTS>: you set it up",
    "report": "I no longer post the report token trends in <#C0COSTS>: you set it up",
    "alert": "I no longer post in <#C0COSTS> when all workspaces together reach $1.00 in one UTC day: you set it up",
    "code": "I no longer post the weekly Claude Code summary in <#C0COSTS>: you set it up",
}
_JOBS = {"digest": "digests", "report": "reports", "alert": "alerts", "code": "claude_code_digests"}


ERIN = Actor("U0ERIN", Member(id="user_erin", email="U0ERIN@acme.test", name="Erin", role="admin"), "Europe/Berlin")


class Organization:
    """Dana's membership, with the role that she has now; "" once she has none."""

    def __init__(self) -> None:
        self.role = "admin"

    async def members(self, *, fresh: bool = False) -> list[Member]:
        dana = Member(id="user_dana", email="U0DANA@acme.test", name="Dana", role=self.role)
        return [ERIN.member, *([dana] if self.role else [])]

    async def user(self, member_id: str) -> Member:
        return ERIN.member if member_id == ERIN.member.id else Member(id=member_id, email="", name="Dana", role=self.role)

    async def workspaces(self) -> list[Any]:
        return []


def bot(store: Store, slack: Slack, organization: Organization) -> Runtime:
    rt = cast("Any", runtime(store, cast("Any", organization), slack))
    rt.settings.spend_visible_to, rt.settings.trust_missing_flags, rt.settings.claude_code_people = ("own",), True, "none"
    rt.settings.email_domains = ("acme.test",)
    rt.directory, rt.team_id, rt.policy = organization, "T0ACME", Policy(defaults=RuleSettings(channel=ADMINS))

    async def refresh_policy() -> Policy:
        return cast("Policy", rt.policy)

    rt.refresh_policy = refresh_policy
    return cast("Runtime", rt)


async def set_up(store: Store, thing: str) -> None:
    if thing == "digest":
        await subscribe(store)
    if thing == "alert":
        await watch(store, 1)
    async with store.write() as tx:
        if thing == "report":
            one = ReportSubscription(
                "rep_1", COSTS, "tokens", "", "daily", "09:00", "Europe/Berlin", "U0DANA", NOW - DAY, FRIDAY - DAY * 20
            )
            await reports.save(tx, one)
        if thing == "code":
            await code_digests.subscribe(tx, CodeSubscription(COSTS, "UTC", "U0DANA", NOW, date(2026, 11, 23)))
            for day in days_between(date(2026, 11, 9), date(2026, 12, 27)):
                row = ClaudeCodeRow(day, "user", "dana@acme.test", "api", "tmux", 2, 9, 3, 1, 0, {"edit_tool": (3, 1)}, {})
                await replace_day(tx, read_day(day, NOW + DAY * 60), [row])


async def set_up_again(rt: Runtime, thing: str) -> None:
    """Do what the message says: somebody else who may see it asks for the same."""
    if thing == "digest":
        await digest_settings.subscribe(rt, ERIN, COSTS, "09:00", "Europe/Berlin", ())
    if thing == "alert":
        await alert_settings.watch(rt, ERIN, COSTS, "daily", Decimal(1), None)
    if thing == "report":
        await report_settings.schedule(rt, ERIN, COSTS, "tokens", "", "daily", "09:00", "Europe/Berlin")
    if thing == "code":
        await code_settings.subscribe(rt, ERIN, COSTS, "UTC")


async def run(rt: Runtime, thing: str, week: int) -> None:
    now = MONDAY + DAY * 7 * week + timedelta(hours=5)
    for minutes in (0, 1, 2):
        set_clock(rt, now + timedelta(minutes=minutes))
        for name in (_JOBS[thing], "posts"):
            await run_job(rt, _JOB[name])


@pytest.mark.parametrize("thing", few(_JOBS))
async def test_it_stops_is_told_once_and_goes_on_when_they_see_it_again(store: Store, thing: str) -> None:
    for week in range(5):
        last = FRIDAY + DAY * (2 + 7 * week)
        await fill(store, steady(FRIDAY - DAY * 20, last), MONDAY + DAY * 7 * week, MONDAY + DAY * 7 * week)
    await set_up(store, thing)
    slack, dana = Slack(), Organization()
    rt = bot(store, slack, dana)
    posted = [0]
    for week, role in enumerate(("admin", "developer", "", "admin", "developer")):
        dana.role = role
        await run(rt, thing, week)
        posted.append(len(slack.top(COSTS)))
    told = [post for post in slack.posts if post.channel in ("U0DANA", ADMINS)]
    assert [after > before for before, after in pairwise(posted)] == [True, False, False, True, False]
    assert [post.channel for post in told] == ["U0DANA", ADMINS] * 2, "once for each time that it stopped"
    assert f"{_SAID[thing]}, and you may not see all of its figures any more" in told[0].message.text
    assert "<@U0DANA> set it up, and they may not" in told[1].message.text


@pytest.mark.parametrize("thing", few(_JOBS))
async def test_it_begins_again_once_somebody_who_sees_it_sets_it_up(store: Store, thing: str) -> None:
    for week in range(2):
        last = FRIDAY + DAY * (2 + 7 * week)
        await fill(store, steady(FRIDAY - DAY * 20, last), MONDAY + DAY * 7 * week, MONDAY + DAY * 7 * week)
    await set_up(store, thing)
    slack, dana = Slack(), Organization()
    rt = bot(store, slack, dana)
    dana.role = "developer"
    await run(rt, thing, 0)
    assert slack.top(COSTS) == []
    await set_up_again(rt, thing)
    await run(rt, thing, 1)
    assert slack.top(COSTS), "what the message says to do has to help"


async def test_admins_whose_channel_is_out_of_reach_hear_of_it_later(store: Store) -> None:
    await fill(store, steady(FRIDAY - DAY * 20, FRIDAY + DAY * 2), MONDAY, MONDAY)
    await set_up(store, "digest")
    slack, dana = Slack(), Organization()
    rt = bot(store, slack, dana)
    dana.role = "developer"
    slack.refuses_only = {ADMINS: "not_in_channel"}
    await run(rt, "digest", 0)
    slack.refuses_only = {}
    set_clock(rt, MONDAY + timedelta(hours=6))
    await run_job(rt, _JOB["posts"])
    assert [post.channel for post in slack.posts if post.channel in ("U0DANA", ADMINS)] == ["U0DANA", ADMINS]
