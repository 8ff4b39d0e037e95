"""Who sees what: by the setting, the policy and the organization as they are at the click; never by what a button says."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.admin.model import Member
from bot.errors import NotAllowed, UpstreamDown, UpstreamMissing
from bot.people.model import Actor
from bot.policy.model import ApproverKind, ApproverRef, Policy
from bot.runtime import Runtime
from bot.spend.dimensions import KEY, MODEL, PERSON, TIER, WORKSPACE
from bot.spend.scope import EVERYTHING, Scope, groups_without_people
from bot.spend.visibility import check_may_tell, own_scope, scope_of

GROUPS = {
    "finance": (ApproverRef(kind=ApproverKind.USERGROUP, id="S0FIN"),),
    "carol": (ApproverRef(kind=ApproverKind.USER, id="U0CAROL"),),
    "odd": (ApproverRef(kind=ApproverKind.WORKSPACE_ADMINS),),
}
MINE = Scope(workspaces=frozenset({"w_lab"}), keys=frozenset({"k_alice"}), people=frozenset({"alice"}))
KEYS = {"", "k_alice", "k_lab"}
"""The keys of the rows that Alice caused; "" is none."""


@dataclass
class Company:
    """The organization and Slack as far as visibility asks them; `stale` is what a list that was read before says."""

    roles: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"w_lab": {"alice": "workspace_developer"}, "w_prod": {}}
    )
    stale: dict[str, dict[str, str]] | None = None
    org: dict[str, str] = field(default_factory=lambda: {"alice": "developer", "adam": "admin", "bill": "billing"})
    group: set[str] = field(default_factory=set[str])
    is_down: bool = False
    asked: list[str] = field(default_factory=list[str])

    async def user(self, member_id: str) -> Member:
        if self.is_down:
            raise UpstreamDown("The Claude Admin API didn't answer in time.")
        if member_id not in self.org:
            raise UpstreamMissing("No such member.")
        return Member(id=member_id, email="x@acme.test", name="X", role=self.org[member_id])

    async def workspace_member(self, workspace_id: str, user_id: str) -> Any:
        self.asked.append(workspace_id)
        if user_id not in self.roles[workspace_id]:
            raise UpstreamMissing("Not in it.")
        return SimpleNamespace(workspace_role=self.roles[workspace_id][user_id])

    async def workspaces(self) -> list[Any]:
        return [SimpleNamespace(id=one, is_default=one == "w_default") for one in (*self.roles, "w_default")]

    async def roles_in(self, workspace_id: str) -> Mapping[str, str]:
        if workspace_id == "w_default":
            return {"alice": "everybody is in the default one"}
        return (self.stale or self.roles).get(workspace_id, {})

    async def group_members(self, _group: str, *, fresh: bool = False) -> frozenset[str]:
        assert fresh
        return frozenset(self.group)

    async def workspace_members(self, _: str) -> AsyncIterator[Any]:
        yield None


def runtime(company: Company, setting: tuple[str, ...]) -> Runtime:
    async def keys_of(_slack_id: str, member_id: str) -> frozenset[str]:
        return frozenset({f"k_{member_id}"})

    async def refresh_policy() -> Policy:
        return Policy(groups=GROUPS)

    settings = SimpleNamespace(spend_visible_to=setting)
    parts = SimpleNamespace(
        settings=settings, admin=company, directory=company, notifier=company, keys_of=keys_of, refresh_policy=refresh_policy
    )
    return cast("Runtime", parts)


def actor(member: str) -> Actor:
    return Actor(f"U0{member.upper()}", Member(id=member, email="", name="", role="admin"), "")


SEEN: list[tuple[tuple[str, ...], str, Scope]] = [
    (("all",), "alice", EVERYTHING),
    (("all", "finance"), "alice", EVERYTHING),
    (("own",), "alice", MINE),
    (("own",), "adam", EVERYTHING),
    (("own",), "bill", EVERYTHING),
    (("own",), "gone", Scope()),
    (("finance",), "alice", MINE),
    (("carol",), "alice", MINE),
    (("nobody-has-this",), "alice", MINE),
    (("odd",), "alice", MINE),
    (("org-admins",), "alice", MINE),
    (("org-admins",), "adam", EVERYTHING),
    (("own", "carol"), "carol", EVERYTHING),
]


@pytest.mark.parametrize(("setting", "member", "seen"), SEEN)
async def test_who_sees_what(setting: tuple[str, ...], member: str, seen: Scope) -> None:
    company = Company(org={"alice": "developer", "adam": "admin", "bill": "billing", "carol": "user"})
    assert await scope_of(runtime(company, setting), actor(member)) == seen


async def test_what_changed_between_two_clicks_counts_at_the_second() -> None:
    company = Company(group={"U0ALICE"})
    rt = runtime(company, ("finance",))
    assert (await scope_of(rt, actor("alice"))).is_all
    company.group.clear()
    assert await scope_of(rt, actor("alice")) == MINE
    company.stale = {"w_lab": {"alice": "workspace_developer"}}
    company.roles["w_lab"].clear()
    assert await scope_of(rt, actor("alice")) == replace(MINE, workspaces=frozenset()), (
        "the list that was read before isn't believed"
    )
    assert company.asked[-1] == "w_lab"
    company.is_down = True
    with pytest.raises(UpstreamDown):
        await scope_of(rt, actor("alice"))


MAY_TELL: list[tuple[tuple[str, ...], str, tuple[str, ...], bool]] = [
    (("all",), "alice", (), True),
    (("own",), "alice", (), False),
    (("own",), "alice", ("w_lab",), True),
    (("own",), "alice", ("w_lab", "w_prod"), False),
    (("own",), "bill", (), True),
    (("own",), "gone", ("w_lab",), False),
]


async def test_nobody_lets_a_channel_be_told_what_they_may_not_see() -> None:
    for setting, member, workspaces, may in MAY_TELL:
        with contextlib.nullcontext() if may else pytest.raises(NotAllowed):
            await check_may_tell(runtime(Company(), setting), actor(member), workspaces)


async def test_ones_own_is_ones_own_whoever_one_is() -> None:
    assert await own_scope(runtime(Company(), ("all",)), actor("adam")) == Scope(
        keys=frozenset({"k_adam"}), people=frozenset({"adam"})
    )


def test_a_setting_that_names_nobody_is_found() -> None:
    setting = ("all", "own", "finance", "org-admins", "finanze", "workspace-admins")
    assert groups_without_people(setting, Policy(groups=GROUPS)) == ["finanze", "workspace-admins"]


def test_a_scope_narrows_what_was_asked_and_never_widens_it() -> None:
    everything = {"w_lab", "w_prod", ""}
    assert EVERYTHING.where({MODEL: ["opus"]}, ()) == ({MODEL: ["opus"]},)
    elsewhere = {"w_prod", ""}
    assert MINE.where({}, everything, KEYS) == (
        {WORKSPACE: {"w_lab"}},
        {KEY: {"k_alice"}, WORKSPACE: elsewhere},
        {PERSON: {"alice"}, KEY: {"", "k_lab"}, WORKSPACE: elsewhere},
    )
    assert MINE.where({WORKSPACE: ["w_prod"]}, everything) == ({KEY: {"k_alice"}, WORKSPACE: {"w_prod"}},)
    assert MINE.where({WORKSPACE: ["w_lab"], MODEL: ["opus"]}, everything) == ({WORKSPACE: {"w_lab"}, MODEL: {"opus"}},)
    assert MINE.where({KEY: ["k_noah"], WORKSPACE: ["w_prod"]}, everything, KEYS) == ()
    assert MINE.where({PERSON: ["noah"], WORKSPACE: ["w_prod"]}, everything, KEYS) == (
        {PERSON: {"noah"}, KEY: {"k_alice"}, WORKSPACE: {"w_prod"}},
    )
    assert MINE.told((TIER,)).people == frozenset()
    assert MINE.told((PERSON, KEY)) == MINE
    assert Scope().where({}, everything) == ()
