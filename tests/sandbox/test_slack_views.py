"""Modals and the Home tab: trigger ids, the stack, hashes, closing, and what a form sends."""

import time
from typing import Any

from bot.sandbox.slack.tickets import new_trigger
from tests.sandbox.conftest import Json, Room, button, modal, open_room, plain, refusal, small_manifest


async def opened(room: Room, user: str = "U0ALICE", **more: Any) -> Json:
    trigger = new_trigger(room.workspace, user)
    return (await room.client.views_open(trigger_id=trigger, view=modal("form", **more)))["view"]


async def test_a_trigger_id_works_once(room: Room):
    trigger = new_trigger(room.workspace, "U0ALICE")
    await room.client.views_open(trigger_id=trigger, view=modal())
    assert await refusal(room.client.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    assert await refusal(room.client.views_open(trigger_id="1.2.abc", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_id_is_too_old_after_three_real_seconds(room: Room):
    trigger = new_trigger(room.workspace, "U0ALICE")
    room.workspace.triggers[trigger].born = time.monotonic() - 3.01
    assert await refusal(room.client.views_open(trigger_id=trigger, view=modal())) == "expired_trigger_id"
    assert (await room.sees("U0ALICE"))["modals"] == []


async def test_an_invalid_view_does_not_spend_the_trigger_id(room: Room):
    trigger = new_trigger(room.workspace, "U0ALICE")
    call = room.client.views_open(trigger_id=trigger, view=modal("form", title=plain("x" * 25)))
    assert await refusal(call) == "invalid_arguments"
    assert (await room.client.views_open(trigger_id=trigger, view=modal()))["ok"]


async def test_the_stack_holds_three_views_and_closing_the_last_shows_the_one_below(room: Room):
    first = await opened(room)

    async def push() -> Json:
        trigger = new_trigger(room.workspace, "U0ALICE", first["id"])
        return (await room.client.views_push(trigger_id=trigger, view=modal("more")))["view"]

    second, third = await push(), await push()
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    assert third["previous_view_id"] == second["id"]
    assert await refusal(push()) == "push_limit_reached"
    below = await room.act("close", "U0ALICE", view_id=second["id"])
    assert below["error"] == "no_such_view"
    assert (await room.act("close", "U0ALICE", view_id=third["id"]))["ok"]
    assert [view["id"] for view in (await room.sees("U0ALICE"))["modals"]] == [first["id"], second["id"]]


async def test_pushing_needs_a_trigger_from_inside_a_modal(room: Room):
    trigger = new_trigger(room.workspace, "U0ALICE")
    assert await refusal(room.client.views_push(trigger_id=trigger, view=modal())) == "not_found"


async def test_an_update_keeps_the_id_changes_the_hash_and_refuses_a_stale_one(room: Room):
    view = await opened(room)
    changed = (await room.client.views_update(view_id=view["id"], hash=view["hash"], view=modal("form2")))["view"]
    assert (changed["id"], changed["callback_id"]) == (view["id"], "form2")
    assert changed["hash"] != view["hash"]
    stale = room.client.views_update(view_id=view["id"], hash=view["hash"], view=modal("form3"))
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(room.client.views_update(view_id="V0NONE", view=modal())) == "not_found"


async def test_typed_input_survives_an_update_with_the_same_ids(room: Room):
    other = {"type": "plain_text_input", "action_id": "why"}
    blocks = [
        *modal()["blocks"],
        {"type": "input", "block_id": "why", "label": plain("Why"), "element": other, "optional": True},
        {"type": "actions", "block_id": "more", "elements": [button("refresh")]},
    ]
    app = room.app()

    @app.action("refresh")
    async def _(ack: Any, body: Json, client: Any) -> None:
        await ack()
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
        assert not {"channel", "message", "response_url"} & set(body)
        await client.views_update(view_id=body["view"]["id"], view=modal("changed", *blocks))

    async with room.connected(app):
        trigger = new_trigger(room.workspace, "U0ALICE")
        view = (await room.client.views_open(trigger_id=trigger, view=modal("form", *blocks)))["view"]
        await room.act("click", "U0ALICE", view_id=view["id"], action_id="refresh", values={"name": "kept"})
        changed = await room.modal("U0ALICE", "changed")
    values = changed["state"]["values"]
    assert (values["name"]["name"]["value"], values["why"]["why"]["value"]) == ("kept", None)


async def test_closing_is_told_only_when_the_form_asks_for_it(room: Room):
    app, told = room.app(), list[Json]()

    @app.view_closed("form")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        told.append(body)

    async with room.connected(app):
        silent = await opened(room)
        assert (await room.act("close", "U0ALICE", view_id=silent["id"]))["notified"] is False
        loud = await opened(room, notify_on_close=True)
        assert (await room.act("close", "U0ALICE", view_id=loud["id"], cleared=True))["acked"] is True
    assert [(body["view"]["id"], body["is_cleared"]) for body in told] == [(loud["id"], True)]


async def test_the_answer_to_a_form_can_update_push_and_clear(room: Room):
    app = room.app()

    @app.view("form")
    async def _(ack: Any) -> None:
        await ack(response_action="update", view=modal("second"))

    @app.view("second")
    async def _(ack: Any) -> None:
        await ack(response_action="push", view=modal("third"))

    @app.view("third")
    async def _(ack: Any) -> None:
        await ack(response_action="clear")

    async with room.connected(app):
        view = await opened(room)
        await room.act("submit", "U0ALICE", view_id=view["id"], values={"name": "x"})
        second = await room.modal("U0ALICE", "second")
        assert second["id"] == view["id"]
        await room.act("submit", "U0ALICE", view_id=view["id"], values={"name": "x"})
        third = await room.modal("U0ALICE", "third")
        assert third["previous_view_id"] == view["id"]
        cleared = await room.act("submit", "U0ALICE", view_id=third["id"], values={"name": "x"})
    assert cleared["response_action"] == "clear"
    assert (await room.sees("U0ALICE"))["modals"] == []


async def test_errors_for_a_block_that_is_no_input_are_refused_as_slack_does(room: Room):
    app = room.app()

    @app.view("form")
    async def _(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "Hm"})

    async with room.connected(app):
        view = await opened(room)
        answer = await room.act("submit", "U0ALICE", view_id=view["id"], values={"name": "x"})
    assert answer["error"] == "invalid_response"


async def test_a_form_nobody_answers_stays_open_and_the_person_sees_an_error(room: Room):
    await room.control("flags", {"ack_seconds": 0.1})
    async with room.connected(room.app()):
        view = await opened(room)
        answer = await room.act("submit", "U0ALICE", view_id=view["id"], values={"name": "x"})
    assert answer["error"] == "operation_timeout"
    assert len((await room.sees("U0ALICE"))["modals"]) == 1


async def test_the_home_tab_is_published_per_person_and_reported_when_opened(room: Room):
    app, events = room.app(), list[Json]()

    @app.event("app_home_opened")
    async def _(event: Json, client: Any) -> None:
        events.append(event)
        home = {"type": "home", "blocks": [{"type": "actions", "elements": [button("refresh")]}]}
        await client.views_publish(user_id=event["user"], view=home)

    @app.action("refresh")
    async def _(ack: Any) -> None:
        await ack()

    async def home() -> Any:
        return (await room.sees("U0ALICE"))["home"]

    async with room.connected(app):
        assert (await room.act("home", "U0ALICE"))["acked"] is True
        first = await room.until(home)
        assert (await room.act("click", "U0ALICE", home=True, action_id="refresh"))["acked"]
        await room.act("home", "U0ALICE")
        await room.until(lambda: _two(events))
    assert (await room.sees("U0BOB"))["home"] is None
    assert ("view" in events[0], events[1]["view"]["id"]) == (False, first["id"])
    stale: Json = {"user_id": "U0ALICE", "hash": first["hash"], "view": {"type": "home", "blocks": []}}
    assert await refusal(room.client.views_publish(**stale)) == "hash_conflict"


async def _two(events: list[Json]) -> bool:
    return len(events) == 2


async def test_publishing_needs_the_home_tab_in_the_manifest():
    manifest = small_manifest()
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    async with open_room(manifest) as room:
        call = room.client.views_publish(user_id="U0ALICE", view={"type": "home", "blocks": []})
        assert await refusal(call) == "not_enabled"
