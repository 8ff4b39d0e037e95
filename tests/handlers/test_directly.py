"""Figures in a channel that another company reads go to direct messages, whichever answer has them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.errors import SlackRefused
from bot.runtime import Runtime
from bot.sandbox.people import SHARED_CHANNEL
from bot.slack.model import Message, SlackChannel
from handlers.edge.interaction import Interaction
from handlers.edge.window import answer_here
from tests.world import BOB, world_of

FIGURES = Message("It cost $412.70", [])


class _Slack:
    def __init__(self, shared: bool | None) -> None:
        self.shared = shared
        self.beside: list[str] = []
        self.direct: list[str] = []

    async def channel(self, _channel: str) -> Any:
        if self.shared is None:
            raise SlackRefused("channel_not_found")
        return SlackChannel(_channel, "team", False, True, False, self.shared)

    async def answer(self, _url: str, message: Message, *, replace: bool = False) -> None:
        self.beside.append(message.text)

    async def send(self, user_id: str, message: Message) -> None:
        assert user_id == "U0BOB"
        self.direct.append(message.text)


def a_call(slack: _Slack, channel: str = "C0PARTNER") -> Interaction:
    rt = cast("Runtime", SimpleNamespace(notifier=slack))
    return Interaction(rt, {}, "U0BOB", "T0", channel=channel, response_url="https://hooks.slack.test/1", value="x")


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize(("shared", "channel"), [(True, "C0PARTNER"), (None, "G0HIDDEN"), (False, "C0ENG"), (True, "D0BOB")])
async def test_figures_are_never_beside_an_act_where_others_look_on(
    shared: bool | None, channel: str, in_place: bool
) -> None:
    async def reading() -> Message:
        return FIGURES

    slack = _Slack(shared)
    await answer_here(a_call(slack, channel), "Advice", reading(), in_place=in_place, has_figures=True)
    is_direct = shared is not False and channel[0] != "D"
    assert (FIGURES.text in slack.direct, FIGURES.text in slack.beside) == (is_direct, not is_direct)
    assert all("directly" in one for one in slack.beside if is_direct)


async def test_advice_keys_and_people_are_shown_directly(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        for n, typed in enumerate(("admin advice", "keys show ingest-prod", "members show @dana"), 1):
            await world.command(BOB, f"/claude-{typed}", SHARED_CHANNEL)

            async def answered(count: int = n) -> bool:
                said = [one["text"] for one in await world.messages(BOB, SHARED_CHANNEL)]
                return sum("I sent them to you directly." in one for one in said) == count

            await world.wait_for(answered, f"an answer to {typed}")
        beside = str(await world.messages(BOB, SHARED_CHANNEL))
        assert "$" not in beside
        assert "finding" not in beside
