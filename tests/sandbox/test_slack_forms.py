"""What forms report: each input in its own shape, and type-ahead that offers only what the app answers."""

from typing import Any

from bot.sandbox.slack.tickets import new_trigger
from tests.sandbox.conftest import Json, Room, modal, plain


async def test_every_input_reports_its_value_in_its_own_shape(room: Room):
    options = [{"text": plain(word), "value": word.lower()} for word in ("Red", "Green", "Blue")]
    elements: list[tuple[Json, Any, Json]] = [
        ({"type": "static_select", "options": options}, "red", {"selected_option": options[0]}),
        (
            {"type": "multi_static_select", "options": options},
            ["red", "Blue"],
            {"selected_options": [options[0], options[2]]},
        ),
        ({"type": "radio_buttons", "options": options}, "green", {"selected_option": options[1]}),
        ({"type": "checkboxes", "options": options}, ["green"], {"selected_options": [options[1]]}),
        ({"type": "users_select"}, "U0BOB", {"selected_user": "U0BOB"}),
        ({"type": "multi_users_select"}, ["U0BOB"], {"selected_users": ["U0BOB"]}),
        ({"type": "conversations_select"}, "C0ENG", {"selected_conversation": "C0ENG"}),
        ({"type": "channels_select"}, "C0ENG", {"selected_channel": "C0ENG"}),
        ({"type": "datepicker"}, "2026-12-31", {"selected_date": "2026-12-31"}),
        ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        ({"type": "number_input", "is_decimal_allowed": True}, 2.5, {"value": "2.5"}),
        ({"type": "email_text_input"}, "a@b.test", {"value": "a@b.test"}),
    ]
    blocks = [
        {"type": "input", "block_id": f"b{n}", "label": plain("L"), "element": element | {"action_id": f"a{n}"}}
        for n, (element, _, _) in enumerate(elements)
    ]
    app, sent = room.app(), list[Json]()

    @app.view("form")
    async def _(ack: Any, view: Json) -> None:
        await ack()
        sent.append(view["state"]["values"])

    async with room.connected(app):
        trigger = new_trigger(room.workspace, "U0ALICE")
        view = (await room.client.views_open(trigger_id=trigger, view=modal("form", *blocks)))["view"]
        values = {f"a{n}": given for n, (_, given, _) in enumerate(elements)}
        assert (await room.act("submit", "U0ALICE", view_id=view["id"], values=values))["ok"]
    for n, (element, _, state) in enumerate(elements):
        assert sent[0][f"b{n}"][f"a{n}"] == {"type": element["type"]} | state


async def test_type_ahead_offers_what_the_app_answers_and_nothing_else_can_be_chosen(room: Room):
    element = {"type": "external_select", "action_id": "workspace", "min_query_length": 0}
    block = {"type": "input", "block_id": "ws", "label": plain("Workspace"), "element": element}
    app, queries, sent = room.app(), list[str](), list[Json]()

    @app.options("workspace")
    async def _(ack: Any, payload: Json) -> None:
        queries.append(payload["value"])
        names = [name for name in ("Staging", "Production") if payload["value"].lower() in name.lower()]
        await ack(options=[{"text": plain(name), "value": f"id-{name}"} for name in names])

    @app.view("form")
    async def _(ack: Any, view: Json) -> None:
        await ack()
        sent.append(view["state"]["values"]["ws"]["workspace"]["selected_option"])

    async with room.connected(app):
        trigger = new_trigger(room.workspace, "U0ALICE")
        view = (await room.client.views_open(trigger_id=trigger, view=modal("form", block)))["view"]
        offered = await room.act("suggest", "U0ALICE", view_id=view["id"], action_id="workspace", value="stag")
        assert [option["value"] for option in offered["options"]] == ["id-Staging"]
        wrong = await room.act("submit", "U0ALICE", view_id=view["id"], values={"workspace": "Elsewhere"})
        assert wrong["error"] == "no_such_option"
        assert (await room.act("submit", "U0ALICE", view_id=view["id"], values={"workspace": "Production"}))["ok"]
    assert sent[0]["value"] == "id-Production"
    assert queries[0] == "stag"
