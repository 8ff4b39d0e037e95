"""The Console stand-in, and the control of the organization from outside the bot."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bot.sandbox.claude.control import control_routes
from tests.sandbox.claude_server import Api, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def console(world: World) -> TestClient:
    return TestClient(world.app)


@pytest.fixture
def control(world: World) -> TestClient:
    return TestClient(Starlette(routes=[Mount("/claude", routes=control_routes(world.organization))]))


def test_the_page_needs_nothing_from_elsewhere(console: TestClient) -> None:
    page = console.get("/console")
    assert page.status_code == 200
    assert "<form" in page.text
    assert "https://" not in page.text
    assert console.get("/settings/keys?name=x", follow_redirects=False).headers["location"] == "/console?name=x"


def test_the_page_offers_open_workspaces_and_lists_all_keys_without_secrets(console: TestClient, world: World) -> None:
    state: dict[str, Any] = console.get("/console/api/state").json()
    assert len(state["keys"]) == len(world.organization.keys)
    assert [admin["name"] for admin in state["admins"]] == ["Bob Tanaka", "Carol Weiss"]
    closed = [workspace["name"] for workspace in state["workspaces"] if not workspace["open"]]
    assert closed == ["Claude Code"]


def test_an_admin_makes_a_key_by_hand_and_the_api_lists_it(console: TestClient, world: World) -> None:
    body = {"workspace_id": world.workspace("Staging"), "name": "by-hand", "created_by": world.user("carol")}
    made = console.post("/console/api/keys", json=body | {"expires_at": "2026-12-01T00:00:00Z"}).json()
    listed = Api(world).get(f"api_keys/{made['id']}")
    assert (listed["name"], listed["created_by"]["id"]) == ("by-hand", world.user("carol"))
    assert made["secret"].startswith("sk-ant-api03-")
    noted = json.dumps([entry.public() for entry in world.wire.after(0)])
    assert "POST /console/api/keys" in noted
    assert made["secret"] not in noted


def test_a_key_that_breaks_a_rule_is_refused_in_words(console: TestClient, world: World) -> None:
    body = {"workspace_id": world.workspace("Claude Code"), "name": "x"}
    answer = console.post("/console/api/keys", json=body)
    assert answer.status_code == 400
    assert "signing in to Claude Code" in answer.json()["error"]
    assert console.post("/console/api/keys", content=json.dumps(body)).status_code == 400


def test_flags_are_read_and_switched_and_unknown_ones_refused(control: TestClient, world: World) -> None:
    assert control.get("/claude/flags").json()["flags"]["key_creation"] is True
    assert control.post("/claude/flags", json={"key_creation": False, "rate_limit_per_minute": 100}).json()["ok"]
    assert world.organization.flags.key_creation is False
    assert control.post("/claude/flags", json={"discount_percent": "x"}).status_code == 400
    refused = control.post("/claude/flags", json={"no_such": True})
    assert (refused.status_code, refused.json()["ok"]) == (400, False)


def test_figures_are_revised_from_outside(control: TestClient, world: World) -> None:
    body = {"day": "2026-11-21", "workspace_id": world.workspace("Research"), "factor": "1.2"}
    assert control.post("/claude/revise", json=body).json()["ok"] is True
    for wrong in ({"day": "soon"}, {"factor": "NaN"}, {"factor": "x"}, {"workspace_id": "wrkspc_none"}, {"factor": "-1"}):
        answer = control.post("/claude/revise", json=body | wrong)
        assert (answer.status_code, answer.json()["ok"]) == (400, False)


def test_keys_people_and_invites_change_outside_the_bot(control: TestClient, world: World) -> None:
    made = control.post("/claude/keys", json={"workspace_id": world.workspace("Staging"), "name": "outside"}).json()
    assert made["ok"] is True
    assert world.organization.keys[made["id"]].name == "outside"
    assert control.post(f"/claude/keys/{made['id']}", json={"status": "inactive"}).json()["key"]["status"] == "inactive"
    assert control.post("/claude/users/alice@acme.test", json={"role": "admin"}).json()["user"]["role"] == "admin"
    invite = Api(world).post("invites", email="new@acme.test", role="developer")
    joined = control.post(f"/claude/invites/{invite['id']}/accept").json()
    assert (joined["invite"]["status"], joined["user"]["email"]) == ("accepted", "new@acme.test")
    again = control.post(f"/claude/invites/{invite['id']}/accept")
    assert again.json()["ok"] is False


async def test_an_act_wakes_those_who_watch_the_wire() -> None:
    world = World()
    woken: list[bool] = []

    async def changed() -> None:
        woken.append(True)

    world.organization.changed = changed
    app = Starlette(routes=control_routes(world.organization))
    TestClient(app).post("/flags", json={"key_creation": False})
    assert woken == [True]


def test_half_a_character_is_refused_by_the_control_and_by_the_console(control: TestClient, console: TestClient) -> None:
    half = b'{"name": "half \\ud83d"}'
    refused = control.post("/claude/keys", content=half).json()
    assert (refused["ok"], "JSON" in refused["message"]) == (False, True)
    refused = console.post("/console/api/keys", content=half, headers={"content-type": "application/json"})
    assert (refused.status_code, "JSON" in refused.json()["error"]) == (400, True)


def test_who_was_invited_joins_by_the_page_or_by_address_once(
    console: TestClient, control: TestClient, world: World
) -> None:
    waiting = {one["email"]: one["id"] for one in console.get("/console/api/state").json()["invites"]}
    assert set(waiting) == {"theo@acme.test", "nina@acme.test"}
    theo = f"/console/api/invites/{waiting['theo@acme.test']}/accept"
    assert console.post(theo, content="{}").status_code == 400, "a foreign page's form can't send JSON"
    assert console.post(theo, json={}).json()["user"]["role"] == "developer"
    assert console.post(theo, json={}).json()["error"] == "Only pending invites can be accepted."
    nina = control.post("/claude/invites/NINA@acme.test/accept").json()
    assert (nina["user"]["name"], nina["invite"]["status"]) == ("Nina Petrova", "accepted")
    assert control.post("/claude/invites/nobody@acme.test/accept").json()["error"] == "not_found"
    assert console.get("/console/api/state").json()["invites"] == []
