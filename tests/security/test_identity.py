"""Who may act: the same gate for commands, buttons, forms, options and the App Home, over both transports."""

import asyncio
import random
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotAllowed
from bot.jobs import reload_policy
from bot.posts.channels import require_channel
from bot.sandbox.slack.delivery import Kind
from bot.sandbox.slack.tickets import new_response_url
from tests.security.doors import Json, any_world_of, kept, settled
from tests.security.forgeries import click, command, submission
from tests.sizes import few
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, EVE, GUS, World, world_of

NINA, OMAR, FRANK, BOT, PRIYA, LIAM = "U0NINA", "U0OMAR", "U0FRANK", "U0QMBOT", "U0CROWD01", "U0CROWD02"


@pytest.fixture(params=few(["socket", "http"]))
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[World]:
    async with any_world_of(tmp_path, request.param) as opened:
        yield opened


async def deliver(world: World, kind: Kind, payload: Json) -> Any:
    """Deliver a payload as Slack would, and wait until everything that it causes is over."""
    ack = await world.sandbox.server.delivery.deliver(kind, payload)
    assert ack.acked, payload
    await settled(world)
    return ack.response


async def told(world: World, user: str) -> list[str]:
    """Return what somebody was told privately, by ephemeral message or direct message."""
    return [m["text"] for m in await world.messages(user)]


async def request_id_of(world: World, part: str) -> str:
    """Return the id of the request that holds a text."""
    row = next(row for row in (await kept(world))["request"] if part in repr(row))
    return next(str(value) for value in row if str(value).startswith("req_"))


async def test_whoever_is_no_member_is_refused_in_words_wherever_they_try(world: World) -> None:
    await world.ask_for_key(ALICE, "not-for-others")
    pending = await request_id_of(world, "not-for-others")
    await world.post(f"/people/{LIAM}", is_restricted=True, is_ultra_restricted=True)
    await world.post(f"/people/{PRIYA}", email="priya@elsewhere.test")
    await settled(world)
    before, posted = await kept(world), await _posted(world)
    rnd = random.Random(0)
    for user, why in (
        (GUS, "only work for members of"),
        (LIAM, "only work for members of"),
        (EVE, "only work for members of"),
        (PRIYA, "don't know addresses at `elsewhere.test`"),
        (BOT, "people with an active Slack account"),
        (FRANK, "people with an active Slack account"),
        (NINA, "Accept the invite in the e-mail to nina@acme.test"),
        (OMAR, "hasn't confirmed your e-mail"),
    ):
        acts: list[tuple[Kind, Json]] = [
            ("slash_commands", command(user, "/claude-keys", "request", rnd)),
            ("slash_commands", command(user, "/claude-members", "role <@U0ALICE> billing because", rnd)),
            ("interactive", click(user, "request_approve", pending, rnd)),
            ("interactive", click(user, "request_more", f"withdraw:{pending}", rnd)),
            ("interactive", submission(user, "request_deny_form", {"comment": "no"}, pending, rnd)),
            ("interactive", submission(user, "form_create_key", stolen_key(world), "", rnd)),
        ]
        for kind, payload in acts:
            seen = len(await world.get("/history"))
            if payload.get("type") != "view_submission":
                payload["response_url"] = new_response_url(world.sandbox.slack, user, "C0GLOBEX")
            await deliver(world, kind, payload)
            said = [m for m in (await world.get("/history"))[seen:] if why in str(m.get("text"))]
            # Nobody can write to a bot, a deactivated account or an outsider, unless Slack gave a way to answer.
            assert said or (user in (FRANK, BOT, EVE) and "response_url" not in payload), (user, payload)
            assert all(m["surface"] == "ephemeral" or m["channel"][:1] == "D" for m in said)
        suggestion = {
            "type": "block_suggestion",
            "action_id": "pick_key",
            "block_id": "b",
            "value": "",
            "user": {"id": user},
        }
        assert (await deliver(world, "interactive", suggestion | {"team": {"id": "T0ACME"}}))["options"] == []
    assert await kept(world) == before
    assert await _posted(world) == posted


def stolen_key(world: World) -> dict[str, str]:
    return {"workspace_id": world.sandbox.claude.workspace_named("Staging").id, "name": "stolen", "reason": "theft"}


async def _posted(world: World) -> list[Any]:
    seen = await world.get("/history")
    return [m for m in seen if m["surface"] == "message" and str(m.get("channel"))[:1] == "C"]


async def test_the_app_home_shows_nothing_to_whoever_is_no_member(world: World) -> None:
    invite = next(one for one in world.sandbox.claude.pending_invites() if one.email == "nina@acme.test")
    await world.rt.admin.delete_invite(invite.id)
    for user in (GUS, NINA, OMAR):
        await world.post("/act/home", user=user)
        await settled(world)
        home = str((await world.get("/sees", user=user))["home"])
        assert "only work for members" in home or "can't find" in home or "confirmed" in home
        assert "request_approve" not in home
        assert "open_create_key" not in home


async def test_somebody_of_another_team_is_refused_before_anything_is_looked_up(world: World) -> None:
    payload = command(ALICE, "/claude-keys", "", random.Random(0)) | {"team_id": "T0GLOBEX"}
    await deliver(world, "slash_commands", payload)
    assert "only work for members of" in (await told(world, ALICE))[-1]


async def test_an_approver_who_was_deactivated_after_the_card_came_cannot_approve(world: World) -> None:
    card = await world.ask_for_key(ALICE, "after-leaving")
    await world.command(BOB, "/claude-requests")
    await settled(world)
    pending, payload = await request_id_of(world, "after-leaving"), None
    await world.post(f"/people/{BOB}", deleted=True)
    await settled(world)
    before = await kept(world)
    payload = click(BOB, "request_approve", pending, random.Random(0))
    await deliver(world, "interactive", payload | {"container": {"message_ts": card["ts"], "channel_id": APPROVALS}})
    assert await kept(world) == before


async def test_an_approver_who_left_the_group_between_card_and_click_cannot_approve(world: World) -> None:
    card = await world.ask_for_key(ALICE, "after-the-group")
    await world.command(BOB, "/claude-requests waiting")  # so that the group is remembered with him in it
    await settled(world)
    world.sandbox.slack.groups["S0ADMINS"].users.remove(BOB)  # and no event tells of it
    assert (await world.click_on(BOB, card, "request_approve"))["ok"]
    await settled(world)
    assert (await kept(world))["decision"] == []
    assert "can decide this" in str(await world.messages(BOB, APPROVALS))


async def test_a_second_slack_account_with_the_same_address_is_the_same_person(world: World) -> None:
    await world.ask_for_key(BOB, "asked-by-bob")
    pending = await request_id_of(world, "asked-by-bob")
    await world.post(f"/people/{LIAM}", email="bob@acme.test")
    await world.post("/groups/S0ADMINS", users=[BOB, CAROL, LIAM])
    await settled(world)
    await deliver(world, "interactive", click(LIAM, "request_approve", pending, random.Random(0)))
    assert (await kept(world))["decision"] == []
    assert "can't decide your own request" in (await told(world, LIAM))[-1]


async def test_an_address_that_changed_after_linking_stops_until_an_admin_links_again(world: World) -> None:
    await world.command(ALICE, "/claude-keys")
    await settled(world)
    await world.post(f"/people/{ALICE}", email="bob@acme.test")  # a person who took the address of an admin
    await settled(world)
    await world.command(ALICE, "/claude-requests waiting")
    await settled(world)
    assert "e-mail address in Slack has changed" in str(await world.messages(ALICE, "C0GENERAL"))


async def test_a_channel_of_which_slack_does_not_say_whether_it_is_shared_gets_no_card(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        channel: Any = world.sandbox.slack.channels[APPROVALS]
        channel.is_ext_shared = None
        assert (await world.command(ALICE, "/claude-keys request"))["ok"]
        await world.modal(ALICE, "Workspace")
        await world.submit(ALICE, **stolen_key(world))
        await world.modal(ALICE, "Slack leaves out `is_ext_shared` of that channel")
        await world.modal(ALICE, "`TRUST_MISSING_FLAGS=true` helps")
        assert (await kept(world))["request"] == []
        with pytest.raises(NotAllowed, match="TRUST_MISSING_FLAGS"):
            await require_channel(world.rt, APPROVALS)


async def test_a_channel_that_becomes_shared_shows_no_request_any_more(world: World) -> None:
    await world.ask_for_key(ALICE, "seen-by-acme-alone")
    await settled(world)
    before = len(await _posted(world))
    await world.post(f"/channels/{APPROVALS}", is_ext_shared=True)
    redacted = await world.message(BOB, "another company", APPROVALS)
    assert "request_approve" not in str(redacted["blocks"])
    await settled(world)
    new = (await _posted(world))[before:]
    assert [m["event"] for m in new] == ["update"]
    assert "seen-by-acme-alone" not in str(new)


async def test_a_new_request_is_not_taken_where_its_card_would_be_read_outside(world: World) -> None:
    await world.post(f"/channels/{APPROVALS}", is_ext_shared=True)
    assert (await world.command(ALICE, "/claude-keys request"))["ok"]
    await world.modal(ALICE, "Workspace")
    await world.submit(ALICE, **stolen_key(world))
    await world.modal(ALICE, "shared with another company")
    assert (await kept(world))["request"] == []


NO_POLICY = ("", "version = 1\n", "version = = 1", None, "version = 1\n[kinds.create_key]\nfoo = 1\n")
"""What a file may have that lets nobody approve; None: there is no file."""


async def test_nobody_may_approve_once_the_policy_is_empty_or_cannot_be_read(tmp_path: Path) -> None:
    good = (Path(__file__).parents[2] / "bot/sandbox/policy.toml").read_text()
    policy = tmp_path / "policy.toml"
    policy.write_text(good)
    async with world_of(tmp_path, more={"POLICY_FILE": str(policy)}) as world:
        card = await world.ask_for_key(ALICE, "policy-goes-away")
        for content in NO_POLICY:
            told = str(await world.messages(BOB, APPROVALS)).count("obody can approve")
            policy.unlink() if content is None else policy.write_text(content)
            await reload_policy(world.rt, "", world.rt.now())
            for user in (BOB, CAROL):
                assert (await world.click_on(user, card, "request_approve"))["ok"], content
            await settled(world)
            assert (await kept(world))["decision"] == [], content
            assert str(await world.messages(BOB, APPROVALS)).count("obody can approve") > told, content
            policy.write_text(good)
            await reload_policy(world.rt, "", world.rt.now())
        assert (await world.click_on(BOB, card, "request_approve"))["ok"]
        await world.message(ALICE, "Only you can see its secret")


async def test_a_changed_policy_counts_for_requests_that_wait_already(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    good = (Path(__file__).parents[2] / "bot/sandbox/policy.toml").read_text()
    policy.write_text(good)
    async with world_of(tmp_path, more={"POLICY_FILE": str(policy)}) as world:
        card = await world.ask_for_key(ALICE, "new-rule")
        await asyncio.to_thread(policy.write_text, good.replace("S0ADMINS", "S0FINOPS"))
        await reload_policy(world.rt, "", world.rt.now())
        assert (await world.click_on(BOB, card, "request_approve"))["ok"]
        await settled(world)
        assert (await kept(world))["decision"] == []
        assert (await world.click_on(DANA, card, "request_approve"))["ok"]
        await world.message(ALICE, "Only you can see its secret")
