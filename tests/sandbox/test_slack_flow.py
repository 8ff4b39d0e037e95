"""The whole way on a real Bolt app: command, form with an error, card, button, redrawn card; over both transports."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.sandbox.conftest import Json, Room, button, modal


def asking_app(room: Room) -> Any:
    app = room.app()

    @app.command("/ask")
    async def _(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("form", private_metadata=body["channel_id"]))

    @app.view("form")
    async def _(ack: Any, view: Json, body: Json, client: Any) -> None:
        name = view["state"]["values"]["name"]["name"]["value"]
        if name == "taken":
            await ack(response_action="errors", errors={"name": "This name is taken"})
            return
        await ack()
        blocks = [{"type": "actions", "elements": [button("approve", value="r1")]}]
        await client.chat_postMessage(channel="C0APPROVALS", text=f"<@{body['user']['id']}> asks for {name}", blocks=blocks)

    @app.action("approve")
    async def _(ack: Any, body: Json, client: Any, respond: Any) -> None:
        await ack()
        assert body["actions"][0]["value"] == "r1"
        where: Any = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(text=f"approved by <@{body['user']['id']}>", **where)
        await respond("Thank you.")

    return app


@contextlib.asynccontextmanager
async def transport(room: Room, kind: str) -> AsyncGenerator[None]:
    app = asking_app(room)
    async with room.connected(app) if kind == "socket" else room.posted_to(app):
        yield


@pytest.mark.parametrize("kind", ["socket", "http"])
async def test_a_request_goes_from_command_to_decided_card(room: Room, kind: str):
    async with transport(room, kind):
        assert (await room.act("command", "U0ALICE", channel="C0ENG", text="/ask"))["ok"]
        form = await room.modal("U0ALICE", "form")
        assert form["private_metadata"] == "C0ENG"

        empty = await room.act("submit", "U0ALICE", view_id=form["id"], values={})
        assert (empty["error"], list(empty["errors"])) == ("client_validation", ["name"])
        taken = await room.act("submit", "U0ALICE", view_id=form["id"], values={"name": "taken"})
        assert taken["errors"] == {"name": "This name is taken"}
        assert (await room.sees("U0ALICE"))["modals"][0]["state"]["values"]["name"]["name"]["value"] == "taken"
        assert (await room.act("submit", "U0ALICE", view_id=form["id"], values={"name": {"name": "free"}}))["ok"]
        assert (await room.sees("U0ALICE"))["modals"] == []

        card = await room.latest("U0BOB", "C0APPROVALS", "asks for free")
        where = {"channel": "C0APPROVALS", "ts": card["ts"]}
        assert (await room.act("click", "U0BOB", action_id="approve", **where))["acked"]
        decided = await room.latest("U0ALICE", "C0APPROVALS", "approved by <@U0BOB>")
        assert (decided["ts"], decided["blocks"], decided["edited"]) == (card["ts"], None, True)
        thanks = await room.latest("U0BOB", "C0APPROVALS", "Thank you.")
        assert thanks["ephemeral"]
        gone = await room.act("click", "U0BOB", action_id="approve", **where)
        assert gone["error"] == "no_such_element"


async def test_the_history_holds_everything_anybody_saw_in_order_and_as_it_was_sent(room: Room):
    async with transport(room, "socket"):
        await room.act("command", "U0ALICE", channel="C0ENG", text="/ask")
        form = await room.modal("U0ALICE", "form")
        await room.act("submit", "U0ALICE", view_id=form["id"], values={"name": "free"})
        card = await room.latest("U0BOB", "C0APPROVALS", "asks for free")
        await room.act("click", "U0BOB", channel="C0APPROVALS", ts=card["ts"], action_id="approve")
        await room.latest("U0BOB", "C0APPROVALS", "Thank you.")
        seen: Any = await room.control("history?after=0", method="GET")
    assert [(line["surface"], line["event"]) for line in seen] == [
        ("modal", "open"),
        ("message", "post"),
        ("message", "update"),
        ("ephemeral", "post"),
    ]
    assert seen[0]["view"] == modal("form", private_metadata="C0ENG")
    assert seen[1]["blocks"] == [{"type": "actions", "elements": [button("approve", value="r1")]}]
    assert (seen[3]["user"], seen[3]["channel"]) == ("U0BOB", "C0APPROVALS")
    assert [line["seq"] for line in seen] == [1, 2, 3, 4]
