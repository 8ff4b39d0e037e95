"""/claude-members list and show: who is there and who is invited, and one card with all that is known of somebody."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.approvals.model import Status
from bot.sandbox.stage import Json
from tests.approvals.acting import card_with, labels, press, settled, told, until
from tests.handlers.test_requests import home_of, press_at_home
from tests.world import ALICE, BOB, CAROL, DANA, World, world_of

SOFIA = "U0CROWD03"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def dana_is_developer_for_a_week(world: World) -> None:
    until_day = (world.rt.now() + timedelta(days=7)).date().isoformat()
    await world.command(ALICE, f"/claude-members role <@{DANA}> developer until {until_day} helps out")
    card = await card_with(world, "asks to change a role")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)


async def test_lists_are_narrowed_by_words_and_what_is_misspelt_is_one_click_away(world: World) -> None:
    await world.command(ALICE, "/claude-members list priya developers")
    message = await told(world, ALICE, "*1 member*: developers · with `priya` in name or address")
    assert "Priya Nair (developer)" in message["text"]
    await world.command(ALICE, "/claude-members list in Staging")
    await told(world, ALICE, '`/claude-workspaces show "Staging"` shows who is in *Staging*.')
    await world.command(ALICE, "/claude-members list devlopers")
    message = await told(world, ALICE, "I don't know *devlopers*: no member has it in name or address.")
    assert "Did you mean `/claude-members list developers`?" in message["text"]
    await press(world, ALICE, message, "list_members")
    await told(world, ALICE, "*22 members*: developers")
    await world.command(BOB, "/claude-members without keys billing")
    await told(world, BOB, "*1 member*: billing members · without a working key")


async def test_invites_are_for_those_who_answer_for_people(world: World) -> None:
    await world.command(BOB, "/claude-members pending")
    message = await told(world, BOB, "*2 invites*, waiting, the next to expire first: nina@acme.test (user, expires ")
    await press(world, BOB, message, "open_withdraw_invite")
    assert "nina@acme.test" in str(await world.modal(BOB, "form_withdraw_invite"))
    await world.command(BOB, "/claude-members list expired")
    await told(world, BOB, "*1 invite*, expired")
    await world.command(DANA, "/claude-members list pending")
    await told(world, DANA, "Only organization admins and those who approve roles see who is invited.")
    await world.command(SOFIA, "/claude-members list without keys")
    await told(world, SOFIA, "Only developers, billing members and admins see who has keys.")
    assert "walter@acme.test" not in message["text"]


def headings(message: Json) -> list[str]:
    return [block["text"]["text"] for block in message["blocks"] if block["type"] == "header"]


async def test_a_card_has_all_that_is_known_of_somebody_for_those_who_may_know_it(world: World) -> None:
    await dana_is_developer_for_a_week(world)
    await world.command(BOB, f"/claude-members show <@{DANA}>")
    seen = await told(world, BOB, "*Dana Okafor* — developer")
    assert headings(seen) == ["Workspaces", "Keys", "Requests with an end date", "Last requests"]
    assert "1 grant with an end." in seen["text"]
    assert "Change role…" in labels(seen)
    assert "Role developer for Dana Okafor" in str(seen["blocks"])
    await press(world, BOB, seen, "open_change_role")
    form = await world.modal(BOB, "form_change_role")
    assert f"'initial_user': '{DANA}'" in str(form), "the form is about whom the card shows"
    await world.command(ALICE, "/claude-members show dana@ACME.test")
    seen = await told(world, ALICE, "*Dana Okafor* — developer")
    assert headings(seen) == ["Keys"], "what lists show to a developer, and no more"
    await world.command(SOFIA, "/claude-members show Dana Okafor")
    assert headings(await told(world, SOFIA, "*Dana Okafor* — developer")) == []
    await world.command(DANA, "/claude-members show")
    seen = await told(world, DANA, "*Dana Okafor* — developer")
    assert headings(seen) == ["Workspaces", "Keys", "Requests with an end date", "Last requests"]
    assert "Extend Role developer for Dana Okafor" in str(seen["blocks"])


async def test_whom_nothing_leads_to_is_said_in_words(world: World) -> None:
    await world.command(BOB, "/claude-members show <@U0NINA>")
    seen = await told(world, BOB, "*nina@acme.test* is not a member.")
    assert headings(seen) == ["Invites"]
    await world.command(ALICE, "/claude-members show nina@acme.test")
    await told(world, ALICE, "No member has the address *nina@acme.test*.")
    await world.command(BOB, "/claude-members show <@U0GUS>")
    await told(world, BOB, "<@U0GUS>: This person is a guest, or belongs to another company")
    await world.command(BOB, "/claude-members show pryia")
    await told(world, BOB, "Did you mean `/claude-members list priya`?")
    await world.command(BOB, "/claude-members show a")
    await told(world, BOB, "Several members have *a* in name or address.")


async def test_what_somebody_who_left_asked_for_is_shown_to_admins(world: World) -> None:
    await world.ask_for_key(ALICE, "before-leaving")
    await world.post("/claude/users/alice@acme.test", removed=True)
    world.rt.directory.forget_members()
    for whom in ("Alice@Acme.test", "<@U0ALICE>"):
        await world.command(BOB, f"/claude-members show {whom}")
        seen = await told(world, BOB, "*alice@acme.test* is not a member any more.")
        assert "API key before-leaving" in str(seen["blocks"])
    await world.command(SOFIA, "/claude-members show alice@acme.test")
    await told(world, SOFIA, "No member has the address *alice@acme.test*.")


async def test_remove_on_a_card_is_about_whom_the_card_shows_and_gives_nobody_their_keys(world: World) -> None:
    await dana_is_developer_for_a_week(world)
    await world.command(BOB, f"/claude-members show <@{DANA}>")
    card = await told(world, BOB, "Dana")
    assert "Remove…" in labels(card)
    for oneself in (DANA, CAROL):
        await world.command(oneself, "/claude-members show me")
        assert "Remove…" not in labels(await told(world, oneself, "member since")), "nobody asks for their own removal"
    await press(world, BOB, card, "open_remove_member")
    form = str((await world.modal(BOB, "form_remove_member"))["blocks"])
    assert "Dana" in form
    assert DANA not in form, "the new owner of keys is chosen by a person"


async def test_whoever_left_slack_is_found_with_their_keys_and_can_be_removed(world: World) -> None:
    world.sandbox.slack.users[SOFIA].deleted = True
    await world.command(BOB, f"/claude-keys list <@{SOFIA}>")
    assert "support-bot-prod in Support Bot (active, Sofia Rossi" in (await told(world, BOB, "*2 keys*"))["text"]
    await world.command(BOB, f"/claude-members show <@{SOFIA}>")
    seen = await told(world, BOB, "*Sofia Rossi* — user")
    assert [one for one in labels(seen) if one.endswith("…")] == ["Remove…"]
    await press(world, BOB, seen, "open_remove_member")
    assert "Sofia Rossi" in str(await world.modal(BOB, "form_remove_member"))


async def test_on_the_app_home_lists_and_cards_open_in_windows(world: World) -> None:
    await home_of(world, BOB, "Pending invites")
    await press_at_home(world, BOB, "list_members")
    view = await world.modal(BOB, "*39 members*")
    assert (await world.click(BOB, "page_members_next", view_id=view["id"]))["ok"]
    view = await world.modal(BOB, "11–20 of 39")
    assert len(await world.modals(BOB)) == 1, "a list is turned in its place"
    assert (await world.click(BOB, "show_member", view_id=view["id"]))["ok"]
    await world.modal(BOB, "member since")
    assert len(await world.modals(BOB)) == 2, "a card lies on the list, which stays below"
    await settled(world)
