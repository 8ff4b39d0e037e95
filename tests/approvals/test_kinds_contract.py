"""What holds for every kind, the next one included: form, card, decision, effect, repetition, end, expiry, audit."""

import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.audit_facts import told_by_requests
from bot.approvals.kind import Done, Kind, NeedsPerson
from bot.approvals.model import Status
from bot.forms.draw import Faults, draw
from bot.forms.fields import form_of
from bot.forms.read import given
from bot.sandbox.slack.validation import validate_view
from bot.store.audit import verify_chain
from tests.approvals.acting import a_minute_passes, audit_of, card_with, make_key, open_form, press, until
from tests.approvals.kind_badge import DESKS, WITH_BADGE
from tests.approvals.samples import PAYLOADS
from tests.world import ALICE, BOB, World, world_of

NAMES = sorted(WITH_BADGE)
PRIYA = "U0CROWD01"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVERYTHING = {"name": "x", "colour": "red", "reason": "why", "ends_on": "2026-12-31", "day": "2026-12-31"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    DESKS.clear()
    async with world_of(tmp_path, kinds=WITH_BADGE) as running:
        yield running


async def ask(world: World, name: str) -> dict[str, Any]:
    """Ask for something of this kind through its form, and return the card."""
    key_id, values = "", {"reason": "Because of the contract"}
    if name == "create_key":
        values |= {"workspace_id": await world.workspace_id("Staging"), "name": "contract-key"}
    elif name == "change_role":
        values |= {"slack_id": PRIYA, "role": "billing"}
    elif name == "badge":
        values |= {"colour": "green"}
    else:
        key_id = await make_key(world, "contract-key")
        if name == "enable_key":
            await world.post(f"/claude/keys/{key_id}", status="inactive")
        if name == "revoke_key":
            values |= {"confirm": "contract-key"}
    await open_form(world, ALICE, name, key_id)
    answer = await world.submit(ALICE, **values)
    assert answer["ok"], answer
    await world.modal(ALICE, "Sent to <#C0APPROVALS>. Needs 1 of <!subteam^S0ADMINS>.")
    return await card_with(world, "Because of the contract")


async def snapshot(world: World) -> object:
    """Return everything that a kind could have changed."""
    keys = {key.id: (key.name, key.status) async for key in world.rt.admin.api_keys()}
    roles = {member.id: member.role async for member in world.rt.admin.users()}
    return keys, roles, dict(DESKS)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_form_means_something(name: str) -> None:
    kind = WITH_BADGE[name]
    names = [field.name for field in kind.form]
    assert len(names) == len(set(names)) <= 6
    for field in kind.form:
        assert field.name in kind.payload.model_fields or field.name == "reason" or field.check is not None
        assert bool(field.choices) == (field.type == "choice")


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_one_that_slack_takes_empty_filled_and_with_faults(name: str) -> None:
    kind = WITH_BADGE[name]
    filled = {k: str(v) for k, v in PAYLOADS[name].items() if v} | EVERYTHING
    faults = {field.name: "That is *wrong* <!channel>." for field in kind.form} | {"": "All of it."}
    form, labels = form_of(kind), {"key_id": "nightly", "workspace_id": "Staging"}
    for view in (
        draw(form, given(form.fields, {}, {}, NOW)),
        draw(form, given(form.fields, filled, labels, NOW), faults=Faults(at_fields=faults)),
    ):
        assert not validate_view(view)
        assert "<!channel>" not in str(view["blocks"])


@pytest.mark.parametrize("name", NAMES)
async def test_a_kind_is_asked_for_approved_done_and_on_record(world: World, name: str) -> None:
    kind, before = WITH_BADGE[name], await snapshot(world)
    card = await ask(world, name)
    assert f"*<@U0ALICE> {kind.asks}*" in card["text"]
    assert await kind.look(world.rt, (await until(world, card, Status.PENDING))) is None
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert bool(request.workspace_id) == kind.has_workspace
    assert await snapshot(world) != before
    assert isinstance(await kind.look(world.rt, request), Done)
    assert kind.done(request) in (await card_with(world, "approved by <@U0BOB>"))["text"]
    entries = [entry.action for entry in await audit_of(world, request)]
    assert entries == ["request.submitted", "request.approved", "request.applied"]
    async with world.rt.store.read() as tx:
        assert (await verify_chain(tx, world.rt.store.audit_key, told=await told_by_requests(tx))).broken_seq is None
    await _repeat_and_end(world, kind, request)


async def _repeat_and_end(world: World, kind: Kind, request: Any) -> None:
    """Applying a second time changes nothing; ending takes the effect back, and ending again changes nothing."""
    after = await snapshot(world)
    if kind.repeatable:
        with contextlib.suppress(NeedsPerson):
            await kind.apply(world.rt, request)
        assert await snapshot(world) == after
    if kind.revert:
        await kind.revert(world.rt, request)
        assert await kind.look(world.rt, request) is None
        ended = await snapshot(world)
        await kind.revert(world.rt, request)
        assert await snapshot(world) == ended != after


@pytest.mark.parametrize("name", NAMES)
async def test_a_kind_that_nobody_decides_expires_and_changes_nothing(world: World, name: str) -> None:
    card = await ask(world, name)
    before = await snapshot(world)
    await a_minute_passes(world, seconds=4 * 86_400)
    await until(world, card, Status.EXPIRED)
    assert "nobody decided in" in (await card_with(world, "*Expired*"))["text"]
    notice = await world.message(ALICE, "expired: nobody decided in")
    await press(world, ALICE, notice, "request_ask_again")
    form = await world.modal(ALICE, f"form_{name}")
    assert "Because of the contract" in str(form)
    assert await snapshot(world) == before


@pytest.mark.parametrize("name", NAMES)
async def test_a_second_request_about_the_same_thing_is_refused_while_one_is_open(world: World, name: str) -> None:
    card = await ask(world, name)
    key_id = (await until(world, card, Status.PENDING)).payload.get("key_id", "")
    values: dict[str, Any] = {f.name: card_value for f in WITH_BADGE[name].form if (card_value := VALUES.get(f.name))}
    if name == "create_key":
        values["workspace_id"] = await world.workspace_id("Staging")
    await open_form(world, BOB, name, key_id)
    await world.submit(BOB, **values)
    await world.modal(BOB, "asked for this")


VALUES = {
    "name": "contract-key", "slack_id": PRIYA, "role": "billing", "colour": "green", "confirm": "contract-key",
    "reason": "me too",
}  # fmt: skip
