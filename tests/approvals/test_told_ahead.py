"""People are told in time, each time once: of a request that nobody decides, of a grant that ends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.approvals import db as requests
from bot.approvals.act import Grants, act_of
from bot.approvals.due import END, EXPIRE, REMIND, reminders_of, timers_of, told_ahead
from bot.approvals.extensions import extending
from bot.approvals.followups import REQUESTS
from bot.approvals.model import Event, Request, Status
from bot.approvals.outcome import Done, NeedsPerson
from bot.approvals.reminders import remind
from bot.people.model import Who
from bot.policy.model import AskedUnder
from bot.posts import db as posts
from bot.runtime import Runtime
from bot.spend.news import News
from bot.store import audit
from bot.store.session import Store
from bot.timers import db as timers
from bot.timers.model import Timer
from bot.timers.run import due_timers, run_timer
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import ALICE, ASKED, CAROL, a_request

BEGUN, DAY = ASKED + timedelta(minutes=15), timedelta(days=1)
PRIYA = Who(slack_id="U0PRIYA", member_id="user_priya", email="priya@acme.test")
FAR = ASKED + 400 * DAY
HOUR = timedelta(hours=1)


def a_grant(length: timedelta, **more: Any) -> Request:
    facts: dict[str, Any] = {"ends_at": BEGUN + length, "beneficiaries": (PRIYA,), "requester": ALICE} | more
    return a_request("badge", Status.APPLIED, **facts)


def waiting() -> Request:
    asked = AskedUnder(lasts="8 working hours", remind_at=ASKED + 4 * HOUR, last_call_at=ASKED + 7 * HOUR)
    return a_request(asked_under=asked)


class _Unread:
    """An API of which nothing is asked."""

    def __getattr__(self, _name: str) -> None:
        return None


class Scene:
    """A store with one request, and a clock that jumps."""

    def __init__(self, store: Store) -> None:
        self.store, self.at, self.gone = store, ASKED, set[str]()
        parts: Any = SimpleNamespace(
            store=store, now=lambda: self.at, admin=_Unread(), kinds=WITH_BADGE, policy=SimpleNamespace(rule_for=None),
            directory=SimpleNamespace(forget_keys=lambda: None, forget_invites=lambda: None),
            settings=SimpleNamespace(email_domains=()), spend_news=News(lambda: self.rt),
            notifier=SimpleNamespace(person=self.person),
        )  # fmt: skip
        self.rt = cast("Runtime", parts)

    async def person(self, slack_id: str, *, fresh: bool) -> Any:
        return SimpleNamespace(deleted=slack_id in self.gone)

    async def have(self, request: Request) -> Request:
        async with self.store.write() as tx:
            assert await requests.insert(tx, request, "a subject")
        return request

    async def now(self, request: Request) -> Request:
        async with self.store.read() as tx:
            return await requests.require(tx, request.id)

    async def remind(self, request: Request, at: datetime) -> Request:
        self.at = at
        return await remind(self.rt, await self.now(request))

    async def told(self, request: Request) -> list[tuple[str, str]]:
        """Return what is told ahead, by purpose and to whom."""
        async with self.store.read() as tx:
            known = await posts.of_subject(tx, "request", request.id)
        ahead = ("ending", "reminder", "requester:waiting")
        return sorted((post.purpose.partition(":")[0], post.channel) for post in known if post.purpose.startswith(ahead))

    async def acts(self, request: Request) -> list[str]:
        async with self.store.read() as tx:
            return [entry.action for entry in await audit.entries_of(tx, request.id)]

    async def timers(self) -> dict[str, datetime]:
        async with self.store.read() as tx:
            return {timer.what: timer.due_at for timer in await timers.due(tx, FAR, {"request": REQUESTS})}


@pytest.fixture
async def scene(migrated_url: str) -> AsyncIterator[Scene]:
    store = Store(migrated_url, b"", lambda: found.at)
    found = Scene(store)
    yield found
    await store.close()


@pytest.mark.parametrize(
    ("days", "before_the_end"),
    [(365.0, (7, 1)), (14.0, (7, 1)), (10.0, (5, 1)), (4.0, (2, 1)), (3.0, (1.5,)), (0.5, (0.25,)), (0.05, ())],
)
def test_a_grant_is_told_a_week_and_a_day_ahead_and_a_shorter_one_halfway(
    days: float, before_the_end: tuple[float, ...]
) -> None:
    grant = a_grant(days * DAY)
    assert reminders_of(grant) == tuple(BEGUN + (days - ahead) * DAY for ahead in before_the_end)


def test_a_grant_with_a_later_end_counts_from_then() -> None:
    begun = BEGUN + 29 * DAY
    grant = a_grant(33 * DAY, extended_at=begun)
    assert reminders_of(grant) == (begun + 2 * DAY, begun + 3 * DAY)


def test_what_the_upstream_ends_earlier_is_told_before_that() -> None:
    grant = a_grant(30 * DAY, outcome={"expires_at": BEGUN + 20 * DAY})
    assert reminders_of(grant) == (BEGUN + 13 * DAY, BEGUN + 19 * DAY)
    by_itself = a_request("badge", Status.APPLIED, outcome={"expires_at": BEGUN + 20 * DAY})
    assert timers_of(by_itself, BEGUN) == {REMIND: BEGUN + 13 * DAY}


@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.PENDING, Status.APPLIED)])
def test_nothing_else_is_told_ahead(status: Status) -> None:
    request = a_request("badge", status, ends_at=BEGUN + 30 * DAY)
    assert REMIND not in timers_of(request, BEGUN)
    extension = a_request("badge", Status.APPLIED, ends_at=BEGUN + 30 * DAY, extends="req_1")
    assert timers_of(extension, BEGUN) == {}


async def test_each_time_is_told_once_by_whoever_is_there(scene: Scene) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    week, day = reminders_of(grant)
    assert (await scene.timers()) == {END: grant.ends_at, REMIND: week}
    stale, scene.at = await scene.now(grant), week
    await asyncio.gather(*(remind(scene.rt, stale) for _ in range(4)))
    people = [("ending", "U0ALICE"), ("ending", "U0PRIYA")]
    assert await scene.told(grant) == people
    assert await scene.timers() == {END: grant.ends_at, REMIND: day}
    await scene.remind(grant, week - DAY)  # the clock was set back
    await scene.remind(grant, week + DAY)
    assert await scene.told(grant) == people
    await scene.remind(grant, day)
    assert await scene.told(grant) == sorted(people * 2)
    assert await scene.acts(grant) == ["request.end_told_ahead"] * 2
    assert await scene.timers() == {END: grant.ends_at}


async def test_the_end_of_what_only_gone_people_have_is_told_to_the_approvers(scene: Scene) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    scene.gone = {ALICE.slack_id}
    await scene.remind(grant, BEGUN + 24 * DAY)
    assert grant.channel not in {channel for _, channel in await scene.told(grant)}
    scene.gone = {ALICE.slack_id, PRIYA.slack_id}
    await scene.remind(grant, BEGUN + 29.5 * DAY)
    assert ("ending", grant.channel) in await scene.told(grant)


@pytest.mark.both
async def test_two_times_that_passed_meanwhile_are_told_as_one(scene: Scene) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    moved = await scene.remind(grant, BEGUN + 29.5 * DAY)
    assert len(await scene.told(grant)) == 2
    assert (told_ahead(moved), await scene.timers()) == (reminders_of(grant)[1], {END: grant.ends_at})


@pytest.mark.parametrize("then", [timedelta(0), DAY])
async def test_what_is_over_is_not_told_ahead(scene: Scene, then: timedelta) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    await scene.remind(grant, BEGUN + 30 * DAY + then)
    assert (await scene.told(grant), await scene.acts(grant)) == ([], [])
    assert REMIND not in timers_of(grant, scene.at)


async def test_what_ends_otherwise_clears_what_would_be_told(scene: Scene) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    async with scene.store.write() as tx:
        assert await requests.advance(tx, grant, Event.END, claimed_at=scene.at)
    assert REMIND not in await scene.timers()
    assert await scene.remind(grant, BEGUN + 25 * DAY) == await scene.now(grant)
    assert await scene.told(grant) == []


async def test_a_later_end_moves_both_timers_once_and_takes_the_end_from_whoever_comes_late(scene: Scene) -> None:
    grant = await scene.remind(await scene.have(a_grant(30 * DAY)), BEGUN + 23 * DAY)
    by = a_request("badge", Status.APPLYING, id="req_2", ends_at=BEGUN + 33 * DAY, extends=grant.id)
    grants = Grants(scene.store, lambda: True)
    done = await asyncio.gather(*(grants.extend(grant, by, scene.at) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    moved = await scene.now(grant)
    assert (moved.ends_at, told_ahead(moved)) == (by.ends_at, None)
    assert await scene.timers() == {END: by.ends_at, REMIND: BEGUN + 28 * DAY}
    async with scene.store.write() as tx:
        assert await requests.advance(tx, grant, Event.END) is None
    assert (await scene.now(grant)).status is Status.APPLIED


async def extended(scene: Scene, grant: Request, was: datetime | None) -> object:
    """Let the engine's part of an extension run; returns what comes of it, or the sentence of why not."""
    outcome = {"was": was.isoformat()} if was else {}
    by = a_request("badge", Status.APPLYING, id="req_2", ends_at=BEGUN + 60 * DAY, extends=grant.id, outcome=outcome)
    by = by.model_copy(update={"claimed_at": scene.rt.now()})
    kind = extending(WITH_BADGE["badge"], grant.id)
    try:
        return await kind.effect.apply(act_of(scene.rt, kind.asked(by)))
    except NeedsPerson as problem:
        return problem.sentence


@pytest.mark.both
async def test_an_extension_that_is_done_twice_or_after_a_crash_moves_the_end_once(scene: Scene) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    assert isinstance(await extended(scene, grant, grant.ends_at), Done)
    assert isinstance(await extended(scene, grant, grant.ends_at), Done)
    assert await scene.acts(grant) == ["request.extended"]


async def test_an_extension_changes_no_end_that_is_over_or_was_moved(scene: Scene) -> None:
    grant = await scene.have(a_grant(30 * DAY))
    assert str(await extended(scene, grant, BEGUN + 20 * DAY)).startswith("Its end was moved meanwhile.")
    scene.at = BEGUN + 30 * DAY  # nobody has ended it yet
    assert str(await extended(scene, grant, grant.ends_at)).startswith("It has ended, or ends right now")
    async with scene.store.write() as tx:
        assert await requests.advance(tx, grant, Event.END, claimed_at=scene.at)
    scene.at = BEGUN
    assert str(await extended(scene, grant, grant.ends_at)).startswith("It has ended, or ends right now")
    assert await scene.acts(grant) == []


@pytest.mark.both
async def test_approvers_are_reminded_at_half_of_the_time_and_the_requester_before_its_end(scene: Scene) -> None:
    request = await scene.have(waiting())
    assert await scene.timers() == {EXPIRE: request.expires_at, REMIND: ASKED + 4 * HOUR}
    await scene.remind(request, ASKED + 4 * HOUR)
    await scene.remind(request, ASKED + 5 * HOUR)
    assert await scene.told(request) == [("reminder", "C0APPROVALS")]
    async with scene.store.write() as tx:  # one of two approvals
        assert await requests.touch(tx, await scene.now(request))
    assert await scene.timers() == {EXPIRE: request.expires_at, REMIND: ASKED + 7 * HOUR}
    await scene.remind(request, ASKED + 7 * HOUR)
    assert await scene.told(request) == [("reminder", "C0APPROVALS"), ("requester", "U0ALICE")]
    assert await scene.timers() == {EXPIRE: request.expires_at}
    assert await scene.acts(request) == ["request.reminded"] * 2


async def test_a_decision_clears_the_reminder(scene: Scene) -> None:
    request = await scene.have(waiting())
    async with scene.store.write() as tx:
        assert await requests.advance(tx, request, Event.DENY, closed_at=ASKED)
    assert await scene.timers() == {}


@pytest.mark.both
async def test_a_grant_that_is_not_there_any_more_is_looked_at_once_a_time(scene: Scene) -> None:
    """A key that was revoked: its reader is told nothing, and the API isn't asked each minute until the end."""
    looks = 0

    async def gone(_look: object) -> bool:
        nonlocal looks
        looks += 1
        return False

    badge = WITH_BADGE["badge"]
    scene.rt.kinds = {"badge": replace(badge, effect=replace(badge.effect, stands=gone))}
    grant = await scene.have(a_grant(30 * DAY, requester=CAROL))
    topics = {"request": REQUESTS}
    for hours in (0, 1, 2, 24, 6 * 24, 6 * 24 + 1):
        scene.at = reminders_of(grant)[0] + hours * HOUR
        due: list[Timer] = await due_timers(scene.rt, topics, scene.at)
        for timer in due:
            await run_timer(scene.rt, topics, timer, scene.at)
    assert looks == 2
    assert await scene.told(grant) == []
    assert await scene.timers() == {END: grant.ends_at}
