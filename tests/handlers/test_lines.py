"""Typed lines about a workspace: /claude-workspaces access and rate open their forms, filled in with what was read."""

from collections.abc import AsyncGenerator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from handlers.edge.interaction import Interaction
from handlers.line_names import people
from tests.approvals.acting import card_with, told
from tests.world import ALICE, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def shown_in(element: dict[str, Any]) -> str:
    """Return what an element of a form is filled in with."""
    chosen: dict[str, Any] = element.get("initial_option") or {"text": {"text": ""}}
    typed = [str(element.get(name) or "") for name in ("initial_user", "initial_value", "initial_date")]
    return str(chosen["text"]["text"]) or "".join(typed)


async def filled(world: World, typed: str, kind: str, command: str = "workspaces") -> dict[str, str]:
    """Type a line and return what the form that opens holds."""
    await world.command(ALICE, f"/claude-{command} {typed}")
    view = await world.modal(ALICE, f"form_{kind}")
    held = {block["block_id"]: shown_in(block["element"]) for block in view["blocks"] if block["type"] == "input"}
    await world.post("/act/close", user=ALICE, view_id=view["id"])
    return held


async def test_access_is_read_in_one_line_and_sent(world: World) -> None:
    held = await filled(
        world, "access data platform @sofia limited developer until 2030-01-31 joins them", "workspace_access"
    )
    assert held == {
        "workspace_id": "Data Platform",
        "slack_id": "U0CROWD03",
        "role": "Limited developer: API keys, no traces, no file downloads",
        "reason": "joins them",
        "ends_on": "2030-01-31",
    }
    held = await filled(world, "access @sofia Staging no access", "workspace_access")
    assert (held["workspace_id"], held["slack_id"]) == ("Staging", "U0CROWD03")
    assert held["role"].startswith("No access")
    await world.command(ALICE, "/claude-workspaces access Staging @sofia admin for the release")
    await world.modal(ALICE, "for the release")
    await world.submit(ALICE)
    await card_with(world, "<@U0CROWD03> in *Staging*: no access → *workspace admin*")


async def test_a_rate_limit_is_read_in_one_line(world: World) -> None:
    held = await filled(world, 'rate "Data Platform" Claude Sonnet 5.x input tokens 1.5m fair shares', "set_rate_limit")
    assert held == {
        "workspace_id": "Data Platform",
        "rate_group": "Claude Sonnet 5.x",
        "limiter": "Input tokens per minute",
        "value": "1.5m",
        "reason": "fair shares",
        "ends_on": "",
    }
    held = await filled(world, "rate Staging claude-opus-5-5 rpm none", "set_rate_limit")
    assert (held["rate_group"], held["limiter"], held["value"]) == ("Claude Opus 5.x", "Requests per minute", "none")
    assert (await filled(world, "rate Staging fable", "set_rate_limit"))["rate_group"] == "Claude Fable 5.x"
    held = await filled(world, "rate Staging opus 5.5 requests 2k", "set_rate_limit")
    assert (held["rate_group"], held["value"]) == ("Claude Opus 5.x", "2k")
    held = await filled(world, "rate Staging opus 5 rpm 3k", "set_rate_limit")
    assert (held["rate_group"], held["limiter"], held["value"]) == ("Claude Opus 5.x", "Requests per minute", "3k")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("access Stagin @sofia admin", "*Workspace*: I don't know *Stagin*. Did you mean *Staging*? Nothing was sent."),
        ("access Staging @sofia wizard", "*Role*: I don't know *wizard*. There is *Workspace user*, *Limited developer*,"),
        ("access Staging Sofie admin", "I don't know *Sofie*. Did you mean *Sofia*? Nothing was sent."),
        ("rate Staging opus rpm 2k", "*opus* could be *Claude Opus 5.x* or *Claude Opus 4.x*. Write which one."),
        ("access @sofia @priya Staging admin", "A request is about one person."),
        ("rate @sofia opus rpm 2k", "*Workspace*: I don't know *"),
        ("rate Staging <!channel>", "*Models*: I don't know *@channel*."),
        ("rate Staging fable speed 2k", "*Limit of*: I don't know *speed*."),
    ],
)
async def test_what_is_not_understood_is_said_and_no_form_opens(world: World, typed: str, said: str) -> None:
    await world.command(ALICE, f"/claude-workspaces {typed}")
    await told(world, ALICE, said)
    assert not await world.modals(ALICE)


@pytest.mark.parametrize(
    ("command", "kind", "lines"),
    [
        (
            "keys",
            "create_key",
            {
                "request Staging my-key because tests": ("Staging", "my-key", "because tests"),
                "request my-key Staging for tests": ("Staging", "my-key", "for tests"),
                "request a key called my-key for tests in Staging": ("Staging", "my-key", "for tests"),
                "request for Staging my-key to test": ("Staging", "my-key", "to test"),
                "request a key": ("", "", ""),
                "request my-key Staging we need it because x": ("Staging", "my-key", "we need it because x"),
                "request my-key in Staging, by the crawler": ("Staging", "my-key", "by the crawler"),
            },
        ),
        (
            "workspaces",
            "workspace_access",
            {
                "access for @sofia in Staging as an admin because tests": ("Staging", "Workspace admin", "because tests"),
                "access @sofia to Staging as admin, all for tests": ("Staging", "Workspace admin", "all for tests"),
                "access for Sofia Rossi in Staging as user because Priya left": ("U0CROWD03", "because Priya left"),
                "give Mei Chen access to Staging as user for tests": ("Staging", "Workspace user", "for tests"),
                "remove @sofia from Staging because she left": ("Staging", "No access", "because she left"),
            },
        ),
        ("workspaces", "set_spend_limit", {"limit for Staging of $500 because x": ("Staging", "$500", "because x")}),
        ("workspaces", "set_spend_limit", {"limit $500 for Staging as agreed": ("Staging", "$500", "as agreed")}),
        ("workspaces", "create_workspace", {"create workspace called Art for All because x": ("Art for All", "because x")}),
        ("workspaces", "update_workspace", {"rename Sandbox to Art for All, because x": ("Art for All", "because x")}),
        ("members", "remove_member", {"remove @priya because x": ("Priya Nair", "because x")}),
        ("members", "invite_members", {"invite a@acme.test as dev for Staging since x": ("Workspace dev", "since x")}),
        ("members", "invite_members", {"invite a@acme.test as dev for a move in Staging": ("Workspace dev", "for a move")}),
        ("keys", "rename_key", {"rename ingest-prod to ingest because x": ("ingest-prod", "ingest", "because x")}),
        ("keys", "rename_key", {"rename the ingest-prod key to new because x": ("ingest-prod", "new", "because x")}),
        ("keys", "disable_key", {"disable ingest-prod key, it leaked": ("ingest-prod", "it leaked")}),
        ("keys", "disable_key", {"disable the key for the launch": ("", "for the launch")}),
        ("workspaces", "set_rate_limit", {"rate limit 2k rpm for opus 5.5 in Staging, a": ("Claude Op", "Staging", "a")}),
    ],
)  # fmt: skip
async def test_typed_words_fill_the_name_and_the_reason_in(
    world: World, command: str, kind: str, lines: dict[str, tuple[str, ...]]
) -> None:
    for typed, expected in lines.items():
        held = await filled(world, typed, kind, command)
        assert held["reason"] == expected[-1], typed
        assert all(any(value.startswith(one) for value in held.values()) for one in expected), (typed, held)
        assert not any("because" in value for name, value in held.items() if name != "reason"), (typed, held)


async def test_what_belongs_to_a_name_begins_no_reason_and_who_is_in_a_reason_is_not_meant(world: World) -> None:
    for name in ("For Sale", "Art for All", "The Lab"):
        await world.rt.admin.create_workspace(name, {})
    await world.rt.directory.workspaces(fresh=True)
    for typed, kind, command, expected in (
        ("request For Sale my-key", "create_key", "keys", {"workspace_id": "For Sale", "name": "my-key", "reason": ""}),
        ("request my-key for For Sale", "create_key", "keys", {"workspace_id": "For Sale", "name": "my-key"}),
        ("rename ingest-prod to for-sale x", "rename_key", "keys", {"name": "for-sale x", "reason": ""}),
        ("rename ingest-prod to for sale", "rename_key", "keys", {"name": "for sale", "reason": ""}),
        ("limit Art for All 500", "set_spend_limit", "workspaces", {"workspace_id": "Art for All", "reason": ""}),
        ("limit the The Lab 500", "set_spend_limit", "workspaces", {"workspace_id": "The Lab", "amount": "500"}),
        ("archive For Sale", "archive_workspace", "workspaces", {"workspace_id": "For Sale", "reason": ""}),
        (
            "access Staging user replaces Priya",
            "workspace_access",
            "workspaces",
            {"slack_id": "", "reason": "replaces Priya"},
        ),
        ("access Sofia Staging user as Priya Nair asks", "workspace_access", "workspaces", {"slack_id": "U0CROWD03"}),
        ("add Speech to Text", "create_workspace", "workspaces", {"name": "Speech to Text"}),
        ("new Workspace Tools", "create_workspace", "workspaces", {"name": "Workspace Tools"}),
        ("rename Staging to Workspace Tools", "update_workspace", "workspaces", {"value": "Workspace Tools"}),
        ("remove the member Priya", "remove_member", "members", {"member_id": "Priya Nair"}),
    ):
        held = await filled(world, typed, kind, command)
        assert {name: held[name] for name in expected} == expected, (typed, held)


async def test_of_two_who_are_called_alike_nobody_is_taken(world: World) -> None:
    mei = world.sandbox.claude.user_by_email("mei@acme.test")
    assert mei
    mei.name = "Priya Chen"
    await world.rt.directory.members(fresh=True)
    for channel, typed in (("C0GENERAL", "members role Priya billing"), ("C0ENG", "workspaces access Priya Staging user")):
        await world.command(ALICE, f"/claude-{typed}, Sofia agrees", channel)
        await told(world, ALICE, "2 people are called *Priya*. Mention the one you mean. Nothing was sent.", channel)
    assert not await world.modals(ALICE)
    assert (await filled(world, "access Priya Nair Staging user", "workspace_access"))["slack_id"] == "U0CROWD01"


async def test_a_limit_that_is_changed_by_an_amount_is_read_back_against_the_one_of_today(world: World) -> None:
    await world.command(ALICE, "/claude-workspaces raise Staging by 500")
    view = await world.modal(ALICE, "form_set_spend_limit")
    assert "I don't know today's limit, so I can't change it *by 500*." in str(view)
    await world.post("/act/close", user=ALICE, view_id=view["id"])
    world.sandbox.claude.flags.spend_limits_preview = True
    await world.rt.admin.set_spend_limit(Decimal(1000), await world.workspace_id("Staging"))
    for typed, amount in (
        ("raise Staging by 500", "$1,500.00"),
        ("lower the limit of Staging by $250 because x", "$750.00"),
        ("lower Staging by 2k", ""),
        ("raise Staging by 10%", ""),
    ):
        held = await filled(world, typed, "set_spend_limit")
        assert (held["workspace_id"], held["amount"]) == ("Staging", amount)
    await world.command(ALICE, "/claude-workspaces raise Staging by 500 for the demo")
    said = "Today's limit is *$1,000.00* a month; *by 500* makes it *$1,500.00*."
    assert said in str(await world.modal(ALICE, "for the demo"))


async def test_who_is_only_mentioned_in_a_reason_is_put_into_the_form_and_nothing_is_sent(world: World) -> None:
    held = await filled(world, "role developer because @sofia asked", "change_role", "members")
    assert (held["slack_id"], held["role"].partition(":")[0]) == ("U0CROWD03", "Developer")
    assert not await world.messages(ALICE, "C0APPROVALS")


async def test_names_of_people_are_made_ready_once_for_all_lines(world: World) -> None:
    call = Interaction(world.rt, {}, ALICE, "T0ACME")
    first, second = [await people(call, "slack_id", "person", "Person") for _ in range(2)]
    assert first.known["priya"][0] is second.known["priya"][0]
    assert first.known["me"][0].value == ALICE
