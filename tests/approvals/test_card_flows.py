"""The card's life through the front door: who may press what, what everybody then sees, what the requester is told."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals.model import Status
from tests.approvals.acting import (
    a_minute_passes,
    card_with,
    choose,
    keys_named,
    labels,
    make_key,
    press,
    request_behind,
    settled,
    thread_of,
    told,
    until,
)
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def revoke(world: World, name: str, workspace: str = "Production") -> dict[str, object]:
    """Let Alice ask to revoke a fresh key; returns the card."""
    await make_key(world, name, workspace)
    await world.command(ALICE, f"/claude-keys revoke {name}")
    await world.modal(ALICE, "Type the key's name")
    assert (await world.submit(ALICE, confirm=name, reason="Leaked"))["response_action"] == "update"
    return await card_with(world, name)


async def test_nobody_decides_their_own_and_nobody_outside_the_group_decides_at_all(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-own")
    await press(world, ALICE, card, "request_approve")
    await world.message(ALICE, "You can't decide your own request. Ask <!subteam^S0ADMINS>.", APPROVALS)
    await world.post("/channels/C0APPROVALS", members=["U0ALICE", "U0BOB", "U0CAROL", "U0DANA", "U0GUS", "U0QMBOT"])
    await press(world, DANA, card, "request_deny")
    await world.message(DANA, "Only <!subteam^S0ADMINS> can decide this. Nothing was changed.", APPROVALS)
    assert (await request_behind(world, card)).status is Status.PENDING
    assert not await keys_named(world, "flow-own")


async def test_somebody_who_left_the_group_can_no_longer_decide(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-left")
    await press(world, BOB, card, "request_deny")
    await world.modal(BOB, "Reason")
    await world.post("/groups/S0ADMINS", users=["U0CAROL"])
    await world.submit(BOB, comment="No longer mine to say")
    await world.modal(BOB, "Only <!subteam^S0ADMINS> can decide this.")
    await press(world, BOB, card, "request_approve")
    await world.message(BOB, "Only <!subteam^S0ADMINS> can decide this.", APPROVALS)
    assert (await request_behind(world, card)).status is Status.PENDING


async def test_a_denial_asks_for_its_reason_and_the_requester_reads_it(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-denied")
    await press(world, BOB, card, "request_deny")
    assert "API key flow-denied in Staging" in str(await world.modal(BOB, "Reason"))
    answer = await world.submit(BOB, comment="\u200b\u3164")
    assert answer["errors"] == {"comment": "Say why. The requester will read it."}
    await world.submit(BOB, comment="Use *Sandbox* <!channel>")
    await until(world, card, Status.DENIED)
    card = await card_with(world, "Denied by <@U0BOB>: “Use ∗Sandbox∗ @channel”")
    assert labels(card) == []
    notice = await world.message(ALICE, "denied your request for the API key `flow-denied` in *Staging*: “Use ∗Sandbox∗")
    assert [line.partition(": ")[0] for line in await thread_of(world, card)] == ["<@U0BOB> denied"]
    await press(world, ALICE, notice, "request_ask_again")
    form = await world.modal(ALICE, "form_create_key")
    assert "flow-denied" in str(form)
    assert "Nightly job" in str(form)
    assert "Staging" in str(form)


async def test_a_second_approver_is_told_who_was_first_and_when(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-late")
    await press(world, BOB, card, "request_deny")
    await world.modal(BOB, "Reason")
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.submit(BOB, comment="Too late")
    await world.modal(BOB, "<@U0CAROL> approved this")
    assert "Nothing was changed" in str(await world.modals(BOB))


async def test_only_the_requester_withdraws_and_the_card_says_so(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-withdrawn")
    await choose(world, BOB, card, "Withdraw")
    await world.message(BOB, "Only <@U0ALICE> can withdraw this request. Nothing was changed.", APPROVALS)
    await choose(world, ALICE, card, "Withdraw")
    await world.message(ALICE, "Withdrawn. The key was not created.", APPROVALS)
    await until(world, card, Status.WITHDRAWN)
    card = await card_with(world, "*Withdrawn by <@U0ALICE>* — ")
    assert "in *Staging*. The key was not created." in card["text"]
    assert await thread_of(world, card) == ["<@U0ALICE> withdrew the request"]
    assert not [m for m in await world.messages(ALICE) if "flow-withdrawn" in m["text"]]


async def test_two_of_two_are_needed_in_production_and_the_card_counts(world: World) -> None:
    card = await revoke(world, "flow-quorum")
    assert "Needs 2 approvals from <!subteam^S0ADMINS>" in str(card["text"])
    await press(world, BOB, card, "request_approve")
    card = await card_with(world, "1 of 2 so far")
    assert labels(card) == ["Approve", "Deny…"]
    await press(world, BOB, card, "request_approve")
    await world.message(BOB, "You have already decided this. Nothing was changed.", APPROVALS)
    assert (await keys_named(world, "flow-quorum"))[0].status == "active"
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    card = await card_with(world, "is revoked for good* — approved by <@U0BOB> and <@U0CAROL>")
    assert (await keys_named(world, "flow-quorum"))[0].status == "archived"
    assert await thread_of(world, card) == [
        "<@U0BOB> approved: 1 of 2 approvals; 1 more needed.",
        "<@U0CAROL> approved",
        "Done",
    ]


async def test_an_approval_by_somebody_whose_account_ended_no_longer_counts(world: World) -> None:
    card = await revoke(world, "flow-gone")
    await press(world, BOB, card, "request_approve")
    card = await card_with(world, "1 of 2 so far")
    await world.post("/people/U0BOB", deleted=True)
    await press(world, CAROL, card, "request_approve")
    await settled(world)
    assert (await request_behind(world, card)).status is Status.PENDING
    assert (await keys_named(world, "flow-gone"))[0].status == "active"


async def test_a_key_limit_fails_in_words_and_retry_works_once_there_is_room(world: World) -> None:
    await world.post("/claude/flags", workspace_api_key_limit=1)
    card = await world.ask_for_key(ALICE, "flow-limit")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    card = await card_with(
        world, "*the key was not created*: The workspace has reached its limit of active API keys. Nothing"
    )
    assert labels(card) == ["Retry", "Give up"]
    notice = await world.message(ALICE, "was approved, but the key was not created: The workspace has reached its limit")
    await world.post("/claude/flags", workspace_api_key_limit=None)
    await press(world, ALICE, notice, "request_retry")
    await until(world, card, Status.APPLIED)
    card = await card_with(world, "issued to <@U0ALICE>")
    ready = await world.message(ALICE, "Only you can see its secret")
    assert labels(ready) == ["Show the key once"]
    old = next(m for m in await world.messages(ALICE) if m["ts"] == notice["ts"])
    assert labels(old) == []
    lines = await thread_of(world, card)
    assert [line.partition(":")[0] for line in lines] == [
        "<@U0BOB> approved", "It failed", "<@U0ALICE> pressed Retry", "Done",
    ]  # fmt: skip


async def test_a_workspace_archived_meanwhile_fails_in_words_and_can_be_given_up(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-archived", workspace="Sandbox")
    await world.rt.admin.archive_workspace(await world.workspace_id("Sandbox"))
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    card = await card_with(world, "Somebody archived the workspace Sandbox.")
    await press(world, BOB, card, "request_give_up")
    await until(world, card, Status.WITHDRAWN)
    notice = await world.message(ALICE, "gave up your request for the API key `flow-archived` in *Sandbox*. The key was not")
    assert labels(notice) == ["Ask again…"]
    await world.command(ALICE, "/claude-requests mine")
    await told(world, ALICE, "API key flow-archived in Sandbox, given up")
    assert not [m for m in await world.messages(ALICE) if "Retry" in labels(m)]


async def test_a_name_taken_meanwhile_is_never_given_twice(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-taken")
    await make_key(world, "flow-taken")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    await card_with(world, "Somebody else created a key named flow-taken in Staging.")
    assert len(await keys_named(world, "flow-taken")) == 1


async def test_an_api_that_is_away_fails_with_a_reference_and_nothing_is_made(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-away")
    await world.post("/faults", target="claude", name="POST /v1/organizations/api_keys", kind="drop_before", times=5)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    assert (
        "I checked: it was not done, so Retry is safe. ref " in (await card_with(world, "*the key was not created*"))["text"]
    )
    assert not await keys_named(world, "flow-away")
    await world.http.delete(f"{world.control_url}/faults")
    await press(world, BOB, await card_with(world, "flow-away"), "request_retry")
    await until(world, card, Status.APPLIED)


async def test_the_card_of_an_issued_key_leads_to_revoking_it(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-undo")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    card = await card_with(world, "issued to")
    assert labels(card) == ["Revoke…"]
    await press(world, CAROL, card, "request_undo")
    form = await world.modal(CAROL, "Type the key's name")
    assert "flow-undo" in str(form)
    wrong = await world.submit(CAROL, confirm="flow", reason="Found in a log")
    assert "exactly" in wrong["errors"]["confirm"]
    await world.submit(CAROL, confirm="flow-undo", reason="Found in a log")
    revoking = await card_with(world, "Found in a log")
    assert "*<@U0CAROL> asks to revoke a key* — `flow-undo` in *Staging*" in revoking["text"]
    await press(world, BOB, revoking, "request_approve")
    await until(world, revoking, Status.APPLIED)
    assert (await keys_named(world, "flow-undo"))[0].status == "archived"


async def test_details_tell_the_rule_the_history_and_the_ids(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-details")
    await choose(world, DANA, card, "Details")
    view = str(await world.modal(DANA, "flow-details"))
    assert "Needs 1 approval from <!subteam^S0ADMINS>" in view
    assert "Nobody decided yet." in view
    assert (await request_behind(world, card)).id in view


async def test_a_card_whose_posting_failed_is_posted_a_little_later_and_only_once(world: World) -> None:
    await world.post("/faults", target="slack", name="chat.postMessage", kind="500", times=1)
    await world.command(ALICE, "/claude-keys request")
    await world.modal(ALICE, "Workspace")
    staging = await world.workspace_id("Staging")
    await world.submit(ALICE, workspace_id=staging, name="flow-unposted", reason="Patience")
    await world.modal(ALICE, "Your request is on record.")
    await settled(world)
    await a_minute_passes(world, seconds=180)
    await card_with(world, "flow-unposted")
    await a_minute_passes(world, seconds=180)
    assert len([m for m in await world.messages(BOB, APPROVALS) if "flow-unposted" in m["text"]]) == 1


async def test_a_requester_whom_slack_could_not_reach_is_told_a_little_later(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-unreached")
    await world.post("/faults", target="slack", name="chat.postMessage", kind="500", times=2)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await card_with(world, "issued to")
    assert not await world.messages(ALICE)
    await a_minute_passes(world, seconds=180)
    await world.message(ALICE, "Only you can see its secret")
    await a_minute_passes(world, seconds=180)
    assert len([m for m in await world.messages(ALICE) if "flow-unreached" in m["text"]]) == 1
    assert await thread_of(world, card) == ["<@U0BOB> approved", "Done"]


async def test_an_approve_click_costs_slack_few_calls(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-cheap")
    await settled(world)
    before = len(await world.get("/wire"))
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await card_with(world, "issued to")
    wire = (await world.get("/wire"))[before:]
    writes = [entry["name"] for entry in wire if str(entry.get("name", "")).startswith(("chat.", "views."))]
    assert sorted(writes) == ["chat.postMessage", "chat.postMessage", "chat.update"]


async def test_a_key_that_somebody_else_made_meanwhile_is_not_taken_for_ours_at_a_retry(world: World) -> None:
    card = await world.ask_for_key(ALICE, "flow-foreign")
    foreign = await make_key(world, "flow-foreign")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    await press(world, BOB, await card_with(world, "*the key was not created*"), "request_retry")
    await settled(world)
    request = await until(world, card, Status.FAILED)
    assert request.outcome.thing_id != foreign
