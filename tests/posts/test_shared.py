"""What people share in a channel stands there once, whatever Slack says, and not where another company reads along."""

import asyncio
from typing import Any, cast

import pytest

from bot.posts.redact import redact_channel
from bot.posts.shared import Press, Share, SharedTopic, share, why_not_posted
from bot.slack.model import Message
from bot.store.audit import all_entries
from bot.store.session import Store
from tests.posts.test_converge import Scene
from tests.posts.world import CHANNEL, DOWN, message


@pytest.fixture
def scene(store: Store) -> Scene:
    made = Scene(store)
    cast("Any", made.rt).topics["shared"] = SharedTopic()
    return made


async def press(scene: Scene, click: str, button: str = "answer 1") -> Share:
    def render(_chart: dict[str, Any] | None) -> Message:
        return message("$5")

    return await share(scene.rt, Press("U0DANA", CHANNEL, "7d", click, button), render, None)


async def recorded(scene: Scene) -> list[tuple[Any, ...]]:
    async with scene.rt.store.read() as tx:
        return [(one.action, one.actor, one.subject, one.detail) async for one in all_entries(tx)]


@pytest.mark.both
async def test_a_button_that_is_pressed_twice_or_delivered_twice_posts_once(scene: Scene) -> None:
    ends = await asyncio.gather(press(scene, "click 1"), press(scene, "click 2"), press(scene, "click 1"))
    assert sorted(end.value for end in ends) == ["already", "already", "posted"]
    assert scene.texts == ["$5"]
    assert await recorded(scene) == [("figures.shared", "U0DANA", CHANNEL, {"asked": "7d", "said": "$5"})]
    assert await press(scene, "another", "answer 2") is Share.POSTED
    scene.clock.advance(minutes=1)
    assert await press(scene, "click 1") is Share.ALREADY, "the same click, delivered again"
    assert await press(scene, "click 3") is Share.POSTED, "later it is meant as another one"
    assert scene.texts == ["$5"] * 3


async def test_what_slack_did_not_confirm_is_said_and_never_posted_behind_ones_back(scene: Scene) -> None:
    scene.slack.lost_answers = 1
    assert await press(scene, "click 1") is Share.UNSURE
    assert "may be posted or not" in await why_not_posted(scene.rt, CHANNEL)
    assert scene.texts == ["$5"]
    for _ in range(3):
        await scene.a_minute(minutes=3)
    assert scene.texts == ["$5"], "it isn't repeated"
    assert [action for action, *_ in await recorded(scene)] == ["figures.shared", "figures.share_unconfirmed"]
    scene.slack.send_fails = [DOWN]
    assert await press(scene, "click 2") is Share.UNSURE
    assert await press(scene, "click 3") is Share.POSTED, "it may be pressed again at once"
    assert scene.texts == ["$5"] * 2


@pytest.mark.both
async def test_what_stands_is_hidden_once_another_company_reads_along(scene: Scene) -> None:
    await press(scene, "click 1")
    scene.slack.shared = True
    await redact_channel(scene.rt, CHANNEL)
    [text] = scene.texts
    assert "$5" not in text
    assert await press(scene, "click 2", "answer 2") is Share.UNSURE
    assert "Another company" in await why_not_posted(scene.rt, CHANNEL)
    scene.slack.shared = False
    await scene.a_minute()
    assert "$5" not in str(scene.texts)
