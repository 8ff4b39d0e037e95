"""Access to a workspace: given, changed and taken, for good or until a day; what is inherited, and the last admin."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.act import act_of, look_of, reading_of
from bot.approvals.fence import FencedAdmin
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Done, NeedsPerson
from bot.errors import InvalidInput
from bot.kinds.workspaces.access import WORKSPACE_ACCESS, WorkspaceAccess
from tests.approvals.acting import a_minute_passes, card_with, press, until
from tests.approvals.asking import apply, fill_in, now_on_the_wire, revert, writes_since
from tests.approvals.samples import ALICE as SOMEBODY
from tests.approvals.samples import a_request
from tests.world import ALICE, APPROVALS, BOB, DANA, GUS, World, world_of

SOFIA, PRIYA, LUCAS = "U0CROWD03", "U0CROWD01", "U0CROWD08"
DEVELOPER, ADMIN, LIMITED = "workspace_developer", "workspace_admin", "workspace_restricted_developer"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def user_id(world: World, handle: str) -> str:
    user = world.sandbox.claude.user_by_email(f"{handle}@acme.test")
    assert user is not None
    return user.id


def place(world: World, workspace: str, handle: str) -> tuple[str, str]:
    return world.sandbox.claude.workspace_named(workspace).id, user_id(world, handle)


def role_in(world: World, workspace: str, handle: str) -> str | None:
    return world.sandbox.claude.memberships.get(place(world, workspace, handle))


def set_role(world: World, workspace: str, handle: str, role: str) -> None:
    world.sandbox.claude.memberships[place(world, workspace, handle)] = role


def no_admin_in(world: World, workspace: str) -> None:
    """Leave a workspace to the organization's admins."""
    memberships = world.sandbox.claude.memberships
    for pair in [p for p, role in memberships.items() if p[0] == place(world, workspace, "bob")[0] and role == ADMIN]:
        del memberships[pair]


async def asked(world: World, slack_id: str, role: str, workspace: str = "Staging", *, days: int = 0) -> Request:
    """Return a claimed request as it would be recorded; InvalidInput where it can't be asked."""
    workspace_id = world.sandbox.claude.workspace_named(workspace).id
    wanted = WorkspaceAccess(workspace_id=workspace_id, slack_id=slack_id, role=role)
    found = await WORKSPACE_ACCESS.rules.check(reading_of(world.rt), SOMEBODY, wanted)
    now = world.rt.now()
    more: dict[str, Any] = {"payload": found.payload.model_dump(mode="json"), "claimed_at": now, "approved_at": now}
    more |= {"workspace_id": found.workspace_id, "workspace_name": found.workspace_name}
    more |= {"ends_at": now + timedelta(days=days)} if days else {}
    return a_request("workspace_access", Status.APPLYING, **more)


async def refused(world: World, slack_id: str, role: str, workspace: str = "Staging") -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        await asked(world, slack_id, role, workspace)
    return dict(refusal.value.fields)


@pytest.mark.parametrize(
    ("was", "role"), [(None, DEVELOPER), (LIMITED, DEVELOPER), (DEVELOPER, "none"), ("workspace_user", ADMIN)]
)
async def test_what_was_before_is_what_is_at_the_end(world: World, was: str | None, role: str) -> None:
    world.sandbox.claude.memberships.pop(place(world, "Staging", "sofia"), None)
    if was:
        set_role(world, "Staging", "sofia", was)
    request = await asked(world, SOFIA, role, days=7)
    assert isinstance(await apply(world, WORKSPACE_ACCESS, request), Done)
    assert role_in(world, "Staging", "sofia") == (None if role == "none" else role)
    assert await WORKSPACE_ACCESS.effect.stands(look_of(world.rt, WORKSPACE_ACCESS.asked(request)))
    await revert(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "sofia") == was


async def test_a_role_that_comes_from_the_organization_is_explained_at_the_ask(world: World) -> None:
    bob = "Bob Tanaka is an organization admin, and so the admin of every workspace."
    assert await refused(world, BOB, "none") == {"slack_id": f"{bob} That can't be changed in Staging alone."}
    assert (await refused(world, BOB, ADMIN))["slack_id"].startswith(bob)
    dana = "Dana Okafor is a billing member of the organization, and so sees billing in every workspace."
    for role in (DEVELOPER, "none"):
        assert await refused(world, DANA, role) == {"role": f"{dana} In Staging they can only be made workspace admin."}
    assert "list" in (await refused(world, DANA, "workspace_billing"))["role"]
    for stranger in (GUS, "U0NINA", "U0FRANK"):
        assert "slack_id" in await refused(world, stranger, DEVELOPER)


@pytest.mark.parametrize("lists_inherited", [True, False])
async def test_a_billing_member_is_raised_to_admin_and_goes_back(world: World, lists_inherited: bool) -> None:
    if not lists_inherited:  # an API that names explicit members only
        world.sandbox.claude.inherited_role = lambda user: None  # type: ignore[method-assign]
    request = await asked(world, DANA, ADMIN, days=7)
    assert WORKSPACE_ACCESS.words.what(WORKSPACE_ACCESS.asked(request)).endswith("workspace billing → *workspace admin*")
    await apply(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "dana") == ADMIN
    set_role(world, "Staging", "priya", ADMIN)
    for_good = await asked(world, DANA, "none")
    assert for_good.payload["role"] == "workspace_billing"
    await revert(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "dana") is None


async def test_the_default_and_an_archived_workspace_are_refused_with_a_reason(world: World) -> None:
    assert "Ask for another organization role" in (await refused(world, SOFIA, DEVELOPER, "Default"))["workspace_id"]
    await world.rt.admin.archive_workspace(await world.workspace_id("Staging"))
    assert (await refused(world, SOFIA, DEVELOPER))["workspace_id"].startswith("Staging is archived for good")


async def test_a_workspace_that_was_archived_meanwhile_is_left_alone_and_its_grants_end(world: World) -> None:
    given, waiting = await asked(world, SOFIA, DEVELOPER, days=7), await asked(world, PRIYA, ADMIN)
    await apply(world, WORKSPACE_ACCESS, given)
    await world.rt.admin.archive_workspace(given.workspace_id)
    seq = now_on_the_wire(world)
    with pytest.raises(NeedsPerson, match="Staging is archived for good"):
        await apply(world, WORKSPACE_ACCESS, waiting)
    ended: Any = await revert(world, WORKSPACE_ACCESS, given)
    assert ended.outcome.note == "Staging is archived, so nobody works in it any more."
    assert writes_since(world, seq) == []


async def test_the_last_admin_of_a_workspace_stays_at_the_ask_and_before_the_act(world: World) -> None:
    no_admin_in(world, "Staging")
    set_role(world, "Staging", "sofia", ADMIN)
    last = "Sofia Rossi is the last workspace admin of Staging."
    for role in (DEVELOPER, "none"):
        assert (await refused(world, SOFIA, role))["role"] == f"{last} Make somebody else workspace admin first."
    set_role(world, "Staging", "priya", ADMIN)
    request = await asked(world, SOFIA, "none")
    set_role(world, "Staging", "priya", DEVELOPER)
    with pytest.raises(NeedsPerson, match=r"is the last workspace admin of Staging\. Make somebody else"):
        await apply(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "sofia") == ADMIN
    set_role(world, "Staging", "priya", ADMIN)
    await apply(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "sofia") is None


@pytest.mark.parametrize("is_end", [False, True])
async def test_two_admins_who_are_taken_out_at_the_same_moment_do_not_leave_none(world: World, is_end: bool) -> None:
    no_admin_in(world, "Staging")
    set_role(world, "Staging", "lucas", ADMIN)
    if not is_end:
        set_role(world, "Staging", "sofia", ADMIN)
    request = await asked(world, SOFIA, ADMIN if is_end else "none", days=7)
    if is_end:
        await apply(world, WORKSPACE_ACCESS, request)

    def meanwhile() -> bool:
        """Take the other one out right before the change is sent, when nothing is looked at any more."""
        if role_in(world, "Staging", "sofia") == ADMIN:
            set_role(world, "Staging", "lucas", DEVELOPER)
        return True

    admin = FencedAdmin(world.rt.admin, world.rt.directory, meanwhile)
    act = replace(act_of(world.rt, WORKSPACE_ACCESS.asked(request)), admin=admin)
    effect = WORKSPACE_ACCESS.effect
    assert effect.revert
    with pytest.raises(NeedsPerson, match="the last workspace admin of Staging, so I gave that back"):
        await (effect.revert(act) if is_end else effect.apply(act))
    assert role_in(world, "Staging", "sofia") == ADMIN


async def test_a_grant_that_ends_does_not_take_the_last_admin_away(world: World) -> None:
    no_admin_in(world, "Staging")
    set_role(world, "Staging", "priya", ADMIN)
    request = await asked(world, SOFIA, ADMIN, days=7)
    await apply(world, WORKSPACE_ACCESS, request)
    set_role(world, "Staging", "priya", DEVELOPER)
    with pytest.raises(NeedsPerson, match=r"Sofia Rossi is the last workspace admin of Staging, so I left it at that\."):
        await revert(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "sofia") == ADMIN


async def test_a_workspace_without_an_admin_of_its_own_goes_back_to_that(world: World) -> None:
    no_admin_in(world, "Staging")
    request = await asked(world, SOFIA, ADMIN, days=7)
    await apply(world, WORKSPACE_ACCESS, request)
    await revert(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "sofia") is None


async def test_what_changed_meanwhile_is_said_in_words_and_left_alone(world: World) -> None:
    set_role(world, "Staging", "sofia", LIMITED)
    request = await asked(world, SOFIA, DEVELOPER)
    set_role(world, "Staging", "sofia", "workspace_user")
    changed = "Somebody else changed Sofia Rossi's role in Staging: it is workspace user now, and was limited developer"
    with pytest.raises(NeedsPerson, match=changed):
        await apply(world, WORKSPACE_ACCESS, request)
    await world.post("/claude/users/sofia@acme.test", role="admin")
    with pytest.raises(NeedsPerson, match="it is workspace admin, as every organization admin is now"):
        await apply(world, WORKSPACE_ACCESS, request)
    assert role_in(world, "Staging", "sofia") == "workspace_user"


async def test_who_left_the_organization_gets_nothing_and_their_grant_is_over(world: World) -> None:
    given, waiting = await asked(world, SOFIA, DEVELOPER, days=7), await asked(world, LUCAS, DEVELOPER)
    await apply(world, WORKSPACE_ACCESS, given)
    for handle in ("sofia", "lucas"):
        await world.post(f"/claude/users/{handle}@acme.test", removed=True)
    with pytest.raises(NeedsPerson, match="Lucas Silva isn't in the organization any more"):
        await apply(world, WORKSPACE_ACCESS, waiting)
    ended: Any = await revert(world, WORKSPACE_ACCESS, given)
    assert ended.outcome.note == "Sofia Rossi is no longer a member, and the role went with the membership."


async def test_a_change_whose_answer_was_lost_is_found_done_and_not_repeated(world: World) -> None:
    request = await asked(world, SOFIA, DEVELOPER)
    await world.post("/faults", target="claude", name="POST *members*", kind="drop_after", times=1)
    seq = now_on_the_wire(world)
    assert isinstance(await apply(world, WORKSPACE_ACCESS, request), Done)
    assert role_in(world, "Staging", "sofia") == DEVELOPER
    assert len(writes_since(world, seq)) == 1


async def test_the_person_hears_of_it_and_does_not_decide(world: World) -> None:
    workspace_id = await world.workspace_id("Staging")
    values = {"workspace_id": workspace_id, "slack_id": SOFIA, "role": DEVELOPER, "reason": "Helps out"}
    await world.post("/groups/S0ADMINS", users=[BOB, SOFIA])
    answer = await fill_in(world, ALICE, WORKSPACE_ACCESS, values)
    assert answer["ok"], answer
    card = await card_with(
        world,
        "*<@U0ALICE> asks to change access to a workspace* — <@U0CROWD03> in *Staging*: no access → *workspace developer*",
    )
    assert (await world.click_on(SOFIA, card, "request_approve"))["ok"]
    await world.message(SOFIA, "You can't decide a request about yourself", APPROVALS)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world)
    for person in (ALICE, SOFIA):
        await world.message(person, "✅ *<@U0CROWD03> is now workspace developer in Staging*")
    assert "workspace_developer" not in str(await world.messages(BOB, APPROVALS))
