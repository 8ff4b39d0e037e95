"""What holds for every kind, the next one included: form, card, decision, effect, repetition, end, expiry, audit."""

import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.approvals.act import look_of
from bot.approvals.audit_facts import told_by_requests
from bot.approvals.fence import ACT_WITHIN
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Done, NeedsPerson
from bot.forms.draw import Faults, draw
from bot.forms.fields import MORE, SEVERAL, FormField, form_of
from bot.forms.read import given
from bot.kinds.registry import KINDS
from bot.sandbox.slack.validation import validate_view
from bot.sandbox.stage import Json
from bot.store.audit import verify_chain
from bot.words.calendars import UTC_DAYS
from tests.approvals.acting import a_minute_passes, audit_of, card_with, press, until
from tests.approvals.asking import (
    REASON,
    apply,
    approve,
    ask,
    fill_in,
    look,
    now_on_the_wire,
    quorum_of,
    revert,
    writes_since,
)
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import payload_of
from tests.world import ALICE, BOB, World, world_of

NAMES = sorted(WITH_BADGE)
PRIYA = "U0CROWD01"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVERYTHING = {"name": "x", "colour": "red", "reason": "why", "ends_on": "2026-12-31", "day": "2026-12-31"}
TOO_LATE = "Looking took me too long, so I stopped before doing it. Nothing was changed."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path, kinds=WITH_BADGE) as running:
        yield running


def snapshot(world: World) -> object:
    """Return everything that `act.admin` could have changed."""
    claude = world.sandbox.claude
    keys = {one.id: (one.name, one.state) for one in claude.keys.values()}
    roles = {one.id: one.role for one in claude.users.values()}
    invites = {one.id: (one.email, one.role, one.deleted) for one in claude.invites.values()}
    workspaces = {one.id: (one.name, dict(one.tags), one.archived_at) for one in claude.workspaces.values()}
    spend_limits = {one.id: one.amount for one in claude.spend_limits.values()}
    rate_limits = {pair: dict(limits) for pair, limits in claude.overrides.items()}
    return keys, roles, invites, workspaces, dict(claude.memberships), spend_limits, rate_limits


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_form_means_something(name: str) -> None:
    kind = WITH_BADGE[name]
    names = [field.name for field in kind.form]
    assert len(names) == len(set(names))
    at_once = [field for field in kind.form if not field.behind]
    assert len(at_once) <= 6, "others stand behind a box, so that a phone shows the whole form"
    boxes = {value for field in kind.form if field.name == MORE for value, _ in field.choices}
    assert {field.behind for field in kind.form if field.behind} == boxes
    assert all(field.optional for field in kind.form if field.behind)
    for field in (field for field in kind.form if field.name != MORE):
        assert field.name in kind.payload.model_fields or field.name == "reason" or field.check is not None
        assert bool(field.choices) == (field.type in ("choice", "radio", "choices"))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_one_that_a_request_can_store_and_read_again(name: str) -> None:
    kind = WITH_BADGE[name]
    kept = kind.payload.model_validate(payload_of(name))
    assert kept.model_dump(mode="json") == payload_of(name)
    assert kind.rules.subject(kept) == kind.rules.subject(kind.sample.payload)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_one_that_slack_takes_empty_filled_and_with_faults(name: str) -> None:
    kind = WITH_BADGE[name]
    filled: dict[str, str] = {field.name: str(getattr(kind.sample.payload, field.name, "") or "why") for field in kind.form}
    dates = {field.name: "2026-12-31" for field in kind.form if field.type == "date"}
    faults = {field.name: "That is *wrong* <!channel>." for field in kind.form} | {"": "All of it."}
    form, labels = form_of(kind), {"key_id": "nightly", "workspace_id": "Staging"}
    for view in (
        draw(form, given(form.fields, {}, {}, NOW, UTC_DAYS)),
        draw(form, given(form.fields, filled | dates, labels, NOW, UTC_DAYS), faults=Faults(at_fields=faults)),
    ):
        assert not validate_view(view)
        assert "<!channel>" not in str(view["blocks"])


def _as_filled_in(field: FormField, value: Any) -> Any:
    """Return a payload's value as somebody puts it into a field: a list is written as text unless it is picked."""
    if isinstance(value, list) and field.type not in SEVERAL:
        return ", ".join(cast("list[str]", value))
    return cast("Any", value)


def confirmed(kind: AnyKind) -> dict[str, str]:
    """Return what has to be typed each time, because it isn't kept."""
    kept = kind.sample.payload.model_dump(mode="json")
    return {f.name: str(getattr(kind.sample.payload, f.name)) for f in kind.form if f.name not in {*kept, "reason", MORE}}


@pytest.mark.parametrize("name", NAMES)
async def test_a_kind_keeps_every_promise_from_the_first_form_to_its_end(world: World, name: str) -> None:
    """One world and one request after another, because each of them costs as much as all that is looked at."""
    kind = WITH_BADGE[name]
    card = await ask(world, kind)
    assert f"*<@U0ALICE> {kind.words.asks}*" in card["text"]
    first = await until(world, card, Status.PENDING)
    before = snapshot(world)
    await _a_second_request_about_the_same_thing_is_refused(world, kind, first)
    await refused_as_too_late(world, kind, first, apply)
    again = await _expired_and_asked_for_again(world, kind, card, first)
    assert snapshot(world) == before, f"{name} changed something that nobody approved"
    request = await _approved_and_done(world, kind, again)
    assert snapshot(world) != before, f"{name} was applied and changed nothing in the organization"
    if kind.effect.revert:
        await refused_as_too_late(world, kind, request, revert)
    await _repeat_and_end(world, kind, request)


async def _a_second_request_about_the_same_thing_is_refused(world: World, kind: AnyKind, first: Request) -> None:
    payload = first.payload
    values = {f.name: _as_filled_in(f, payload[f.name]) for f in kind.form if payload.get(f.name)}
    other = BOB if quorum_of(world, kind) == 1 else PRIYA  # an approver may not ask for what needs all of them
    await fill_in(world, other, kind, values | confirmed(kind) | {"reason": "me too"})
    await world.modal(other, "asked for *")


async def _expired_and_asked_for_again(world: World, kind: AnyKind, card: Json, first: Request) -> Json:
    await a_minute_passes(world, seconds=8 * 86_400)
    await until(world, card, Status.EXPIRED)
    assert "nobody decided in" in (await card_with(world, "*Expired*"))["text"]
    notice = await world.message(ALICE, "expired: nobody decided in")
    await press(world, ALICE, notice, "request_ask_again")
    form = await world.modal(ALICE, f"form_{kind.name}")
    assert REASON in str(form)
    answer = await world.submit(ALICE, reason="Once more", **confirmed(kind))
    assert answer["ok"], answer
    again = await card_with(world, "Once more")
    assert (await until(world, again, Status.PENDING)).payload == first.payload
    return again


async def _approved_and_done(world: World, kind: AnyKind, card: Json) -> Request:
    assert await look(world, kind, await until(world, card, Status.PENDING)) is None
    await approve(world, kind, card)
    request = await until(world, card, Status.APPLIED)
    assert bool(request.workspace_id) == kind.has_workspace
    assert isinstance(await look(world, kind, request), Done)
    assert kind.words.done(kind.asked(request)) in (await card_with(world, "approved by <@U0BOB>"))["text"]
    entries = [entry.action for entry in await audit_of(world, request) if entry.action != "request.part"]
    assert entries == ["request.submitted", *["request.approved"] * quorum_of(world, kind), "request.applied"]
    async with world.rt.store.read() as tx:
        assert (await verify_chain(tx, world.rt.store.audit_key, told=await told_by_requests(tx))).broken_seq is None
    return request


async def _repeat_and_end(world: World, kind: AnyKind, request: Request) -> None:
    """Applying a second time changes nothing; ending takes the effect back, and ending again changes nothing."""
    after = snapshot(world)
    if kind.effect.repeatable:
        with contextlib.suppress(NeedsPerson):
            await apply(world, kind, request)
        assert snapshot(world) == after
    if kind.effect.revert:
        stands = kind.effect.stands if kind.rules.last_day and kind.name in KINDS else None
        assert not stands or await stands(look_of(world.rt, kind.asked(request)))
        await revert(world, kind, request)
        assert not stands or not await stands(look_of(world.rt, kind.asked(request)))
        assert await look(world, kind, request) is None
        ended = snapshot(world)
        await revert(world, kind, request)
        assert snapshot(world) == ended != after


async def refused_as_too_late(world: World, kind: AnyKind, request: Request, act: Any) -> None:
    """Expect an effect to stop before it changes something, whether its claim is too old or there is none."""
    seq = now_on_the_wire(world)
    for claimed_at in (world.rt.now() - ACT_WITHIN * 1.1, None):
        with pytest.raises(NeedsPerson, match=TOO_LATE):
            await act(world, kind, request.model_copy(update={"claimed_at": claimed_at}))
    assert writes_since(world, seq) == []
