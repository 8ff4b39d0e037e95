"""What should stand in Slack is sent once and shown as it is now, whoever works on it and whatever breaks in between."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import update

from bot.posts import db
from bot.posts.converge import converge, due, repair
from bot.posts.model import Post, Wanted
from bot.posts.tries import MOST_TRIES
from bot.runtime import Runtime
from bot.store.session import Store
from bot.store.tables import PostRow
from tests.posts.world import CHANNEL, DOWN, REFUSED, Clock, Notes, Slack, runtime
from tests.sizes import share_of_limit

CARD = Wanted("card", CHANNEL)
LINES = [Wanted(f"line:{n}", CHANNEL, thread_of="card", redraws=False) for n in range(3)]


class Scene:
    """One subject, "x", and who may work on it."""

    def __init__(self, store: Store) -> None:
        self.slack, self.topic, self.clock = Slack(), Notes({"x": "first"}), Clock()
        self.rt: Runtime = runtime(store, self.slack, self.topic, self.clock)

    async def want(self, *wanted: Wanted) -> None:
        async with self.rt.store.write() as tx:
            await db.want(tx, "note", "x", wanted or [CARD], self.clock())

    async def change(self, says: str) -> None:
        self.topic.says["x"] = says
        async with self.rt.store.write() as tx:
            await db.touch(tx, "note", "x", self.clock())

    async def converge(self, times: int = 1) -> None:
        await asyncio.gather(*(converge(self.rt, "note", "x") for _ in range(times)))

    async def is_under_way(self) -> None:
        """Wait until the call that is to take its time has reached Slack."""
        while self.slack.delays:
            await asyncio.sleep(0.01)

    async def a_minute(self, **more: float) -> None:
        self.clock.advance(**(more or {"minutes": 1}))
        for key in await due(self.rt, self.clock()):
            await repair(self.rt, key, self.clock())

    async def tried(self, times: int) -> None:
        """Let every post have failed so often."""
        async with self.rt.store.write() as tx:
            await tx.execute(update(PostRow).values(tries=times))

    async def posts(self) -> list[Post]:
        async with self.rt.store.read() as tx:
            return await db.of_subject(tx, "note", "x")

    @property
    def texts(self) -> Sequence[str]:
        return list(self.slack.standing.values())


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


@pytest.mark.both
async def test_many_who_converge_at_once_send_one_message(scene: Scene) -> None:
    await scene.want()
    await scene.converge(times=6)
    assert scene.texts == ["first"]


async def test_what_is_wanted_twice_is_sent_once(scene: Scene) -> None:
    for _ in range(2):
        await scene.want()
        await scene.converge()
    assert scene.texts == ["first"]


async def test_what_was_rolled_back_is_never_said(scene: Scene) -> None:
    async def act_that_fails() -> None:
        async with scene.rt.store.write() as tx:
            await db.want(tx, "note", "x", [CARD], scene.clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_that_fails()
    await scene.converge()
    assert scene.texts == []


@pytest.mark.both
async def test_a_lost_answer_keeps_the_post_from_being_repeated_until_its_claim_is_old(scene: Scene) -> None:
    scene.slack.send_fails = [DOWN]
    await scene.want()
    await scene.converge(times=3)
    await scene.a_minute()
    assert scene.texts == []
    await scene.a_minute(minutes=2)
    assert scene.texts == ["first"]


async def test_what_slack_refused_is_tried_again_a_minute_later(scene: Scene) -> None:
    scene.slack.send_fails = [REFUSED]
    await scene.want()
    await scene.converge()
    await scene.converge()
    assert scene.texts == [], "a refusal isn't answered with the next attempt"
    await scene.a_minute()
    assert scene.texts == ["first"]


async def test_time_in_which_nobody_tried_is_no_attempt(scene: Scene) -> None:
    scene.topic.is_over = True
    scene.slack.send_fails = [REFUSED]
    await scene.want()
    await scene.converge()
    await scene.a_minute(days=60)
    assert scene.texts == ["first"]


async def test_what_is_over_is_given_up_after_many_attempts_and_what_goes_on_is_not(scene: Scene) -> None:
    scene.slack.send_fails = [REFUSED] * 500
    scene.topic.is_over = True
    await scene.want()
    await scene.converge()
    await scene.tried(MOST_TRIES - 1)
    await scene.a_minute(minutes=15)
    assert not (await scene.posts())[0].is_given_up, "not before"
    scene.topic.is_over = False
    await scene.tried(MOST_TRIES + 5)
    await scene.a_minute(minutes=15)
    assert not (await scene.posts())[0].is_given_up
    scene.topic.is_over = True
    await scene.a_minute(minutes=15)
    assert (await scene.posts())[0].is_given_up
    assert await due(scene.rt, scene.clock.now.replace(year=2030)) == []


async def test_a_slow_older_drawing_never_stays_on_top_of_a_newer_one(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    await scene.change("second")
    scene.slack.delays = [1.0]
    slow = asyncio.create_task(scene.converge())
    await scene.is_under_way()
    await scene.change("third")
    await scene.converge()  # somebody else is at it, and will see that more is wanted
    await slow
    assert scene.texts == ["third"]
    assert await due(scene.rt, scene.clock.now.replace(year=2030)) == []


async def died_drawing(scene: Scene, says: str) -> None:
    """Let the first drawer of a change die while Slack has its call."""
    await scene.want()
    await scene.converge()
    await scene.change(says)
    scene.slack.delays = [30]
    dying = asyncio.create_task(scene.converge())
    await scene.is_under_way()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)


async def test_a_drawer_that_dies_leaves_a_duty_behind(scene: Scene) -> None:
    await died_drawing(scene, "second")
    assert scene.texts == ["first"]
    await scene.a_minute(minutes=3)
    assert scene.texts == ["second"]


@pytest.mark.both
async def test_what_a_dead_drawer_has_sent_is_drawn_over_also_where_it_arrives_last(scene: Scene) -> None:
    await died_drawing(scene, "second")
    await scene.change("third")
    await scene.a_minute(minutes=3)
    assert scene.texts == ["third"]
    [ts] = scene.slack.standing
    scene.slack.standing[ts] = "second"
    await scene.a_minute(minutes=3)
    assert scene.texts == ["third"]
    assert await due(scene.rt, scene.clock.now.replace(year=2030)) == []


@pytest.mark.both
async def test_a_process_that_was_paused_sends_nothing_under_a_claim_that_others_took_over(scene: Scene) -> None:
    other = runtime(scene.rt.store, scene.slack, scene.topic, scene.clock)
    await scene.want()
    taken: list[asyncio.Task[bool]] = []

    def pause() -> None:
        if not taken:
            scene.clock.advance(minutes=5)
            taken.append(asyncio.create_task(converge(other, "note", "x")))

    scene.slack.on_look = pause
    first = asyncio.create_task(scene.converge())
    await first
    await asyncio.gather(*taken)
    assert scene.texts == ["first"]


@pytest.mark.both
async def test_a_thread_waits_for_its_message_and_tells_what_happened_together_in_one_reply(scene: Scene) -> None:
    await scene.want(CARD, *LINES)
    await scene.converge()
    assert scene.texts == ["first", "line:0\nline:1\nline:2"]
    (card, reply) = scene.slack.standing
    assert scene.slack.threads[reply] == card
    assert [post.ts for post in await scene.posts()] == [card, reply, reply, reply]


@pytest.mark.both
async def test_a_later_line_never_overtakes_one_that_may_still_arrive(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    scene.slack.send_fails = [DOWN]
    await scene.want(LINES[0])
    await scene.converge()
    await scene.want(LINES[1])
    await scene.converge()
    assert scene.texts == ["first"]
    for _ in range(4):
        await scene.a_minute()
    assert [text for text in scene.texts[1:] for text in text.split("\n")] == ["line:0", "line:1"]


async def test_what_has_nothing_to_say_any_more_is_not_sent(scene: Scene) -> None:
    scene.slack.send_fails = [REFUSED]
    await scene.want()
    await scene.converge()
    scene.topic.says["x"] = "nothing"
    for _ in range(3):
        await scene.a_minute()
    assert scene.texts == []
    assert (await scene.posts())[0].is_given_up


@pytest.mark.both
async def test_a_message_that_two_sent_is_known_twice_and_redrawn_in_both_places(scene: Scene) -> None:
    await scene.want()
    scene.slack.delays = [1.0]
    slow = asyncio.create_task(scene.converge())
    await scene.is_under_way()
    scene.clock.advance(minutes=3)
    await scene.converge()
    await slow
    assert scene.texts == ["first", "first"]
    await scene.change("second")
    await scene.a_minute()
    assert scene.texts == ["second", "second"]


async def test_posts_that_fill_a_limit_and_fail_keep_no_other_from_being_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "MOST_DUE", share_of_limit(db.MOST_DUE))
    async with scene.rt.store.write() as tx:
        for n in range(db.MOST_DUE * 6 // 5):
            scene.topic.says[f"bad-{n}"] = "bad"
            await db.want(tx, "note", f"bad-{n}", [CARD], scene.clock())
    scene.slack.send_fails = [REFUSED] * (db.MOST_DUE * 6 // 5)
    await scene.a_minute()
    await scene.want()
    scene.slack.send_fails = [REFUSED] * 10_000
    await scene.a_minute()
    scene.slack.send_fails = []
    await scene.a_minute(minutes=2)
    await scene.a_minute(minutes=2)
    assert "first" in scene.texts


@pytest.mark.both
async def test_what_hangs_on_a_message_that_was_given_up_is_given_up_too(scene: Scene) -> None:
    scene.slack.send_fails = [REFUSED] * 10
    scene.topic.is_over = True
    await scene.want(CARD, *LINES)
    await scene.tried(MOST_TRIES)
    for _ in range(2):
        await scene.a_minute()
    assert all(post.is_given_up for post in await scene.posts())
    assert await due(scene.rt, scene.clock.now.replace(year=2030)) == []


async def test_a_thread_ends_with_the_message_that_it_hangs_on(scene: Scene) -> None:
    scene.topic.says["x"] = "nothing"
    await scene.want(CARD, *LINES)
    await scene.converge()
    assert all(post.is_given_up for post in await scene.posts())


async def test_a_thread_whose_message_is_not_known_ends(scene: Scene) -> None:
    await scene.want(*LINES)
    await scene.converge()
    assert all(post.is_given_up for post in await scene.posts())


@pytest.mark.both
async def test_lines_are_not_sent_under_a_claim_that_others_took_while_the_card_was_slow(scene: Scene) -> None:
    await scene.want(CARD, *LINES)
    scene.slack.delays = [1.0]
    slow = asyncio.create_task(scene.converge())
    await scene.is_under_way()
    scene.clock.advance(minutes=3)
    await scene.converge()
    await slow
    assert scene.texts.count("line:0\nline:1\nline:2") == 1


async def test_what_nobody_can_be_told_directly_is_tried_once_a_day_at_last(scene: Scene) -> None:
    scene.slack.send_fails = [REFUSED] * 50
    await scene.want(Wanted("told", "U0ALICE"))
    await scene.converge()
    for _ in range(5):
        await scene.tried(MOST_TRIES)
        await scene.a_minute(days=1)
    assert len(scene.slack.send_fails) == 44
    await scene.a_minute(hours=20)
    assert len(scene.slack.send_fails) == 44, "not more often"
    scene.topic.says["x"] = "nothing"
    await scene.a_minute(hours=4)
    assert (await scene.posts())[0].is_given_up
    assert len(scene.slack.send_fails) == 44, "what is over is not tried again"
