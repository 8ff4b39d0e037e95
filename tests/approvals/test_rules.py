"""What the policy says is what happens: who, how many, where, with or without a reason, and how long."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.approvals.authority import rule_of
from bot.approvals.cards.topic import facts_of
from bot.approvals.decide import decide
from bot.approvals.model import Status, Verdict
from bot.kinds.registry import KINDS
from bot.people.identity import resolve_actor
from bot.policy.file import parse_policy
from bot.policy.model import ApproverKind, ApproverRef, Policy, RuleSettings
from bot.runtime import Runtime
from bot.slack.markup import date
from handlers.who_decides import who_decides
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    make_key,
    open_form,
    press,
    request_behind,
    told,
    until,
)
from tests.world import ALICE, APPROVALS, BOB, CAROL, World, world_of

PRIYA = "U0CROWD01"
POLICY = """
version = 1
[groups]
admins = ["usergroup:S0ADMINS"]
carol = ["user:U0CAROL"]
platform = ["usergroup:S0PLATFORM"]
[defaults]
approvers = ["admins"]
channel = "C0APPROVALS"
expires_in = "8h"
issue_keys = "api"
[kinds.change_role]
approvers = ["carol"]
reason_required = false
[workspaces."Research"]
approvers = ["org-admins"]
quorum = 2
channel = "C0ENG"
expires_in = "30m calendar"
[workspaces."Staging".kinds.create_key]
approvers = ["workspace-admins"]
"""


async def ask(world: World, name: str, workspace: str, user: str = ALICE) -> None:
    await open_form(world, user, "create_key")
    await world.submit(user, workspace_id=await world.workspace_id(workspace), name=name, reason="Rules")


def settings(tmp_path: Path, policy: str = POLICY) -> dict[str, str]:
    path = tmp_path / "policy.toml"
    path.write_text(policy)
    return {"POLICY_FILE": str(path)}


async def test_a_workspace_may_have_its_own_channel_people_quorum_and_time(tmp_path: Path) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        form = await open_form(world, ALICE, "create_key")
        expires_at = world.rt.policy.rule_for("create_key", None, None).expires_at(world.rt.now())
        asks = form["blocks"][-1]["elements"][0]["text"]
        assert asks == (
            "Needs 1 approval from <!subteam^S0ADMINS>, in <#C0APPROVALS>."
            f" Expires {date(expires_at)} if nobody decides. Other rules apply in *Research* and *Staging*."
        )
        await ask(world, "rules-research", "Research")
        await world.modal(ALICE, "Sent to <#C0ENG>. Needs 2 approvals from the organization's admins.")
        card = await world.message(BOB, "rules-research", "C0ENG")
        assert "Needs 2 approvals from the organization's admins" in card["text"]
        await press(world, BOB, card, "request_approve")
        await world.message(BOB, "1 of 2 so far", "C0ENG")
        await a_minute_passes(world, seconds=1860)
        await world.message(BOB, "*Expired*, nobody decided in 30 min", "C0ENG")
        await world.message(ALICE, "expired: nobody decided in 30 min")


async def test_one_person_may_be_named_and_a_reason_may_be_left_out(tmp_path: Path) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        await world.command(ALICE, "/claude-members role <@U0CROWD01> billing")
        await world.message(ALICE, "Sent to <#C0APPROVALS>. Needs approval from <@U0CAROL>.", "C0GENERAL")
        card = await card_with(world, "asks to change a role")
        assert "\n>" not in card["text"]
        await press(world, BOB, card, "request_approve")
        await world.message(BOB, "Only <@U0CAROL> can decide this.", "C0APPROVALS")
        await press(world, CAROL, card, "request_approve")
        await until(world, card, Status.APPLIED)


async def test_the_admins_of_the_workspace_may_decide_and_a_reason_is_asked_for(tmp_path: Path) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        await open_form(world, ALICE, "create_key")
        staging = await world.workspace_id("Staging")
        await world.submit(ALICE, workspace_id=staging, name="rules-staging", reason=" ")
        await world.modal(ALICE, "Say what it is for. The approvers need this to decide.")
        await ask(world, "rules-staging", "Staging")
        card = await card_with(world, "Needs 1 approval from the admins of *Staging*")
        assert (await request_behind(world, card)).status is Status.PENDING
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)


async def test_what_could_never_be_approved_is_not_taken(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        key_id = await make_key(world, "rules-alone", "Production")
        await open_form(world, BOB, "revoke_key", key_id)
        await world.submit(BOB, confirm="rules-alone", reason="Both approvers are needed, and one of them is me")
        await world.modal(
            BOB, "Needs 2 approvals from <!subteam^S0ADMINS>, but you can't approve your own, and only 1 other person can."
        )
        await open_form(world, ALICE, "revoke_key", key_id)
        await world.submit(ALICE, confirm="rules-alone", reason="Now both can")
        await card_with(world, "Now both can")


async def test_an_admin_who_asks_is_told_where_too_few_other_admins_are_left_to_approve(tmp_path: Path) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        await ask(world, "rules-research", "Research", BOB)
        refused = "from the organization's admins, but you can't approve your own, and only 1 other person can. Let somebody"
        await world.modal(BOB, refused)
        await world.post("/claude/users/priya@acme.test", role="admin")  # counts at once
        await world.submit(BOB, workspace_id=await world.workspace_id("Research"), name="rules-research", reason="Rules")
        await world.message(BOB, "rules-research", "C0ENG")


async def test_no_group_is_asked_for_where_enough_admins_are_left_to_approve(tmp_path: Path) -> None:
    policy = POLICY.replace('["org-admins"]', '["org-admins", "platform"]')
    async with world_of(tmp_path, more=settings(tmp_path, policy)) as world:
        await world.post("/faults", target="slack", name="usergroups.users.list", kind="500", times=99)
        await ask(world, "rules-research", "Research")
        await world.message(ALICE, "rules-research", "C0ENG")


async def test_who_left_is_not_counted_on_though_a_group_still_has_them(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        key_id = await make_key(world, "rules-left", "Production")
        world.sandbox.slack.users[CAROL].deleted = True
        world.rt.notifier.forget(CAROL)
        await open_form(world, ALICE, "revoke_key", key_id)
        await world.submit(ALICE, confirm="rules-left", reason="Both approvers are needed, and one has left")
        await world.modal(ALICE, "only 1 person can approve it, no matter who asks. Ask the people who run Quartermaster")
        world.sandbox.slack.users[CAROL].deleted = False
        world.rt.notifier.forget(CAROL)
        await world.submit(ALICE, confirm="rules-left", reason="Now both are there")
        await card_with(world, "Now both are there")


async def test_admins_of_a_workspace_are_not_counted_on_where_there_is_none(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        admins = ApproverRef(kind=ApproverKind.USERGROUP, id="S0ADMINS")
        for approvers, said in (
            (("workspace-admins",), "The policy lets only workspace admins approve this, but it is about no workspace."),
            (
                ("admins", "workspace-admins"),
                "but you and the person it is for can't approve it, and only 1 other person can.",
            ),
        ):
            rule = RuleSettings(approvers=approvers, quorum=2, channel="C0APPROVALS")
            world.rt.policy = Policy(groups={"admins": (admins,)}, defaults=rule)
            await world.command(BOB, "/claude-members role <@U0CROWD01> billing helps finance")
            await world.message(BOB, said, "C0GENERAL")


async def renamed(world: World, workspace: str, name: str) -> None:
    """Rename a workspace outside the bot, as an admin does in the Console."""
    await world.rt.admin.update_workspace(await world.workspace_id(workspace), name=name)
    world.rt.directory.forget_workspaces()


async def test_a_rule_binds_what_was_asked_under_it_though_its_workspace_is_called_otherwise_now(tmp_path: Path) -> None:
    anybody_here = POLICY.replace('approvers = ["admins"]', 'approvers = ["platform"]')
    async with world_of(tmp_path, more=settings(tmp_path, anybody_here)) as world:
        await ask(world, "outlives-its-name", "Research")
        card = await world.message(BOB, "outlives-its-name", "C0ENG")
        await press(world, BOB, card, "request_approve")
        card = await world.message(BOB, "1 of 2 so far", "C0ENG")
        await renamed(world, "Research", "Discovery")
        await press(world, BOB, card, "request_approve")
        await told(world, BOB, "You have already decided this", "C0ENG")
        # Priya is an approver under today's rule, but never was one where two of the organization's admins were needed.
        await press(world, PRIYA, card, "request_approve")
        await told(world, PRIYA, "who must also be one of the organization's admins", "C0ENG")
        assert (await request_behind(world, card)).status is Status.PENDING
        await press(world, CAROL, card, "request_approve")
        await world.message(BOB, "issued to", "C0ENG")


async def test_a_name_that_a_looser_table_has_makes_nobody_an_approver_of_what_was_asked_before(tmp_path: Path) -> None:
    looser = f'{POLICY}[workspaces."Playground"]\napprovers = ["platform"]\n'
    async with world_of(tmp_path, more=settings(tmp_path, looser)) as world:
        await ask(world, "asked-before", "Production")
        card = await card_with(world, "asked-before")
        await renamed(world, "Production", "Playground")
        await press(world, PRIYA, card, "request_approve")
        await told(world, PRIYA, "who must also be one of <!subteam^S0ADMINS>", APPROVALS)
        request = await request_behind(world, card)
        assert request.status is Status.PENDING
        said = str((await facts_of(world.rt, request)).needs)
        assert said.endswith("The rule changed after this was asked: if nobody is both, withdraw it and ask again")
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)


async def test_a_quorum_that_is_lowered_holds_for_what_is_asked_from_then_on(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        key_id = await make_key(world, "asked-under-two", "Production")
        await open_form(world, ALICE, "revoke_key", key_id)
        await world.submit(ALICE, confirm="asked-under-two", reason="Nobody needs it")
        card = await card_with(world, "asked-under-two")
        admins = ApproverRef(kind=ApproverKind.USERGROUP, id="S0ADMINS")
        rule = RuleSettings(approvers=("admins",), quorum=1, channel=APPROVALS)
        world.rt.policy = Policy(groups={"admins": (admins,)}, defaults=rule)
        await press(world, BOB, card, "request_approve")
        await card_with(world, "1 of 2 so far")
        assert (await request_behind(world, card)).status is Status.PENDING


async def test_a_card_counts_no_approval_of_somebody_who_may_not_decide_any_more(tmp_path: Path) -> None:
    two = f'{POLICY}[workspaces."Production"]\napprovers = ["admins", "platform"]\nquorum = 2\n'
    async with world_of(tmp_path, more=settings(tmp_path, two)) as world:
        await ask(world, "left-the-group", "Production")
        card = await card_with(world, "left-the-group")
        await press(world, BOB, card, "request_approve")
        await card_with(world, "1 of 2 so far")
        for group, people in (("S0ADMINS", [CAROL]), ("S0PLATFORM", [PRIYA])):
            assert (await world.post(f"/groups/{group}", users=people))["ok"]
        await press(world, PRIYA, card, "request_approve")
        card = await card_with(world, "1 of 2 so far (1 approval no longer counts)")
        assert (await request_behind(world, card)).status is Status.PENDING
        await press(world, CAROL, card, "request_approve")
        await until(world, card, Status.APPLIED)


async def test_the_record_names_the_policy_that_was_evaluated(tmp_path: Path) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        await ask(world, "evaluated-then", "Production")
        card = await card_with(world, "evaluated-then")
        request = await request_behind(world, card)
        rule, actor = await rule_of(world.rt, request), await resolve_actor(world.rt, BOB, world.rt.team_id, fresh=True)
        await world.post("/faults", target="slack", name="usergroups.users.list", kind="slow", seconds=0.3)
        deciding = asyncio.create_task(decide(world.rt, actor, request.id, Verdict.APPROVE))

        async def is_looked_up() -> bool:
            return not world.sandbox.faults.planned

        await world.wait_for(is_looked_up, "a look at who approves")
        world.rt.policy = world.rt.policy.model_copy(update={"version": "read meanwhile"})
        await deciding
        (entry,) = [one for one in await audit_of(world, request) if one.action == "request.approved"]
        assert rule.approvers
        assert entry.detail["rule"] == rule.on_record()
        assert entry.detail["policy"] == rule.version != world.rt.policy.version


def test_a_form_promises_no_longer_wait_than_what_it_asks_for_lasts() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    policy = parse_policy(POLICY, KINDS)
    rt = cast("Runtime", SimpleNamespace(policy=policy, now=lambda: now))
    usual, hour = policy.rule_for("change_role", None, None).expires_at(now), timedelta(hours=1)
    for ends_at, expires_at in ((None, usual), (now + hour, now + hour), (usual + hour, usual), (now - hour, usual)):
        said = who_decides(rt, KINDS["change_role"], ends_at=ends_at)
        assert f"Expires {date(expires_at)} if nobody decides." in said, ends_at


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "⚠️ Nobody can approve this: the policy file has a fault or can't be read."),
        (POLICY.replace('["carol"]', "[]"), "⚠️ Nobody can approve this: the policy names no approvers for it."),
        (POLICY.replace('channel = "C0APPROVALS"', ""), "⚠️ Nobody can approve this: the policy names no channel for it."),
    ],
)
def test_a_form_says_why_nobody_would_decide_also_in_a_workspace(text: str | None, said: str) -> None:
    policy = parse_policy(text, KINDS) if text else Policy.nobody("The policy file is empty.")
    rt = cast("Runtime", SimpleNamespace(policy=policy))
    assert who_decides(rt, KINDS["change_role"]) == said
    assert who_decides(rt, KINDS["change_role"], "wrkspc_1", "Staging") == said
