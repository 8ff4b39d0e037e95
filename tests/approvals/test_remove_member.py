"""Somebody is removed: each of their keys has a fate, each part is done once, and what is kept has a new owner."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals import queries
from bot.approvals.act import Others
from bot.approvals.due import CLAIM_LASTS
from bot.approvals.extensions import may_ask
from bot.approvals.model import Request, Status
from bot.approvals.ownership import db as ownership
from bot.kinds.keys.status import DISABLE_KEY
from bot.kinds.people.leaving import choice_of
from bot.kinds.people.remove import REMOVE_MEMBER
from bot.people.model import Who
from bot.sandbox.stage import Json
from bot.store import audit
from tests.approvals.acting import a_minute_passes, audit_of, card_with, make_key, press, request_behind, settled, until
from tests.approvals.asking import approve, fill_in, now_on_the_wire, writes_since
from tests.approvals.test_drift import a_day_passes, seen_of
from tests.sizes import few
from tests.world import ALICE, BOB, CAROL, DANA, World, world_of

NOAH, PRIYA, HANA = "U0CROWD04", "U0CROWD01", "U0CROWD09"
KEPT, REVOKED = "images-job", "search-rerank"
KEY, USER = "POST /v1/organizations/api_keys/*", "DELETE /v1/organizations/users/*"
ASKED = "Noah leaves"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def member_id(world: World, name: str) -> str:
    return next(one.id for one in await world.rt.directory.members() if one.name == name)


def state_of(world: World, name: str) -> str:
    return next(key.state for key in world.sandbox.claude.keys.values() if key.name == name)


def key_id(world: World, name: str) -> str:
    return next(key.id for key in world.sandbox.claude.keys.values() if key.name == name)


def is_member(world: World, email: str = "noah@acme.test") -> bool:
    return any(user.email == email for user in world.sandbox.claude.users.values())


async def send(world: World, user: str = ALICE, **more: Any) -> Json:
    """Send the form about Noah: one key goes to Dana, the other one is revoked."""
    values = {
        "member_id": await member_id(world, "Noah Klein"),
        "fate": "keep",
        "new_owner": DANA,
        "key_fates": [choice_of(key_id(world, REVOKED), "revoke")],
        "reason": ASKED,
    }
    return await fill_in(world, user, REMOVE_MEMBER, {name: value for name, value in (values | more).items() if value})


async def asked(world: World, **more: Any) -> Json:
    assert (await send(world, **more))["ok"]
    return await card_with(world, ASKED)


async def removed(world: World, card: Json) -> Request:
    await approve(world, REMOVE_MEMBER, card)
    return await until(world, card, Status.APPLIED)


def states(request: Request) -> list[str]:
    return [f"{part.name.partition(':')[0]} {part.state}" for part in request.outcome.parts]


async def test_an_offboarding_hands_over_revokes_and_removes_and_the_new_owner_is_known_from_then_on(world: World) -> None:
    await world.command(BOB, "/claude-admin")  # somebody acts, so that there are links
    card = await asked(world)
    assert "Developer, with roles in" in card["text"]
    assert f"`{KEPT}`" in card["text"]
    assert "*kept* for <@U0DANA>" in card["text"]
    assert f"`{REVOKED}`" in card["text"]
    assert "*revoked*" in card["text"]
    assert "stop when they leave" in card["text"]
    heir = await world.message(DANA, "Nothing is changed yet")
    assert "keeps working with <@U0DANA> as the owner" in heir["text"]
    assert not [m for m in await world.messages(NOAH) if "remove" in m["text"]]
    request = await removed(world, card)
    assert states(request) == ["key done", "key done", "member done", "news done"]
    assert (state_of(world, KEPT), state_of(world, REVOKED), is_member(world)) == ("active", "archived", False)
    await world.message(DANA, f"`{KEPT}` is <@U0DANA>'s now")
    await world.command(ALICE, f'/claude-keys list "{KEPT}"')
    assert "<@U0DANA>" in (await world.message(ALICE, "1 key", "C0GENERAL"))["text"]
    await world.command(DANA, "/claude-keys")
    assert KEPT in (await world.message(DANA, "You have 1 key", "C0GENERAL"))["text"]
    page = await queries.about(world.rt, key_id(world, KEPT))
    assert [one.id for one in page.items] == [request.id], "the card of the key names it"
    assert "Keys created since" not in str([m["blocks"] for m in await world.messages(ALICE)]), "nothing was found"
    assert "key.handed_over" in [entry.action for entry in await _about(world, key_id(world, KEPT))]


async def _about(world: World, subject: str) -> list[Any]:
    async with world.rt.store.read() as tx:
        return await audit.entries_of(tx, subject)


@pytest.mark.proof
async def test_a_change_of_a_handed_over_key_is_told_to_its_new_owner(world: World) -> None:
    await removed(world, await asked(world))
    values = {"key_id": key_id(world, KEPT), "reason": "Is it still used?"}
    assert (await fill_in(world, ALICE, DISABLE_KEY, values))["ok"]
    assert "Key of <@U0DANA>" in (await card_with(world, "Is it still used?"))["text"]
    await world.message(DANA, "It is your key.")


@pytest.mark.proof
async def test_what_waits_to_be_done_to_a_key_names_its_new_owner_who_is_told(world: World) -> None:
    assert (await fill_in(world, ALICE, DISABLE_KEY, {"key_id": key_id(world, KEPT), "reason": "Not used"}))["ok"]
    assert "Key of <@U0CROWD04>" in (await card_with(world, "Not used"))["text"]
    await removed(world, await asked(world))
    await a_minute_passes(world)
    card = await card_with(world, "Not used")
    assert "Key of <@U0DANA>" in card["text"]
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.message(DANA, f"`{KEPT}` in Data Platform is disabled")


async def test_the_form_says_what_happens_to_each_key_and_that_a_choice_is_missing(world: World) -> None:
    await send(world, fate="", new_owner="", key_fates=[])
    shown = str(await world.modal(ALICE, "Choose what happens to their"))
    assert "nothing chosen yet" in shown
    assert KEPT in shown
    await world.submit(ALICE, fate="keep", new_owner="")
    await world.modal(ALICE, "Choose who gets the keys that are kept.")
    await world.submit(ALICE, fate="disable", new_owner=DANA)
    await world.modal(ALICE, "No key is kept, so a new owner isn't needed.")
    await world.submit(ALICE, fate="keep", new_owner=NOAH)
    await world.modal(ALICE, "They leave, so choose somebody else.")
    assert not [m for m in await world.messages(BOB, "C0APPROVALS") if ASKED in m["text"]]


async def test_admins_oneself_and_who_is_gone_are_refused_with_what_to_do_instead(world: World) -> None:
    await send(world, member_id=await member_id(world, "Bob Tanaka"), key_fates=[])
    await world.modal(ALICE, "Another admin does that in the Console")
    await world.submit(ALICE, member_id=await member_id(world, "Alice Moreno"))
    await world.modal(ALICE, "You can't ask to remove yourself.")
    noah = await member_id(world, "Noah Klein")
    await world.rt.admin.remove_user(noah)
    await world.submit(ALICE, member_id=noah)
    await world.modal(ALICE, "They are no longer in the Claude organization.")


async def test_whoever_is_removed_never_decides_it(world: World) -> None:
    await world.post("/groups/S0ADMINS", users=[BOB, CAROL, NOAH])
    card = await asked(world)
    await press(world, NOAH, card, "request_approve")
    await world.message(NOAH, "You can't decide a request about yourself.", "C0APPROVALS")
    assert (await request_behind(world, card)).decisions == ()


@pytest.mark.parametrize("call", few([KEY, USER]))
async def test_an_answer_that_is_lost_after_a_part_was_done_is_found_and_said_truly(world: World, call: str) -> None:
    assert (await world.post("/faults", target="claude", name=call, kind="drop_after", times=3))["ok"]
    card, seq = await asked(world), now_on_the_wire(world)
    await approve(world, REMOVE_MEMBER, card)
    await settled(world)
    world.sandbox.faults.clear()
    request = await request_behind(world, card)
    assert (state_of(world, KEPT), state_of(world, REVOKED)) == ("active", "archived")
    assert request.status is Status.APPLIED, "what was done was found by itself"
    assert states(request) == ["key done", "key done", "member done", "news done"]
    assert not is_member(world)
    assert len([one for one in writes_since(world, seq) if one.startswith("DELETE")]) == (3 if call == USER else 1)


async def test_a_crash_after_any_part_does_no_part_twice(world: World) -> None:
    card = await asked(world)
    request = await removed(world, card)
    for done in range(4):
        await goes_on_after(world, card, await request_behind(world, card), request.outcome.parts[:done])


async def goes_on_after(world: World, card: Json, request: Request, done: tuple[Any, ...]) -> None:
    async with world.rt.store.write() as tx:  # as the process left it that died after so many parts were kept
        kept = request.outcome.model_copy(update={"parts": done})
        assert await requests.touch(tx, request, outcome=kept, status=Status.APPLYING, claimed_at=world.rt.now())
    seq, before = now_on_the_wire(world), await _about(world, key_id(world, KEPT))
    await a_minute_passes(world, CLAIM_LASTS.total_seconds() + 60)
    request = await until(world, card, Status.APPLIED)
    assert (len(done), {part.state for part in request.outcome.parts}) == (len(done), {"done"})
    assert writes_since(world, seq) == []
    assert len(await _about(world, key_id(world, KEPT))) == len(before)


@pytest.mark.proof
async def test_a_key_that_appeared_meanwhile_is_named_and_left(world: World) -> None:
    card = await asked(world)
    await make_key(world, "made-in-secret", created_by=await member_id(world, "Noah Klein"))
    request = await removed(world, card)
    assert not is_member(world)
    assert states(request)[-2:] == ["member done", "news refused"]
    assert "made-in-secret in Staging still works" in (await card_with(world, "⚠️"))["text"]
    assert state_of(world, "made-in-secret") == "active"


async def test_while_a_key_is_not_handled_the_membership_stays_and_a_retry_goes_on_from_there(world: World) -> None:
    await world.post("/faults", target="claude", name=KEY, kind="500_final", times=1)
    card = await asked(world)
    await approve(world, REMOVE_MEMBER, card)
    await until(world, card, Status.FAILED)
    assert is_member(world)
    assert "I wait until every key is handled: search-rerank" in (await card_with(world, ASKED))["text"]
    await press(world, ALICE, await card_with(world, ASKED), "request_retry")
    request = await until(world, card, Status.APPLIED)
    assert "member done" in states(request)
    assert not is_member(world)


async def test_who_was_removed_in_the_console_meanwhile_is_no_failure_and_their_keys_are_handled(world: World) -> None:
    card = await asked(world)
    await world.rt.admin.remove_user(await member_id(world, "Noah Klein"))
    request = await removed(world, card)
    assert states(request) == ["key done", "key done", "member done", "news done"]
    assert state_of(world, REVOKED) == "archived"
    assert [one.note for one in request.outcome.parts if one.name == "member"] == ["not a member any more"]


@pytest.mark.proof
async def test_a_key_that_another_request_gave_away_meanwhile_is_left_to_its_new_owner(world: World) -> None:
    card = await asked(world)
    request = await request_behind(world, card)
    hana = Who(slack_id=HANA, member_id=await member_id(world, "Hana Sato"), email="hana@acme.test")
    other = await asked_about_hana(world)
    await world.post("/clock", advance=5)
    async with world.rt.store.write() as tx:
        for name in (KEPT, REVOKED):
            await ownership.hand_over(tx, key_id(world, name), hana, other.id)
    await approve(world, REMOVE_MEMBER, card)
    request = await until(world, card, Status.FAILED)
    assert states(request)[:2] == ["key refused", "key refused"]
    assert (state_of(world, REVOKED), is_member(world)) == ("active", True)
    owners = await Others(world.rt.store).handed_over([key_id(world, KEPT)])
    assert owners[key_id(world, KEPT)].owner == hana


async def asked_about_hana(world: World) -> Request:
    values = {"member_id": await member_id(world, "Adam Kaya"), "reason": "Adam leaves"}
    assert (await fill_in(world, ALICE, REMOVE_MEMBER, values))["ok"]
    return await request_behind(world, await card_with(world, "Adam leaves"))


@pytest.mark.proof
async def test_an_offboarding_that_is_approved_twice_at_once_is_done_once(world: World) -> None:
    card, seq = await asked(world), now_on_the_wire(world)
    await press(world, BOB, card, "request_approve")
    await card_with(world, "1 of 2 so far")
    await asyncio.gather(*(world.click_on(CAROL, card, "request_approve") for _ in range(3)))
    request = await until(world, card, Status.APPLIED)
    assert len(writes_since(world, seq)) == 2
    assert [entry.action for entry in await audit_of(world, request)].count("request.applied") == 1


async def test_who_and_what_is_brought_back_in_the_console_is_on_record_and_said(world: World) -> None:
    values = {"fate": "disable", "new_owner": "", "key_fates": [choice_of(key_id(world, REVOKED), "revoke")]}
    card = await asked(world, **values)
    request = await removed(world, card)
    await a_day_passes(world)
    assert await seen_of(world, request) == ([], "")
    for name, status in ((REVOKED, "inactive"), (KEPT, "active")):
        await world.post(f"/claude/keys/{key_id(world, name)}", status=status)
    invite = await world.rt.admin.invite("Noah@acme.test", "user")
    await world.post(f"/claude/invites/{invite.id}/accept")
    await a_day_passes(world)
    record, said = await seen_of(world, await request_behind(world, card))
    assert sorted(record) == ["disabled → active", "removed → a member again (user)", "revoked → disabled"]
    assert "Noah Klein is a member again (user), not removed" in said
    assert f"The key {REVOKED} is disabled, not revoked" in said


async def test_a_typed_line_finds_who_is_meant_by_mention_address_and_name(world: World) -> None:
    for typed in (f"<@{NOAH}|noah>", "noah@acme.test", '"Noah Klein"'):
        assert (await world.command(ALICE, f"/claude-members remove {typed}"))["ok"]
        await world.modal(ALICE, "*Noah Klein* is developer")
    await world.command(ALICE, "/claude-members remove Noha Klein")
    await world.message(ALICE, "Did you mean *Noah Klein*?", "C0GENERAL")


@pytest.mark.proof
async def test_a_new_owner_is_told_ahead_of_the_end_of_a_key_and_may_ask_for_more_time(world: World) -> None:
    card = await world.ask_for_key(NOAH, "noahs-own", ends_on="2027-03-31")
    await press(world, BOB, card, "request_approve")
    made = await until(world, await card_with(world, "noahs-own"), Status.APPLIED)
    await removed(world, await asked(world))
    async with world.rt.store.read() as tx:
        grant = await requests.load(tx, made.id)
    assert grant
    assert [one.slack_id for one in grant.heirs] == [DANA]
    assert may_ask(grant, grant.heirs[0])
    await a_minute_passes(world, (made.ends_at - world.rt.now()).total_seconds() - 86_400 * 3)  # type: ignore[operator]
    await world.message(DANA, "ends <!date")
