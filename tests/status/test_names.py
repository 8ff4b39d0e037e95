"""Names in the policy that match nothing: told once when they come to, once when they are mended, and shown meanwhile."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.errors import SlackDown, SlackRefused, UpstreamDown
from bot.policy.model import ApproverKind, ApproverRef, Policy, RuleSettings, WorkspaceSettings
from bot.policy.names import Known, loose
from bot.posts.left_readable import LeftReadable
from bot.runtime import Runtime
from bot.slack.model import Message, Sent, SlackChannel
from bot.status.names import NamesTopic, look, loose_names, to_look_at
from bot.store.session import Store
from bot.telemetry.meter import Meter
from tests.posts.world import Clock

ADMINS, LABS, GROUP, BOSS = "C0ADMINS", "C0LABS", "S0ADMINS", "U0BOSS"
POLICY = Policy(
    groups={"admins": (ApproverRef(kind=ApproverKind.USERGROUP, id=GROUP), ApproverRef(kind=ApproverKind.USER, id=BOSS))},
    defaults=RuleSettings(channel=ADMINS),
    workspaces={"Lab": WorkspaceSettings(rule=RuleSettings(channel=LABS)), "wrkspc_2": WorkspaceSettings()},
)


@dataclass
class Outside:
    """Slack and the organization as far as the watch asks them."""

    workspaces_by_id: dict[str, str] = field(default_factory=lambda: {"wrkspc_1": "lab", "wrkspc_2": "Other"})
    archived: set[str] = field(default_factory=set[str])
    members: frozenset[str] = frozenset({"U0ONE"})
    left: set[str] = field(default_factory=set[str])
    unknown: set[str] = field(default_factory=set[str])
    not_in: set[str] = field(default_factory=set[str])
    is_down: bool = False
    said: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def background(self) -> "Outside":
        return self

    async def workspaces(self, include_archived: bool = False) -> AsyncIterator[Any]:
        assert include_archived
        if self.is_down:
            raise UpstreamDown("The Claude Admin API didn't answer.")
        for one, name in self.workspaces_by_id.items():
            yield SimpleNamespace(id=one, name=name, archived_at="then" if one in self.archived else None)

    def _up(self) -> None:
        if self.is_down:
            raise SlackDown("Slack did not answer.")

    async def group_members(self, group_id: str, *, fresh: bool = False) -> frozenset[str]:
        self._up()
        return self.members

    async def person(self, slack_id: str, *, fresh: bool = False) -> Any:
        self._up()
        if slack_id in self.unknown:
            raise SlackRefused("Slack refused.", "user_not_found")
        return SimpleNamespace(deleted=slack_id in self.left)

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        self._up()
        return SlackChannel(channel_id, "x", False, channel_id not in self.not_in, False, False)

    async def send(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Sent:
        self.said.append((channel, message.text))
        return Sent(channel, f"{len(self.said)}.1")


class Scene:
    def __init__(self, store: Store) -> None:
        self.outside, self.clock = Outside(), Clock()
        topics = {topic.name: topic for topic in (NamesTopic(), LeftReadable())}
        parts: Any = SimpleNamespace(
            store=store,
            admin=self.outside,
            notifier=self.outside,
            now=self.clock,
            topics=topics,
            policy=POLICY,
            meter=Meter(),
        )
        parts.refresh_policy = self._refreshed
        self.parts, self.rt = parts, cast("Runtime", parts)

    async def _refreshed(self) -> Policy:
        return self.parts.policy

    async def looks(self) -> list[tuple[str, str]]:
        """Let the watch look, as the job does, and return what was said."""
        self.outside.said.clear()
        self.clock.advance(minutes=5)
        for key in await to_look_at(self.rt, self.clock()):
            await look(self.rt, key, self.clock())
        return list(self.outside.said)


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def renamed(outside: Outside) -> None:
    outside.workspaces_by_id["wrkspc_1"] = "Research"


def archived(outside: Outside) -> None:
    outside.archived.add("wrkspc_2")


def gone(outside: Outside) -> None:
    del outside.workspaces_by_id["wrkspc_2"]


CHANGES: dict[str, tuple[Callable[[Outside], None], str, str]] = {
    "a workspace is renamed": (renamed, "workspace *Lab*: it is called Research now, so its rules", "workspace Lab: it is"),
    "a workspace is archived": (archived, "workspace *wrkspc_2*: it is archived, so", "workspace wrkspc_2: it is archived"),
    "a workspace is gone": (gone, "workspace *wrkspc_2*: no workspace has this name or id", "workspace wrkspc_2: no"),
    "a group is empty": (
        lambda outside: setattr(outside, "members", frozenset()),
        "user group <!subteam^S0ADMINS>: it has no members, or Slack doesn't know it, so nobody approves",
        "user group S0ADMINS: it has no members",
    ),
    "everybody in a group has left": (
        lambda outside: outside.left.update(outside.members),
        "user group <!subteam^S0ADMINS>: none of its members has an active Slack account, so nobody approves",
        "user group S0ADMINS: none of its members",
    ),
    "a person is deactivated": (
        lambda outside: outside.left.add(BOSS),
        "<@U0BOSS>: their Slack account is deactivated, so they approve nothing.",
        "person U0BOSS: their Slack",
    ),
    "a person is unknown": (
        lambda outside: outside.unknown.add(BOSS), "<@U0BOSS>: Slack doesn't know them", "person U0BOSS: Slack",
    ),
    "the bot was removed from a channel": (
        lambda outside: outside.not_in.add(LABS), "channel <#C0LABS>: I'm not in it; invite me, so", "channel C0LABS",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
async def test_what_comes_to_match_nothing_is_told_once_and_once_when_it_is_mended(scene: Scene, change: str) -> None:
    happens, said, shown = CHANGES[change]
    assert await scene.looks() == []
    happens(scene.outside)
    ((where, text),) = await scene.looks()
    assert where == ADMINS
    assert text.startswith("⚠️ *The policy file names something that I can't use")
    assert said in text
    (one,) = await loose_names(scene.rt)
    assert one.sentence.startswith(shown)
    assert await scene.looks() == []
    scene.outside.is_down = True
    assert await scene.looks() == [], "who doesn't answer says nothing"
    assert len(await loose_names(scene.rt)) == 1
    scene.outside = scene.parts.admin = scene.parts.notifier = Outside()
    ((_, text),) = await scene.looks()
    assert text.startswith("✅ *No longer a problem")
    assert text.count("•") == 1
    assert await loose_names(scene.rt) == []
    assert await scene.looks() == []


async def test_a_list_of_workspaces_that_is_empty_all_at_once_is_not_believed(scene: Scene) -> None:
    assert await scene.looks() == []
    known, scene.outside.workspaces_by_id = scene.outside.workspaces_by_id, {}
    assert await scene.looks() == []
    assert await loose_names(scene.rt) == []
    scene.outside.workspaces_by_id = known | {"wrkspc_1": "Research"}
    ((_, text),) = await scene.looks()
    assert "workspace *Lab*: it is called Research now" in text


async def test_a_name_that_is_taken_out_of_the_file_is_mended_and_a_file_that_can_not_be_read_mends_nothing(
    scene: Scene,
) -> None:
    renamed(scene.outside)
    assert len(await scene.looks()) == 1
    for because in ("The policy file has a <fault>.", "The policy file is empty."):
        scene.parts.policy = Policy.nobody(because)
        told = await scene.looks()
        is_first = "<" in because
        assert told == [(ADMINS, "⚠️ *Nobody can approve anything.* The policy file has a &lt;fault&gt;.")] * is_first
    scene.parts.policy = POLICY.model_copy(update={"workspaces": {}})
    ((where, text),) = await scene.looks()
    assert (where, text.startswith("✅")) == (ADMINS, True)
    assert "• it can be read again, and requests can be approved\n• workspace *Lab*" in text
    assert await scene.looks() == []


async def test_what_is_wrong_with_the_admins_own_channel_is_told_elsewhere(scene: Scene) -> None:
    scene.outside.not_in.add(ADMINS)
    told = [where for where, _ in await scene.looks()]
    assert sorted(told) == [BOSS, "U0ONE"]


@pytest.mark.both
async def test_of_two_replicas_one_looks(scene: Scene) -> None:
    scene.clock.advance(minutes=5)
    assert [await to_look_at(scene.rt, scene.clock()) for _ in range(2)] == [[""], []]
    scene.clock.now += timedelta(minutes=5)
    assert await to_look_at(scene.rt, scene.clock()) == [""]


def test_what_nobody_looked_up_is_no_fault_of_the_policy() -> None:
    assert loose(POLICY, Known()) == []
    assert [one.key for one in loose(POLICY, Known(workspaces={"wrkspc_2": "LAB"}))] == []
    assert [one.key for one in loose(POLICY, Known(workspaces={}))] == ["workspace Lab", "workspace wrkspc_2"]
