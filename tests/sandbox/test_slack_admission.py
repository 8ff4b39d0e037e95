"""What a workspace refuses although it is well formed: blocks not rolled out, scopes not granted, files not there."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.conftest import SCOPES, Json, Room, modal, plain

VIDEO = {
    "type": "video",
    "alt_text": "A",
    "title": plain("T"),
    "thumbnail_url": "https://x.test/a.png",
    "video_url": "https://x.test/v",
}
DIVIDER = {"type": "divider"}


async def refused(call: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await call
    error: Any = caught.value
    return dict(error.response.data)


def post(room: Room, **content: Any) -> Any:
    return room.client.chat_postMessage(channel="C0ENG", text="x", **content)


def picture(**reference: str) -> Json:
    return {"type": "image", "alt_text": "A", "slack_file": reference}


async def uploaded(room: Room) -> Json:
    answer = await room.client.files_upload_v2(content=b"PNG", filename="chart.png", title="Spend")
    return answer["file"]


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"blocks": [picture(id="F0NONE")]}, "/blocks/0/slack_file"),
        ({"blocks": [DIVIDER, {"type": "context", "elements": [picture(id="F0NONE")]}]}, "/blocks/1/elements/0/slack_file"),
        (
            {"blocks": [{"type": "section", "text": plain("x"), "accessory": picture(id="F0NONE")}]},
            "/blocks/0/accessory/slack_file",
        ),
        (
            {"blocks": [{"type": "card", "title": plain("x"), "hero_image": picture(id="F0NONE")}]},
            "/blocks/0/hero_image/slack_file",
        ),
        (
            {
                "blocks": [
                    {"type": "container", "title": plain("x"), "icon": picture(id="F0NONE"), "child_blocks": [DIVIDER]}
                ]
            },
            "/blocks/0/icon/slack_file",
        ),
        ({"attachments": [{"blocks": [DIVIDER]}, {"blocks": [picture(id="F0NONE")]}]}, "/attachments/1/blocks/0/slack_file"),
    ],
)
async def test_a_file_that_is_not_there_is_named_wherever_its_picture_stands(room: Room, content: Json, pointer: str):
    answer = await refused(post(room, **content))
    assert answer["error"] == ("invalid_attachments" if "attachments" in content else "invalid_blocks")
    assert answer["errors"][0]["pointer"] == pointer
    assert f"[json-pointer:{pointer}]" in answer["response_metadata"]["messages"][0]


async def test_a_file_that_is_not_there_is_named_in_a_home_tab_too(room: Room):
    home = {"type": "home", "blocks": [picture(id="F0NONE")]}
    answer = await refused(room.client.views_publish(user_id="U0ALICE", view=home))
    assert answer["response_metadata"]["messages"] == ["[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]"]


async def test_a_file_is_known_by_its_id_and_by_each_of_its_addresses(room: Room):
    file = await uploaded(room)
    addresses = [file["url_private"], file["url_private_download"], file["permalink"]]
    for reference in ({"id": file["id"]}, *({"url": address} for address in addresses)):
        assert (await post(room, blocks=[picture(**reference)]))["ok"]
    answer = await refused(post(room, blocks=[picture(url=f"{file['url_private']}.bak")]))
    assert answer["error"] == "invalid_blocks"


async def test_a_video_needs_its_scope_also_inside_a_container_or_an_attachment(room: Room):
    container = {"type": "container", "title": plain("x"), "child_blocks": [VIDEO]}
    places: list[Json] = [{"blocks": [VIDEO]}, {"blocks": [container]}, {"attachments": [{"blocks": [VIDEO]}]}]
    for content in places:
        answer = await refused(post(room, **content))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "links.embed:write")
    await room.control("flags", {"scopes": [*SCOPES.split(","), "links.embed:write"]})
    for content in places:
        assert (await post(room, **content))["ok"]


async def test_a_form_that_takes_files_needs_the_scope_to_read_them(room: Room):
    field = {"type": "input", "label": plain("File"), "element": {"type": "file_input"}}
    await room.control("flags", {"scopes": ["chat:write", "commands"]})
    answer = await refused(room.client.views_open(trigger_id="1.2.3", view=modal("form", field)))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")
    await room.control("flags", {"scopes": ["chat:write", "commands", "files:read"]})
    assert (await refused(room.client.views_open(trigger_id="1.2.3", view=modal("form", field))))["error"] != "missing_scope"


async def test_a_block_that_is_not_rolled_out_is_refused_wherever_it_stands(room: Room):
    await room.control("flags", {"refused_blocks": ["divider", "image"]})
    container = {"type": "container", "title": plain("x"), "child_blocks": [DIVIDER]}
    for content, pointer in (
        ({"blocks": [DIVIDER]}, "/blocks/0/type"),
        ({"blocks": [container]}, "/blocks/0/child_blocks/0/type"),
        ({"attachments": [{"blocks": [DIVIDER]}]}, "/attachments/0/blocks/0/type"),
    ):
        assert [error["pointer"] for error in (await refused(post(room, **content)))["errors"]] == [pointer]
    element = {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "A"}
    assert (await post(room, blocks=[{"type": "context", "elements": [element]}]))["ok"]
