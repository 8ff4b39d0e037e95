"""Where another company can read, nothing stays readable, whatever was under way when the channel became shared."""

import asyncio
import contextlib

import pytest

from bot.errors import UpstreamDown
from bot.posts import db
from bot.posts.converge import converge
from bot.posts.redact import channels_to_look_at, look_at, redact_channel
from bot.store.session import Store
from tests.posts.test_converge import CARD, LINES, Scene
from tests.posts.world import CHANNEL, DOWN


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


async def stands(scene: Scene) -> None:
    await scene.want(CARD, LINES[0])
    await scene.converge()
    assert scene.texts == ["first", "line:0"]


async def look(scene: Scene) -> None:
    scene.clock.advance(minutes=1)
    for channel in await channels_to_look_at(scene.rt, scene.clock()):
        await look_at(scene.rt, channel, scene.clock())


async def test_cards_and_threads_are_redacted_and_only_cards_come_back(scene: Scene) -> None:
    await stands(scene)
    scene.slack.shared = True
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["redacted", "redacted"]
    await look(scene)
    assert len(scene.slack.drawings) == 2, "what is redacted already isn't drawn again"
    scene.slack.shared = False
    await look(scene)
    assert scene.texts == ["first", "redacted"]


async def test_a_share_that_reached_nobody_is_found(scene: Scene) -> None:
    await stands(scene)
    scene.slack.shared = True
    await look(scene)
    assert scene.texts == ["redacted", "redacted"]


async def test_a_drawing_under_way_when_the_channel_is_shared_does_not_stay_readable(scene: Scene) -> None:
    await stands(scene)
    await scene.change("second")
    scene.slack.delays = [0.2]
    slow = asyncio.create_task(scene.converge())
    await asyncio.sleep(0.05)
    scene.slack.shared = True
    await redact_channel(scene.rt, CHANNEL)
    await slow
    assert scene.texts == ["redacted", "redacted"]


async def test_every_drawing_looks_at_the_channel_anew(scene: Scene) -> None:
    await stands(scene)
    scene.slack.shared = True
    await scene.change("second")
    await scene.converge()
    assert scene.texts[0] == "redacted"


async def test_redacting_goes_on_where_slack_broke_off(scene: Scene) -> None:
    await stands(scene)
    scene.slack.shared = True
    scene.slack.draw_fails = [DOWN, DOWN]
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["first", "line:0"]
    await scene.a_minute()
    assert scene.texts == ["redacted", "redacted"]


async def test_nothing_new_is_posted_there_and_it_follows_once_the_channel_is_our_own_again(scene: Scene) -> None:
    scene.slack.shared = True
    await scene.want()
    await scene.converge()
    await scene.a_minute()
    assert scene.texts == []
    scene.slack.shared = False
    await scene.a_minute()
    assert scene.texts == ["first"]


async def test_of_several_replicas_one_looks_at_the_channels_each_minute(scene: Scene) -> None:
    await stands(scene)
    scene.slack.looked.clear()
    scene.clock.advance(minutes=1)
    found = await asyncio.gather(*(channels_to_look_at(scene.rt, scene.clock()) for _ in range(3)))
    assert sorted(map(tuple, found)) == [(), (), (CHANNEL,)]


async def test_direct_messages_are_nobody_elses_channel(scene: Scene) -> None:
    async with scene.rt.store.write() as tx:
        await db.adopt(tx, "note", "x", "card", "D0ALICE", "9.9", scene.clock())
    await converge(scene.rt, "note", "x")
    assert await channels_to_look_at(scene.rt, scene.clock()) == []


async def test_a_channel_with_more_posts_than_a_statement_takes_is_redacted(scene: Scene) -> None:
    await stands(scene)
    async with scene.rt.store.write() as tx:
        (card, *_) = await db.of_subject(tx, "note", "x")
        await db.touch_posts(tx, [*range(1000, 34_000), card.id], scene.clock(), redacted=True)
    await scene.converge()
    assert scene.texts[0] == "redacted"


@pytest.mark.parametrize("failure", [UpstreamDown("The Claude Admin API didn't answer."), ValueError("unreadable")])
async def test_what_can_not_be_drawn_is_redacted_all_the_same(scene: Scene, failure: Exception) -> None:
    await stands(scene)
    scene.topic.load_fails = failure
    scene.slack.shared = True
    with contextlib.suppress(ValueError):
        await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["redacted", "redacted"]
