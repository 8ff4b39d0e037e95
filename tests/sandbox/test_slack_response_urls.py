"""Response urls: five posts in half an hour, ephemeral unless said otherwise, replacing and deleting."""

from typing import Any

from bot.sandbox.slack.tickets import new_response_url
from tests.sandbox.conftest import Json, Room, sections


async def post(room: Room, url: str, **body: Any) -> tuple[int, str]:
    answer = await room.http.post(url, json=body)
    return answer.status_code, answer.json()["error"] if answer.status_code != 200 else answer.text


async def from_message(room: Room, *, ephemeral: bool = False) -> tuple[str, str]:
    """Return a message's ts and a response url that came from its button, pressed by Alice."""
    content: Json = {"channel": "C0ENG", "text": "original", "blocks": sections("original")}
    if ephemeral:
        ts = str((await room.client.chat_postEphemeral(user="U0ALICE", **content))["message_ts"])
    else:
        ts = str((await room.client.chat_postMessage(**content))["ts"])
    return ts, new_response_url(room.workspace, "U0ALICE", "C0ENG", ts)


async def test_it_answers_one_reader_by_default_and_everybody_on_request(room: Room):
    url = new_response_url(room.workspace, "U0ALICE", "C0GENERAL")
    assert await post(room, url, text="only you") == (200, "ok")
    assert await post(room, url, text="all of you", response_type="in_channel") == (200, "ok")
    assert [(m["text"], m["ephemeral"]) for m in await room.messages("U0ALICE", "C0GENERAL")] == [
        ("only you", True),
        ("all of you", False),
    ]
    assert [m["text"] for m in await room.messages("U0BOB", "C0GENERAL")] == ["all of you"]


async def test_the_sixth_post_is_refused(room: Room):
    url = new_response_url(room.workspace, "U0ALICE", "C0ENG")
    for _ in range(5):
        assert (await post(room, url, text="x"))[0] == 200
    assert await post(room, url, text="x") == (404, "used_url")
    assert len(await room.messages("U0ALICE", "C0ENG")) == 5


async def test_after_half_an_hour_it_is_expired(room: Room):
    url = new_response_url(room.workspace, "U0ALICE", "C0ENG")
    await room.control("clock", {"advance": 29 * 60})
    assert (await post(room, url, text="x"))[0] == 200
    await room.control("clock", {"advance": 2 * 60})
    assert await post(room, url, text="x") == (404, "expired_url")
    assert await post(room, url.rsplit("/", 1)[0] + "/guessed", text="x") == (404, "expired_url")


async def test_it_replaces_and_deletes_the_message_with_the_button(room: Room):
    for ephemeral in (False, True):
        ts, url = await from_message(room, ephemeral=ephemeral)
        assert (await post(room, url, replace_original=True, text="replaced"))[0] == 200
        [message] = [m for m in await room.messages("U0ALICE", "C0ENG") if m["ts"] == ts]
        assert (message["text"], message["blocks"], message["ephemeral"]) == ("replaced", None, ephemeral)
        assert (await post(room, url, delete_original=True))[0] == 200
        assert await room.messages("U0ALICE", "C0ENG") == []


async def test_an_ephemeral_message_cannot_be_made_public_by_replacing_it(room: Room):
    _, url = await from_message(room, ephemeral=True)
    assert (await post(room, url, replace_original=True, response_type="in_channel", text="x"))[0] == 400
    assert await room.messages("U0BOB", "C0ENG") == []


async def test_a_thread_answer_must_be_public(room: Room):
    ts, url = await from_message(room)
    assert (await post(room, url, thread_ts=ts, text="x"))[0] == 400
    assert (await post(room, url, thread_ts=ts, text="x", response_type="in_channel"))[0] == 200
    assert [m["thread_ts"] for m in await room.messages("U0BOB", "C0ENG")] == [None, ts]


async def test_bad_blocks_are_refused_and_show_nothing(room: Room):
    url = new_response_url(room.workspace, "U0ALICE", "C0ENG")
    assert await post(room, url, blocks=[{"type": "nonsense"}]) == (400, "invalid_blocks")
    assert await room.messages("U0ALICE", "C0ENG") == []


async def test_the_wire_log_shows_neither_response_urls_nor_tokens_nor_keys(room: Room):
    url = new_response_url(room.workspace, "U0ALICE", "C0ENG")
    secret = "sk-ant-api03-abcdefghijklmnop"
    await post(room, url, text=f"see {secret} and {url}")
    await room.control("act/raw", {"kind": "interactive", "payload": {"response_url": url, "trigger_id": "1.2.3"}})
    await room.http.post(f"{room.url}/api/auth.test", data={"token": "xoxb-very-secret"})
    log = (await room.http.get(f"{room.url}/_sandbox/wire?after=0")).text
    assert url.rsplit("/", 1)[1] not in log
    assert secret not in log
    assert "very-secret" not in log
    assert "1.2.3" not in log


async def test_a_planned_failure_before_the_act_posts_nothing_and_one_after_it_has_posted(room: Room):
    url = new_response_url(room.workspace, "U0ALICE", "C0ENG")
    for kind, status, posted in (("500", 500, 0), ("429", 429, 0), ("empty", 200, 1)):
        await room.control("faults", {"target": "slack", "name": "response_url", "kind": kind})
        assert (await room.http.post(url, json={"text": "x"})).status_code == status
        assert len(await room.messages("U0ALICE", "C0ENG")) == posted
