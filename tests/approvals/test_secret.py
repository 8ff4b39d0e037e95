"""A key's secret: shown once to its requester alone, wiped then or when its time is over; a failed showing is visible."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.approvals.handover import db as secrets
from bot.approvals.handover.acts import show_until
from bot.approvals.model import Status
from bot.policy.working_hours import WorkingHours
from bot.sandbox.stage import Json
from bot.store.vault import Vault
from tests.approvals.acting import a_minute_passes, card_with, labels, press, request_behind, settled, thread_of, until
from tests.world import ALICE, BOB, CAROL, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def ready(world: World, name: str) -> tuple[Json, Json]:
    """Have a key made for Alice; returns its card and her notice with the button."""
    card = await world.ask_for_key(ALICE, name)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    return card, await world.message(ALICE, "Only you can see its secret")


async def test_the_secret_is_shown_once_and_nowhere_else(world: World) -> None:
    card, notice = await ready(world, "secret-once")
    assert "the requester hasn't opened its secret yet" in (await card_with(world, "secret-once"))["text"]
    await press(world, ALICE, notice, "request_reveal")
    view = await world.modal(ALICE, "sk-ant-api03-")
    secret = view["blocks"][1]["text"]["text"].strip("`")
    await settled(world)
    seen = await world.message(ALICE, "Lost it? Revoke it and ask for a new one.")
    assert labels(seen) == ["Revoke…"]
    assert "its secret was shown once, then deleted" in (await card_with(world, "secret-once"))["text"]
    assert (await thread_of(world, card))[-1] == "<@U0ALICE> saw the secret, and I deleted it"
    shown = [entry for entry in await world.get("/history") if secret in str(entry)]
    assert {(entry["surface"], entry["user"]) for entry in shown} == {("modal", ALICE)}
    everything = [str(await world.messages(person)) for person in (ALICE, BOB, CAROL)]
    assert secret not in "".join(everything)


async def test_that_a_secret_was_shown_is_noted_though_the_database_fails_in_the_middle(world: World) -> None:
    await ready(world, "secret-noted")
    left = [2]

    def fails(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if left[0] and re.match(r"(UPDATE|DELETE FROM) secret\b", statement):
            left[0] -= 1
            raise OperationalError(statement, None, Exception("disk I/O error"))

    event.listen(world.rt.store.engine.sync_engine, "before_cursor_execute", fails)
    notice = await world.message(ALICE, "Only you can see its secret")
    await press(world, ALICE, notice, "request_reveal")
    await world.modal(ALICE, "sk-ant-api03-")
    await world.message(ALICE, "Lost it? Revoke it and ask for a new one.")
    assert left == [0]
    await card_with(world, "its secret was shown once, then deleted")


async def test_a_second_look_is_refused_in_words(world: World) -> None:
    card, notice = await ready(world, "secret-twice")
    request = await request_behind(world, card)
    await press(world, ALICE, notice, "request_reveal")
    await world.modal(ALICE, "sk-ant-api03-")
    await world.message(ALICE, "Lost it?")
    click = {"action_id": "request_reveal", "type": "button", "value": request.id}
    await world.click_on(ALICE, notice, "request_reveal", raw_action=click)
    await world.message(
        ALICE, "You have seen this key already, or its time is over. Lost it? Revoke it and ask for a new one."
    )


async def test_the_secret_of_a_key_that_does_not_work_is_shown_to_nobody(world: World) -> None:
    card, notice = await ready(world, "secret-dead")
    key_id = (await request_behind(world, card)).outcome.thing_id
    await world.rt.admin.update_api_key(key_id, status="inactive")
    await press(world, ALICE, notice, "request_reveal")
    await world.message(ALICE, "This key is disabled now, so I didn't show its secret.")
    await world.rt.admin.update_api_key(key_id, status="archived")
    assert labels(await world.message(ALICE, "Only you can see its secret")) == ["Show the key once"]
    await press(world, ALICE, notice, "request_reveal")
    await world.message(ALICE, "This key was revoked meanwhile, so I deleted its secret unseen. Ask for a new key.")
    assert "sk-ant-api03-" not in str(await world.modals(ALICE))
    await settled(world)
    gone = await world.message(ALICE, "it ended before you saw its secret, so I deleted the secret.")
    assert (gone["ts"], labels(gone)) == (notice["ts"], [])
    assert "it ended before anybody saw its secret" in (await card_with(world, "secret-dead"))["text"]
    assert "The key ended before anybody saw its secret, so I deleted the secret" in await thread_of(world, card)


async def test_a_secret_of_an_encryption_key_that_is_missing_is_kept_until_that_is_back(world: World) -> None:
    card, notice = await ready(world, "secret-sealed")
    request = await request_behind(world, card)
    async with world.rt.store.read() as tx:
        sealed = await secrets.sealed(tx, request.id, world.rt.now())
    for row in (Vault([SecretStr(Fernet.generate_key().decode())]).seal(f"secret:{request.id}", SecretStr("x")), sealed):
        async with world.rt.store.write() as tx:
            await tx.execute(text("UPDATE secret SET ciphertext = :it"), {"it": row})
        await press(world, ALICE, notice, "request_reveal")
        await settled(world)
        if row != sealed:
            await world.message(ALICE, "I can't decrypt this key, so it was not shown; I still keep it.")
    await world.modal(ALICE, "sk-ant-api03-")
    await card_with(world, "its secret was shown once, then deleted")


async def test_nobody_but_the_requester_sees_it_not_even_an_approver(world: World) -> None:
    card, notice = await ready(world, "secret-theirs")
    request = await request_behind(world, card)
    click = {"action_id": "request_reveal", "type": "button", "value": request.id}
    await world.click_on(BOB, card, "request_more", raw_action=click)
    await world.message(BOB, "Only the person who asked for this key can see it.", card["channel"])
    assert not await world.modals(BOB)
    await press(world, ALICE, notice, "request_reveal")
    await world.modal(ALICE, "sk-ant-api03-")


async def test_a_secret_that_nobody_looked_at_for_a_day_is_wiped_and_says_how_to_mend_it(world: World) -> None:
    always = WorkingHours(days=(0, 1, 2, 3, 4, 5, 6), opens=0, closes=24 * 60)
    world.rt.policy = world.rt.policy.model_copy(update={"hours": always})
    card, notice = await ready(world, "secret-unseen")
    await a_minute_passes(world, seconds=23 * 3600)
    assert labels(await world.message(ALICE, "secret-unseen")) == ["Show the key once"]
    await a_minute_passes(world, seconds=2 * 3600)
    gone = await world.message(ALICE, "you didn't open its secret in time, so I deleted it.")
    assert labels(gone) == ["Revoke…"]
    card = await card_with(world, "⚠️ *Key `secret-unseen` in Staging issued to <@U0ALICE>*")
    assert "revoke the key and ask again" in card["text"]
    assert "Nobody opened the secret in time, so I deleted it" in await thread_of(world, card)
    await press(world, ALICE, gone, "request_undo")
    assert "secret-unseen" in str(await world.modal(ALICE, "Type the key's name"))
    assert notice["ts"] == gone["ts"]


async def test_a_showing_that_slack_lost_is_a_failed_hand_over_and_can_be_repaired(world: World) -> None:
    card, notice = await ready(world, "secret-lost")
    await world.post("/faults", target="slack", name="views.update", kind="drop_before", times=5)
    await press(world, ALICE, notice, "request_reveal")
    await world.message(ALICE, "I can't tell whether you saw the key, and it can't be shown twice.")
    await settled(world)
    card = await card_with(world, "its secret didn't reach its requester: revoke the key and ask again")
    assert card["text"].startswith("⚠️ ")
    assert "The secret could not be shown" in (await thread_of(world, card))[-1]
    failed = await world.message(ALICE, "its secret could not be shown to you. Revoke it and ask for a new one.")
    assert labels(failed) == ["Revoke…"]


@pytest.mark.parametrize(
    ("made_at", "until"),
    [
        ("2026-11-26T17:30", "2026-11-27T17:30"),
        ("2026-11-27T09:00", "2026-11-28T09:00"),
        ("2026-11-27T17:30", "2026-11-30T17:30"),
        ("2026-11-28T12:00", "2026-11-30T18:00"),
    ],
)
def test_a_secret_waits_for_a_working_day_also_over_a_weekend(made_at: str, until: str) -> None:
    made, ends = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (made_at, until))
    assert show_until(made, WorkingHours()) == ends
    assert show_until(made, WorkingHours(days=(2,), opens=0, closes=60)) <= made + timedelta(hours=72)
