"""Who can do what: guests, outsiders, deactivated people; what is typed; what changes elsewhere; forged input."""

from typing import Any

import pytest

from tests.sandbox.conftest import Json, Room, button, plain


def echoing(room: Room, seen: list[Json]) -> Any:
    """Return an app that acknowledges every command and click and keeps the payloads."""
    app = room.app()

    @app.command("/ask")
    @app.command("/plain")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        seen.append(body)

    @app.action({"action_id": "go"})
    async def _(ack: Any, body: Json) -> None:
        await ack()
        seen.append(body)

    return app


async def card(room: Room, channel: str, *elements: Json) -> Json:
    blocks = [{"type": "actions", "block_id": "row", "elements": list(elements) or [button("go", value="r1")]}]
    told = await room.client.chat_postMessage(channel=channel, text="card", blocks=blocks)
    return {"channel": channel, "ts": str(told["ts"])}


async def test_a_command_carries_exactly_the_fields_that_slack_sends(room: Room):
    seen: list[Json] = []
    async with room.connected(echoing(room, seen)):
        await room.act("command", "U0ALICE", channel="C0ENG", text="/ask one two")
        await room.act("command", "U0ALICE", channel="dm", text="/ask")
    fields = "token team_id team_domain channel_id channel_name user_id user_name command text api_app_id"
    assert set(seen[0]) == {*fields.split(), "is_enterprise_install", "response_url", "trigger_id"}
    assert (seen[0]["text"], seen[0]["channel_name"], seen[0]["is_enterprise_install"]) == (
        "one two",
        "engineering",
        "false",
    )
    assert (seen[1]["text"], seen[1]["channel_name"], seen[1]["channel_id"][:2]) == ("", "directmessage", "D0")


async def test_mentions_are_turned_into_references_only_where_the_manifest_says_so(room: Room):
    await room.control("channels/C0SECRET", {"name": "secret", "is_private": True, "members": ["U0ALICE"]})
    seen: list[Json] = []
    typed = "@bob #engineering #secret @claude-admins @nobody a@bob.test <@U0BOB|bob>"
    async with room.connected(echoing(room, seen)):
        await room.act("command", "U0ALICE", channel="C0ENG", text=f"/ask {typed}")
        await room.act("command", "U0ALICE", channel="C0ENG", text=f"/plain {typed}")
    group = "<!subteam^S0ADMINS|@claude-admins>"
    mail = "<mailto:a@bob.test|a@bob.test>"
    assert seen[0]["text"] == f"<@U0BOB|bob> <#C0ENG|engineering> <#C0SECRET|> {group} @nobody {mail} <@U0BOB|bob>"
    assert seen[1]["text"] == typed


@pytest.mark.parametrize(
    ("user", "channel", "error"),
    [
        ("U0EVE", "C0GLOBEX", "external_user"),
        ("U0FRANK", "C0ENG", "user_deactivated"),
        ("U0GUS", "C0APPROVALS", "not_in_channel"),
        ("U0NOBODY", "C0ENG", "no_such_user"),
        ("U0QMBOT", "C0ENG", "no_such_user"),
    ],
)
async def test_some_people_cannot_run_commands(room: Room, user: str, channel: str, error: str):
    assert (await room.act("command", user, channel=channel, text="/ask"))["error"] == error


async def test_a_guest_can_run_commands_where_they_are(room: Room):
    seen: list[Json] = []
    async with room.connected(echoing(room, seen)):
        assert (await room.act("command", "U0GUS", channel="C0ENG", text="/ask"))["ok"]
    assert seen[0]["user_id"] == "U0GUS"


async def test_an_unknown_command_and_one_in_a_thread_never_reach_the_app(room: Room):
    assert (await room.act("command", "U0ALICE", channel="C0ENG", text="/other"))["error"] == "unknown_command"
    threaded = await room.act("command", "U0ALICE", channel="C0ENG", text="/ask", thread_ts="1.000001")
    assert threaded["error"] == "not_in_threads"


async def test_an_outsider_sees_and_presses_buttons_in_the_shared_channel_alone(room: Room):
    seen: list[Json] = []
    shared, internal = await card(room, "C0GLOBEX"), await card(room, "C0APPROVALS")
    async with room.connected(echoing(room, seen)):
        assert (await room.act("click", "U0EVE", action_id="go", **shared))["ok"]
        assert (await room.act("click", "U0EVE", action_id="go", **internal))["error"] == "not_in_channel"
    assert [channel["id"] for channel in (await room.sees("U0EVE"))["channels"]] == ["C0GLOBEX"]
    assert (seen[0]["user"]["team_id"], seen[0]["team"]["id"]) == ("T0GLOBEX", "T0ACME")


async def test_a_click_carries_the_message_and_where_it_was(room: Room):
    seen: list[Json] = []
    where = await card(room, "C0APPROVALS")
    async with room.connected(echoing(room, seen)):
        await room.act("click", "U0BOB", action_id="go", **where)
    body = seen[0]
    assert body["container"] == {
        "type": "message",
        "message_ts": where["ts"],
        "channel_id": "C0APPROVALS",
        "is_ephemeral": False,
    }
    assert (body["message"]["ts"], body["channel"]["name"], body["is_enterprise_install"]) == (
        where["ts"],
        "llm-approvals",
        False,
    )
    action = {key: value for key, value in body["actions"][0].items() if key != "action_ts"}
    assert action == {"type": "button", "action_id": "go", "block_id": "row", "text": plain("Go"), "value": "r1"}


async def test_an_ephemeral_click_has_a_response_url_but_no_message(room: Room):
    seen: list[Json] = []
    blocks = [{"type": "actions", "elements": [button("go")]}]
    told = await room.client.chat_postEphemeral(channel="C0ENG", user="U0ALICE", text="x", blocks=blocks)
    async with room.connected(echoing(room, seen)):
        await room.act("click", "U0ALICE", channel="C0ENG", ts=told["message_ts"], action_id="go")
    assert (seen[0]["container"]["is_ephemeral"], "message" in seen[0], "response_url" in seen[0]) == (True, False, True)


async def test_menus_offer_their_options_and_nothing_else(room: Room):
    seen: list[Json] = []
    options = [{"text": plain("Details"), "value": "details"}, {"text": plain("Withdraw"), "value": "withdraw"}]
    where = await card(room, "C0APPROVALS", {"type": "overflow", "action_id": "go", "options": options})
    async with room.connected(echoing(room, seen)):
        assert (await room.act("click", "U0BOB", action_id="go", selected="withdraw", **where))["ok"]
        assert (await room.act("click", "U0BOB", action_id="go", selected="other", **where))["error"] == "no_such_option"
        assert (await room.act("click", "U0BOB", action_id="none", **where))["error"] == "no_such_element"
    assert seen[0]["actions"][0]["selected_option"] == options[1]


async def test_a_click_carries_what_was_chosen_beside_it_and_forgets_what_is_gone(room: Room):
    seen: list[Json] = []
    options = [{"text": plain("Today"), "value": "today"}, {"text": plain("Week"), "value": "week"}]
    select = {"type": "static_select", "action_id": "span", "options": options}
    where = await card(room, "C0APPROVALS", select, button("go"))
    gone = {"old": {"type": "plain_text_input", "value": "x"}}
    async with room.connected(echoing(room, seen)):
        values = {"row": {"span": {"type": "static_select", "selected_option": options[1]}}, "away": gone}
        assert (await room.act("click", "U0BOB", action_id="go", values=values, **where))["ok"]
        typo = await room.act("click", "U0BOB", action_id="go", values={"spam": "week"}, **where)
    assert seen[0]["state"]["values"]["row"]["span"]["selected_option"]["value"] == "week"
    assert typo["error"] == "no_such_element"


async def test_forged_actions_and_payloads_can_be_sent(room: Room):
    seen: list[Json] = []
    where = await card(room, "C0APPROVALS")
    async with room.connected(echoing(room, seen)):
        forged = {"type": "button", "action_id": "go", "block_id": "row", "value": "another request"}
        assert (await room.act("click", "U0BOB", raw_action=forged, **where))["ok"]
        await room.control("flags", {"ack_seconds": 0.1})
        odd = await room.control("act/raw", {"kind": "interactive", "payload": {"type": "nonsense"}})
    assert seen[0]["actions"][0]["value"] == "another request"
    assert (odd["ok"], odd["acked"]) == (True, False)


async def test_the_ack_of_a_command_is_shown_to_its_sender_or_with_the_command_to_all(room: Room):
    app = room.app()

    @app.command("/ask")
    async def _(ack: Any, body: Json) -> None:
        public = body["text"] == "all"
        await ack(text="Here you are", response_type="in_channel" if public else "ephemeral")

    async with room.connected(app):
        await room.act("command", "U0ALICE", channel="C0ENG", text="/ask me")
        await room.act("command", "U0ALICE", channel="C0ENG", text="/ask all")
    assert [(m["text"], m["user"]) for m in await room.messages("U0BOB", "C0ENG")] == [
        ("/ask all", "U0ALICE"),
        ("Here you are", "U0QMBOT"),
    ]
    assert len(await room.messages("U0ALICE", "C0ENG")) == 3


async def test_shortcuts_come_with_and_without_a_message(room: Room):
    app, seen = room.app(), list[Json]()

    @app.shortcut("ask_anywhere")
    @app.shortcut("ask_here")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        seen.append(body)

    said = await room.act("message", "U0BOB", channel="C0ENG", text="hello")
    async with room.connected(app):
        await room.act("shortcut", "U0ALICE", callback_id="ask_anywhere")
        await room.act("shortcut", "U0ALICE", callback_id="ask_here", channel="C0ENG", ts=said["ts"])
        assert (await room.act("shortcut", "U0ALICE", callback_id="none"))["error"] == "unknown_shortcut"
    assert [body["type"] for body in seen] == ["shortcut", "message_action"]
    assert ("response_url" in seen[0], "channel" in seen[0]) == (False, False)
    assert (seen[1]["message"]["text"], seen[1]["channel"]["id"]) == ("hello", "C0ENG")


async def test_the_app_hears_of_changed_people_and_groups_and_of_direct_messages(room: Room):
    app, events = room.app(), list[Json]()

    @app.event("user_change")
    @app.event("subteam_members_changed")
    @app.event("message")
    async def _(event: Json) -> None:
        events.append(event)

    async with room.connected(app):
        await room.control("people/U0ALICE", {"deleted": True})
        await room.control("groups/S0ADMINS", {"users": ["U0BOB", "U0DANA"]})
        await room.act("message", "U0BOB", channel="dm", text="hi")
        await room.act("message", "U0BOB", channel="C0ENG", text="not for the bot")

        async def three() -> bool:
            return len(events) == 3

        await room.until(three)
    assert (events[0]["user"]["id"], events[0]["user"]["deleted"]) == ("U0ALICE", True)
    assert (events[1]["added_users"], events[1]["removed_users"]) == (["U0DANA"], ["U0CAROL"])
    assert (events[2]["channel_type"], events[2]["text"]) == ("im", "hi")
    assert (await room.act("command", "U0ALICE", channel="C0ENG", text="/ask"))["error"] == "user_deactivated"
    assert (await room.control("people/U0BOB", {"shoe_size": 44}))["error"] == "bad_request"


async def test_a_change_whose_value_does_not_fit_is_refused_whole(room: Room):
    refused = await room.control("people/U0ALICE", {"name": "Alicia", "deleted": "maybe"})
    assert refused["error"] == "bad_request"
    assert room.workspace.users["U0ALICE"].name == "Alice Moreno"
