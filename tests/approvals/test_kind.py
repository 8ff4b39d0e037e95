"""What a kind is handed, and what it may not be: effects behind a lease, outcomes that keep what they don't know."""

import inspect
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.act import act_of, reading_of
from bot.approvals.fence import ACT_WITHIN, FencedAdmin
from bot.approvals.model import Status
from bot.approvals.outcome import Done, NeedsPerson, Outcome, Waits
from bot.errors import UpstreamError
from bot.kinds.registry import KINDS, registry_of
from bot.ports.admin import Admin
from bot.words.calendars import Calendar
from tests.approvals.acting import card_with, make_key, press, until
from tests.approvals.asking import ask, now_on_the_wire, writes_since
from tests.approvals.kind_badge import BADGE, WITH_BADGE
from tests.approvals.samples import a_request, payload_of
from tests.world import BOB, World, world_of

CHANGES = sorted(name for name in vars(FencedAdmin) if not name.startswith("_"))
NOT_FOR_KINDS = {"background", "me", "usage", "cost", "cost_buckets", "claude_code", "aclose", "use"}
DISABLE = KINDS["disable_key"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def act_claimed(world: World, ago: timedelta) -> Any:
    request = a_request("disable_key", Status.APPLYING, claimed_at=world.rt.now() - ago)
    return act_of(world.rt, DISABLE.asked(request))


def test_an_end_that_nobody_carries_out_is_refused_where_the_kind_is_declared() -> None:
    with pytest.raises(TypeError, match="badge gives something until a day, but has no revert to take it back"):
        replace(BADGE, effect=replace(BADGE.effect, revert=None))


def test_a_kind_whose_grants_end_says_which_field_asks_for_it() -> None:
    with pytest.raises(TypeError, match="its form doesn't ask for day"):
        replace(BADGE, form=tuple(field for field in BADGE.form if field.name != BADGE.rules.last_day))


@pytest.mark.parametrize("name", [name for name, kind in WITH_BADGE.items() if kind.rules.last_day])
@pytest.mark.parametrize(
    ("today", "filled"),
    [("2026-11-23", "2026-11-25"), ("2026-11-25", "2026-11-25"), ("2026-11-26", "2026-11-28"), ("2027-03-01", "2027-03-03")],
)
def test_a_form_that_is_filled_in_again_never_holds_a_day_that_is_over(name: str, today: str, filled: str) -> None:
    kind = WITH_BADGE[name]
    field = kind.rules.last_day
    request = a_request(name, payload=payload_of(name) | {field: "2026-11-25"})
    again = kind.refilled(request, Calendar("Europe/Berlin"), datetime.fromisoformat(f"{today}T12:00Z"))
    assert again.values[field] == filled
    for_good = a_request(name, payload=payload_of(name) | {field: None})
    assert field not in kind.refilled(for_good, Calendar("Europe/Berlin"), for_good.created_at).values


async def test_the_fence_has_every_call_that_a_kind_may_need_and_reading_none_that_changes(world: World) -> None:
    calls = {name for name in vars(Admin) if not name.startswith("_")} - NOT_FOR_KINDS
    reads = set(vars(reading_of(world.rt).admin))
    assert reads | set(CHANGES) == calls
    assert reads.isdisjoint(CHANGES)


@pytest.mark.parametrize("name", CHANGES)
async def test_no_change_is_sent_once_the_claim_is_too_old(world: World, name: str) -> None:
    change, seq = getattr(act_claimed(world, ACT_WITHIN * 1.1).admin, name), now_on_the_wire(world)
    needed = [one for one in inspect.signature(change).parameters.values() if one.default is one.empty]
    with pytest.raises(NeedsPerson, match="Looking took me too long"):
        await change(*("x" for _ in needed))
    assert writes_since(world, seq) == []


async def test_the_directory_forgets_what_was_changed_also_when_the_answer_is_lost(world: World) -> None:
    key_id = await make_key(world, "forgotten")
    act = act_claimed(world, timedelta())

    async def status() -> str:
        return next(key.status for key in await world.rt.directory.keys() if key.id == key_id)

    assert await status() == "active"
    await act.admin.update_api_key(key_id, status="inactive")
    assert await status() == "inactive"
    await world.post("/faults", target="claude", name="POST /v1/organizations/api_keys/*", kind="drop_after", times=9)
    with pytest.raises(UpstreamError):
        await act.admin.update_api_key(key_id, status="active")
    assert await status() == "active"


async def test_a_kind_that_waits_for_nobody_s_part_fails_loudly(tmp_path: Path) -> None:
    async def waits(_act: object) -> Waits:
        return Waits()

    odd = replace(BADGE, effect=replace(BADGE.effect, apply=waits))
    async with world_of(tmp_path, kinds=registry_of(*KINDS.values(), odd)) as world:
        card = await ask(world, odd)
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.FAILED)
        await card_with(world, "Something failed on my side. It may have been done. Check first, then press Retry.")


def test_an_outcome_keeps_what_this_version_does_not_know() -> None:
    stored = {"thing_id": "apikey_1", "handover_at": "2026-11-23T09:00:00Z", "of_a_later_version": {"a": [1]}}
    later = Outcome.model_validate(stored).updated(Outcome(in_doubt=False, note="Look."))
    assert later.stored() == stored | {"in_doubt": False, "note": "Look."}
    assert Done().outcome.stored() == {}
