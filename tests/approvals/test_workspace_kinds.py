"""Changing and archiving workspaces: what is refused at the ask, and what somebody did in the Console meanwhile."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals.act import reading_of
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Done, NeedsPerson
from bot.approvals.owners import find_concerned
from bot.approvals.ownership import db as ownership
from bot.approvals.snapshot import keys_in_workspace, living_keys
from bot.errors import InvalidInput
from bot.kinds.workspaces.archive import ARCHIVE_WORKSPACE, ArchiveWorkspace
from bot.kinds.workspaces.update import UPDATE_WORKSPACE, UpdateWorkspace
from bot.people.model import Who
from tests.approvals.acting import card_with, make_key, press, until
from tests.approvals.asking import apply, approve, ask, look, now_on_the_wire, writes_since
from tests.approvals.samples import ALICE as SOMEBODY
from tests.approvals.samples import a_request
from tests.world import ALICE, BOB, CAROL, DANA, World, world_of

MISSING = "That workspace doesn't exist. Choose one from the list."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def checked(world: World, kind: AnyKind, payload: Any) -> Any:
    return (await kind.rules.check(reading_of(world.rt), SOMEBODY, payload)).payload


async def refused(world: World, kind: AnyKind, payload: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        await checked(world, kind, payload)
    return dict(caught.value.fields)


async def change(world: World, detail: str, value: str, workspace: str = "Staging") -> UpdateWorkspace:
    return UpdateWorkspace(workspace_id=await world.workspace_id(workspace), detail=detail, value=value)


async def test_what_a_workspace_cannot_become_is_said_at_its_field(world: World) -> None:
    async def said(detail: str, value: str, workspace: str = "Staging") -> dict[str, str]:
        return await refused(world, UPDATE_WORKSPACE, await change(world, detail, value, workspace))

    default = "The Default workspace can't be renamed."
    assert await said("name", "Basis", "Default") == {"value": default}
    assert "known by its name alone" in (await said("name", "Basis", "Claude Code"))["value"]
    for name in ("claude code", "DEFAULT"):
        assert "the name of a workspace that Anthropic makes" in (await said("name", name))["value"]
    taken = {"value": "There is a workspace named PRODUCTION already. Choose another name."}
    assert await said("name", " PRODUCTION ") == taken
    assert await said("name", "Staging") == {"value": "The name of Staging is already Staging."}
    assert await said("name", " ") == {"value": "Type the new name."}
    assert await said("name", "x" * 256) == {"value": "Use 255 characters at most."}
    assert await said("owner", "bob@acme.test") == {"value": "The owner of Staging is already bob@acme.test."}
    assert (await said("owner", "@dana"))["value"].startswith("Write the owner's e-mail address.")
    assert await said("description", "") == {"value": "The description of Staging isn't set, so there is nothing to remove."}
    assert (await said("colour", "mauve-ish"))["value"].startswith("Type one of black, ")
    assert "belong to Anthropic" in (await said("other", "Anthropic-x=1"))["value"]
    assert "such as team=data" in (await said("other", "team"))["value"]
    assert "are mine" in (await said("other", "Quartermaster_request=req_1"))["value"]
    assert "are mine" in (await said("other", "quartermaster_request="))["value"]
    assert await said("other", "owner=x") == {"value": "Choose Owner in the list above instead."}
    assert await refused(world, UPDATE_WORKSPACE, UpdateWorkspace(workspace_id="wrkspc_none", detail="name", value="x")) == {
        "workspace_id": MISSING
    }


async def test_values_are_read_as_people_write_them(world: World) -> None:
    colour = await checked(world, UPDATE_WORKSPACE, await change(world, "colour", "Purple"))
    assert (colour.to, colour.was) == ("#6C5BB9", "#3B82C4")
    other = await checked(world, UPDATE_WORKSPACE, await change(world, "other", " team =  data  platform "))
    assert (other.tag, other.to, other.was) == ("team", "data platform", "platform")
    gone = await checked(world, UPDATE_WORKSPACE, await change(world, "other", "team="))
    assert (gone.tag, gone.to) == ("team", "")


async def asked_to(world: World, detail: str, value: str) -> Request:
    """Return a claimed request for a change, as the engine would carry it out."""
    payload = await checked(world, UPDATE_WORKSPACE, await change(world, detail, value))
    return a_claimed(world, "update_workspace", payload)


def a_claimed(world: World, kind: str, payload: Any) -> Request:
    now = world.rt.now()
    return Request(
        id="req_1", kind=kind, status=Status.APPLYING, version=2, requester=SOMEBODY, workspace_id=payload.workspace_id,
        workspace_name=payload.workspace_name, payload=payload.model_dump(mode="json"), reason="x", channel="C1",
        created_at=now, expires_at=now, approved_at=now, claimed_at=now,
    )  # fmt: skip


MEANWHILE: list[tuple[str, str, dict[str, Any], str]] = [
    ("name", "Stage", {"name": "Bühne"}, "the name of Staging: it is Bühne now, and was Staging when"),
    ("owner", "", {"tags": {"owner": "mei@acme.test"}}, "it is mei@acme.test now, and was bob@acme.test when"),
    ("description", "Try it", {"tags": {"description": "Old"}}, "it is Old now, and was not set when"),
    ("colour", "red", {"display_color": "#000000"}, "it is #000000 now, and was #3B82C4 when"),
]


async def test_what_somebody_changed_meanwhile_is_not_overwritten(world: World) -> None:
    requests = [await asked_to(world, detail, value) for detail, value, *_ in MEANWHILE]
    for request, (*_, meanwhile, said) in zip(requests, MEANWHILE, strict=True):
        await world.rt.admin.update_workspace(request.workspace_id, **meanwhile)
        seq = now_on_the_wire(world)
        with pytest.raises(NeedsPerson, match=said):
            await apply(world, UPDATE_WORKSPACE, request)
        assert writes_since(world, seq) == []


async def test_one_detail_leaves_all_others_as_they_are_even_those_that_changed_meanwhile(world: World) -> None:
    request = await asked_to(world, "owner", "dana@acme.test")
    await world.rt.admin.update_workspace(request.workspace_id, tags={"team": "new"}, display_color="#111111")
    assert isinstance(await apply(world, UPDATE_WORKSPACE, request), Done)
    found = await world.rt.admin.workspace(request.workspace_id)
    assert found.tags == {"owner": "dana@acme.test", "env": "staging", "team": "new", "cost_center": "1100"}
    assert found.display_color == "#111111"


async def test_a_name_that_was_taken_meanwhile_and_a_workspace_that_is_archived_are_left_to_a_person(world: World) -> None:
    request = await asked_to(world, "name", "Stage")
    other = await world.rt.admin.create_workspace("stage")
    with pytest.raises(NeedsPerson, match="There is a workspace named Stage already"):
        await apply(world, UPDATE_WORKSPACE, request)
    await world.rt.admin.archive_workspace(other.id)
    await world.rt.admin.archive_workspace(request.workspace_id)
    with pytest.raises(NeedsPerson, match="Somebody archived Staging"):
        await apply(world, UPDATE_WORKSPACE, request)


async def archiving(world: World, workspace: str = "Staging", confirm: str = "") -> ArchiveWorkspace:
    return ArchiveWorkspace(workspace_id=await world.workspace_id(workspace), confirm=confirm or workspace)


async def test_what_may_never_be_archived_is_refused_at_the_ask(world: World) -> None:
    async def said(workspace: str, confirm: str = "") -> dict[str, str]:
        return await refused(world, ARCHIVE_WORKSPACE, await archiving(world, workspace, confirm))

    assert await said("Default") == {"workspace_id": "The Default workspace can't be archived."}
    assert "sign in to Claude Code" in (await said("Claude Code"))["workspace_id"]
    assert "Type the name exactly" in (await said("Staging", "staging"))["confirm"]
    sandbox = await archiving(world, "Sandbox")
    await world.rt.admin.archive_workspace(sandbox.workspace_id)
    assert await refused(world, ARCHIVE_WORKSPACE, sandbox) == {
        "workspace_id": "Sandbox is archived for good, so nothing in it can be changed."
    }


async def test_what_changed_before_the_act_stops_it(world: World) -> None:
    request = a_claimed(world, "archive_workspace", await checked(world, ARCHIVE_WORKSPACE, await archiving(world)))
    admin, seq = world.rt.admin, now_on_the_wire(world)
    await admin.update_workspace(request.workspace_id, name="Live")
    with pytest.raises(NeedsPerson, match="Somebody renamed Staging: it is called Live now"):
        await apply(world, ARCHIVE_WORKSPACE, request)
    await admin.update_workspace(request.workspace_id, name="Claude Code")
    with pytest.raises(NeedsPerson, match="sign in to Claude Code"):
        await apply(world, ARCHIVE_WORKSPACE, request)
    await admin.update_workspace(request.workspace_id, name="Staging")
    await world.post("/clock", advance=5)
    await make_key(world, "made-since")
    with pytest.raises(NeedsPerson, match="new keys that the approvers didn't see: made-since"):
        await apply(world, ARCHIVE_WORKSPACE, request)
    assert not [call for call in writes_since(world, seq) if call.endswith("/archive")]


async def test_a_workspace_that_somebody_else_archived_is_as_it_was_asked_for(world: World) -> None:
    request = a_claimed(world, "archive_workspace", await checked(world, ARCHIVE_WORKSPACE, await archiving(world)))
    assert await look(world, ARCHIVE_WORKSPACE, request) is None
    await world.rt.admin.archive_workspace(request.workspace_id)
    assert isinstance(await look(world, ARCHIVE_WORKSPACE, request), Done)
    seq = now_on_the_wire(world)
    done: Any = await apply(world, ARCHIVE_WORKSPACE, request)
    assert done.outcome.note == "Staging was archived already."
    assert writes_since(world, seq) == []


async def test_one_approval_archives_nothing_and_the_owners_of_keys_hear_of_it(world: World) -> None:
    mine = await world.ask_for_key(DANA, "danas-own")
    await press(world, BOB, mine, "request_approve")
    await until(world, mine, Status.APPLIED)
    card = await ask(world, ARCHIVE_WORKSPACE)
    assert "keys* end with it" in card["text"]
    told = await world.message(DANA, "asks to archive a workspace: *Staging*, with all its keys.")
    assert "You own this workspace or have keys in it, which stop working. Nothing is changed yet." in told["text"]
    await press(world, BOB, card, "request_approve")
    await card_with(world, "1 of 2 so far")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.PENDING)
    assert (await world.rt.admin.workspace(await world.workspace_id("Staging"))).archived_at is None
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.message(DANA, "Workspace Staging is archived for good, and all its keys with it*.")


async def test_to_whom_a_key_was_handed_hears_that_it_ends_and_not_its_maker(world: World) -> None:
    staging, noah = await world.workspace_id("Staging"), await world.rt.directory.member_by_email("noah@acme.test")
    key_id = await make_key(world, "handed-over", created_by=noah.id)
    before = await ARCHIVE_WORKSPACE.concerns.find(reading_of(world.rt), staging)
    dana = Who(slack_id=DANA, member_id="", email="dana@acme.test")
    theirs = [key for key in await living_keys(world.rt.directory, staging) if key.created_by == noah.id]
    async with world.rt.store.write() as tx:
        await requests.insert(tx, request := a_request("remove_member", Status.APPLIED), "handed")
        for key in theirs:
            await ownership.hand_over(tx, key.id, dana, request.id)
    after = await ARCHIVE_WORKSPACE.concerns.find(reading_of(world.rt), staging)
    assert (dana in after, [one.member_id for one in before].count(noah.id)) == (True, 1)
    assert noah.id not in [one.member_id for one in after]
    first = (await keys_in_workspace(world.rt, staging, lambda key: key.id == key_id)).first
    assert [one.owner for one in first] == [DANA]
    await make_key(world, "made-by-hand", created_by=(await world.rt.directory.member_by_email(dana.email)).id)
    told = [one.slack_id for one in await find_concerned(world.rt, ARCHIVE_WORKSPACE, staging)]
    assert told.count(DANA) == 1, "whose keys end for several reasons is one person"


async def test_the_answer_to_archiving_is_lost_and_it_is_done_once(world: World) -> None:
    card = await ask(world, ARCHIVE_WORKSPACE)
    staging = await world.workspace_id("Staging")
    name = "POST /v1/organizations/workspaces/*"
    await world.post("/faults", target="claude", name=name, kind="drop_after", times=1)
    seq = now_on_the_wire(world)
    await approve(world, ARCHIVE_WORKSPACE, card)
    await until(world, card, Status.APPLIED)
    assert len([call for call in writes_since(world, seq) if call.endswith("/archive")]) == 1
    assert (await world.rt.admin.workspace(staging)).archived_at


async def test_whoever_asks_from_the_typed_line_gets_the_form_with_the_workspace_in_it(world: World) -> None:
    await world.command(ALICE, "/claude-workspaces archive staging")
    form = await world.modal(ALICE, "form_archive_workspace")
    assert "Needs 2 approvals from <!subteam^S0ADMINS>" in str(form)
    answer = await world.submit(ALICE, confirm="Stagingg", reason="Over")
    assert answer["errors"]["confirm"].startswith("This isn't the workspace's name.")
    await world.command(ALICE, "/claude-workspaces update Stagin")
    await world.message(ALICE, "*Workspace*: I don't know *Stagin*. Did you mean *Staging*? Nothing was sent.", "C0GENERAL")
