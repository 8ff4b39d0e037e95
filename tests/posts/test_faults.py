"""Faults of our own, lost answers, wrong clocks and rows of other versions: nothing is repeated or waits for ever."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bot.errors import SlackRefused
from bot.posts import db
from bot.posts.converge import converge, due, repair
from bot.posts.model import Drawing, Post
from bot.posts.redact import redact_channel, restore_channel
from bot.posts.tries import MOST_TRIES
from bot.runtime import Runtime
from bot.store.session import Store
from bot.store.tables import PostRow
from tests.posts.test_converge import CARD, LINES, Scene
from tests.posts.world import CHANNEL, DOWN, Notes, runtime


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


async def three_minutes(scene: Scene) -> None:
    """Let time pass and repair as the job does, one subject's failure apart from the others."""
    scene.clock.advance(minutes=3)
    for key in await due(scene.rt, scene.clock()):
        await asyncio.gather(repair(scene.rt, key, scene.clock()), return_exceptions=True)


async def test_a_message_is_not_repeated_because_what_follows_from_it_fails(scene: Scene) -> None:
    async def fails(_tx: Any, _post: Post, _ts: str) -> None:
        raise ZeroDivisionError

    scene.topic.sent = fails
    await scene.want(CARD, *LINES)
    with pytest.raises(ZeroDivisionError):
        await scene.converge()
    for _ in range(5):
        await three_minutes(scene)
    assert len(scene.texts) == len(set(scene.texts))
    assert scene.texts[0] == "first"


async def test_where_a_message_stands_and_what_follows_is_noted_though_the_database_fails_in_the_middle(
    scene: Scene,
) -> None:
    tries: list[str] = []

    async def fails_twice(_tx: Any, _post: Post, ts: str) -> None:
        tries.append(ts)
        if len(tries) < 3:
            raise OperationalError("UPDATE", None, Exception("disk I/O error"))

    scene.topic.sent = fails_twice
    await scene.want(CARD)
    await scene.converge()
    assert (len(tries), scene.texts) == (3, ["first"])
    (post,) = await scene.posts()
    assert post.ts == tries[-1]


async def test_posts_of_another_version_keep_nothing_else_from_being_sent(scene: Scene) -> None:
    async with scene.rt.store.write() as tx:
        await db.want(tx, "gone", "old", [replace(CARD, purpose=f"card:{n}") for n in range(510)], scene.clock())
    scene.clock.advance(minutes=1)
    await scene.want()
    await three_minutes(scene)
    assert scene.texts == ["first"]


@pytest.mark.both
async def test_posts_of_another_version_keep_no_other_from_being_redacted_and_restored(scene: Scene) -> None:
    async with scene.rt.store.write() as tx:
        await db.adopt(tx, "gone", "old", "card", CHANNEL, "9.9", scene.clock())
    await scene.want()
    await scene.converge()
    scene.slack.shared = True
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["redacted"]
    scene.slack.shared = False
    await restore_channel(scene.rt, CHANNEL)
    assert scene.texts == ["first"]


async def test_a_subject_that_can_not_be_looked_up_keeps_no_other_from_being_redacted(scene: Scene) -> None:
    for subject in ("broken", "x"):
        scene.topic.says[subject] = subject
        async with scene.rt.store.write() as tx:
            await db.want(tx, "note", subject, [CARD], scene.clock())
    await three_minutes(scene)
    assert sorted(scene.texts) == ["broken", "x"]
    scene.topic.load_fails = ZeroDivisionError()
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["redacted", "redacted"]


async def test_answers_that_are_always_lost_end_some_day_and_their_topic_hears_of_it(scene: Scene) -> None:
    dropped: list[Post] = []

    async def drop(_tx: Any, post: Post) -> None:
        dropped.append(post)

    scene.topic.is_over, scene.topic.dropped = True, drop
    scene.slack.lost_answers = 5
    await scene.want()
    await scene.converge()
    await scene.tried(MOST_TRIES)
    for _ in range(3):
        await three_minutes(scene)
    assert len(scene.texts) == 2
    assert [post.is_given_up for post in await scene.posts()] == [True]
    assert len(scene.topic.blocked) == 1
    assert dropped == [], "it may stand, so nothing else is begun in its place"


async def test_a_message_that_can_not_be_drawn_is_tried_again_and_given_up_some_day(scene: Scene) -> None:
    scene.topic.says["x"], scene.topic.is_over = "undrawable", True
    await scene.want(CARD, LINES[0])
    await asyncio.gather(scene.converge(), return_exceptions=True)
    assert [post.tries for post in await scene.posts()] == [1, 1]
    await scene.tried(MOST_TRIES)
    await three_minutes(scene)
    assert [post.is_given_up for post in await scene.posts()] == [True, True]


@pytest.mark.both
async def test_a_message_that_stands_and_can_not_be_drawn_any_more_is_given_up_some_day(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    scene.topic.is_over = True
    await scene.change("undrawable")
    await asyncio.gather(scene.converge(), return_exceptions=True)
    await scene.tried(MOST_TRIES)
    await three_minutes(scene)
    assert [post.is_given_up for post in await scene.posts()] == [True]


AHEAD = [{"minutes": 7}, {"hours": 5}, {"days": 400}]


@pytest.mark.both
@pytest.mark.parametrize("ahead", AHEAD, ids=str)
async def test_a_clock_that_ran_ahead_for_a_while_keeps_nothing_waiting(scene: Scene, ahead: dict[str, float]) -> None:
    scene.clock.advance(**ahead)
    scene.slack.send_fails = [DOWN]
    await scene.want()
    await scene.converge()
    scene.clock.advance(**{unit: -much for unit, much in ahead.items()})
    await three_minutes(scene)
    await three_minutes(scene)
    assert scene.texts == ["first"]


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
async def test_a_clock_that_is_set_back_takes_no_post_from_who_is_sending_it(scene: Scene, ahead: dict[str, float]) -> None:
    scene.clock.advance(**ahead)
    await scene.want()
    async with scene.rt.store.write() as tx:
        (held,) = await db.claim(tx, "note", "x", "of another", scene.clock(), scene.clock() + scene.topic.retake_after)
    scene.clock.advance(**{unit: -much for unit, much in ahead.items()})
    await scene.a_minute(minutes=0)
    await scene.a_minute(minutes=1.9)
    assert scene.texts == [], "its process may be sending"
    async with scene.rt.store.write() as tx:
        assert await db.note_sent(tx, held, "of another", CHANNEL, "1.1", scene.clock()) is False
    await scene.a_minute(minutes=9)
    assert scene.texts == []


@pytest.mark.both
async def test_who_was_robbed_while_the_clock_was_set_back_sends_nothing(scene: Scene) -> None:
    class Slow(Notes):
        async def load(self, rt: Runtime, subject: str) -> Drawing | None:
            scene.clock.advance(hours=-1)
            async with rt.store.write() as tx:
                await tx.execute(update(PostRow).values(claim="another"))
            return await super().load(rt, subject)

    await scene.want()
    await converge(runtime(scene.rt.store, scene.slack, Slow({"x": "first"}), scene.clock), "note", "x")
    assert scene.texts == []


async def test_a_message_that_comes_late_is_not_taken_for_that_of_a_later_post(scene: Scene) -> None:
    await scene.want()
    async with scene.rt.store.write() as tx:
        (late,) = await db.claim(tx, "note", "x", "slow", scene.clock(), scene.clock())
        await db.forget(tx, "note", "x")
    async with scene.rt.store.write() as tx:
        await db.want(tx, "note", "y", [CARD], scene.clock())
        assert await db.note_sent(tx, late, "slow", CHANNEL, "1.1", scene.clock()) is None
        (other,) = await db.of_subject(tx, "note", "y")
    assert other.ts is None


async def test_what_somebody_else_took_over_is_not_dropped(scene: Scene) -> None:
    dropped: list[Post] = []

    async def drop(_tx: Any, post: Post) -> None:
        dropped.append(post)

    class Robbed(Notes):
        async def load(self, rt: Runtime, subject: str) -> Drawing | None:
            async with rt.store.write() as tx:
                await tx.execute(update(PostRow).values(claim="another"))
            return await super().load(rt, subject)

    await scene.want()
    robbed = runtime(scene.rt.store, scene.slack, Robbed({"x": "nothing"}, dropped=drop), scene.clock)
    await converge(robbed, "note", "x")
    assert dropped == []


@pytest.mark.parametrize("code", ["cannot_reply_to_message", "restricted_action_thread_locked"])
async def test_replies_to_a_message_that_was_deleted_are_lost_and_not_tried_for_ever(scene: Scene, code: str) -> None:
    await scene.want(CARD)
    await scene.converge()
    await scene.want(*LINES)
    scene.slack.send_fails = [SlackRefused("Slack refused.", code)] * 9
    await scene.converge()
    tried = len(scene.slack.send_fails)
    assert tried < 9
    for _ in range(4):
        await three_minutes(scene)
    assert (len(scene.slack.send_fails), scene.texts) == (tried, ["first"])
    assert all(post.is_given_up for post in await scene.posts() if post.thread_of)


async def test_what_a_channel_does_not_take_is_not_said_to_be_done(scene: Scene) -> None:
    scene.slack.send_fails = [SlackRefused("Slack refused.", "restricted_action")]
    await scene.want()
    assert not await converge(scene.rt, "note", "x")
    assert scene.texts == []
