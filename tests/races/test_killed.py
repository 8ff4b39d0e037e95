"""SIGKILL at each step between a click and its finished card: after a restart everything ends right, with one key."""

import asyncio
from dataclasses import dataclass
from itertools import count

import pytest
from sqlalchemy import text

from bot.store.session import Store
from tests.processes import BotProcess, Fleet, has_button
from tests.races.conftest import on_fleets
from tests.sizes import few
from tests.world import ALICE, BOB

LATER = 200
"""Seconds after which a claim, of a request or of a message, is known to belong to a dead process."""
KEYS = "/v1/organizations/api_keys"
NAMES = (f"killed-{number}" for number in count())

pytestmark = [pytest.mark.asyncio(loop_scope="module"), on_fleets("postgresql-1", in_proof="sqlite-1")]


@dataclass(frozen=True)
class Step:
    """Where a process dies: at which call, before or after that took effect, and how far the request was then."""

    name: str
    target: str
    call: str
    status: str
    kind: str = "slow"
    keys: int = 1

    def __str__(self) -> str:
        return self.name


STEPS = (
    Step("making the key, after it was made", "claude", f"POST {KEYS}", "applying", "slow_after"),
    Step("making the key, before it is made", "claude", f"POST {KEYS}", "applying", keys=0),
    Step("redrawing the card, after it was drawn", "slack", "chat.update", "applied", "slow_after"),
    Step("reading the approvers", "slack", "usergroups.users.list", "pending", keys=0),
    Step("looking whether the name is free", "claude", f"GET {KEYS}", "applying", keys=0),
    Step("redrawing the card", "slack", "chat.update", "applied"),
    Step("telling the requester", "slack", "chat.postMessage", "applied"),
    Step("telling the requester, after it arrived", "slack", "chat.postMessage", "applied", "slow_after"),
)


@pytest.mark.parametrize("step", few(STEPS), ids=str)
async def test_a_process_killed_while(step: Step, fleet: Fleet) -> None:
    name, bot = next(NAMES), await one_process(fleet)
    card = await fleet.ask_for_key(ALICE, name)
    held = await fleet.held_at(step.target, step.call, step.kind)
    await fleet.click_on(BOB, card, "request_approve")
    await held.reached()
    assert (await status_of(fleet, name), len(fleet.keys_named(name))) == (step.status, step.keys)
    await restart(fleet, bot)
    if step.status == "pending":
        # Nothing was decided, so nothing is done; the card still works.
        assert "asks for an API key" in (await fleet.cards(name))[0]["text"]
        await fleet.click_on(BOB, card, "request_approve")
    await ends_right(fleet, name, secret_lost=(step.status, step.keys) == ("applying", 1))


async def one_process(fleet: Fleet) -> BotProcess:
    """Return the only process, which has read its figures: what is held next is held for the request."""
    bot = fleet.processes[0] if fleet.processes else await fleet.start_one()
    await fleet.until_said(bot, "costs_synced")
    return bot


async def status_of(fleet: Fleet, name: str) -> str:
    store = Store(fleet.database_url)
    try:
        async with store.read() as tx:
            query = text("SELECT status FROM request WHERE open_subject LIKE :name OR payload LIKE :name")
            if store.dialect == "postgresql":
                query = text("SELECT status FROM request WHERE payload::text LIKE :name")
            return str((await tx.execute(query, {"name": f"%{name}%"})).scalar_one())
    finally:
        await store.close()


async def restart(fleet: Fleet, bot: BotProcess) -> BotProcess:
    """Kill a process, let the time of its claims pass, and start another one."""
    await fleet.kill(bot)
    fleet.mend()
    await fleet.post("/clock", advance=LATER)
    return await fleet.start_one()


async def ends_right(fleet: Fleet, name: str, *, secret_lost: bool) -> None:
    """Check what everybody sees at the end, that one key exists, and that the audit chain holds."""
    if secret_lost:
        await fleet.card(name, "its secret is lost: revoke the key and ask again")
        notice = await fleet.message(ALICE, f"`{name}`")
        assert "its secret got lost on the way" in notice["text"]
    else:
        await fleet.card(name, "issued to")
        notice = await fleet.message(ALICE, f"`{name}`")
        assert has_button(notice, "request_reveal")
    await at_rest(fleet)
    (card,) = await fleet.cards(name)
    assert (has_button(card, "request_approve"), has_button(card, "request_undo")) == (False, True)
    assert len(fleet.keys_named(name)) == 1
    proof = await fleet.audit()
    assert (proof.broken_seq, proof.entries > 1) == (None, True)


async def at_rest(fleet: Fleet) -> None:
    """Wait until nothing new was said for a moment."""
    seen = -1
    while seen != len(fleet.sandbox.slack.history):
        seen = len(fleet.sandbox.slack.history)
        await asyncio.sleep(0.2)


@pytest.mark.proof
async def test_a_process_killed_while_it_takes_a_second_key_back_leaves_word_of_it(fleet: Fleet) -> None:
    name, bot = next(NAMES), await one_process(fleet)
    card = await fleet.ask_for_key(ALICE, name)
    await fleet.post("/faults", target="claude", name=f"POST {KEYS}", kind="slow", seconds=12.0)
    making = fleet.sandbox.faults.planned[-1]
    await fleet.click_on(BOB, card, "request_approve")

    async def is_making() -> bool:
        return making.times == 0

    await fleet.wait_for(is_making, "a call that hangs")
    held = await fleet.held_at("claude", f"POST {KEYS}/*", "slow_after")
    await fleet.post("/clock", advance=LATER)
    other = await fleet.start_one()
    await fleet.card(name, "issued to")  # by the other one, as the claim of the first is too old
    await held.reached()
    await fleet.kill(other)
    await restart(fleet, bot)

    async def is_on_record() -> bool:
        return await records(fleet, "request.second_taken_back") == 1

    await fleet.wait_for(is_on_record, "a record of the second key")
    await ends_right(fleet, name, secret_lost=False)
    assert (await records(fleet, "request.second_taken_back"), await records(fleet, "request.second_left")) == (1, 0)


async def records(fleet: Fleet, action: str) -> int:
    """Return how often an act is on record."""
    store = Store(fleet.database_url)
    try:
        async with store.read() as tx:
            query = text("SELECT count(*) FROM audit_entry WHERE action = :action")
            return int((await tx.execute(query, {"action": action})).scalar_one())
    finally:
        await store.close()


@pytest.mark.proof
async def test_a_lost_secret_is_repaired_by_revoking_and_asking_again(fleet: Fleet) -> None:
    name, bot = next(NAMES), await one_process(fleet)
    card = await fleet.ask_for_key(ALICE, name)
    held = await fleet.held_at("claude", f"POST {KEYS}", "slow_after")
    await fleet.click_on(BOB, card, "request_approve")
    await held.reached()
    await restart(fleet, bot)
    await fleet.card(name, "its secret is lost")
    notice = await fleet.message(ALICE, f"`{name}`")
    await fleet.click_on(ALICE, notice, "request_undo")
    await fleet.modal(ALICE, "confirm")
    answer = await fleet.submit(ALICE, confirm=name, reason="its secret got lost")
    assert answer["ok"], answer
    asked = await fleet.message(BOB, "asks to revoke a key", "C0APPROVALS")
    await fleet.click_on(BOB, asked, "request_approve")

    async def revoked() -> bool:
        return not fleet.keys_named(name)

    await fleet.wait_for(revoked, "a revoked key")
    await fleet.ask_for_key(ALICE, name)
    again = await fleet.message(BOB, f"asks for an API key* — `{name}`", "C0APPROVALS")
    await fleet.click_on(BOB, again, "request_approve")

    async def replaced() -> bool:
        newest = await fleet.message(ALICE, f"`{name}`")
        return has_button(newest, "request_reveal") and len(fleet.keys_named(name)) == 1

    await fleet.wait_for(replaced, "a new key with its secret")


@pytest.mark.proof
async def test_a_showing_that_was_interrupted_ends_as_a_failed_hand_over(fleet: Fleet) -> None:
    name, bot = next(NAMES), await one_process(fleet)
    card = await fleet.ask_for_key(ALICE, name)
    await fleet.click_on(BOB, card, "request_approve")
    await fleet.card(name, "issued to")
    notice = await fleet.message(ALICE, f"`{name}`")
    held = await fleet.held_at("slack", "views.update", "slow")
    await fleet.click_on(ALICE, notice, "request_reveal")
    await fleet.modal(ALICE, "Your key")  # the form of before may be drawn late, and be what is held first
    await held.reached()
    await restart(fleet, bot)
    await fleet.card(name, "its secret didn't reach its requester: revoke the key and ask again")

    async def can_be_repaired() -> bool:
        notice = await fleet.message(ALICE, f"`{name}`")
        return not has_button(notice, "request_reveal") and has_button(notice, "request_undo")

    await fleet.wait_for(can_be_repaired, "a notice that offers to revoke the key")
    assert not any("sk-ant-api" in str(seen.view) for seen in fleet.sandbox.slack.history)


async def test_a_process_killed_before_the_card_was_posted_posts_it_after_the_restart(fleet: Fleet) -> None:
    name, bot = next(NAMES), await one_process(fleet)
    await fleet.command(ALICE, "/claude-keys request")
    await fleet.modal(ALICE, "Workspace")
    held = await fleet.held_at("slack", "chat.postMessage", "slow")
    workspace_id = await fleet.workspace_id("Staging")
    await fleet.submit(ALICE, workspace_id=workspace_id, name=name, reason="Nightly")
    await held.reached()
    assert (await status_of(fleet, name), await fleet.cards(name)) == ("pending", [])
    await restart(fleet, bot)
    card = await fleet.card(name, "asks for an API key")
    await fleet.click_on(BOB, card, "request_approve")
    await ends_right(fleet, name, secret_lost=False)


@pytest.mark.proof
async def test_a_card_that_was_posted_but_not_written_down_may_come_twice_and_both_end_right(fleet: Fleet) -> None:
    """Slack has no idempotency key for posts, and reading channels would need a scope more: a second card is the price."""
    name, bot = next(NAMES), await one_process(fleet)
    await fleet.command(ALICE, "/claude-keys request")
    await fleet.modal(ALICE, "Workspace")
    held = await fleet.held_at("slack", "chat.postMessage", "slow_after")
    workspace_id = await fleet.workspace_id("Staging")
    await fleet.submit(ALICE, workspace_id=workspace_id, name=name, reason="Nightly")
    await held.reached()
    await restart(fleet, bot)

    async def two() -> bool:
        return len(await fleet.cards(name)) == 2

    await fleet.wait_for(two, "a second card")
    await fleet.click_on(BOB, (await fleet.cards(name))[0], "request_approve")

    async def both_done() -> bool:
        return all("issued to" in card["text"] for card in await fleet.cards(name))

    await fleet.wait_for(both_done, "two cards that say the same")
    assert len(fleet.keys_named(name)) == 1
