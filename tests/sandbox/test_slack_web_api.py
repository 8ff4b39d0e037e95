"""The Web API's door: arguments from everywhere, tokens, scopes, error names, paging."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.sandbox.conftest import Room, modal, open_room, refusal, sections, small_manifest

AUTH = {"Authorization": f"Bearer {BOT_TOKEN}"}


async def test_arguments_are_taken_from_query_form_and_json_for_get_and_post(room: Room):
    url = f"{room.url}/api/users.info"
    answers = [
        await room.http.get(url, params={"user": "U0BOB"}, headers=AUTH),
        await room.http.post(url, params={"user": "U0BOB"}, headers=AUTH),
        await room.http.post(url, data={"user": "U0BOB", "token": BOT_TOKEN}),
        await room.http.get(url, params={"user": "U0BOB", "token": BOT_TOKEN}),
        await room.http.post(url, json={"user": "U0BOB"}, headers=AUTH),
    ]
    assert [answer.json()["user"]["name"] for answer in answers] == ["bob"] * 5


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-wrong"}, "invalid_auth"),
        ({"Authorization": f"Bearer {APP_TOKEN}"}, "not_allowed_token_type"),
    ],
)
async def test_a_wrong_token_is_refused_with_http_200(room: Room, headers: dict[str, str], error: str):
    answer = await room.http.post(f"{room.url}/api/users.info", data={"user": "U0BOB"}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": error})


async def test_a_missing_scope_says_what_is_needed_and_what_is_there(room: Room):
    await room.control("flags", {"scopes": ["chat:write", "commands"]})
    answer = await room.http.get(f"{room.url}/api/users.info", params={"user": "U0BOB"}, headers=AUTH)
    assert answer.json() == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "chat:write,commands",
    }
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands"


async def test_a_private_channel_needs_another_scope_than_a_public_one(room: Room):
    await room.control("channels/C0SECRET", {"name": "secret", "is_private": True, "members": ["U0QMBOT", "U0BOB"]})
    assert (await room.client.conversations_info(channel="C0SECRET"))["channel"]["is_private"]
    await room.control("flags", {"scopes": ["channels:read"]})
    assert await refusal(room.client.conversations_info(channel="C0SECRET")) == "missing_scope"
    assert (await room.client.conversations_info(channel="C0ENG"))["ok"]


async def test_an_unknown_method_has_its_own_error(room: Room):
    assert await refusal(room.client.api_call("chat.shout")) == "unknown_method"


async def test_opening_a_socket_wants_the_app_token_in_the_header_of_a_post(room: Room):
    client: Any = AsyncWebClient(base_url=f"{room.url}/api/")
    opened = await client.apps_connections_open(app_token=APP_TOKEN)
    assert str(opened["url"]).startswith("ws://127.0.0.1")
    insecure = await room.http.get(f"{room.url}/api/apps.connections.open", params={"token": APP_TOKEN})
    assert insecure.json()["error"] == "insecure_request"
    assert await refusal(room.client.api_call("apps.connections.open")) == "not_allowed_token_type"


async def test_blocks_validate_needs_no_token_and_exactly_one_thing(room: Room):
    url = f"{room.url}/api/blocks.validate"
    assert (await room.http.post(url, json={"blocks": sections("hi")})).json() == {"ok": True}
    bad = (await room.http.post(url, json={"blocks": [{"type": "section", "txt": 1}]})).json()
    assert (bad["error"], bad["errors"][0]["pointer"][:2]) == ("invalid_blocks", "/0")
    assert (await room.http.post(url, json={"view": modal()})).json() == {"ok": True}
    assert (await room.http.post(url, json={"view": modal(), "blocks": []})).json()["error"] == "invalid_arguments"


async def test_lists_come_in_pages_until_the_cursor_is_empty(room: Room):
    ids: list[str] = []
    async for page in await room.client.users_list(limit=20):
        assert len(page["members"]) <= 20
        ids += [member["id"] for member in page["members"]]
    assert len(ids) == len(set(ids)) == len(room.workspace.users)
    assert await refusal(room.client.users_list(cursor="nonsense")) == "invalid_cursor"


async def test_people_show_what_slack_shows_of_them(room: Room):
    async def who(user: str) -> dict[str, Any]:
        return (await room.client.users_info(user=user))["user"]

    alice, gus, eve, frank, omar = [await who(f"U0{name}") for name in ("ALICE", "GUS", "EVE", "FRANK", "OMAR")]
    assert (alice["profile"]["email"], alice["is_email_confirmed"], alice["is_restricted"]) == (
        "alice@acme.test",
        True,
        False,
    )
    assert gus["is_restricted"] is True
    assert (eve["is_stranger"], eve["team_id"], "email" in eve["profile"]) == (True, "T0GLOBEX", False)
    assert (frank["deleted"], "is_restricted" in frank) == (True, False)
    assert omar["is_email_confirmed"] is False
    assert (await room.client.users_lookupByEmail(email="Alice@acme.test"))["user"]["id"] == "U0ALICE"
    assert await refusal(room.client.users_lookupByEmail(email="frank@acme.test")) == "users_not_found"
    assert await refusal(who("U0NOBODY")) == "user_not_found"


async def test_email_is_left_out_without_its_scope():
    manifest = small_manifest()
    manifest["oauth_config"]["scopes"]["bot"] = ["users:read"]
    async with open_room(manifest) as room:
        assert "email" not in (await room.client.users_info(user="U0ALICE"))["user"]["profile"]


async def test_groups_and_channels_can_be_read(room: Room):
    groups = (await room.client.usergroups_list(include_users=True))["usergroups"]
    assert {group["handle"]: group["users"] for group in groups}["claude-admins"] == ["U0BOB", "U0CAROL"]
    assert (await room.client.usergroups_users_list(usergroup="S0FINOPS"))["users"] == ["U0DANA", "U0CAROL"]
    assert await refusal(room.client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    shared = (await room.client.conversations_info(channel="C0GLOBEX"))["channel"]
    assert (shared["is_ext_shared"], shared["is_shared"]) == (True, True)
    members = (await room.client.conversations_members(channel="C0GLOBEX"))["members"]
    assert "U0EVE" in members
    assert "U0FRANK" not in members
    mine = (await room.client.users_conversations(types="public_channel"))["channels"]
    assert {channel["id"] for channel in mine} == {"C0ENG", "C0APPROVALS", "C0COSTS", "C0GLOBEX"}


async def test_the_bot_opens_a_conversation_only_with_active_people_of_its_own_company(room: Room):
    opened = await room.client.conversations_open(users="U0ALICE")
    again = await room.client.conversations_open(users="U0ALICE")
    assert again["channel"]["id"] == opened["channel"]["id"]
    assert again["already_open"] is True
    assert await refusal(room.client.conversations_open(users="U0FRANK")) == "user_disabled"
    assert await refusal(room.client.conversations_open(users="U0EVE")) == "user_not_visible"
    assert await refusal(room.client.conversations_open(users="U0ALICE,U0BOB")) == "missing_scope"


async def test_half_a_character_is_refused_and_leaves_nothing_behind(room: Room):
    half = b'{"channel": "C0ENG", "text": "bad \\ud800 half"}'
    headers = AUTH | {"Content-Type": "application/json"}
    answer = await room.http.post(f"{room.url}/api/chat.postMessage", content=half, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (200, "invalid_charset")
    form = {"channel": "C0ENG", "text": "x", "metadata": '{"event_type": "x", "event_payload": {"\\udc00": 1}}'}
    answer = await room.http.post(f"{room.url}/api/chat.postMessage", data=form, headers=AUTH)
    assert (answer.status_code, answer.json()["error"]) == (200, "invalid_charset")
    assert await room.messages("U0ALICE", "C0ENG") == []


async def test_json_that_no_answer_could_repeat_is_refused(room: Room):
    headers = AUTH | {"Content-Type": "application/json"}
    for odd in (b'{"x": NaN}', b'{"x": 1e999}', b'{"x": ' + b"[" * 100_000):
        answer = await room.http.post(f"{room.url}/api/api.test", content=odd, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (200, "invalid_form_data")
    form = {"channel": "C0ENG", "text": "x", "blocks": "[" * 100_000}
    answer = await room.http.post(f"{room.url}/api/chat.postMessage", data=form, headers=AUTH)
    assert (answer.status_code, answer.json()["error"]) == (200, "invalid_blocks_format")
    nested = {"x": 1}
    for _ in range(50):
        nested = {"x": nested}
    assert (await room.http.post(f"{room.url}/api/api.test", json=nested)).json() == {"ok": True, "args": nested}


async def test_numbers_that_only_look_like_digits_are_not_taken_for_a_place(room: Room):
    assert await refusal(room.client.users_list(cursor="dXNlcjp²")) == "invalid_cursor"
    assert await room.control("history?after=²", method="GET") == []
