"""A deactivated Slack account of a member is told once in the approvers' channel, with a button that opens the form."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals.model import Status
from bot.jobs import JOBS, run_job
from bot.kinds.people.departures import AT_ONCE, account_deactivated
from bot.people import db as links
from bot.sandbox.stage import Json
from bot.sandbox.together import bot_on
from tests.approvals.acting import a_minute_passes, card_with, press, settled, until
from tests.approvals.test_remove_member import asked, is_member, removed
from tests.templates import copy_sqlite
from tests.world import ALICE, APPROVALS, BOB, World, world_of

NOAH = "U0CROWD04"
SAID = "Slack account was deactivated"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def linked(world: World) -> None:
    """Let Noah act once, which links him."""
    await world.command(NOAH, "/claude-keys")
    await world.message(NOAH, "You have 4 keys", "C0GENERAL")


async def leaves(world: World, *, deleted: bool = True) -> None:
    assert (await world.post(f"/people/{NOAH}", deleted=deleted))["ok"]
    await settled(world)


async def said(world: World) -> list[Json]:
    return [m for m in await world.messages(BOB, APPROVALS) if SAID in m["text"]]


async def test_it_is_said_once_with_what_they_have_and_opens_the_form_filled_in(world: World) -> None:
    await linked(world)
    await leaves(world)
    message = await world.message(BOB, SAID, APPROVALS)
    assert "*Noah Klein* (noah@acme.test) is still in the Claude organization, with 4" in message["text"]
    await leaves(world)
    await a_minute_passes(world)
    assert len(await said(world)) == 1
    assert (await world.click_on(BOB, message, "open_remove_member"))["ok"]
    form = str(await world.modal(BOB, "form_remove_member"))
    assert "'text': 'Noah Klein'" in form
    assert "*Noah Klein* is developer" in str(await world.modal(BOB, "What happens to their keys*"))


async def test_of_two_replicas_that_hear_of_it_at_once_one_says_it(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")  # the two share it
    async with world_of(tmp_path) as world:
        await linked(world)
        async with bot_on(world.sandbox, tmp_path, jobs=()) as other:
            world.sandbox.slack.users[NOAH].deleted = True
            runtimes = [world.rt, other.runtime] * 3
            await asyncio.gather(*(account_deactivated(rt, NOAH) for rt in runtimes))
        await a_minute_passes(world)
        assert len(await said(world)) == 1


async def test_it_is_said_after_a_restart_where_slack_failed_at_first(world: World) -> None:
    await linked(world)
    await world.post("/faults", target="slack", name="chat.postMessage", kind="500", times=3)
    await leaves(world)
    for _ in range(3):
        await a_minute_passes(world, 600)
    assert len(await said(world)) == 1


async def a_look(world: World) -> None:
    """Let ten minutes pass, and those be looked at whose turn it is, as the job does."""
    await world.post("/clock", advance=600)
    await run_job(world.rt, next(job for job in JOBS if job.name == "departures"))
    await settled(world)


async def test_a_departure_of_which_no_event_told_is_found_and_said_once(world: World) -> None:
    await linked(world)
    async with world.rt.store.write() as tx:
        for n in range(AT_ONCE):  # whom Slack doesn't know any more, and who come first
            assert await links.add(tx, f"U0AWAY{n:02}", world.rt.team_id, f"user_{n}", f"{n}@acme.test", tx.now)
    for deleted in (True, False, True):
        world.sandbox.slack.users[NOAH].deleted = deleted
        await a_look(world)
        await a_look(world)
        await a_look(world)
    assert len(await said(world)) == 2, "of who came back meanwhile it is said again"


async def test_of_nobody_who_is_no_member_is_anything_said(world: World) -> None:
    asked = list[int]()
    for slack_id in ("U0NINA", "U0CROWD01", "U0CROWD02", "U0CROWD03"):
        world.sandbox.slack.users[slack_id].email = f"{slack_id}@elsewhere.test"
        await world.post(f"/people/{slack_id}", deleted=True)
        await settled(world)
        asked.append(world.rt.admin.use.used)
    assert await said(world) == []
    assert len({*asked}) == 1, "many accounts may end at once, and each costs the organization no request"


async def test_of_a_member_who_never_used_the_bot_it_is_said_too(world: World) -> None:
    await leaves(world)
    message = await world.message(BOB, SAID, APPROVALS)
    assert "*Noah Klein* (noah@acme.test) is still in the Claude organization, with 4" in message["text"]


async def test_of_somebody_who_has_not_accepted_their_invite_it_is_said_and_that_is_withdrawn(world: World) -> None:
    (invite,) = [one for one in world.sandbox.claude.invites.values() if one.email == "nina@acme.test"]
    await world.post("/people/U0NINA", deleted=True)
    message = await world.message(BOB, SAID, APPROVALS)
    assert "The invite of *nina@acme.test* to the Claude organization still waits" in message["text"]
    assert (await world.click_on(ALICE, message, "open_withdraw_invite"))["ok"]
    await world.modal(ALICE, "nina@acme.test")
    await world.submit(ALICE, reason="Left")
    card = await card_with(world, "Left")
    await press(world, BOB, card, "request_approve")

    await until(world, card, Status.APPLIED)
    assert invite.deleted


async def test_who_was_removed_meanwhile_opens_no_form_and_that_is_said(world: World) -> None:
    await linked(world)
    await leaves(world)
    message = await world.message(BOB, SAID, APPROVALS)
    member = next(one for one in await world.rt.directory.members() if one.name == "Noah Klein")
    await world.rt.admin.remove_user(member.id)
    await world.click_on(BOB, message, "open_remove_member")
    sentence = "They are no longer in the Claude organization."

    async def told() -> bool:  # in the form where one had to open meanwhile, because looking took long
        return sentence in str(await world.modals(BOB)) or sentence in str(await world.messages(BOB, APPROVALS))

    await world.wait_for(told, sentence)


async def test_who_came_back_and_leaves_again_is_told_again(world: World) -> None:
    await linked(world)
    await leaves(world)
    await world.message(BOB, SAID, APPROVALS)
    await leaves(world, deleted=False)
    await leaves(world)
    await world.wait_for(lambda: _twice(world), "a second message")


async def _twice(world: World) -> bool:
    return len(await said(world)) == 2


async def test_of_an_admin_it_is_said_what_to_do_in_the_console(world: World) -> None:
    await world.command("U0CAROL", "/claude-keys")
    await world.message("U0CAROL", "You have", "C0GENERAL")
    await world.post("/people/U0CAROL", deleted=True)
    message = await world.message(BOB, SAID, APPROVALS)
    assert "another admin removes them in the Console" in message["text"]
    assert not [b for b in message["blocks"] if b["type"] == "actions"]


async def test_a_person_whose_account_is_deactivated_can_be_removed(world: World) -> None:
    await linked(world)
    await leaves(world)
    card = await asked(world)
    assert f"<@{NOAH}>" in card["text"]
    await removed(world, card)
    assert not is_member(world)
    assert not [m for m in await world.messages(ALICE) if "isn't in the organization" in m["text"]]
