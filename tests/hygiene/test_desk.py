"""Facts read from the store, what is accepted until a day, and the message of the week: once, however many replicas."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest
from sqlalchemy import update

from bot.admin.model import Member
from bot.approvals import db as requests
from bot.errors import NotAllowed, NotFound, UpstreamDown
from bot.hygiene import db, weekly
from bot.hygiene.advise import accept, advice_of, check_offered, take_back
from bot.hygiene.load import load_facts
from bot.hygiene.model import Accepted
from bot.jobs import JOBS, run_job
from bot.kinds.limits.peaks.places import busiest_minutes
from bot.kinds.registry import KINDS
from bot.people.model import Actor
from bot.policy.model import Policy, RuleSettings
from bot.posts.tries import MOST_TRIES
from bot.runtime import Runtime
from bot.store.audit import all_entries
from bot.store.session import Store
from bot.store.tables import PostRow
from tests.approvals.samples import a_request
from tests.hygiene.samples import DAY, LAB, PROD, key, member, workspace
from tests.spend.world import COSTS, FRIDAY, NOW, Slack, fill, runtime, set_clock, steady

_JOB = {job.name: job for job in JOBS}
BOB = Actor("U0BOB", member("bob", "admin"), "UTC")
DEVELOPER = Actor("U0DANA", member("dana"), "UTC")
WEEK = timedelta(days=7)


class _Directory:
    """The organization, remembered."""

    def __init__(self) -> None:
        self.people: list[Member] = [member("bob", "admin"), member("dana")]

    async def workspaces(self) -> list[Any]:
        return [workspace(PROD, "Production"), workspace(LAB, "Research", tags={})]

    async def members(self) -> list[Member]:
        return self.people

    async def invites(self) -> list[Any]:
        return []

    async def keys(self) -> list[Any]:
        return [
            key("ingest", created_by="user_bob"),
            key("evals", LAB, created_by="user_gone"),
            key("off", LAB, status="inactive"),
        ]

    async def spend_limits(self) -> None:
        return None


def bot(store: Store, slack: Slack, now: datetime = NOW) -> Runtime:
    rt = cast("Any", runtime(store, slack=slack))
    rt.directory, rt.kinds = _Directory(), KINDS
    rt.policy = Policy(version="1", defaults=RuleSettings(channel=COSTS))
    rt.busiest_minutes = partial(busiest_minutes, rt)
    rt.settings.advice_unused_days, rt.settings.advice_key_days, rt.settings.advice_admins = 60, 365, 5
    set_clock(rt, now)
    return rt


async def seeded(store: Store) -> None:
    await fill(store, steady(FRIDAY - 94 * DAY, FRIDAY))
    async with store.write() as tx:
        old = a_request(id="req_old", created_at=NOW - 2 * DAY, expires_at=NOW + DAY)
        await requests.insert(tx, old, "old")


async def test_facts_are_read_once_and_as_they_are(store: Store) -> None:
    await seeded(store)
    rt = bot(store, Slack())
    facts = await load_facts(rt, NOW)
    assert facts.spent == {PROD: 75 * 29, LAB: 25 * 29}, "the days of a month up to today, which has no figures yet"
    assert (facts.as_of, facts.missing) == (NOW, 0)
    assert [one.name for one in facts.keys] == ["ingest", "evals"], "active ones"
    assert facts.owners == {"apikey_ingest": "user_bob", "apikey_evals": "user_gone"}
    assert facts.uses["apikey_ingest"].last_day == FRIDAY
    assert [one.id for one in facts.waiting] == ["req_old"]
    found = {one.key for one in (await advice_of(rt, NOW)).open}
    assert {"key_orphaned:apikey_evals", f"ownerless:{LAB}", f"unlimited:{PROD}", "nobody_watches:organization"} <= found
    assert "approval_waiting:req_old" in found
    assert "no_export:organization" in found
    rt.settings.metrics_port = 9100
    assert "no_export:organization" not in {one.key for one in (await advice_of(rt, NOW)).open}


async def test_what_is_accepted_is_gone_until_its_day_and_only_admins_may(store: Store) -> None:
    await seeded(store)
    rt, one = bot(store, Slack()), f"ownerless:{LAB}"
    with pytest.raises(NotAllowed):
        await accept(rt, DEVELOPER, one, NOW + DAY, "fine")
    await accept(rt, BOB, one, NOW + DAY, "Research is closed soon")
    with pytest.raises(NotFound):
        await accept(rt, BOB, one, NOW + DAY, "twice")
    seen = await advice_of(rt, NOW)
    assert one not in {found.key for found in seen.open}
    assert [(found.finding, found.reason) for found in seen.accepted] == [(one, "Research is closed soon")]
    async with store.read() as tx:
        [entry] = [entry async for entry in all_entries(tx) if entry.subject == one]
    assert (entry.actor, entry.detail["reason"]) == ("U0BOB", "Research is closed soon")
    assert one in {found.key for found in (await advice_of(rt, NOW + DAY)).open}, "it comes back"


async def test_what_is_accepted_is_taken_back_before_its_day_by_admins_once_and_on_record(store: Store) -> None:
    await seeded(store)
    rt, one = bot(store, Slack()), f"ownerless:{LAB}"
    await accept(rt, BOB, one, NOW + DAY, "Research is closed soon")
    with pytest.raises(NotAllowed):
        await take_back(rt, DEVELOPER, one)
    taken = await asyncio.gather(take_back(rt, BOB, one), take_back(rt, BOB, one), return_exceptions=True)
    assert sorted(type(each).__name__ for each in taken) == ["Accepted", "NotFound"]
    assert one in {found.key for found in (await advice_of(rt, NOW)).open}
    async with store.read() as tx:
        [_, entry] = [entry async for entry in all_entries(tx) if entry.subject == one]
    assert (entry.action, entry.actor, entry.detail["accepted_by"]) == ("advice.taken_back", "U0BOB", "U0BOB")
    await accept(rt, BOB, one, NOW + DAY, "closed in spring")
    set_clock(rt, NOW + DAY)
    with pytest.raises(NotFound):
        await take_back(rt, BOB, one)


async def test_of_two_who_accept_what_both_have_found_the_first_one_does(store: Store) -> None:
    wanted = [Accepted("ownerless:x", "X spends", f"reason {n}", NOW + n * DAY, "U0BOB") for n in (1, 2, 9)]
    at = (NOW, NOW, NOW + DAY)
    async with store.write() as tx:
        assert [await db.accept(tx, one, now) for one, now in zip(wanted, at, strict=True)] == [True, False, True]
        assert await db.accepted(tx, NOW) == wanted[2:]


async def test_what_was_put_right_or_accepted_is_offered_no_more(store: Store) -> None:
    await seeded(store)
    rt, one = cast("Any", bot(store, Slack())), f"ownerless:{LAB}"
    await check_offered(rt, BOB, one)
    with pytest.raises(NotAllowed):
        await check_offered(rt, DEVELOPER, one)
    for over in (f"ownerless:{PROD}", "ownerless:gone", "", "\n"):
        with pytest.raises(NotFound, match="Nothing is left to do"):
            await check_offered(rt, BOB, over)
    await accept(rt, BOB, one, NOW + DAY, "fine")
    with pytest.raises(NotFound):
        await check_offered(rt, BOB, one)

    async def unread() -> None:
        raise UpstreamDown("The Claude Admin API didn't answer in time.")

    rt.directory.members = unread
    await check_offered(rt, BOB, "ownerless:gone")


async def at(rt: Runtime, now: datetime) -> None:
    set_clock(rt, now)
    for job in ("advice", "posts"):
        await run_job(rt, _JOB[job])


@pytest.mark.both
async def test_what_is_new_is_told_once_a_week_however_many_replicas(store: Store) -> None:
    slack = Slack()
    replicas = [bot(store, slack) for _ in range(3)]
    await at(replicas[0], NOW - DAY)
    assert slack.posts == [], "there are no figures yet"
    await fill(store, steady(FRIDAY, FRIDAY))
    await asyncio.gather(*(at(one, NOW) for one in replicas))
    [said] = slack.posts
    assert said.channel == COSTS
    assert "Nobody watches what we use" in said.message.text
    assert "$" not in said.message.text, "no figures in a channel"
    [rt, *_] = replicas
    last = await weekly.last_look(rt)
    assert last is not None
    assert last.at == NOW
    cast("Any", rt).directory.people = [member("bob", "admin")] * 6
    await at(rt, NOW + DAY)
    assert len(slack.posts) == 1, "this week is told"
    await at(rt, NOW + 2 * DAY)
    await at(rt, NOW + 2 * DAY + WEEK)
    [_, said] = slack.posts
    assert said.message.text.startswith("⚠️ *1 new finding this week*")
    assert "too many admins" in said.message.text


async def test_what_could_not_be_told_is_told_in_the_next_week(store: Store) -> None:
    slack = Slack(is_member=False)
    rt = bot(store, slack)
    await fill(store, steady(FRIDAY, FRIDAY))
    await at(rt, NOW)
    async with store.write() as tx:
        await tx.execute(update(PostRow).values(tries=MOST_TRIES))
    await at(rt, NOW + DAY)
    slack.is_member = True
    await at(rt, NOW + 2 * DAY)  # a Monday
    [said] = slack.posts
    assert "Nobody watches what we use" in said.message.text
