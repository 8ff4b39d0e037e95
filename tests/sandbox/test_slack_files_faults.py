"""Files from address to picture, and failures on demand."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from bot.sandbox.slack.workspace import BOT_TOKEN
from tests.sandbox.conftest import Json, Room, refusal

AUTH = {"Authorization": f"Bearer {BOT_TOKEN}"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


async def uploaded(room: Room, **more: Any) -> Json:
    answer = await room.client.files_upload_v2(
        content=PNG, filename="chart.png", title="Spend", alt_txt="Spend rose", **more
    )
    return answer["file"]


async def test_the_sdk_uploads_a_file_into_a_thread(room: Room):
    root = await room.client.chat_postMessage(channel="C0COSTS", text="digest")
    await uploaded(room, channel="C0COSTS", thread_ts=str(root["ts"]), initial_comment="the chart")
    [_, shared] = await room.messages("U0DANA", "C0COSTS")
    assert (shared["text"], shared["thread_ts"]) == ("the chart", str(root["ts"]))
    [file] = shared["files"]
    assert (file["title"], file["alt_text"], file["mimetype"]) == ("Spend", "Spend rose", "image/png")
    assert (await room.http.get(room.url + file["url"])).content == PNG


async def test_bytes_are_served_with_the_bearer_token_only(room: Room):
    file = await uploaded(room)
    assert (await room.http.get(file["url_private"])).status_code == 403
    assert (await room.http.get(file["url_private"], headers=AUTH)).content == PNG
    assert (await room.client.files_info(file=file["id"]))["file"]["alt_txt"] == "Spend rose"


async def test_an_image_block_takes_a_file_that_is_there_and_ready(room: Room):
    def image(file_id: str) -> Json:
        return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "Spend rose"}

    async def post(file_id: str) -> None:
        await room.client.chat_postMessage(channel="C0COSTS", text="x", blocks=[image(file_id)])

    assert await refusal(post("F0NONE")) == "invalid_blocks"
    await post((await uploaded(room))["id"])
    await room.control("flags", {"file_processing_seconds": 0.2})
    slow = (await uploaded(room))["id"]
    assert await refusal(post(slow)) == "invalid_blocks"
    await asyncio.sleep(0.25)
    await post(slow)


async def test_an_upload_is_completed_once_and_needs_its_bytes(room: Room):
    address = await room.client.files_getUploadURLExternal(filename="a.csv", length=3)
    complete: Json = {"files": [{"id": address["file_id"]}]}
    assert await refusal(room.client.files_completeUploadExternal(**complete)) == "file_not_found"
    assert (await room.http.post(address["upload_url"], content=b"1234")).status_code == 400
    assert (await room.http.post(address["upload_url"], content=b"123")).text == "OK - 3"
    await room.client.files_completeUploadExternal(**complete)
    assert await refusal(room.client.files_completeUploadExternal(**complete)) == "file_update_failed"
    assert await refusal(room.client.files_getUploadURLExternal(filename="a", length=0)) == "missing_argument"


async def test_a_file_that_is_deleted_is_shown_nowhere(room: Room):
    file = (await uploaded(room, channel="C0COSTS"))["id"]
    await room.client.files_delete(file=file)
    [shared] = await room.messages("U0DANA", "C0COSTS")
    assert shared["files"] == []
    assert await refusal(room.client.files_info(file=file)) == "file_not_found"
    assert await refusal(room.client.files_delete(file=file)) == "file_not_found"


async def fail(room: Room, kind: str, name: str = "chat.postMessage", **more: Any) -> None:
    fault: Json = {"target": "slack", "name": name, "kind": kind} | more
    assert (await room.control("faults", fault))["ok"]


async def test_a_dropped_answer_leaves_the_write_done_and_a_dropped_request_does_not(room: Room):
    for kind, count in (("drop_before", 0), ("drop_after", 1)):
        await fail(room, kind)
        with pytest.raises(aiohttp.ClientError):
            await room.client.chat_postMessage(channel="C0ENG", text="x")
        assert len(await room.messages("U0ALICE", "C0ENG")) == count
        assert ("sandbox" in room.workspace.wire.after(0)[-1].response) == bool(count)  # that it was done shows on the wire


async def test_rate_limits_carry_retry_after_and_the_sdk_handler_gets_through(room: Room):
    await fail(room, "429", seconds=1)
    handlers = room.client.retry_handlers
    handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    started = time.monotonic()
    await room.client.chat_postMessage(channel="C0ENG", text="x")
    assert time.monotonic() - started >= 1
    await fail(room, "429", seconds=None)
    answer = await room.http.post(f"{room.url}/api/chat.postMessage", json={"channel": "C0ENG"}, headers=AUTH)
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)


async def test_server_errors_empty_bodies_and_slow_answers(room: Room):
    url, body = f"{room.url}/api/chat.postMessage", {"channel": "C0ENG", "text": "x"}
    await fail(room, "500", times=2)
    assert [(await room.http.post(url, json=body, headers=AUTH)).status_code for _ in range(3)] == [500, 500, 200]
    await fail(room, "empty")
    empty = await room.http.post(url, json=body, headers=AUTH)
    assert (empty.status_code, empty.content) == (200, b"")
    for kind in ("slow", "slow_after"):
        await fail(room, kind, seconds=0.2)
        started = time.monotonic()
        assert (await room.http.post(url, json=body, headers=AUTH)).status_code == 200
        assert time.monotonic() - started >= 0.2
    await fail(room, "500", times=9)
    await room.control("faults", method="DELETE")
    assert (await room.http.post(url, json=body, headers=AUTH)).status_code == 200
    assert (await room.control("faults", {"target": "slack", "name": "x", "kind": "meteor"}))["error"] == "bad_request"


@pytest.mark.parametrize(
    ("target", "name", "kind", "more"),
    [
        ("claude", "*", "empty", {}),
        ("claude", "GET /v1/organizations/me", "duplicate", {}),
        ("slack", "chat.postMessage", "duplicate", {}),
        ("slack", "response_url", "500_final", {}),
        ("slack", "events_api", "500", {}),
        ("slack", "chat.postMessage", "500", {"times": 0}),
        ("slack", "chat.postMessage", "slow", {"seconds": "inf"}),
        ("slack", "chat.postMessage", "slow", {"seconds": "nan"}),
        ("slack", "chat.postMessage", "slow", {"seconds": None}),
        ("slack", "chat.postMessage", "slow", {"seconds": -1}),
        ("elsewhere", "*", "500", {}),
    ],
)
async def test_a_failure_that_nothing_would_show_is_refused(room: Room, target: str, name: str, kind: str, more: Json):
    answer = await room.control("faults", {"target": target, "name": name, "kind": kind} | more)
    assert (answer["ok"], answer["error"], answer["message"][-1]) == (False, "bad_request", ".")
    assert await room.control("faults", method="GET") == {"ok": True, "faults": []}


@pytest.mark.parametrize("flag", ["ack_seconds", "file_processing_seconds", "retry_delays"])
async def test_a_pause_without_end_is_refused_and_the_switches_stay_readable(room: Room, flag: str):
    before = await room.control("flags", method="GET")
    answer = await room.control("flags", {flag: ["inf"] if flag == "retry_delays" else "inf"})
    assert (answer["error"], flag in answer["message"]) == ("bad_request", True)
    assert await room.control("flags", method="GET") == before


async def test_a_failure_for_any_call_waits_for_a_call_that_it_can_happen_to(room: Room):
    await fail(room, "duplicate", "*")
    await room.client.chat_postMessage(channel="C0ENG", text="x")
    assert len((await room.control("faults", method="GET"))["faults"]) == 1
    await room.act("command", "U0ALICE", channel="C0ENG", text="/ask")
    assert (await room.control("faults", method="GET"))["faults"] == []


async def test_a_delivery_can_come_twice_and_can_get_lost(room: Room):
    app, seen = room.app(), list[str]()

    @app.command("/ask")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        seen.append(body["trigger_id"])

    async with room.connected(app):
        await fail(room, "duplicate", "slash_commands")
        assert (await room.act("command", "U0ALICE", channel="C0ENG", text="/ask"))["ok"]

        async def twice() -> bool:
            return len(seen) == 2

        await room.until(twice)
        assert seen[0] == seen[1]
        await fail(room, "drop_before", "slash_commands")
        lost = await room.act("command", "U0ALICE", channel="C0ENG", text="/ask")
        assert (lost["error"], len(seen)) == ("operation_timeout", 2)


async def test_curl_style_forms_are_understood_by_methods_and_by_the_upload_address(room: Room):
    fields: Any = {"channel": (None, "C0ENG"), "text": (None, "über\r\nall")}
    posted = await room.http.post(f"{room.url}/api/chat.postMessage", files=fields, headers=AUTH)
    assert posted.json()["message"]["text"] == "über\r\nall"
    awkward = b"\r\n--\r\n\x00" + PNG + b"\r\n"
    address = await room.client.files_getUploadURLExternal(filename="a.png", length=len(awkward))
    answer = await room.http.post(str(address["upload_url"]), files={"filename": ("a.png", awkward)})
    assert answer.text == f"OK - {len(awkward)}"
    assert room.workspace.files[str(address["file_id"])].content == awkward


async def test_a_refused_completion_leaves_the_file_to_be_completed(room: Room):
    address = await room.client.files_getUploadURLExternal(filename="a.png", length=3)
    await room.http.post(str(address["upload_url"]), content=b"abc")
    files = [{"id": address["file_id"]}]
    lost = room.client.files_completeUploadExternal(files=files, channel_id="C0ENG", thread_ts="1.1")
    assert await refusal(lost) == "cannot_reply_to_message"
    assert await refusal(room.client.api_call("files.completeUploadExternal", json={"files": [None]})) == "file_not_found"
    assert (await room.client.files_completeUploadExternal(files=files, channel_id="C0ENG"))["ok"]
