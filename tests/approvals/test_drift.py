"""What a request set and somebody changed elsewhere since: on record once, shown where it matters, said of nobody."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.admin.model import ApiKey
from bot.approvals import db as requests
from bot.approvals.cards.elsewhere import changed_words
from bot.approvals.cards.lists import grant_blocks, request_block
from bot.approvals.drift import DRIFT, FINAL_LASTS, LOOK_EVERY, changed_by, is_ours, let_go, watch
from bot.approvals.due import FOLLOW_EVERY
from bot.approvals.kind import AnyKind
from bot.approvals.late import expire
from bot.approvals.model import Event, Request, Status
from bot.approvals.outcome import Elsewhere, Outcome, PartDone
from bot.approvals.submit import add
from bot.directory.directory import Directory
from bot.kinds.people.leaving import LeftInvite, LeftKey
from bot.kinds.registry import KINDS
from bot.slack.paging import Page
from bot.store import audit
from bot.store.session import Store
from bot.timers.db import due, set_timers
from bot.timers.model import Timer
from bot.timers.run import due_timers, run_timer
from tests.approvals.acting import a_minute_passes, card_with, press, request_behind, settled, until
from tests.approvals.asking import approve, ask, fill_in, now_on_the_wire
from tests.approvals.samples import ALICE as ALICE_WHO
from tests.approvals.samples import ASKED, a_request
from tests.approvals.test_replace import acting, runtime
from tests.world import ALICE, BOB, World, world_of

SEEN = Elsewhere(name="Dana <x>", was="developer", now="billing", at=ASKED)
WATCHED = sorted(name for name, kind in KINDS.items() if kind.effect.stays)


def test_it_is_said_in_lists_and_only_while_the_request_holds() -> None:
    ends_at = ASKED + timedelta(days=9)
    request = a_request("change_role", Status.APPLIED, outcome={"elsewhere": SEEN}, ends_at=ends_at)
    said = changed_words(request)
    assert said.startswith("⚠️ Changed elsewhere: Dana &lt;x&gt; is billing, not developer. Seen <!date^")
    grants = Page([(request, "Role", True), (request, "Role", False)])
    assert str(grant_blocks(grants)).count("Changed elsewhere") == 2
    assert "Changed elsewhere" in request_block((request, "Role"))["text"]["text"]
    over = a_request("change_role", Status.REVERTED, outcome={"elsewhere": SEEN}, ends_at=ends_at)
    assert changed_words(over) == changed_words(a_request()) == ""


def test_what_several_parts_set_is_said_in_one_line_and_the_rest_is_counted() -> None:
    found = [SEEN.model_copy(update={"name": f"Role {n}", "which": f"role:{n}"}) for n in range(5)]
    request = a_request("invite_members", Status.APPLIED, outcome={"parts_elsewhere": found})
    said = changed_words(request)
    assert said.count("is billing, not developer") == 3
    assert "; and 2 more. Seen <!date^" in said


def test_what_a_request_of_several_parts_set_is_looked_after_part_by_part() -> None:
    def subjects(name: str, *parts: PartDone) -> set[str]:
        kind = KINDS[name]
        payload = kind.sample.payload.model_dump(mode="json")
        asked = kind.asked(a_request(name, Status.APPLIED, payload=payload, outcome={"parts": parts}))
        return {stays.which(asked) for stays in kind.effect.parts_stay(asked).values()}

    kim = PartDone(name="invite:kim@acme.test", label="kim", state="waits", thing_id="invite_1")
    joined = kim.model_copy(update={"state": "done", "thing_id": "user_1"})
    place = PartDone(name="join:kim@acme.test:wrkspc_1", label="kim", state="done")
    over = kim.model_copy(update={"state": "over", "note": "the invite expired"})
    assert subjects("invite_members", kim) == {"invite:invite_1"}
    assert subjects("invite_members", joined, place) == {"role:user_1", "role:wrkspc_1:user_1"}
    assert subjects("invite_members", joined, place.model_copy(update={"state": "refused"})) == {"role:user_1"}
    assert subjects("invite_members", over) == set()
    made = PartDone(name="workspace:production", label="x", state="done", thing_id="wrkspc_9")
    priya = PartDone(name="member:production:user_priya", label="x", state="done")
    assert subjects("create_workspace", made, priya) == {"role:wrkspc_9:user_priya"}
    assert subjects("create_workspace", priya) == set()


async def test_a_part_takes_no_value_over_that_another_request_has_set_since(store: Store) -> None:
    kind = KINDS["create_workspace"]
    parts = [
        PartDone(name="workspace:production", label="x", state="done", thing_id="wrkspc_9"),
        PartDone(name="member:production:user_priya", label="x", state="done"),
    ]
    payload = kind.sample.payload.model_dump(mode="json")
    request = a_request("create_workspace", Status.APPLIED, payload=payload, outcome={"parts": parts})
    later = KINDS["workspace_access"].sample.payload.model_copy(
        update={"workspace_id": "wrkspc_9", "member_id": "user_priya"}
    )
    access = a_request("workspace_access", Status.APPLIED, payload=later.model_dump(mode="json"))
    access = access.model_copy(update={"id": "r2"})
    for one, watched_kind in ((request, kind), (access, KINDS["workspace_access"]), (request, kind)):
        async with store.write() as tx:
            await watch(tx, watched_kind, watched_kind.asked(one))
    assert await watched(store) == {("role:wrkspc_9:user_priya", "r2")}


def test_every_kind_that_sets_a_value_is_looked_after() -> None:
    assert {"create_key", "disable_key", "enable_key", "rename_key", "change_role", "workspace_access"} < set(WATCHED)
    assert {"update_workspace", "set_spend_limit", "set_rate_limit", "revoke_key"} < set(WATCHED)
    for name in WATCHED:
        kind = KINDS[name]
        request = a_request(name, Status.APPLIED, payload=kind.sample.payload.model_dump(mode="json"))
        assert kind.effect.stays
        assert ":" in kind.effect.stays.which(kind.asked(request))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_a_kind_may_change_is_told_by_its_first_word(name: str) -> None:
    kind = KINDS[name]
    payload = kind.sample.payload.model_dump(mode="json")
    if name == "remove_member":
        key = LeftKey(id="apikey_1", name="x", place="y", status="active", fate="revoke")
        invite = LeftInvite(id="invite_1", email="x@acme.test")
        payload |= {"keys": [key.model_dump()], "invites": [invite.model_dump()]}
    request = a_request(name, Status.APPLIED, payload=payload)
    changed = changed_by(kind, kind.asked(request))
    assert {which.partition(":")[0] for which in changed} == set(kind.effect.sets)


@pytest.mark.parametrize("how", ["replaced", "expired"])
async def test_nobody_looks_after_what_a_half_done_request_did_away_with_before_it_was_closed(
    store: Store, how: str
) -> None:
    kind, rt = KINDS["remove_member"], runtime(store)
    keys = [LeftKey(id=f"apikey_{n}", name="x", place="y", status="active", fate="revoke") for n in (1, 2)]
    payload = kind.sample.payload.model_copy(update={"keys": tuple(keys)})
    done = PartDone(name="key:apikey_1", label="x", state="done")
    old = a_request("remove_member", Status.FAILED, payload=payload.model_dump(mode="json"), id="old")
    old = old.model_copy(update={"outcome": Outcome(parts=(done,)), "expires_at": ASKED})
    async with store.write() as tx:
        assert await requests.insert(tx, old, kind.rules.subject(payload))
        for one in keys:
            made = a_request("create_key", Status.APPLIED, id=one.id, outcome={"thing_id": one.id})
            await watch(tx, KINDS["create_key"], KINDS["create_key"].asked(made))
    if how == "replaced":
        new = old.model_copy(update={"id": "new", "status": Status.PENDING, "outcome": Outcome()})
        await add(rt, acting(ALICE_WHO), new, kind.rules.subject(payload), "old")
    else:
        await expire(rt, old)
    names = {("name:apikey_1", "apikey_1"), ("name:apikey_2", "apikey_2")}
    assert await watched(store) == {("status:apikey_2", "apikey_2"), *names}


@pytest.mark.parametrize(("status", "now"), [("archived", "archived"), ("active", "active"), ("expired", None)])
async def test_a_key_that_was_revoked_is_looked_after_as_long_as_it_could_come_back(status: str, now: str | None) -> None:
    async def api_key(_key_id: str) -> ApiKey:
        return ApiKey(id="apikey_1", name="nightly", status=status, workspace_id="wrkspc_1", created_at=ASKED)

    kind = KINDS["revoke_key"]
    look = kind.asked(a_request("revoke_key", Status.APPLIED))
    assert kind.effect.stays
    seen = await kind.effect.stays.see(
        cast("Any", SimpleNamespace(admin=SimpleNamespace(api_key=api_key), payload=look.payload))
    )
    assert (seen and seen.now) == now
    assert seen is None or seen.was == "archived"


@pytest.mark.both
async def test_the_next_request_about_a_value_takes_over_and_a_removal_lets_go(store: Store) -> None:
    kinds = ["create_key", "disable_key", "rename_key", "revoke_key"]
    for number, name in enumerate(kinds):
        request = a_request(name, Status.APPLIED, outcome={"thing_id": "apikey_1"}).model_copy(update={"id": f"r{number}"})
        async with store.write() as tx:
            await watch(tx, KINDS[name], KINDS[name].asked(request))
    assert await watched(store) == {("status:apikey_1", "r3"), ("name:apikey_1", "r2")}
    leaves, kind = a_request("remove_member", Status.APPLIED, id="r4"), KINDS["remove_member"]
    payload = leaves.payload | {"keys": [LeftKey(id="apikey_1", name="x", place="y", status="active", fate="revoke")]}
    removal = kind.asked(leaves.model_copy(update={"payload": payload})).request
    member = PartDone(name="member", label="x", state="refused")
    for state, watched_after in (("refused", {"status:apikey_1", "name:apikey_1"}), ("done", {"name:apikey_1"})):
        key = member.model_copy(update={"name": "key:apikey_1", "state": state})
        left = removal.model_copy(update={"status": Status.WITHDRAWN, "outcome": Outcome(parts=(member, key))})
        async with store.write() as tx:
            await let_go(tx, kind, kind.asked(left))
        assert {subject for subject, _ in await watched(store)} == watched_after, state
    done = member.model_copy(update={"state": "done"}), member.model_copy(update={"name": "key:apikey_1", "state": "done"})
    revoked = a_request("revoke_key", Status.APPLIED, outcome={"thing_id": "apikey_1"}).model_copy(update={"id": "r3"})
    async with store.write() as tx:
        await watch(tx, KINDS["revoke_key"], KINDS["revoke_key"].asked(revoked))
        await watch(tx, kind, kind.asked(removal.model_copy(update={"outcome": Outcome(parts=done)})))
    gone = "removed:noah@acme.test"
    assert await watched(store) == {("name:apikey_1", "r2"), ("status:apikey_1", "r4"), (gone, "r4")}
    invites = KINDS["invite_members"]
    payload = invites.sample.payload.model_copy(update={"emails": ("noah@acme.test",)}).model_dump(mode="json")
    sent = PartDone(name="invite:noah@acme.test", label="x", state="waits", thing_id="invite_1")
    async with store.write() as tx:
        again = a_request("invite_members", Status.APPLIED, payload=payload, id="r5")
        await watch(tx, invites, invites.asked(again.model_copy(update={"outcome": Outcome(parts=(sent,))})))
    assert {subject for subject, _ in await watched(store)} == {"name:apikey_1", "status:apikey_1", "invite:invite_1"}


@pytest.mark.parametrize(
    ("name", "status"), [("revoke_key", "applied"), ("create_key", "reverted"), ("remove_member", "applied")]
)
async def test_what_was_ended_for_good_is_looked_after_for_a_time_only(store: Store, name: str, status: str) -> None:
    done = Outcome(thing_id="apikey_1", parts=(PartDone(name="member", label="x", state="done"),))
    request = a_request(name, Status(status), closed_at=ASKED).model_copy(update={"outcome": done})
    kind = KINDS[name]
    async with store.write() as tx:
        assert await requests.insert(tx, request, name)
        await watch(tx, kind, kind.asked(request))
    async with store.read() as tx:
        (timer,) = await due(tx, tx.now + 2 * LOOK_EVERY, {DRIFT.name: DRIFT})
    late = cast("Any", SimpleNamespace(kinds=KINDS, store=store, now=lambda: ASKED + FINAL_LASTS))
    assert await DRIFT.act(late, timer, ASKED) is None, "nobody is asked, and nothing is due again"


@pytest.mark.both
async def test_what_another_request_of_ours_is_at_work_on_is_changed_by_nobody_else(store: Store) -> None:
    rt = cast("Any", SimpleNamespace(kinds=KINDS, store=store))
    timer = Timer(topic=DRIFT.name, subject="role:user_1", what="r0", due_at=ASKED, tries=0)
    part = PartDone(name="key:apikey_1", label="x", state="done")
    role, leaves = KINDS["change_role"].sample.payload, KINDS["remove_member"].sample.payload
    cases: dict[str, tuple[str, Any, Status, dict[str, Any], bool]] = {
        "r1": ("change_role", role, Status.APPLYING, {}, True),
        "r2": ("change_role", role, Status.FAILED, {}, False),
        "r3": ("change_role", role, Status.FAILED, {"in_doubt": True}, True),
        "r4": ("change_role", role, Status.REVERTING, {}, True),
        "r5": ("change_role", role, Status.PENDING, {}, False),
        "r6": ("remove_member", leaves, Status.APPLYING, {}, True),
        "r7": ("remove_member", leaves, Status.FAILED, {"parts": (part,)}, True),
        "r0": ("change_role", role, Status.REVERTING, {}, False),
    }
    for name, (kind, sample, status, outcome, expected) in cases.items():
        for member_id in ("user_1", "user_2"):
            payload = sample.model_copy(update={"member_id": member_id}).model_dump(mode="json")
            one = a_request(kind, status, id=name, payload=payload).model_copy(
                update={"outcome": Outcome.model_validate(outcome)}
            )
            async with store.write() as tx:
                assert await requests.insert(tx, one, name)
                assert await is_ours(rt, tx, timer) is (expected and member_id == "user_1"), (name, member_id)
                await tx.connection.rollback()


async def watched(store: Store) -> set[tuple[str, str]]:
    async with store.read() as tx:
        return {(one.subject, one.what) for one in await due(tx, tx.now + 2 * LOOK_EVERY, {DRIFT.name: DRIFT})}


async def a_day_passes(world: World) -> int:
    """Let a day pass, and look after what was set; returns how many values were looked at."""
    await world.post("/clock", advance=LOOK_EVERY.total_seconds() + 60)
    forget_lists(world)
    topics = {DRIFT.name: DRIFT}
    found = await due_timers(world.rt, topics, world.rt.now())
    for timer in found:
        await run_timer(world.rt, topics, timer, world.rt.now())
    return len(found)


def forget_lists(world: World) -> None:
    """Let the lists be as old as a day makes them."""
    directory: Directory = world.rt.directory
    for forget in (directory.forget_keys, directory.forget_members, directory.forget_invites, directory.forget_workspaces):
        forget()
    for workspace_id in world.sandbox.claude.workspaces:
        directory.forget_roles_in(workspace_id)


async def applied(world: World, kind: AnyKind) -> Request:
    card = await ask(world, kind)
    await approve(world, kind, card)
    return await until(world, card, Status.APPLIED)


async def seen_of(world: World, request: Request) -> tuple[list[str], str]:
    """Return what is on record of changes elsewhere, and what the request says of it now."""
    async with world.rt.store.read() as tx:
        entries = [one for one in await audit.entries_of(tx, request.id) if one.action == "seen.changed_elsewhere"]
        now = await requests.require(tx, request.id)
    return [f"{one.detail['was']} → {one.detail['now']}" for one in entries], changed_words(now)


async def test_what_is_changed_elsewhere_is_on_record_once_until_it_is_as_it_was_set_again(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        request = await applied(world, KINDS["change_role"])
        path = f"/claude/users/{(await world.rt.notifier.person('U0DANA')).email}"
        before = now_on_the_wire(world)
        assert (await a_day_passes(world), await seen_of(world, request)) == (1, ([], ""))
        read = {entry.name for entry in world.sandbox.wire.after(before) if entry.service == "claude"}
        assert read == {"GET /v1/organizations/users"}, "what is as it was set is found in a list that many looks share"
        await world.post(path, role="user")
        await a_day_passes(world)
        await a_day_passes(world)
        once = ["developer → user"]
        record, said = await seen_of(world, request)
        assert (record, "is user, not developer" in said) == (once, True)
        for role in ("billing", "developer"):
            await world.post(path, role=role)
            await a_day_passes(world)
        back = [*once, "user → billing member", "billing member → developer"]
        assert await seen_of(world, request) == (back, ""), "how long it was otherwise can be read"
        await world.post(path, role="user")
        ours = request.model_copy(update={"id": "r2", "status": Status.FAILED, "outcome": Outcome(in_doubt=True)})
        async with world.rt.store.write() as tx:
            assert await requests.insert(tx, ours, "role of dana")
        await a_day_passes(world)
        assert await seen_of(world, request) == (back, ""), "a request of ours may have changed it"
        async with world.rt.store.write() as tx:
            assert await requests.advance(tx, ours, Event.GIVE_UP, closed_at=world.rt.now())
        await a_day_passes(world)
        assert (await seen_of(world, request))[0] == back + once, "it was changed once more"
        await world.rt.admin.remove_user(request.payload["member_id"])
        await a_day_passes(world)
        assert await a_day_passes(world) == 0, "what went with a membership isn't looked at any more"
        assert (await seen_of(world, request))[0] == back + once


async def test_a_key_that_is_renamed_and_switched_off_elsewhere_is_on_record_once_for_each(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "ingest-new")
        await press(world, BOB, card, "request_approve")
        request = await until(world, card, Status.APPLIED)
        assert await a_day_passes(world) == 2
        key_id = request.outcome.thing_id or ""
        async with world.rt.store.write() as tx:  # as it is for a key that an older version made
            await set_timers(tx, "drift", f"name:{key_id}", {})
        assert (await a_day_passes(world), await a_day_passes(world)) == (1, 2)
        await world.rt.admin.update_api_key(key_id, name="ingest-old")
        await a_day_passes(world)
        await a_day_passes(world)
        record, said = await seen_of(world, request)
        assert (record, "The key is ingest-old, not ingest-new" in said) == (["ingest-new → ingest-old"], True)
        await world.rt.admin.update_api_key(key_id, status="inactive")
        await a_day_passes(world)
        assert (await seen_of(world, request))[0] == ["ingest-new → ingest-old", "active → inactive"]
        await world.rt.admin.update_api_key(key_id, status="archived")
        await a_day_passes(world)
        assert await a_day_passes(world) == 1, "a dead key's name isn't looked at any more"


async def test_invites_and_memberships_that_are_changed_elsewhere_are_on_record_and_our_own_changes_are_not(
    tmp_path: Path,
) -> None:
    kim, lou, mia = "kim@acme.test", "lou@acme.test", "mia@acme.test"
    async with world_of(tmp_path) as world:
        kind, staging = KINDS["invite_members"], await world.workspace_id("Staging")
        values = {"emails": f"{kim} {lou} {mia}", "role": "developer", "reason": "They start"}
        joins = {"join_ids": [staging], "join_role": "workspace_developer"}
        assert (await fill_in(world, ALICE, kind, values | joins))["ok"]
        card = await card_with(world, "They start")
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)
        await world.post(f"/claude/invites/{kim}/accept")
        await a_minute_passes(world, FOLLOW_EVERY.total_seconds() + 1)
        await settled(world)
        request = await request_behind(world, card)
        joined = request.outcome.part(f"join:{kim}:{staging}")
        assert joined
        assert joined.state == "done"
        pending = {one.email: one.id async for one in world.rt.admin.invites() if one.status == "pending"}
        withdraw = KINDS["withdraw_invite"]
        ours = withdraw.sample.payload.model_copy(update={"invite_id": pending[mia], "email": mia})
        async with world.rt.store.write() as tx:  # as its own request does when it is applied
            applied_one = a_request("withdraw_invite", Status.APPLIED, payload=ours.model_dump())
            await watch(tx, withdraw, withdraw.asked(applied_one))
        for email in (lou, mia):
            await world.rt.admin.delete_invite(pending[email])
        member = world.sandbox.claude.user_by_email(kim)
        assert member
        await a_day_passes(world)
        request = await request_behind(world, card)
        record, said = await seen_of(world, request)
        assert (record, "The invite of lou@acme.test is withdrawn, not pending" in said) == (["pending → withdrawn"], True)
        del world.sandbox.claude.memberships[staging, member.id]
        await world.post(f"/claude/users/{kim}", role="user")
        await a_day_passes(world)
        await a_day_passes(world)
        request = await request_behind(world, card)
        record, said = await seen_of(world, request)
        assert sorted(record[1:]) == ["developer → user", "workspace developer → no access"]
        assert said.count(", not ") == 3
        await world.rt.admin.remove_user(member.id)
        await a_day_passes(world)
        assert (await seen_of(world, request))[0][3:] == ["user → no longer a member"]
        assert await a_day_passes(world) == 0
