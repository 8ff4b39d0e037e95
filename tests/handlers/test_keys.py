"""/claude-keys: what people have, what there is, and the forms that ask for a change."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.sandbox.stage import Json
from tests.approvals.acting import card_with, keys_named, labels, make_key, press, settled, told
from tests.world import ALICE, BOB, CAROL, DANA, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def form_of(world: World) -> None:
    await world.command(ALICE, "/claude-keys request")
    await world.modal(ALICE, "Workspace")


async def test_the_form_says_who_will_be_asked_and_finds_workspaces_while_typing(world: World) -> None:
    await form_of(world)
    view = await world.modal(ALICE, "Needs 1 approval from <!subteam^S0ADMINS>, in <#C0APPROVALS>.")
    assert [b["label"]["text"] for b in view["blocks"] if b["type"] == "input"] == [
        "Workspace", "Name", "Purpose", "Who or what uses it", "Last day",
    ]  # fmt: skip
    assert view["submit"]["text"] == "Send request"
    found = await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_workspace", value="AG")
    assert [option["text"]["text"] for option in found["options"]] == ["Staging"]
    none = await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_workspace", value="claude code")
    assert none["options"] == []


@pytest.mark.parametrize("name", ["-x", "a", "two words", "ümlaut", "<!channel>"])
async def test_a_name_that_is_no_name_is_said_at_its_field(world: World, name: str) -> None:
    await form_of(world)
    staging = await world.workspace_id("Staging")
    answer = await world.submit(ALICE, workspace_id=staging, name=name, reason="Why not")
    assert answer["errors"] == {
        "name": "Use 2 to 80 letters (a to z), digits, dots, dashes or underscores, starting with a letter or digit."
    }


async def test_a_last_day_that_is_over_is_said_at_its_field(world: World) -> None:
    await form_of(world)
    staging = await world.workspace_id("Staging")
    answer = await world.submit(ALICE, workspace_id=staging, name="past-end", reason="x", ends_on="2020-01-01")
    assert answer["errors"] == {"ends_on": "1 Jan 2020 is over. Choose today or a later day."}


async def test_a_taken_name_brings_the_form_back_with_everything_in_it(world: World) -> None:
    await make_key(world, "taken-name")
    await form_of(world)
    staging = await world.workspace_id("Staging")
    reason = "Line one\nLine *two*"
    await world.submit(ALICE, workspace_id=staging, name="taken-name", reason=reason, ends_on="2031-12-31")
    view = await world.modal(ALICE, "⚠️ Staging already has a key named taken-name. Choose another name.")
    fields = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
    assert fields["workspace_id"]["initial_option"]["text"]["text"] == "Staging"
    assert fields["name"]["initial_value"] == "taken-name"
    assert fields["reason"]["initial_value"] == reason
    assert fields["ends_on"]["initial_date"] == "2031-12-31"
    assert (await world.submit(ALICE, name="free-name"))["ok"]
    card = await card_with(world, "free-name")
    assert "Line ∗two∗" in card["text"]


async def test_a_workspace_archived_while_the_form_was_open_is_said(world: World) -> None:
    await form_of(world)
    sandbox = await world.workspace_id("Sandbox")
    view = (await world.modals(ALICE))[-1]
    await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_workspace", value="")
    await world.rt.admin.archive_workspace(sandbox)
    await world.submit(ALICE, workspace_id=sandbox, name="no-home", reason="x")
    await world.modal(ALICE, "⚠️ That workspace doesn't exist any more. Choose another one.")


async def test_whoever_has_no_keys_is_told_how_to_get_one(world: World) -> None:
    await world.command(DANA, "/claude-keys")
    message = await told(world, DANA, "You have no API keys. Ask for one")
    assert message["ephemeral"]
    assert labels(message) == ["Request a key"]


async def test_ones_own_keys_come_with_what_can_be_done(world: World) -> None:
    card = await world.ask_for_key(DANA, "danas-own")
    await press(world, BOB, card, "request_approve")
    await card_with(world, "issued to")
    await settled(world)
    await world.command(DANA, "/claude-keys")
    message = await told(world, DANA, "You have 1 key: danas-own in Staging (active, no end).")
    assert labels(message) == ["Disable…", "Revoke…", "Request a key"]
    await press(world, DANA, message, "open_disable_key")
    view = await world.modal(DANA, "Everything that uses it stops until it is enabled again.")
    assert "danas-own" in str(view)


async def test_keys_are_listed_with_owner_and_end_and_narrowed_in_words(world: World) -> None:
    card = await world.ask_for_key(DANA, "danas-listed", ends_on="2031-12-31")
    await press(world, BOB, card, "request_approve")
    await card_with(world, "issued to")
    await settled(world)
    await world.command(BOB, '/claude-keys list "data platform"')
    message = await told(world, BOB, "newest first")
    assert "newest first: in Data Platform" in message["text"]
    lines = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"][1:]
    assert all(" in *Data Platform* — " in line and line.count("\n") == 1 for line in lines)
    await world.command(BOB, "/claude-keys list Staging by <@U0DANA> ending listed")
    message = await told(world, BOB, "*1 key*: by <@U0DANA> · in Staging · ending")
    assert "`danas-listed` in *Staging* — active\n<@U0DANA> · created " in str(message["blocks"][1]["text"]["text"])
    assert " · until <!date^1956545999^" in message["blocks"][1]["text"]["text"], "the end of 31 Dec 2031 in New York"
    await world.command(BOB, "/claude-keys list disabled by <@U0DANA>")
    await told(world, BOB, "No keys: by <@U0DANA> · disabled. `/claude-keys list` shows all that work or are disabled.")
    await world.command(BOB, "/claude-keys list Staging by dana ending listed")
    await told(world, BOB, "*1 key*: by <@U0DANA> · in Staging · ending")
    await world.command(BOB, "/claude-keys danas-listed")
    await told(world, BOB, "`danas-listed` in *Staging* — active")
    await world.command(BOB, "/claude-keys list by")
    await told(world, BOB, "I can't tell whose keys you mean. Mention the person: `by @person`.")
    await world.command(BOB, "/claude-keys list Produktion")
    await told(
        world, BOB, "I don't know a workspace *Produktion*, and no key has that in its name. Did you mean *Production*?"
    )


async def test_a_list_of_keys_is_turned_in_place_by_whoever_may_still_see_it(world: World) -> None:
    await world.command(ALICE, "/claude-keys list")
    message = await told(world, ALICE, "1–10 of ")
    assert labels(message) == ["Next"]
    await press(world, ALICE, message, "page_keys_next")
    turned = await told(world, ALICE, "11–20 of ")
    assert turned["ts"] == message["ts"]
    assert labels(turned) == ["Previous", "Next"]
    await world.post("/claude/users/alice@acme.test", role="user")
    await press(world, ALICE, turned, "page_keys_previous")
    refused = await told(world, ALICE, "Only developers, billing members and admins see all keys.")
    assert refused["ts"] == message["ts"]


async def test_whoever_is_no_developer_sees_only_their_own_keys(world: World) -> None:
    await world.post("/claude/users/dana@acme.test", role="user")
    await world.command(DANA, "/claude-keys list")
    await told(world, DANA, "Only developers, billing members and admins see all keys. `/claude-keys` shows yours.")


async def test_a_key_is_disabled_and_enabled_again_by_its_name(world: World) -> None:
    await make_key(world, "switchable")
    for verb, status, done in (("disable", "inactive", "is disabled"), ("enable", "active", "is enabled again")):
        await world.command(ALICE, f"/claude-keys {verb} switchable")
        await world.modal(ALICE, "switchable")
        await world.submit(ALICE, reason="Pause")
        card = await card_with(world, f"asks to {verb} a key* — `switchable` in *Staging*")
        await press(world, CAROL, card, "request_approve")
        await card_with(world, f"Key `switchable` in Staging {done}")
        await settled(world)
        assert (await keys_named(world, "switchable"))[0].status == status


async def test_what_cannot_be_done_with_a_key_is_said_before_a_form_opens(world: World) -> None:
    await make_key(world, "idle-key")
    await world.command(ALICE, "/claude-keys enable idle-key")
    await told(world, ALICE, "`idle-key` is active, so you can't enable it.")
    await world.command(ALICE, "/claude-keys revoke nonesuch")
    await told(world, ALICE, "I don't know a key `nonesuch`. `/claude-keys list` shows all names.")
    assert not await world.modals(ALICE)


async def test_a_name_that_two_workspaces_use_is_asked_back_by_a_menu_that_tells_them_apart(world: World) -> None:
    await make_key(world, "twin", "Staging")
    await make_key(world, "twin", "Research")
    await world.command(ALICE, "/claude-keys disable twin")
    view = await world.modal(ALICE, "form_disable_key")
    assert "⚠️ 2 are called *twin*. Choose the one you mean." in str(view["blocks"][:2])
    found = await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_key", value="twin")
    told_apart = [option["description"]["text"] for option in found["options"]]
    assert len(told_apart) == 2
    assert any(text.startswith("Staging · active") for text in told_apart)


async def test_a_key_that_changed_while_the_form_was_open_is_said(world: World) -> None:
    key_id = await make_key(world, "moving")
    await world.command(ALICE, "/claude-keys disable moving")
    await world.modal(ALICE, "form_disable_key")
    await world.post(f"/claude/keys/{key_id}", status="archived")
    await world.submit(ALICE, reason="Pause")
    await world.modal(ALICE, "moving is archived for good, so it can't be changed.")


async def test_the_shortcut_opens_the_form(world: World) -> None:
    answer = await world.post("/act/shortcut", user=ALICE, callback_id="shortcut_request_key")
    assert answer["ok"], answer
    await world.modal(ALICE, "Request an API key")


async def test_an_organization_that_is_away_keeps_what_was_typed(world: World) -> None:
    await form_of(world)
    staging = await world.workspace_id("Staging")
    view = (await world.modals(ALICE))[-1]
    await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_workspace", value="")
    await world.post("/faults", target="claude", name="*", kind="529", times=30, seconds=0)
    await world.submit(ALICE, workspace_id=staging, name="patient", reason="Typed with care")
    view = await world.modal(ALICE, "Nothing was changed. Try again in a minute.", seconds=20)
    assert "Typed with care" in str(view)


async def choose_workspace(world: World, user: str, view: Json, name: str) -> None:
    option = next(o for o in await options_of(world, user, view, name) if o["text"]["text"] == name)
    answer = await world.click(user, "pick_workspace", view_id=view["id"], selected=option["value"])
    assert answer["ok"], answer


async def options_of(world: World, user: str, view: Json, typed: str) -> list[Json]:
    return (await world.post("/act/suggest", user=user, view_id=view["id"], action_id="pick_workspace", value=typed))[
        "options"
    ]


async def test_a_form_says_who_decides_in_the_workspace_that_is_chosen(world: World) -> None:
    await world.command(ALICE, "/claude-keys request from-the-command")
    view = await world.modal(ALICE, "from-the-command")
    await choose_workspace(world, ALICE, view, "Production")
    shown = await world.modal(ALICE, "After that, an approver creates the key in the Console.")
    assert "from-the-command" in str(shown)


async def test_a_choice_that_can_not_be_explained_leaves_the_form_as_it_is(world: World) -> None:
    await world.command(ALICE, "/claude-keys request still-here")
    view = await world.modal(ALICE, "still-here")
    option = next(o for o in await options_of(world, ALICE, view, "Production"))
    world.rt.directory.forget_members()
    await world.post("/faults", target="claude", name="*", kind="500", times=50)
    await world.post("/faults", target="slack", name="users.info", kind="500", times=9)
    world.rt.notifier.forget(ALICE)
    assert (await world.click(ALICE, "pick_workspace", view_id=view["id"], selected=option["value"]))["ok"]
    await settled(world)
    await world.http.delete(f"{world.control_url}/faults")
    assert "still-here" in str(await world.modals(ALICE))
    assert "form_create_key" in str(await world.modals(ALICE))
