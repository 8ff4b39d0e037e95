"""/claude-members: who is there, another role inline and as a form, and linking somebody again."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals.model import Status
from tests.approvals.acting import card_with, labels, press, told, until
from tests.world import ALICE, BOB, CAROL, DANA, World, world_of

PRIYA = "<@U0CROWD01>"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def role_of(world: World, email: str) -> str:
    return next(iter([member.role async for member in world.rt.admin.users(email=email)]))


async def test_everybody_sees_who_is_there_and_what_they_are(world: World) -> None:
    await world.command(ALICE, "/claude-members")
    message = await told(world, ALICE, "Your role: *developer*.")
    assert "*39 members*: 2 admins, 22 developers, 7 Claude Code users, 7 users and 1 billing member." in message["text"]
    assert "1–10 of 39, admins first, then by name: Bob Tanaka (admin), Carol Weiss (admin), Adam Kaya" in message["text"]
    assert labels(message) == ["Next", "Change a role…"]
    for part in ("11–20 of 39", "21–30 of 39", "31–39 of 39"):
        await press(world, ALICE, message, "page_members_next")
        message = await told(world, ALICE, part)
    assert "Priya Nair (developer)" in message["text"]
    assert labels(message) == ["Previous", "Change a role…"]
    await press(world, ALICE, message, "open_change_role")
    await world.modal(ALICE, "form_change_role")
    await world.command(BOB, "/claude-members list admins")
    await told(world, BOB, "*2 members*: admins. Admins first, then by name: Bob Tanaka (admin), Carol Weiss (admin).")


async def test_a_role_is_said_in_the_same_words_wherever_the_overview_names_it(world: World) -> None:
    await world.command("U0DANA", "/claude-members")
    message = await told(world, "U0DANA", "Your role: *billing member*.")
    assert "*Dana Okafor* — billing member" in str(message["blocks"])
    await world.command("U0CROWD02", "/claude-members")
    message = await told(world, "U0CROWD02", "Your role: *Claude Code user*.")
    assert "Amara Diallo (Claude Code user)" in message["text"]
    assert "claude_code_user" not in message["text"] + str(message["blocks"])


async def test_a_role_is_asked_for_in_one_line_and_given(world: World) -> None:
    await world.command(ALICE, f"/claude-members role {PRIYA} billing helps with *year end")
    await told(world, ALICE, "✅ Sent to <#C0APPROVALS>. Needs 1 approval from <!subteam^S0ADMINS>.")
    card = await card_with(world, "*<@U0ALICE> asks to change a role* — <@U0CROWD01>: developer → *billing member*")
    assert "> helps with ∗year end" in card["text"]
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert await role_of(world, "priya@acme.test") == "billing"
    await card_with(world, "✅ *<@U0CROWD01> is now billing member instead of developer*")
    await world.message(ALICE, "✅ *<@U0CROWD01> is now billing member instead of developer*.")


async def test_a_person_who_is_named_is_shown_in_the_form_before_anything_is_sent(world: World) -> None:
    await world.command(ALICE, "/claude-members give Priya Nair billing until 31.12.2030 covers for Dana")
    view = str((await world.modal(ALICE, "form_change_role"))["blocks"])
    for part in ("'initial_user': 'U0CROWD01'", "'value': 'billing'", "2030-12-31", "'covers for Dana'"):
        assert part in view


async def test_without_a_reason_the_form_opens_with_what_was_typed(world: World) -> None:
    await world.command(ALICE, f"/claude-members role {PRIYA} billing")
    view = await world.modal(ALICE, "form_change_role")
    fields = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
    assert fields["slack_id"]["initial_user"] == "U0CROWD01"
    assert fields["role"]["initial_option"]["value"] == "billing"
    await world.submit(ALICE, reason="Year end")
    await card_with(world, "Year end")


async def test_a_day_without_until_is_no_part_of_the_reason_for_a_role_for_good(world: World) -> None:
    await world.command(ALICE, "/claude-members role <@U0CROWD01> billing tomorrow")
    view = await world.modal(ALICE, "form_change_role")
    assert "tomorrow" not in str(view["blocks"])
    assert "initial_date" in str(view["blocks"])
    assert "I took a last day out of what you typed. Check it below." in str(view["blocks"])


async def test_admin_is_answered_in_words_with_or_without_a_reason(world: World) -> None:
    for reason in ("", " needs everything"):
        await world.command(ALICE, f"/claude-members role {PRIYA} admin{reason}")
    await told(
        world,
        ALICE,
        "I can't give or remove the admin role. An organization admin does that in the Console: Settings, Members.",
    )
    assert not await world.modals(ALICE)
    await world.command(ALICE, "/claude-members role <@U0BOB> user too much")
    await told(world, ALICE, "Bob Tanaka has the role admin. I can't give or remove the admin role.")
    next(one for one in world.sandbox.claude.users.values() if one.name == "Priya Nair").role = "auditor"  # comes later
    await world.command(ALICE, f"/claude-members role {PRIYA} user too much")
    await told(world, ALICE, "Priya Nair has the role auditor. I don't know it, so I can't change it. An organization admin")


async def test_a_role_that_does_not_exist_is_answered_with_those_that_do(world: World) -> None:
    await world.command(ALICE, f"/claude-members role {PRIYA} wizard magic")
    await told(world, ALICE, "Roles are `user`, `claude_code_user`, `developer` and `billing`. Nothing was sent.")


async def test_a_role_that_is_held_already_is_said(world: World) -> None:
    await world.command(ALICE, f"/claude-members role {PRIYA} developer wants it")
    await told(world, ALICE, "Priya Nair already has the role developer. Nothing was sent.")


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("<@U0NOSUCH>", "Slack shows me no such person."),
        ("<@U0NINA>", "I can't find nina@acme.test in the Claude organization."),
        ("<@U0GUS>", "This person is a guest, or belongs to another company"),
        ("<@U0FRANK>", "That Slack account isn't active any more."),
        ("<@U0BOB> <@U0DANA>", "A request is about one person."),
        ("pryia", "*pryia* is not a person that I know. Did you mean *Priya*? Mention them: `/claude-members role"),
    ],
)
async def test_whoever_is_no_member_gets_no_role_and_the_reason_is_said(world: World, person: str, words: str) -> None:
    await world.command(ALICE, f"/claude-members role {person} developer because")
    await told(world, ALICE, words)


async def test_a_role_that_changed_while_the_request_waited_is_not_overwritten(world: World) -> None:
    await world.command(ALICE, f"/claude-members role {PRIYA} billing helps finance")
    card = await card_with(world, "asks to change a role")
    await world.post("/claude/users/priya@acme.test", role="user")
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FAILED)
    await card_with(world, "Somebody else changed Priya Nair's role: it is user now, and was developer when this was asked.")
    assert await role_of(world, "priya@acme.test") == "user"


async def _knows_address(world: World, email: str) -> bool:
    return (await world.rt.notifier.person(DANA)).email == email


async def test_only_admins_link_somebody_again_and_never_themselves(world: World) -> None:
    await world.command(DANA, "/claude-keys")
    await told(world, DANA, "You have no API keys")
    await world.post("/people/U0DANA", email="dana.okafor@acme.test")
    await world.post("/claude/users/dana@acme.test", email="dana.okafor@acme.test")
    await world.wait_for(lambda: _knows_address(world, "dana.okafor@acme.test"), "the bot to hear of the new address")
    await world.command(DANA, "/claude-keys")
    await told(world, DANA, "e-mail address in Slack has changed")
    await world.command(ALICE, "/claude-members relink <@U0DANA>")
    await told(world, ALICE, "Only an organization admin can link somebody again. Nothing was changed.")
    await world.command(BOB, "/claude-members relink <@U0BOB>")
    await told(world, BOB, "You can't link yourself again. Ask another admin.")
    await world.command(BOB, "/claude-members relink <@U0DANA>")
    await told(
        world,
        BOB,
        "I removed the link of <@U0DANA>. They'll be linked by their current e-mail address when they next use me.",
    )
    await world.command(DANA, "/claude-members")
    await told(world, DANA, "Your role: *billing member*.")
    await world.command(BOB, "/claude-members relink <@U0CAROL>")
    await told(world, BOB, "<@U0CAROL> is not linked yet. They'll be linked when they first use me.")
    await world.command(BOB, "/claude-members relink")
    await told(world, BOB, "Mention the person: `/claude-members relink @person`.")


async def test_somebody_who_left_and_joined_again_is_told_to_be_linked_again(world: World) -> None:
    await world.command(DANA, "/claude-keys")
    await told(world, DANA, "You have no API keys")
    await world.post("/claude/users/dana@acme.test", removed=True)
    invite = await world.rt.admin.invite("dana@acme.test", "developer")
    await world.post(f"/claude/invites/{invite.id}/accept")
    world.rt.directory.forget_members()
    await world.command(DANA, "/claude-keys")
    await told(world, DANA, "You left the organization and joined again since I linked you, so nothing was done.")
    await world.command(BOB, "/claude-members relink <@U0DANA>")
    await told(world, BOB, "I removed the link of <@U0DANA>")
    await world.command(DANA, "/claude-members")
    await told(world, DANA, "Your role: *developer*.")
