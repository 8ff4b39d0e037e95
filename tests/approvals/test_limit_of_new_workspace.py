"""The monthly limit of a new workspace: approved with it, kept by the bot, and set by hand where the API sets none."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals.act import Grants
from bot.approvals.audit_facts import told_by_requests
from bot.approvals.due import FOLLOW_EVERY
from bot.approvals.model import Request, Status
from bot.approvals.outcome import LeaseLost
from bot.kinds.workspaces.create import CREATE_WORKSPACE
from bot.kinds.workspaces.create_limit import needs_other_approvals
from bot.policy.model import ApproverKind, ApproverRef, Rule, RuleSettings, WorkspaceSettings
from bot.spend.limits import db as kept_limits
from bot.store.audit import entries_of, verify_chain
from bot.store.session import Store
from tests.approvals.acting import a_minute_passes, card_with, press, told, until
from tests.approvals.asking import fill_in
from tests.approvals.samples import a_request
from tests.world import ALICE, APPROVALS, BOB, World, world_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FOLLOWED = FOLLOW_EVERY.total_seconds() + 60


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def approved(world: World, *environments: str) -> tuple[dict[str, Any], Request]:
    values = {"name": "Checkout", "environments": list(environments), "limit": "500", "reason": "The new checkout"}
    assert (await fill_in(world, ALICE, CREATE_WORKSPACE, values))["ok"]
    card = await card_with(world, "The new checkout")
    await press(world, BOB, card, "request_approve")
    return card, await until(world, card, Status.APPLIED)


async def limit_requests(world: World) -> list[Request]:
    async with world.rt.store.read() as tx:
        return await requests.with_status(tx, *Status, kinds=["set_spend_limit"])


async def kept(world: World) -> set[Decimal]:
    async with world.rt.store.read() as tx:
        return {one.amount for one in await kept_limits.live(tx)}


async def test_without_the_preview_who_approved_is_led_through_the_console_and_the_bot_keeps_it(world: World) -> None:
    card, _ = await approved(world)
    assert "Limit $500.00 a month (an approver sets it in the Console, and I tell them how)" in card["text"]
    await card_with(world, "⏳ Limit of Checkout: $500.00 a month, an approver sets it in the Console, and has the steps")
    assert await kept(world) == set()
    await a_minute_passes(world)
    steps = await world.message(BOB, "You approved a spend limit for *Checkout*")
    assert "Set the monthly spend limit to exactly *$500.00*" in steps["text"]
    await press(world, BOB, steps, "request_say_done")
    await world.message(ALICE, "Spend limit of Checkout is $500.00 a month")
    assert await kept(world) == {Decimal(500)}
    await world.command(ALICE, "/claude-workspaces show Checkout")
    assert "$500.00 a month, as approved here" in (await told(world, ALICE, "*Limits*"))["text"]
    await world.command(ALICE, "/claude-workspaces list Checkout")
    await told(world, ALICE, "limit $500.00 a month")
    await a_minute_passes(world, FOLLOWED)
    request = await until(world, card, Status.APPLIED)
    part = request.outcome.part("limit:")
    assert part
    assert (part.state, part.note) == ("done", "$500.00 a month, as an approver said")
    assert len(await limit_requests(world)) == 1


async def test_with_the_preview_it_is_set_at_once_and_the_bot_keeps_it_without_a_second_card(world: World) -> None:
    world.sandbox.claude.flags.spend_limits_preview = True
    _, request = await approved(world, "production", "staging")
    assert {part.state for part in request.outcome.parts} == {"done"}
    await a_minute_passes(world)
    made = await limit_requests(world)
    assert [one.status for one in made] == [Status.APPLIED] * 2
    assert [[one.by.slack_id for one in limit.decisions] for limit in made] == [[BOB]] * 2
    assert await kept(world) == {Decimal(500)}
    assert not [one for one in await world.messages(BOB, APPROVALS) if "Spend limit of" in one["text"]]
    async with world.rt.store.read() as tx:
        assert (await verify_chain(tx, world.rt.store.audit_key, told=await told_by_requests(tx))).broken_seq is None


async def test_what_waits_for_a_person_is_closed_once_its_workspace_is_archived(world: World) -> None:
    card, request = await approved(world)
    await a_minute_passes(world)
    await world.message(BOB, "You approved a spend limit for *Checkout*")
    waits = await card_with(world, "asks to change a spend limit")
    assert "isn't known yet" not in waits["text"], "a new workspace has spent nothing"
    made = request.outcome.part("workspace:")
    assert made
    await world.rt.admin.archive_workspace(made.thing_id)
    world.rt.directory.forget_workspaces()
    assert (await world.click_on(BOB, waits, "request_say_done"))["ok"]
    await world.message(BOB, "⛔ Don't set the limit of *$500.00* a month for *Checkout* any more")
    await card_with(world, "it was approved, but it failed: Checkout is archived for good")
    assert await kept(world) == set()
    await a_minute_passes(world, FOLLOWED)
    part = (await until(world, card, Status.APPLIED)).outcome.part("limit:")
    assert part
    assert (part.state, part.note, part.is_final) == ("over", "it couldn't be set, as its own request says", True)


async def test_what_failed_first_is_told_of_until_it_is_done(world: World) -> None:
    world.sandbox.claude.flags.spend_limits_preview = True
    await approved(world)
    policy = world.rt.policy
    stricter_limits(world, "checkout")
    await a_minute_passes(world)
    failed = await card_with(world, "the limit was not changed")
    world.rt.policy = policy
    await press(world, BOB, failed, "request_retry")
    await world.message(ALICE, "Spend limit of Checkout is $500.00 a month")
    assert await kept(world) == {Decimal(500)}


async def test_what_nobody_did_is_over_and_can_be_asked_for_again_for_each(world: World) -> None:
    card, _ = await approved(world, "production", "staging")
    await a_minute_passes(world)
    await a_minute_passes(world, 8 * 24 * 3600)
    await a_minute_passes(world, FOLLOWED)
    request = await until(world, card, Status.APPLIED)
    assert {part.state for part in request.outcome.parts if part.name.startswith("limit:")} == {"over"}
    await press(world, ALICE, await card_with(world, "2 workspaces of Checkout"), "request_undo")
    which = await told(world, ALICE, "For which one?", "C0APPROVALS")
    values = [block["accessory"]["value"] for block in which["blocks"] if "accessory" in block]
    assert (await world.click(ALICE, "request_undo", channel="C0APPROVALS", ts=which["ts"], value=values[1]))["ok"]
    assert "Checkout Staging" in str(await world.modal(ALICE, "form_set_spend_limit"))


ADMINS, OTHERS = (ApproverRef(kind=ApproverKind.ORG_ADMINS), ApproverRef(kind=ApproverKind.USER, id="U0FINANCE"))
OF_WORKSPACE = ApproverRef(kind=ApproverKind.WORKSPACE_ADMINS)


@pytest.mark.parametrize(
    ("whole", "own", "needs_others"),
    [
        (Rule(approvers=(ADMINS,)), Rule(approvers=(ADMINS, OTHERS)), False),
        (Rule(approvers=(ADMINS,), quorum=2), Rule(approvers=(ADMINS,)), False),
        (Rule(approvers=(ADMINS,)), Rule(approvers=(ADMINS,), quorum=2), True),
        (Rule(approvers=(ADMINS, OTHERS)), Rule(approvers=(ADMINS,)), True),
        (Rule(approvers=(ADMINS,)), Rule(approvers=(OF_WORKSPACE,)), False),
        (Rule(approvers=(OTHERS,)), Rule(approvers=(OF_WORKSPACE,)), True),
        (Rule(approvers=(ADMINS, OF_WORKSPACE)), Rule(approvers=(ADMINS,)), False),
        (Rule(approvers=(ADMINS,)), Rule(), True),
    ],
)
async def test_a_new_workspace_is_no_way_around_who_approves_limits(whole: Rule, own: Rule, needs_others: bool) -> None:
    def rule_for(kind: str, _workspace_id: str | None, _name: str | None) -> Rule:
        return own if kind == "set_spend_limit" else whole

    assert needs_other_approvals(rule_for, "Checkout") is needs_others


def stricter_limits(world: World, workspace: str = "checkout staging") -> None:
    of_name = WorkspaceSettings(kinds={"set_spend_limit": RuleSettings(quorum=2)})
    world.rt.policy = world.rt.policy.model_copy(update={"workspaces": {workspace: of_name}})


async def test_a_limit_that_others_approve_is_not_asked_for_with_its_workspace(world: World) -> None:
    stricter_limits(world)
    values = {"name": "Checkout", "environments": ["staging"], "limit": "500", "reason": "The new checkout"}
    await fill_in(world, ALICE, CREATE_WORKSPACE, values)
    await world.modal(ALICE, "A spend limit needs other approvals than a workspace. Leave this empty")


@pytest.mark.parametrize("has_preview", [True, False])
async def test_a_limit_that_others_approve_by_now_is_not_set_with_its_workspace(world: World, has_preview: bool) -> None:
    world.sandbox.claude.flags.spend_limits_preview = has_preview
    values = {"name": "Checkout", "environments": ["staging"], "limit": "500", "reason": "The new checkout"}
    assert (await fill_in(world, ALICE, CREATE_WORKSPACE, values))["ok"]
    card = await card_with(world, "The new checkout")
    stricter_limits(world)
    await press(world, BOB, card, "request_approve")
    await card_with(world, "Limit of Checkout Staging: it needs other approvals than the workspace had")
    assert await limit_requests(world) == []
    assert not [one for one in world.sandbox.claude.spend_limits.values() if one.amount == Decimal(500)]
    await press(world, ALICE, await card_with(world, "Checkout Staging"), "request_undo")
    assert "Checkout Staging" in str(await world.modal(ALICE, "form_set_spend_limit"))


@pytest.mark.both
async def test_a_part_is_added_once_also_where_two_are_at_it(store: Store) -> None:
    part = a_request("set_spend_limit", Status.APPROVED, outcome={"part_of": "req_whole"})
    other = part.model_copy(update={"id": "req_other"})
    grants = Grants(store, lambda: True)
    assert await asyncio.gather(*(grants.add_part(part, "limit:1", "wrkspc_1", NOW) for _ in range(2))) == [True, True]
    assert not await grants.add_part(other, "limit:1", "wrkspc_1", NOW), "another one is about the same limit"
    async with store.read() as tx:
        found, entries = await requests.load(tx, part.id), await entries_of(tx, part.id)
    assert found
    assert found.decisions == part.decisions
    assert [one.action for one in entries] == ["request.submitted", "request.approved"]
    with pytest.raises(LeaseLost):
        await Grants(store, lambda: False).add_part(other, "limit:2", "wrkspc_1", NOW)
