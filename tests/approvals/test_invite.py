"""Invites: each address is invited once, followed until it is accepted, and then joins its workspaces once."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals.act import act_of, reading_of
from bot.approvals.due import CLAIM_LASTS, FOLLOW_EVERY
from bot.approvals.fence import ACT_WITHIN
from bot.approvals.follow import follow
from bot.approvals.model import Request, Status
from bot.approvals.outcome import LeaseLost
from bot.approvals.progress import Progress
from bot.errors import InvalidInput
from bot.kinds.people.invite import INVITE_MEMBERS
from bot.kinds.people.invited import MOST_ADDRESSES, InviteMembers, check_addresses
from bot.people.model import Who
from bot.policy.model import RuleSettings
from bot.sandbox.stage import Json
from tests.approvals.acting import a_minute_passes, card_with, labels, press, request_behind, settled, thread_of, until
from tests.approvals.asking import fill_in, now_on_the_wire, writes_since
from tests.world import ALICE, BOB, World, world_of

INVITES = "POST /v1/organizations/invites"
KIM, LOU = "kim@acme.test", "lou@acme.test"
A_LOOK = FOLLOW_EVERY.total_seconds() + 1


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def send(world: World, emails: str, *workspaces: str, role: str = "developer", **more: Any) -> Json:
    joins = [await world.workspace_id(name) for name in workspaces]
    values = {"join_ids": joins, "join_role": "workspace_developer"} if joins else {}
    return await fill_in(
        world, ALICE, INVITE_MEMBERS, {"emails": emails, "role": role, "reason": "They start on Monday"} | values | more
    )


async def invited(world: World, emails: str, *workspaces: str, **more: Any) -> Json:
    """Ask for invites and approve them; returns the card."""
    assert (await send(world, emails, *workspaces, **more))["ok"]
    card = await card_with(world, "They start on Monday")
    await press(world, BOB, card, "request_approve")
    return card


def states(request: Request) -> dict[str, str]:
    return {part.label: part.state for part in request.outcome.parts}


async def accept(world: World, email: str) -> None:
    answer = await world.post(f"/claude/invites/{email}/accept")
    assert answer["ok"], answer


async def looked(world: World, card: Json) -> Request:
    """Let the next follow-up happen."""
    await a_minute_passes(world, A_LOOK)
    await settled(world)
    return await request_behind(world, card)


async def roles_in(world: World, workspace: str) -> dict[str, str]:
    names = {user.id: user.email for user in world.sandbox.claude.users.values()}
    place = await world.workspace_id(workspace)
    return {names[user]: role for (where, user), role in world.sandbox.claude.memberships.items() if where == place}


def test_all_that_is_no_address_is_named_and_too_many_are_counted() -> None:
    assert check_addresses(f"{KIM}, Lou <{LOU}>") is None
    assert check_addresses("kim, lou@, x") == (
        "I can't read “kim”, “lou@” and “x” as an e-mail address. Correct or remove it."
    )
    assert "Only the letters a to z work" in (check_addresses("k\u0456m@acme.test") or "")
    assert check_addresses(" , ") == "Write at least one e-mail address, such as name@company.com."
    many = [f"p{number}@acme.test" for number in range(MOST_ADDRESSES + 3)]
    assert check_addresses(" ".join(many[:MOST_ADDRESSES])) is None
    assert check_addresses(" ".join(many)) == (
        "These are 23 addresses. I take 20 at a time: send the others in another request."
    )


async def test_what_is_wrong_with_an_address_is_said_at_its_field(world: World) -> None:
    answer = await send(world, f"{KIM}, dana")
    assert "“dana”" in str(answer.get("errors"))
    for emails, said in (
        ("kim@acme.tset", "Did you mean kim@acme.test?"),
        ("Alice@Acme.test", "alice@acme.test is already a member (developer). Remove it from the list."),
        (f"{KIM} nina@acme.test", "nina@acme.test already has an invite as user."),
        (
            f"kim@acne.test nina@acme.test kim+x@acme.test {KIM}",
            "invites it only once. Keep one of them. nina@acme.test already has",
        ),
        ("alice+new@acme.test", "alice@acme.test is already a member (developer). Remove it from the list."),
        (
            f"kim+x@acme.test {KIM}",
            f"The Claude API takes kim+x@acme.test and {KIM} for the same mailbox and invites it only once.",
        ),
    ):
        assert (await world.submit(ALICE, emails=emails))["ok"]
        await world.modal(ALICE, said)


async def test_places_that_nobody_joins_by_an_invite_are_said_at_their_field(world: World) -> None:
    place, usual = await world.workspace_id("Staging"), await world.workspace_id("Default")
    values = {"emails": KIM, "role": "developer", "reason": "why"}
    assert (await fill_in(world, ALICE, INVITE_MEMBERS, values | {"join_ids": [place]}))["ok"]
    await world.modal(ALICE, "Choose which role they get in these workspaces.")
    assert (await world.submit(ALICE, join_role="workspace_developer", role="billing"))["ok"]
    await world.modal(ALICE, "can only be made workspace admin besides")
    await world.rt.admin.archive_workspace(place)
    assert (await world.submit(ALICE, role="developer"))["ok"]
    await world.modal(ALICE, "is archived or gone")
    with pytest.raises(InvalidInput, match="Default workspace"):
        await checked(world, InviteMembers(emails=(KIM,), role="user", join_ids=(usual,), join_role="workspace_user"))


async def checked(world: World, wanted: InviteMembers) -> object:
    return await INVITE_MEMBERS.rules.check(reading_of(world.rt), Who(slack_id=ALICE, member_id="", email=""), wanted)


async def test_an_invite_is_no_way_around_those_who_approve_access_to_a_workspace(world: World) -> None:
    place = await world.workspace_id("Production")
    wanted = InviteMembers(emails=(KIM,), role="user", join_ids=(place,), join_role="workspace_user")
    await checked(world, wanted)
    policy = world.rt.policy
    strict = policy.workspaces["Production"].kinds | {"workspace_access": RuleSettings(quorum=2)}
    own = policy.workspaces["Production"].model_copy(update={"kinds": strict})
    world.rt.policy = policy.model_copy(update={"workspaces": {"Production": own}})
    with pytest.raises(InvalidInput, match="Other people approve access to Production"):
        await checked(world, wanted)


async def test_an_accepted_invite_gets_its_workspace_once_though_two_processes_look(world: World) -> None:
    seq = now_on_the_wire(world)
    card = await invited(world, f"Kim <{KIM}>; {LOU.upper()}", "Staging")
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {KIM: "waits", LOU: "waits"}
    sent, until_then = world.sandbox.claude.invites[request.outcome.parts[0].thing_id], request.outcome.parts[0].until
    assert until_then
    assert abs(until_then - sent.expires_at) < timedelta(seconds=1)
    assert writes_since(world, seq) == [INVITES, INVITES]
    before = (await looked(world, card)).outcome
    assert before == request.outcome
    world.sandbox.claude.invites[request.outcome.parts[0].thing_id].email = "KIM@Acme.Test"
    await accept(world, KIM)
    world.rt.directory.forget_invites()
    now = await request_behind(world, card)
    await asyncio.gather(follow(world.rt, now), follow(world.rt, now))
    request = await looked(world, card)
    assert states(request) == {KIM: "done", LOU: "waits", f"{KIM} in Staging": "done"}
    assert (await roles_in(world, "Staging"))["KIM@Acme.Test"] == "workspace_developer"
    assert len(writes_since(world, seq)) == 3
    news = await world.message(ALICE, f"✅ {KIM}: joined the organization as developer")
    assert f"✅ {KIM} in Staging: joined as workspace developer" in news["text"]
    assert LOU not in news["text"].partition("\n")[2]
    assert [line for line in await thread_of(world, card) if line.startswith(f"News: {KIM}")]


async def test_an_address_that_is_refused_spoils_no_other(world: World) -> None:
    assert (await send(world, f"{KIM}, {LOU}, mia@acme.test, ned@acme.test", "Staging"))["ok"]
    card = await card_with(world, "They start on Monday")
    await world.rt.admin.invite(KIM, "billing")  # in the Console, meanwhile
    ned = (await world.rt.admin.invite("ned@acme.test", "developer")).id  # as was asked
    joined = (await world.rt.admin.invite("mia@acme.test", "user")).id
    await accept(world, joined)
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {
        KIM: "refused", LOU: "waits", "mia@acme.test": "refused", "ned@acme.test": "waits",
        f"{KIM} in Staging": "left_out", "mia@acme.test in Staging": "left_out",
    }  # fmt: skip
    shown = (await card_with(world, "⚠️ *2 of 4 people invited as developer, then workspace developer in Staging*"))["text"]
    assert "ned@acme.test: had an invite as developer already, so I sent no other" in shown
    adopted = request.outcome.part("invite:ned@acme.test")
    assert adopted
    assert adopted.thing_id == ned
    assert f"⚠️ {KIM}: already has an invite as billing member. Withdraw it first." in shown
    assert "⚠️ mia@acme.test: is already a member (user)." in shown


async def test_after_a_crash_an_invite_that_was_sent_is_found_and_not_sent_again(world: World) -> None:
    card = await invited(world, f"{KIM}, {LOU}", "Staging")
    request = await until(world, card, Status.APPLIED)
    async with world.rt.store.write() as tx:  # as the process left it that died after the first invite
        kept = request.outcome.model_copy(update={"parts": request.outcome.parts[:1]})
        assert await requests.touch(tx, request, outcome=kept, status=Status.APPLYING, claimed_at=world.rt.now())
    seq = now_on_the_wire(world)
    await a_minute_passes(world, CLAIM_LASTS.total_seconds() + 60)
    again = await until(world, card, Status.APPLIED)
    assert [part.thing_id for part in again.outcome.parts] == [part.thing_id for part in request.outcome.parts]
    assert states(again) == {KIM: "waits", LOU: "waits"}
    assert writes_since(world, seq) == []


async def test_an_invite_whose_answer_was_lost_was_sent_once(world: World) -> None:
    await world.post("/faults", target="claude", name=INVITES, kind="drop_after", times=1)
    card = await invited(world, KIM)
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {KIM: "waits"}
    assert [one.email for one in world.sandbox.claude.pending_invites()].count(KIM) == 1


async def test_an_invite_that_nobody_accepts_expires_and_is_offered_again(world: World) -> None:
    card = await invited(world, f"{KIM}, {LOU}", "Staging")
    await until(world, card, Status.APPLIED)
    await accept(world, KIM)
    await looked(world, card)
    await a_minute_passes(world, timedelta(days=21).total_seconds())
    await settled(world)
    request = await request_behind(world, card)
    assert states(request) == {KIM: "done", LOU: "over", f"{KIM} in Staging": "done", f"{LOU} in Staging": "left_out"}
    news = await world.message(ALICE, f"⌛ {LOU}: the invite expired")
    assert labels(news) == ["Invite again…"]
    assert "Invite again…" in labels(await card_with(world, "the invite expired"))
    await press(world, ALICE, news, "request_undo")
    form = await world.modal(ALICE, "form_invite_members")
    held = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert held["emails"]["initial_value"] == LOU
    assert [one["text"]["text"] for one in held["join_ids"]["initial_options"]] == ["Staging"]
    assert (await world.submit(ALICE, reason="Once more"))["ok"]
    await card_with(world, "Once more")


async def test_an_invite_that_is_withdrawn_is_over_and_one_sent_again_elsewhere_is_followed(world: World) -> None:
    card = await invited(world, f"{KIM}, {LOU}", "Staging")
    request = await until(world, card, Status.APPLIED)
    for part in request.outcome.parts:
        await world.rt.admin.delete_invite(part.thing_id)
    again = await world.rt.admin.invite(LOU, "user")
    await world.rt.admin.invite(f"{KIM.replace('@', '+other@')}", "user")  # for the API's filter the same address
    request = await looked(world, card)
    assert states(request) == {KIM: "over", LOU: "waits", f"{KIM} in Staging": "left_out"}
    news = (await world.message(ALICE, f"⌛ {KIM}: the invite was withdrawn"))["text"]
    assert f"⏳ {LOU}: invited again by somebody else, as user, waiting until" in news
    await accept(world, again.id)
    request = await looked(world, card)
    assert states(request)[f"{LOU} in Staging"] == "done"
    await world.message(ALICE, f"✅ {LOU}: joined the organization as user")


@pytest.mark.proof
async def test_what_changed_before_somebody_could_join_is_said(world: World) -> None:
    card = await invited(world, f"{KIM}, {LOU}, mia@acme.test, nia@acme.test", "Staging", "Sandbox")
    await until(world, card, Status.APPLIED)
    await looked(world, card)
    for email, role in ((KIM, "admin"), (LOU, "billing"), ("mia@acme.test", "developer"), ("nia@acme.test", "user")):
        await accept(world, email)
        await world.post(f"/claude/users/{email}", role=role)
    nia = world.sandbox.claude.user_by_email("nia@acme.test")
    assert nia
    nia.email = "nia.new@acme.test"  # nothing else says who accepted
    await world.rt.admin.archive_workspace(await world.workspace_id("Sandbox"))
    world.rt.directory.forget_workspaces()
    request = await looked(world, card)
    notes = {part.label: part.note for part in request.outcome.parts}
    assert notes[f"{KIM} in Staging"] == "workspace admin already, as every organization admin is"
    assert notes[f"{LOU} in Staging"].startswith("Is a billing member of the organization now.")
    assert notes["mia@acme.test in Sandbox"] == "Sandbox is archived now, so nobody can join it."
    assert notes["nia@acme.test"] == "accepted, but nobody has this address now: they left, or have another one"
    assert notes["mia@acme.test in Staging"] == "joined as workspace developer"


async def test_who_wakes_up_late_lets_nobody_join(world: World) -> None:
    card = await invited(world, KIM, "Staging")
    request = await until(world, card, Status.APPLIED)
    await accept(world, KIM)
    world.rt.directory.forget_invites()
    async with world.rt.store.write() as tx:
        await requests.touch(tx, request)  # somebody else took it over
    late = request.model_copy(update={"claimed_at": world.rt.now() - ACT_WITHIN - timedelta(seconds=1)})
    assert INVITE_MEMBERS.follow_up
    seq = now_on_the_wire(world)
    with pytest.raises(LeaseLost):
        await INVITE_MEMBERS.follow_up.act(act_of(world.rt, INVITE_MEMBERS.asked(late), Progress(world.rt, late)))
    assert writes_since(world, seq) == []
    assert KIM not in await roles_in(world, "Staging")
