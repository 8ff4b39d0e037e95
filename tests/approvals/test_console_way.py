"""A key that a person makes in the Console: steps, proof, the wrong place, time, and second thoughts."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals import late
from bot.approvals.model import Status
from bot.sandbox.stage import Json
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    choose,
    labels,
    make_key,
    press,
    thread_of,
    until,
)
from tests.world import ALICE, BOB, CAROL, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def approved(world: World, name: str, **more: str) -> Json:
    """Let Alice ask for a key in Production and Carol approve it; returns the card, which waits."""
    card = await world.ask_for_key(ALICE, name, workspace="Production", **more)
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FULFILLING)
    return await card_with(world, "Waiting for <@U0CAROL> to create the key in the Console")


async def test_the_approver_gets_the_steps_and_the_key_closes_the_request(world: World) -> None:
    card = await approved(world, "by-hand", ends_on="2026-12-31")
    steps = await world.message(CAROL, "You approved a key for <@U0ALICE>. Please create it:")
    assert "exactly this name: `by-hand`" in steps["text"]
    assert "with the expiry 2 Jan 2027 and" in steps["text"], "no calendar in which it is typed may end it earlier"
    assert "|31 Dec 2026 22:59 UTC>; I revoke it then." in steps["text"]
    assert "Never send it through Slack" in steps["text"]
    assert labels(steps) == ["Open the Console", "Hand it back"]
    waiting = await world.message(ALICE, "was approved. Waiting for <@U0CAROL> to create the key in the Console.")
    await a_minute_passes(world)
    await until(world, card, Status.FULFILLING)
    await make_key(world, "by-hand", "Production")
    await a_minute_passes(world)
    request = await until(world, card, Status.APPLIED)
    card = await card_with(world, "✅ *Key `by-hand` in Production issued to <@U0ALICE>")
    assert labels(card) == ["Revoke…"]
    assert request.outcome.handover is None
    assert "bob@acme.test" in str(request.outcome.made_by), "who made it is on record, whoever was asked to"
    ready = await world.message(ALICE, "Bob Tanaka created it in the Console and will give you its secret.")
    assert ready["ts"] != waiting["ts"]
    await world.message(
        CAROL, "✅ I see the key `by-hand` in *Production*. If you haven't yet, give its secret to <@U0ALICE> now"
    )
    assert await thread_of(world, card) == [
        "<@U0CAROL> approved", "Waiting for <@U0CAROL> to create the key in the Console. They have the steps", "Done",
    ]  # fmt: skip


async def test_however_many_processes_look_the_keys_are_listed_once_a_minute(world: World) -> None:
    await approved(world, "looked-for")

    async def listed() -> int:
        return sum("GET /v1/organizations/api_keys" in entry["name"] for entry in await world.get("/wire"))

    await a_minute_passes(world)
    before = await listed()
    await a_minute_passes(world)
    for _ in range(2):  # as further replicas do, each at a moment of its own
        await a_minute_passes(world, seconds=5)
    assert await listed() == before + 1


async def test_a_key_in_the_wrong_workspace_is_reported_once_and_does_not_count(world: World) -> None:
    card = await approved(world, "misplaced")
    wrong = await make_key(world, "misplaced", "Staging")
    await a_minute_passes(world)
    card = await card_with(world, "⚠️ A key with this name was created in Staging. That is the wrong place.")
    await world.message(CAROL, "Archive that key and follow the steps again.")
    await a_minute_passes(world)
    request = await until(world, card, Status.FULFILLING)
    actions = [entry.action for entry in await audit_of(world, request)]
    assert actions.count("request.wrong_place") == 1
    await world.post(f"/claude/keys/{wrong}", status="archived")
    await a_minute_passes(world)
    assert "wrong place" not in (await card_with(world, "misplaced"))["text"]
    await make_key(world, "misplaced", "Production")
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    lines = await thread_of(world, card)
    assert "Not done correctly yet: A key with this name was created in Staging. That is the wrong place." in lines


async def test_another_name_and_a_key_from_before_prove_nothing(world: World) -> None:
    await make_key(world, "older", "Staging")
    card = await approved(world, "older")
    await make_key(world, "older-2", "Production")
    await a_minute_passes(world)
    card = await card_with(world, "Waiting for <@U0CAROL> to create the key in the Console")
    assert "wrong place" not in card["text"]
    await until(world, card, Status.FULFILLING)


async def test_a_key_that_nobody_makes_expires_and_everybody_is_told(world: World) -> None:
    card = await approved(world, "forgotten")
    await a_minute_passes(world, seconds=7 * 86_400 + 60)
    await until(world, card, Status.EXPIRED)
    card = await card_with(world, "*Expired*, <@U0CAROL> did not create the key in the Console within 7 d")
    assert labels(card) == ["Ask again…"]
    notice = await world.message(
        ALICE, "expired: <@U0CAROL> did not create the key in the Console within 7 d. The key was not created."
    )
    assert labels(notice) == ["Ask again…"]
    await world.message(CAROL, "any more: the request is expired.")


async def test_a_waiting_request_can_be_withdrawn_and_a_late_key_changes_nothing(world: World) -> None:
    card = await approved(world, "second-thoughts")
    await choose(world, BOB, card, "Withdraw")
    await world.message(BOB, "Only <@U0ALICE> can withdraw this request. Nothing was changed.", card["channel"])
    await choose(world, ALICE, card, "Withdraw")
    await until(world, card, Status.WITHDRAWN)
    await world.message(CAROL, "any more: the request is withdrawn.")
    await make_key(world, "second-thoughts", "Production")
    await a_minute_passes(world)
    await until(world, card, Status.WITHDRAWN)


@pytest.mark.parametrize("fault", ["", "500_final", "slow"])
async def test_what_was_made_by_hand_a_moment_ago_is_not_said_to_be_missing(
    world: World, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await approved(world, "just-made")
    await make_key(world, "just-made", "Production")
    if fault:
        keys = "GET /v1/organizations/api_keys"
        await world.post("/faults", target="claude", name=keys, kind=fault, times=99, seconds=60)
        monkeypatch.setattr(late, "LOOK_WITHIN", 0.1 if fault == "slow" else late.LOOK_WITHIN)
    await choose(world, ALICE, card, "Withdraw")
    if not fault:
        await world.message(ALICE, "done by hand a moment ago, so it can't be withdrawn any more.", card["channel"])
        await until(world, card, Status.APPLIED)
        return
    await until(world, card, Status.WITHDRAWN)
    await world.message(ALICE, "was closed. ⚠️ It may have been done. Check in the Console.")


async def test_what_was_made_by_hand_a_moment_ago_is_not_replaced(world: World) -> None:
    await approved(world, "just-made")
    await world.command(ALICE, "/claude-keys request")
    await world.modal(ALICE, "Workspace")
    again = {"workspace_id": await world.workspace_id("Production"), "name": "just-made", "reason": "Another reason"}
    await world.submit(ALICE, **again)
    await world.modal(ALICE, "Replace it")
    await make_key(world, "just-made", "Production")
    await world.submit(ALICE)
    await world.modal(ALICE, "Nothing was sent: what you asked for before was done by hand a moment ago.")


@pytest.mark.proof
async def test_a_name_taken_before_the_approval_is_said_instead_of_counted(world: World) -> None:
    card = await world.ask_for_key(ALICE, "too-early", workspace="Production")
    taken = await make_key(world, "too-early", "Production")
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FAILED)
    card = await card_with(world, "Somebody else created a key named too-early in Production.")
    await world.post(f"/claude/keys/{taken}", name="renamed")
    await press(world, BOB, card, "request_retry")
    await until(world, card, Status.FULFILLING)


async def test_a_key_made_in_time_counts_also_when_it_is_seen_too_late(world: World) -> None:
    card = await approved(world, "seen-late")
    await make_key(world, "seen-late", "Production")
    await a_minute_passes(world, seconds=7 * 86_400 + 60)
    await until(world, card, Status.APPLIED)


@pytest.mark.proof
async def test_withdrawing_names_the_key_that_was_made_in_the_wrong_place(world: World) -> None:
    card = await approved(world, "left-behind")
    await make_key(world, "left-behind", "Staging")
    await a_minute_passes(world)
    await choose(world, ALICE, card, "Withdraw")
    await world.message(
        ALICE, "Withdrawn. ⚠️ A key with this name was created in Staging. That is the wrong place.", card["channel"]
    )


@pytest.mark.proof
async def test_however_many_keys_are_waited_for_they_are_listed_once_a_minute(world: World) -> None:
    for name in ("one-of-three", "two-of-three", "three-of-three"):
        await approved(world, name)
    seen = max(entry.seq for entry in world.sandbox.wire.after(0))
    await a_minute_passes(world)
    listed = [entry for entry in world.sandbox.wire.after(seen) if "/api_keys" in entry.name]
    assert len(listed) == 1
