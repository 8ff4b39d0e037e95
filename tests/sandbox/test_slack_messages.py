"""Posting, changing and reading messages: where Slack's semantics surprise."""

from typing import Any

from tests.sandbox.conftest import Json, Room, open_room, refusal, sections, small_manifest


async def posted(room: Room, **more: object) -> str:
    arguments: Json = {"channel": "C0ENG", "text": "first"} | more
    return str((await room.client.chat_postMessage(**arguments))["ts"])


async def test_updating_with_text_alone_takes_the_blocks_away(room: Room):
    ts = await posted(room, blocks=sections("block"))
    await room.client.chat_update(channel="C0ENG", ts=ts, text="second")
    [message] = await room.messages("U0ALICE", "C0ENG")
    assert (message["text"], message["blocks"], message["edited"]) == ("second", None, True)


async def test_updating_with_blocks_shows_no_edited_mark_and_empty_blocks_remove(room: Room):
    ts = await posted(room)
    await room.client.chat_update(channel="C0ENG", ts=ts, text="second", blocks=sections("new"))
    [message] = await room.messages("U0ALICE", "C0ENG")
    assert (message["blocks"][0]["text"]["text"], message["edited"]) == ("new", False)
    await room.client.api_call("chat.update", json={"channel": "C0ENG", "ts": ts, "blocks": []})
    [message] = await room.messages("U0ALICE", "C0ENG")
    assert (message["text"], message["blocks"]) == ("second", None)


async def test_updating_to_nothing_at_all_is_refused_and_leaves_the_message(room: Room):
    ts = await posted(room, blocks=sections("block"))
    nothings: list[Json] = [{"text": ""}, {"text": "", "blocks": []}, {"text": "", "attachments": []}]
    for nothing in nothings:
        assert await refusal(room.client.api_call("chat.update", json={"channel": "C0ENG", "ts": ts} | nothing)) == "no_text"
    [message] = await room.messages("U0ALICE", "C0ENG")
    assert (message["text"], len(message["blocks"])) == ("first", 1)
    change: Json = {"channel": "C0ENG", "ts": ts, "text": "", "blocks": sections("new")}
    assert (await room.client.api_call("chat.update", json=change))["ok"]


async def test_updating_metadata_alone_keeps_what_is_shown_and_an_empty_one_clears_it(room: Room):
    mark = {"event_type": "request", "event_payload": {"id": "r1"}}
    ts = await posted(room, blocks=sections("block"), metadata=mark)
    await room.client.api_call("chat.update", json={"channel": "C0ENG", "ts": ts, "metadata": {}})
    [message] = await room.messages("U0ALICE", "C0ENG")
    assert (message["text"], len(message["blocks"]), message["metadata_event_type"]) == ("first", 1, None)


async def test_long_text_is_cut_in_a_post_and_refused_in_an_update(room: Room):
    ts = await posted(room, text="x" * 41_000)
    assert len((await room.messages("U0ALICE", "C0ENG"))[0]["text"]) == 40_000
    assert await refusal(room.client.chat_update(channel="C0ENG", ts=ts, text="x" * 4001)) == "msg_too_long"


async def test_only_own_existing_messages_can_be_changed(room: Room):
    said = (await room.act("message", "U0ALICE", channel="C0ENG", text="hello"))["ts"]
    assert await refusal(room.client.chat_update(channel="C0ENG", ts=said, text="no")) == "cant_update_message"
    assert await refusal(room.client.chat_delete(channel="C0ENG", ts=said)) == "cant_delete_message"
    assert await refusal(room.client.chat_update(channel="C0ENG", ts="1.000001", text="no")) == "message_not_found"


async def test_an_ephemeral_is_seen_by_its_reader_alone_and_cannot_be_updated_or_read_back(room: Room):
    told = await room.client.chat_postEphemeral(channel="C0ENG", user="U0ALICE", text="for you")
    ts = str(told["message_ts"])
    assert [m["text"] for m in await room.messages("U0ALICE", "C0ENG") if m["ephemeral"]] == ["for you"]
    assert await room.messages("U0BOB", "C0ENG") == []
    assert await refusal(room.client.chat_update(channel="C0ENG", ts=ts, text="new")) == "message_not_found"
    assert (await room.client.conversations_history(channel="C0ENG"))["messages"] == []
    stranger = await room.act("click", "U0BOB", channel="C0ENG", ts=ts, action_id="any")
    assert stranger["error"] == "no_such_message"


async def test_an_ephemeral_needs_its_reader_in_the_channel(room: Room):
    call = room.client.chat_postEphemeral(channel="C0APPROVALS", user="U0GUS", text="for you")
    assert await refusal(call) == "user_not_in_channel"
    assert await refusal(room.client.chat_postEphemeral(channel="C0ENG", user="U0FRANK", text="x")) == "user_not_in_channel"


async def test_posting_needs_membership_and_a_live_channel(room: Room):
    assert await refusal(room.client.chat_postMessage(channel="C0GENERAL", text="hi")) == "not_in_channel"
    await room.control("channels/C0ENG", {"is_archived": True})
    assert await refusal(room.client.chat_postMessage(channel="C0ENG", text="hi")) == "is_archived"
    await room.control("channels/C0SECRET", {"name": "secret", "is_private": True, "members": ["U0BOB"]})
    assert await refusal(room.client.chat_postMessage(channel="C0SECRET", text="hi")) == "channel_not_found"


async def test_posting_to_a_person_opens_their_conversation_but_updating_needs_its_id(room: Room):
    told = await room.client.chat_postMessage(channel="U0ALICE", text="psst")
    assert str(told["channel"]).startswith("D0")
    assert await room.latest("U0ALICE", str(told["channel"]), "psst")
    assert await room.messages("U0BOB", str(told["channel"])) == []
    ts = str(told["ts"])
    assert await refusal(room.client.chat_update(channel="U0ALICE", ts=ts, text="x")) == "channel_not_found"
    assert (await room.client.chat_update(channel=str(told["channel"]), ts=ts, text="x"))["ok"]


async def test_a_switched_off_messages_tab_refuses_direct_messages():
    manifest = small_manifest()
    manifest["features"]["app_home"]["messages_tab_enabled"] = False
    async with open_room(manifest) as room:
        assert await refusal(room.client.chat_postMessage(channel="U0ALICE", text="x")) == "messages_tab_disabled"


async def test_bad_content_is_refused_by_name(room: Room):
    def post(**content: object) -> Any:
        return room.client.api_call("chat.postMessage", json={"channel": "C0ENG"} | content)

    bad = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "colour": "red"}]
    answer = await room.client.api_call("blocks.validate", json={"blocks": []})
    assert answer["ok"]
    assert await refusal(post(blocks=bad)) == "invalid_blocks"
    assert await refusal(post(blocks="{")) == "invalid_blocks_format"
    assert await refusal(post()) == "no_text"
    assert await refusal(post(text="a", markdown_text="b")) == "markdown_text_conflict"
    wrong = {"event_type": "x"}
    assert await refusal(post(text="a", metadata=wrong)) == "invalid_metadata_format"
    assert await room.messages("U0ALICE", "C0ENG") == []


async def test_history_gives_metadata_only_when_asked_and_leaves_replies_to_the_thread(room: Room):
    mark = {"event_type": "request", "event_payload": {"id": "r1"}}
    root = await posted(room, metadata=mark)
    await room.client.chat_postMessage(channel="C0ENG", text="reply", thread_ts=root)
    plain = (await room.client.conversations_history(channel="C0ENG"))["messages"]
    full = (await room.client.conversations_history(channel="C0ENG", include_all_metadata=True))["messages"]
    assert [message["text"] for message in plain] == ["first"]
    assert ("metadata" in plain[0], full[0]["metadata"]) == (False, mark)
    assert (plain[0]["reply_count"], plain[0]["thread_ts"]) == (1, root)
    thread = (await room.client.conversations_replies(channel="C0ENG", ts=root))["messages"]
    assert [message["text"] for message in thread] == ["first", "reply"]
    later = await room.client.conversations_history(channel="C0ENG", oldest=root)
    assert later["messages"] == []


async def test_a_reply_needs_a_thread_that_exists(room: Room):
    call = room.client.chat_postMessage(channel="C0ENG", text="reply", thread_ts="1.000001")
    assert await refusal(call) == "cannot_reply_to_message"


async def test_a_deleted_message_is_gone_for_everybody(room: Room):
    ts = await posted(room)
    await room.client.chat_delete(channel="C0ENG", ts=ts)
    assert await room.messages("U0ALICE", "C0ENG") == []
    assert (await room.client.conversations_history(channel="C0ENG"))["messages"] == []
