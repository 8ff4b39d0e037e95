"""Faults of our own and rows of other versions: nothing is repeated, and nothing else waits for them or stays readable."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import SlackRefused
from bot.posts import db
from bot.posts.converge import due, repair
from bot.posts.model import Post
from bot.posts.redact import redact_channel, restore_channel
from bot.store.session import Store
from tests.posts.test_converge import CARD, LINES, Scene
from tests.posts.world import CHANNEL


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


async def test_posts_of_another_version_keep_nothing_else_from_being_sent(scene: Scene) -> None:
    async with scene.rt.store.write() as tx:
        await db.want(tx, "gone", "old", [replace(CARD, purpose=f"card:{n}") for n in range(510)], scene.clock())
    scene.clock.advance(minutes=1)
    await scene.want()
    await three_minutes(scene)
    assert scene.texts == ["first"]


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


@pytest.mark.parametrize("code", ["cannot_reply_to_message", "thread_not_found"])
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
