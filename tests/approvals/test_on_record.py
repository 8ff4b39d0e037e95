"""What goes on record besides what was done: who pressed a button that isn't theirs, and which policy came to hold."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals import decide
from bot.errors import NotAllowed
from bot.people.model import Actor, Who
from bot.policy.model import Rule
from bot.status.policy_loaded import record_policy
from bot.store.audit import all_entries
from bot.store.session import Store
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import ALICE, ASKED, BOB, a_request, a_rule

DANA = Who(slack_id="U0DANA", member_id="user_dana", email="dana@acme.test")


def acting(who: Who) -> Actor:
    member: Any = SimpleNamespace(id=who.member_id, email=who.email)
    return Actor(who.slack_id, member, "UTC")


async def recorded(store: Store) -> list[tuple[str, str, str]]:
    async with store.read() as tx:
        return [(one.actor, one.action, str(one.detail.get("policy"))) async for one in all_entries(tx)]


async def test_whoever_presses_what_is_not_theirs_is_on_record_once_for_each_request(store: Store) -> None:
    async def members_of(*_of: Any, **_how: Any) -> list[str]:
        return [BOB.slack_id]

    async def policy() -> None:
        return None

    async def name(_workspace: str) -> str:
        return "Staging"

    def rule_for(*_of: object) -> Rule:
        return a_rule()

    rt: Any = SimpleNamespace(
        store=store, kinds=WITH_BADGE, now=lambda: ASKED, refresh_policy=policy,
        policy=SimpleNamespace(rule_for=rule_for), directory=SimpleNamespace(workspace_name=name),
        notifier=SimpleNamespace(group_members=members_of),
    )  # fmt: skip
    request = a_request()
    async with store.write() as tx:
        assert await requests.insert(tx, request, "one")
    for who in (DANA, DANA, ALICE):
        with pytest.raises(NotAllowed):
            await decide.check_may_be_denied(rt, acting(who), request.id)
    assert await decide.check_may_be_denied(rt, acting(BOB), request.id)
    assert [one[:2] for one in await recorded(store)] == [
        (DANA.slack_id, "request.refused_click"), (ALICE.slack_id, "request.refused_click"),
    ]  # fmt: skip


@pytest.mark.both
async def test_each_policy_that_comes_to_hold_is_on_record_once_whichever_process_loads_it(store: Store) -> None:
    def process() -> Any:
        held = SimpleNamespace(version="a", nobody_because="")
        return SimpleNamespace(store=store, now=lambda: ASKED, policy=held, policy_on_record="")

    one, other = process(), process()
    for version in ("a", "b", "b", "a"):
        for rt in (one, other):
            rt.policy.version = version
            await record_policy(rt)
    assert [said[1:] for said in await recorded(store)] == [("policy.loaded", version) for version in ("a", "b", "a")]
