"""Whose thing a request changes: named on card and form, told before and after, once, and never silently not told."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.approvals import db as requests
from bot.approvals.cards.card import render_card
from bot.approvals.cards.concerned import concerned_notice
from bot.approvals.cards.plan import CONCERNED, wanted
from bot.approvals.cards.whose import whose_line
from bot.approvals.concerned import Concerned
from bot.approvals.due import OWNERS_EVERY
from bot.approvals.kind import THINGS
from bot.approvals.model import Request, Status
from bot.approvals.owners import find_concerned, look_up_owners
from bot.approvals.parts import NOBODY
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.keys.status import DISABLE_KEY, REVOKE_KEY
from bot.people import db as links
from bot.sandbox.stage import Json
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    labels,
    make_key,
    open_form,
    press,
    request_behind,
    until,
)
from tests.approvals.asking import approve, ask
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import ALICE as ALICE_WHO
from tests.approvals.samples import BOB as BOB_WHO
from tests.approvals.samples import a_request, facts_of
from tests.sizes import few
from tests.world import ALICE, BOB, DANA, World, world_of

NOAH = Concerned(thing="key", name="Noah", slack_id="U0NOAH", member_id="user_noah", email="noah@acme.test")
CHANGING = sorted(name for name, kind in WITH_BADGE.items() if kind.concerns is not NOBODY)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def to_concerned(request: Request) -> list[tuple[str, str]]:
    """Return what those are told whose thing a request changes."""
    return [(one.purpose, one.channel) for one in wanted(request) if one.purpose.startswith(CONCERNED)]


@pytest.mark.parametrize("name", sorted(WITH_BADGE))
def test_a_kind_that_changes_a_thing_of_somebodys_says_whose_it_is(name: str) -> None:
    kind = WITH_BADGE[name]
    named = [field.name for field in kind.form if field.type in THINGS]
    if kind.concerns is NOBODY:
        assert not named
        return
    assert kind.concerns.field in (named or [field.name for field in kind.form])
    assert kind.thing_of(kind.sample.payload)
    assert kind.concerns.remedy is not None
    assert kind.concerns.remedy.kind in WITH_BADGE
    if named:
        with pytest.raises(TypeError, match="doesn't say whose"):
            replace(kind, concerns=NOBODY)


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize("status", list(Status))
def test_in_every_state_the_owner_reads_who_asked_who_approved_why_and_what_to_do(name: str, status: Status) -> None:
    kind = WITH_BADGE[name]
    request = a_request(name, status, concerned=(NOAH,), reason="It leaks")
    facts = facts_of(request)
    for chapter in ("asked", "result", "end"):
        assert concerned_notice(facts, kind.concerns.remedy, "apikey_1", chapter).text
    if status is Status.APPLIED:
        told = concerned_notice(facts, kind.concerns.remedy, "apikey_1", "result")
        for part in ("<@U0ALICE> asked for it", "<@U0BOB> approved it", "> It leaks", "If this is wrong: "):
            assert part in told.text
        assert f"open_{kind.concerns.remedy and kind.concerns.remedy.kind}" in str(told.blocks)
    if status is Status.DENIED:
        told = concerned_notice(facts, kind.concerns.remedy, "apikey_1", "asked")
        undone = ("nothing was changed", "limit was not changed", "invite was not withdrawn")
        assert any(said in told.text.lower() for said in undone)


def test_a_role_that_ends_is_told_as_a_moment_and_not_as_a_day_of_one_zone() -> None:
    ends_at = datetime(2026, 12, 1, 7, 59, tzinfo=UTC)  # the last minute of 30 November in Los Angeles
    request = a_request("change_role", Status.APPLIED, concerned=(NOAH,), ends_at=ends_at)
    told = concerned_notice(facts_of(request), None, "U0NOAH", "result").text
    assert f"Until <!date^{int(ends_at.timestamp())}" in told


def test_the_owner_is_told_before_and_after_once_each_but_never_of_their_own_acts() -> None:
    pending, applied = (a_request("disable_key", one, concerned=(NOAH,)) for one in (Status.PENDING, Status.APPLIED))
    assert to_concerned(pending) == [("concerned:asked", "U0NOAH")]
    assert to_concerned(applied) == [("concerned:result", "U0NOAH")]
    quiet = NOAH.model_copy(update={"hears_ask": False})
    assert to_concerned(pending.model_copy(update={"concerned": (quiet,)})) == []
    for own in (ALICE_WHO, BOB_WHO):  # who asked, and who approved
        owner = Concerned(thing="key", name="x", **own.model_dump())
        assert to_concerned(applied.model_copy(update={"concerned": (owner,)})) == []
    gone = NOAH.model_copy(update={"is_reachable": False})
    assert to_concerned(pending.model_copy(update={"concerned": (gone,)})) == []


def test_the_card_names_the_owner_and_whom_slack_does_not_reach() -> None:
    assert whose_line((NOAH,), "key", ALICE_WHO) == "it is <@U0NOAH>'s key"
    gone = NOAH.model_copy(update={"is_reachable": False})
    said = whose_line((gone,), "key", ALICE_WHO)
    assert said == ("it is the key of Noah (noah@acme.test), and I can't reach them in Slack, so tell them yourself")
    unlinked = NOAH.model_copy(update={"slack_id": ""})
    assert "I can't reach" in whose_line((unlinked,), "key", ALICE_WHO)
    own = Concerned(thing="key", name="Alice", **ALICE_WHO.model_dump())
    assert whose_line((own,), "key", ALICE_WHO) == "it is <@U0ALICE>'s own key"
    assert whose_line((own,), "key", ALICE_WHO, to_requester=True) == "it is your own key"
    assert whose_line((), "key", ALICE_WHO) == "nobody is on record as the owner of this key"
    assert whose_line((NOAH,), "", ALICE_WHO) == ""
    for status in (Status.PENDING, Status.APPLIED):
        assert "It is <@U0NOAH>'s key" in render_card(facts_of(a_request("disable_key", status, concerned=(NOAH,)))).text


async def a_key_of(world: World, user: str, name: str) -> str:
    """Make a key in the Console as a member whom the bot has linked; returns its id."""
    person = await world.rt.notifier.person(user)
    member = await world.rt.directory.member_by_email(person.email)
    async with world.rt.store.write() as tx:
        await links.add(tx, user, person.team_id, member.id, person.email, world.rt.now())
    return await make_key(world, name, created_by=member.id)


async def ask_to(world: World, kind: str, key_id: str, **values: str) -> Json:
    """Ask as Alice to change a key; returns the card."""
    await open_form(world, ALICE, kind, key_id)
    answer = await world.submit(ALICE, reason="It leaks", **values)
    assert answer["ok"], answer
    return await card_with(world, "It leaks")


async def test_whose_key_is_disabled_hears_it_before_and_after(world: World) -> None:
    key_id = await a_key_of(world, DANA, "danas-own")
    form = await open_form(world, ALICE, "disable_key", key_id)
    assert f"It is <@{DANA}>'s key. I'll tell them." in str(form)
    card = await ask_to(world, "disable_key", key_id)
    assert f"Key of <@{DANA}>, " in card["text"]
    asked = await world.message(DANA, "Nothing is changed yet")
    assert f"<@{ALICE}> asks to disable a key: `danas-own`" in asked["text"]
    assert "> It leaks" in asked["text"]
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    done = await world.message(DANA, f"<@{ALICE}> asked for it, <@{BOB}> approved it.")
    assert labels(done) == ["Enable…"]
    assert done["ts"] != asked["ts"]
    await a_minute_passes(world)
    told = [m for m in await world.messages(DANA) if "danas-own" in m["text"]]
    assert len(told) == 2, "told once before and once after"
    assert (await audit_of(world, request))[0].detail["concerned"] == [DANA]
    await press(world, DANA, done, "open_enable_key")
    assert "danas-own" in str(await world.modal(DANA, "form_enable_key"))


async def test_the_requester_on_record_owns_a_key_and_a_gone_maker_is_named_though_nobody_can_be_told(world: World) -> None:
    made = await make_key(world, "for-dana")
    dana = await world.rt.notifier.person(DANA)
    owner = a_request().requester.model_copy(update={"slack_id": DANA, "email": dana.email})
    request = a_request("create_key", Status.APPLIED, requester=owner, outcome={"thing_id": made})
    async with world.rt.store.write() as tx:
        await requests.insert(tx, request, "made")
    found = await whose(world, made)
    assert [(one.slack_id, one.is_reachable) for one in found] == [(DANA, True)]
    frank = next(one for one in await world.rt.directory.members() if one.email == "frank@acme.test")
    left = await make_key(world, "of-somebody-who-left", created_by=frank.id)
    found = await whose(world, left)
    assert [(one.slack_id, one.is_reachable, one.name, one.email) for one in found] == [("", False, frank.name, frank.email)]
    await world.post(f"/people/{DANA}", deleted=True)
    assert [one.is_reachable for one in await whose(world, made)] == [False]


async def whose(world: World, key_id: str) -> tuple[Concerned, ...]:
    """Return whose a key is."""
    return await find_concerned(world.rt, REVOKE_KEY, key_id)


async def test_an_owner_who_never_used_the_bot_is_found_by_their_address_and_told(world: World) -> None:
    priya = next(one for one in await world.rt.directory.members() if one.email == "priya@acme.test")
    card = await ask_to(world, "disable_key", await make_key(world, "of-somebody-new", created_by=priya.id))
    assert "Key of <@U0CROWD01>, " in card["text"]
    await world.message("U0CROWD01", "Nothing is changed yet")


@pytest.mark.parametrize("is_guest", [True, False])
async def test_an_account_with_an_owners_address_that_is_not_theirs_is_nobodys(world: World, is_guest: bool) -> None:
    members = await world.rt.directory.members()
    priya, other = (next(one for one in members if one.email == f"{name}@acme.test") for name in ("priya", "frank"))
    made = await make_key(world, "of-somebody-new", created_by=priya.id)
    if is_guest:
        await world.post("/people/U0CROWD01", is_restricted=True)
    else:
        async with world.rt.store.write() as tx:
            await links.add(tx, "U0CROWD01", "T0ACME", other.id, other.email, world.rt.now())
    assert [(one.slack_id, one.is_reachable, one.email) for one in await whose(world, made)] == [("", False, priya.email)]


@pytest.mark.parametrize("name", few(["set_rate_limit", "set_spend_limit", "update_workspace"]))
async def test_the_owner_of_a_workspace_hears_before_and_after_what_changes_there(world: World, name: str) -> None:
    kind = WITH_BADGE[name]
    await world.rt.admin.update_workspace(await world.workspace_id("Staging"), tags={"owner": "noah@acme.test"})
    world.rt.directory.forget_workspaces()
    card = await ask(world, kind)
    assert "It is <@U0CROWD04>'s workspace" in card["text"]
    told = (await world.message("U0CROWD04", "<@U0ALICE> asks to change"))["text"]
    assert "It is your workspace. Nothing is changed yet." in told
    assert await world.messages(DANA) == []
    await approve(world, kind, card)
    await world.message("U0CROWD04", "If this is wrong: ask")
    if name == "update_workspace":  # its new owner
        await world.message(DANA, "its owner is now `dana@acme.test`*. It is your workspace. <@U0ALICE> asked for it")


def test_nothing_that_is_made_new_is_somebodys() -> None:
    assert CREATE_KEY.concerns is NOBODY
    assert DISABLE_KEY.thing_of(DISABLE_KEY.sample.payload) == "apikey_1"


async def test_an_owner_who_could_not_be_looked_up_at_the_ask_is_found_and_told_later(world: World) -> None:
    key_id = await a_key_of(world, DANA, "looked-up-later")
    await open_form(world, ALICE, "disable_key", key_id)
    world.rt.directory.forget_keys()
    await world.post("/faults", target="claude", name="GET /v1/organizations/api_keys", kind="529", times=30, seconds=0)
    assert (await world.submit(ALICE, reason="It leaks"))["ok"]
    card = await card_with(world, "It leaks")
    assert "I couldn't look up yet whose key it is" in card["text"]
    assert await world.messages(DANA) == []
    world.sandbox.faults.clear()
    await a_minute_passes(world)
    await world.message(DANA, "Nothing is changed yet")
    await card_with(world, f"It is <@{DANA}>'s key")


async def test_an_owner_who_is_linked_later_is_named_and_told_then(world: World) -> None:
    world.sandbox.slack.users["U0CROWD01"].email = "priya.moved@acme.test"
    priya = next(one for one in await world.rt.directory.members() if one.email == "priya@acme.test")
    key_id = await make_key(world, "of-somebody-late", created_by=priya.id)
    await open_form(world, ALICE, "disable_key", key_id)
    assert (await world.submit(ALICE, reason="It leaks"))["ok"]
    card = await card_with(world, "It leaks")
    assert "I can't reach" in card["text"]
    await a_minute_passes(world, OWNERS_EVERY.total_seconds())
    version = (await request_behind(world, card)).version
    async with world.rt.store.write() as tx:
        await links.add(tx, "U0CROWD01", "T0ACME", priya.id, priya.email, world.rt.now())
    at_work = (await request_behind(world, card)).model_copy(update={"status": Status.APPLYING})
    assert await look_up_owners(world.rt, at_work) is at_work, "whoever carries it out notes that by its version"
    await a_minute_passes(world, OWNERS_EVERY.total_seconds())
    await world.message("U0CROWD01", "Nothing is changed yet")
    now = await card_with(world, "<@U0CROWD01>")
    assert "I can't reach" not in now["text"]
    assert (await request_behind(world, now)).version == version + 1
