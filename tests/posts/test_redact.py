"""Where another company can read, nothing stays readable, whatever was under way when the channel became shared."""

import asyncio
import contextlib

import pytest

from bot.errors import SlackRefused, UpstreamDown
from bot.posts import db
from bot.posts.converge import converge
from bot.posts.left_readable import TOPIC
from bot.posts.looked import look_ahead
from bot.posts.model import Wanted
from bot.posts.redact import channels_to_look_at, look_at, redact_channel
from bot.posts.tries import MOST_TRIES, NEVER_CHANGED, OFTEN
from bot.store import audit
from bot.store.actions import AuditAction
from bot.store.session import Store
from tests.posts.test_converge import CARD, LINES, Scene
from tests.posts.world import ADMIN, CHANNEL, DOWN

NEWS = Wanted("news", CHANNEL, redraws=False)
ARCHIVED = SlackRefused("Slack refused.", "is_archived")


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
    async with scene.rt.store.read() as tx:
        told = [(entry.action, entry.detail["messages"]) for entry in await audit.entries_of(tx, CHANNEL)]
    assert told == [(AuditAction.CHANNEL_HIDDEN, 2), (AuditAction.CHANNEL_RESTORED, 1)]


async def test_a_share_that_reached_nobody_is_found(scene: Scene) -> None:
    await stands(scene)
    scene.slack.shared = True
    await look(scene)
    assert scene.texts == ["redacted", "redacted"]


@pytest.mark.both
async def test_a_drawing_under_way_when_the_channel_is_shared_does_not_stay_readable(scene: Scene) -> None:
    await stands(scene)
    await scene.change("second")
    scene.slack.delays = [1.0]
    slow = asyncio.create_task(scene.converge())
    await scene.is_under_way()
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


async def test_a_look_at_the_channel_counts_for_a_moment_alone(scene: Scene) -> None:
    await stands(scene)
    looked = await look_ahead(scene.rt, scene.topic, CHANNEL)
    scene.clock.advance(seconds=2)
    scene.slack.shared = True
    await scene.change("second")
    await converge(scene.rt, "note", "x", looked=looked)
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


@pytest.mark.both
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


async def test_both_copies_of_what_is_never_redrawn_are_redacted(scene: Scene) -> None:
    await scene.want(NEWS)
    scene.slack.delays = [1.0]
    slow = asyncio.create_task(scene.converge())
    await scene.is_under_way()
    scene.clock.advance(minutes=3)
    await scene.converge()
    await slow
    await scene.change("second")
    await scene.a_minute()
    assert scene.texts == ["first", "first"]
    scene.slack.shared = True
    await look(scene)
    assert scene.texts == ["redacted", "redacted"]


async def test_what_is_said_of_a_subject_that_is_gone_is_redacted(scene: Scene) -> None:
    await stands(scene)
    del scene.topic.says["x"]
    scene.slack.shared = True
    await look(scene)
    assert scene.texts == ["redacted", "redacted"]


async def test_redacting_is_never_given_up(scene: Scene) -> None:
    await stands(scene)
    scene.topic.is_over = scene.slack.shared = True
    scene.slack.draw_fails = [DOWN] * 4
    await redact_channel(scene.rt, CHANNEL)
    await scene.tried(MOST_TRIES)
    for _ in range(2):
        await scene.a_minute(minutes=16)
    assert scene.texts == ["redacted", "redacted"]


@pytest.mark.both
async def test_what_an_archived_channel_keeps_readable_is_redacted_once_it_is_open_again(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    scene.slack.shared = scene.slack.archived = True
    scene.slack.draw_fails = [ARCHIVED]
    await redact_channel(scene.rt, CHANNEL)
    await look(scene)
    assert (scene.texts, scene.slack.drawings) == (["first"], []), "nothing is tried in vain each minute"
    scene.slack.archived = False
    await look(scene)
    assert scene.texts == ["redacted"]


async def test_a_post_in_a_channel_that_is_closed_to_its_topic_is_not_drawn_each_minute(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    scene.topic.closed_to = frozenset({CHANNEL})
    await scene.change("second")
    await scene.converge()
    for _ in range(3):
        await look(scene)
    assert scene.slack.drawings == ["redacted"]
    scene.topic.closed_to = frozenset()
    await look(scene)
    assert scene.texts == ["second"]


async def test_a_picture_is_deleted_with_what_is_redacted_and_once(scene: Scene) -> None:
    await scene.want(NEWS)
    async with scene.rt.store.write() as tx:
        (post,) = await db.claim(tx, "note", "x", "token", scene.clock(), scene.clock())
        scene.slack.standing["1.1"] = "first"
        await db.note_sent(tx, post, "token", CHANNEL, "1.1", scene.clock(), "F0PICTURE")
        await db.adopt_copy(tx, post, CHANNEL, "2.2", scene.clock(), "F0COPY")
    scene.slack.shared = True
    scene.slack.deletions_fail = [DOWN, DOWN]
    await look(scene)
    assert (scene.texts, scene.slack.deleted) == (["redacted", "redacted"], [])
    for _ in range(3):
        await scene.a_minute()
        await look(scene)
    assert sorted(scene.slack.deleted) == ["F0COPY", "F0PICTURE"]


def refused(code: str) -> SlackRefused:
    return SlackRefused("Slack refused.", code)


@pytest.mark.parametrize("code", sorted(NEVER_CHANGED))
async def test_what_slack_lets_nobody_redraw_is_deleted_instead(scene: Scene, code: str) -> None:
    await stands(scene)
    scene.slack.shared = True
    scene.slack.draw_fails = [refused(code)] * 2
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == []
    await look(scene)
    await scene.a_minute()
    assert scene.texts == []


async def test_a_refusal_that_does_not_pass_ends_in_a_deletion(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    scene.slack.shared = True
    scene.slack.draw_fails = [refused("no_permission")] * 50
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["first"], "it may pass"
    await scene.tried(OFTEN)
    await scene.a_minute(minutes=16)
    assert scene.texts == []


@pytest.mark.parametrize("code", ["cant_delete_message", "no_permission", "compliance_exports_prevent_deletion"])
async def test_what_slack_lets_nobody_redraw_or_delete_is_told_once_to_admins_where_nobody_else_reads(
    scene: Scene, code: str
) -> None:
    await scene.want()
    await scene.converge()
    scene.slack.shared = True
    scene.slack.draw_fails, scene.slack.removals_fail = [refused("edit_window_closed")], [DOWN, refused(code)]
    await redact_channel(scene.rt, CHANNEL)
    assert scene.texts == ["first"], "nobody knows whether it is deleted"
    scene.slack.draw_fails = [refused("edit_window_closed")]
    for _ in range(3):
        await scene.a_minute()
        await look(scene)
    (stays, *told) = scene.texts
    assert (stays, len(told)) == ("first", 2)
    assert all(one.startswith("⚠️ *Delete my message of <!date^1^") and f"<#{CHANNEL}>" in one for one in told)
    async with scene.rt.store.read() as tx:
        where = [post.channel for post in await db.of_subject(tx, TOPIC, f"{CHANNEL}:1.000001")]
        (entry,) = await audit.entries_of(tx, "x")
    assert sorted(where) == [ADMIN, "U0OFS0MORE"], "not in the channel that is shared"
    assert (entry.action, entry.detail["ts"]) == (AuditAction.POST_LEFT_READABLE, "1.000001")


async def test_a_message_that_is_gone_already_needs_neither(scene: Scene) -> None:
    await scene.want()
    await scene.converge()
    scene.slack.shared = True
    scene.slack.draw_fails, scene.slack.removals_fail = [refused("message_not_found")], [AssertionError()]
    await redact_channel(scene.rt, CHANNEL)
    await look(scene)
    assert len(scene.slack.removals_fail) == 1


async def test_only_channels_with_something_to_redact_or_restore_are_asked_about(scene: Scene) -> None:
    await stands(scene)
    await scene.want(Wanted("card", "C0NEWS"), Wanted("news", "C0PAST"), Wanted("card", "C0NEVER"))
    scene.topic.closed_to = frozenset({"C0NEVER"})
    await scene.converge()
    assert await asked_about(scene) == ["C0NEWS", "C0PAST", CHANNEL]
    scene.slack.shared = True
    await look(scene)
    assert await asked_about(scene) == ["C0NEWS", CHANNEL], "what was redacted for good needs no look"
    scene.slack.shared = False
    await look(scene)
    assert await asked_about(scene) == ["C0NEWS", CHANNEL]
    assert "redacted" in scene.texts
    await scene.want(Wanted("more", "C0PAST"))
    await scene.converge()
    assert await asked_about(scene) == ["C0NEWS", "C0PAST", CHANNEL]


async def asked_about(scene: Scene) -> list[str]:
    """Return the channels of which Slack is asked within a minute by three replicas."""
    scene.clock.advance(minutes=1)
    scene.slack.looked.clear()
    for keys in await asyncio.gather(*(channels_to_look_at(scene.rt, scene.clock()) for _ in range(3))):
        for channel in keys:
            await look_at(scene.rt, channel, scene.clock())
    return sorted(scene.slack.looked)
