"""The edge: what happens between Slack's payload and a listener, also when the listener or the outside fails."""

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.commands.table import COMMANDS
from bot.errors import (
    OrganizationOnHold,
    QuartermasterError,
    SlackDown,
    SlackRefused,
    UpstreamBusy,
    UpstreamMissing,
    UpstreamRefused,
)
from handlers.edge import register as edge
from handlers.edge.front import register_front
from handlers.edge.guard import what_next
from handlers.edge.interaction import Interaction
from tests.security.doors import Json, any_world_of, captured_logs, kept, settled
from tests.security.forgeries import click, command, event, submission
from tests.world import ALICE, BOB, DANA, World, world_of

RND = random.Random(0)


def _broken_app(world: World) -> AsyncApp:
    """Return a Bolt app, assembled as ours is, whose only feature raises at once, everywhere."""

    async def run(_call: Interaction) -> None:
        raise RuntimeError("on purpose")

    async def suggest(_call: Interaction, _query: str) -> list[Json]:
        raise RuntimeError("on purpose")

    def validate(_call: Interaction) -> dict[str, str]:
        raise RuntimeError("on purpose")

    feature = edge.Feature(
        commands={"keys": run}, actions={"boom": run}, options={"boom": suggest}, events={"app_home_opened": run},
        shortcuts={"boom": run}, views={"boom": edge.View(run=run), "boom_form": edge.View(run=run, validate=validate)},
    )  # fmt: skip
    assert world.bot is not None
    app = AsyncApp(
        client=world.bot.app.client, signing_secret="unused", raise_error_for_unhandled_request=True,
        process_before_response=True,
    )  # fmt: skip
    edge.register_features(app, world.rt, [feature])
    register_front(app, "claude")
    return app


def test_a_misspelt_table_of_a_feature_is_an_error_where_it_is_written() -> None:
    misspelt: Any = {"veiws": {}}
    with pytest.raises(TypeError, match="veiws"):
        edge.Feature(**misspelt)


def test_a_name_that_two_features_offer_is_an_error_at_the_start() -> None:
    async def run(_call: Interaction) -> None: ...

    nothing: Any = None
    with pytest.raises(ValueError, match="actions: two features offer 'same'"):
        edge.register_features(nothing, nothing, [edge.Feature(actions={"same": run})] * 2)


async def test_a_listener_that_raises_at_once_still_acknowledges_and_tells_the_person(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with world_of(tmp_path) as world:
            app = _broken_app(world)
            person, team = {"user": {"id": ALICE, "team_id": "T0ACME"}}, {"team": {"id": "T0ACME"}}
            suggestion = {"type": "block_suggestion", "action_id": "boom", "block_id": "b", "value": "x"}
            shortcut = {"type": "shortcut", "callback_id": "boom", "trigger_id": "1.2.3"}
            payloads: list[Json] = [
                command(ALICE, "/claude-keys", "request", RND),
                click(ALICE, "boom", "x", RND),
                submission(ALICE, "boom", {}, "", RND),
                submission(ALICE, "boom_form", {"name": "x"}, "", RND),
                suggestion | person | team,
                shortcut | person | team,
                event({"type": "app_home_opened", "user": ALICE}, RND),
            ]
            answers: list[Any] = []
            for payload in payloads:
                response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
                assert response.status == 200, payload
                answers.append(json.loads(response.body) if response.body[:1] == "{" else response.body)
            await settled(world)
            assert answers[3]["response_action"] == "errors"
            assert answers[4] == {"options": []}
            told = [m["text"] for m in await world.messages(ALICE) if "Something failed on my side" in m["text"]]
            broken = logs.named("listener_failed")
            assert len(told) == len(broken) == 4  # the command, the button, the sent form, the shortcut
            for record in broken:
                assert [text for text in told if f"ref {record['ref']}" in text]
            assert not [text for text in told if "on purpose" in text]


@pytest.mark.parametrize(
    ("error", "then"),
    [
        (SlackRefused("Slack refused users.info: token_revoked.", "token_revoked"), "Tell the people who"),
        (UpstreamRefused("That is not offered."), "Tell the people who"),
        (OrganizationOnHold("The organization is on hold."), "Tell the people who"),
        (UpstreamMissing("The organization doesn't have this."), "Open the list again"),
        (SlackDown("Slack did not answer."), "Try again in a minute."),
        (UpstreamBusy("Too many requests."), "Try again in a minute."),
    ],
)
def test_nobody_is_told_to_try_again_what_is_refused_each_time(error: QuartermasterError, then: str) -> None:
    assert what_next(error).startswith(then)


@pytest.mark.parametrize(
    ("transport", "kind", "then"),
    [("socket", "401", "Tell the people who run Quartermaster."), ("http", "500", "Try again in a minute.")],
)
async def test_an_outside_failure_is_one_sentence_and_one_log_line_with_the_same_reference(
    tmp_path: Path, transport: str, kind: str, then: str
) -> None:
    with captured_logs("INFO") as logs:
        async with any_world_of(tmp_path, transport) as world:
            await world.command(ALICE, "/claude-keys")
            await settled(world)
            world.rt.directory.forget_members()
            await world.post("/faults", target="claude", name="*", kind=kind, times=50)
            await world.command(ALICE, "/claude-members")
            said = await world.message(ALICE, f"Nothing was changed. {then}", "C0GENERAL")
            lines = logs.named("outside_failed")
            assert len(lines) == 1
            assert f"ref {lines[0]['ref']}" in said["text"]
            assert lines[0]["level"] == "warning"
            assert not logs.failures()


async def test_a_repeated_event_counts_once(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        world.sandbox.slack.channels["C0COSTS"].members.remove("U0QMBOT")
        await world.post("/faults", target="slack", name="events_api", kind="duplicate", times=1)
        await world.post("/channels/C0COSTS", members=[*world.sandbox.slack.channels["C0COSTS"].members, "U0QMBOT"])
        await world.message(BOB, "I issue Claude API keys", "C0COSTS")

        async def said() -> int:
            return len([m for m in await world.messages(BOB, "C0COSTS") if "I issue Claude API keys" in m["text"]])

        await world.wait_for(said, "the bot's greeting")
        await asyncio.sleep(0.1)
        await settled(world)
        assert await said() == 1


async def test_nothing_that_slack_sends_stays_without_an_answer(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        deliver = world.sandbox.server.delivery.deliver
        old_button = await deliver("interactive", click(ALICE, "button_of_last_year", "x", RND))
        old_form = await deliver("interactive", submission(ALICE, "form_of_last_year", {}, "", RND))
        unknown = await deliver("slash_commands", command(ALICE, "/claude-nothing", "", RND))
        assert old_button.acked
        assert old_form.response["response_action"] == "update"
        assert unknown.response["response_type"] == "ephemeral"
        assert "/claude-admin help" in unknown.response["text"]
        assert (await deliver("events_api", event({"type": "reaction_added", "user": ALICE}, RND))).acked
        await world.message(ALICE, "That button is from an older message")


async def test_a_typo_gets_the_nearest_command(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        for typed, meant in (
            ("/claude-keys reqest", "/claude-keys request"),
            ("/claude-requests wating", "/claude-requests waiting"),
            ("/claude-keys waiting", "/claude-requests waiting"),
            ("/claude-spend digets", "/claude-spend digest"),
            ("/claude-admin stauts", "/claude-admin status"),
        ):
            await world.command(ALICE, typed)
            said = await world.message(ALICE, f"Did you mean `{meant}`?", "C0GENERAL")
            assert "I don't know" in said["text"]
        for one in COMMANDS:
            await world.command(ALICE, f"/claude-{one.name} xyzzy<!channel>")
        await settled(world)
        said = [m["text"] for m in await world.messages(ALICE, "C0GENERAL") if "xyzzy" in m["text"]]
        assert said
        assert not any("<!channel>" in text for text in said)


@pytest.mark.parametrize("seconds", [8.0])
async def test_suggestions_are_empty_rather_than_late(tmp_path: Path, seconds: float) -> None:
    async with world_of(tmp_path) as world:
        assert (await world.command(ALICE, "/claude-keys request"))["ok"]
        view = await world.modal(ALICE, "Workspace")
        asked = {"user": ALICE, "view_id": view["id"], "action_id": "pick_workspace", "value": "sta"}
        world.rt.directory._workspaces.forget("all")
        await world.post("/faults", target="claude", name="*", kind="slow", times=20, seconds=seconds)
        began = time.monotonic()
        answer = await world.post("/act/suggest", **asked)
        assert time.monotonic() - began < 3
        assert answer["ok"], answer
        assert answer["options"] == []
        await world.http.delete(f"{world.control_url}/faults")
        assert (await world.post("/act/suggest", **asked))["options"]


async def test_a_form_keeps_what_was_typed_whatever_stands_in_its_way(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        staging = await world.workspace_id("Staging")
        assert (await world.command(ALICE, "/claude-keys request"))["ok"]
        await world.modal(ALICE, "Workspace")
        values = {"workspace_id": staging, "name": "no spaces allowed", "reason": "A long and careful reason"}
        answer = await world.submit(ALICE, **values)
        assert "name" in answer["errors"]  # beside its field; Slack keeps the form as it is
        await world.post("/faults", target="claude", name="*", kind="500", times=30)
        assert (await world.submit(ALICE, **values | {"name": "kept-when-it-fails"}))["ok"]
        view = await world.modal(ALICE, "Nothing was changed", seconds=15)
        await world.http.delete(f"{world.control_url}/faults")
        assert "A long and careful reason" in str(view)
        assert "kept-when-it-fails" in str(view)
        assert (await kept(world))["request"] == []
        await settled(world)
        assert (await world.submit(ALICE))["ok"]
        await world.message(BOB, "kept-when-it-fails", "C0APPROVALS")


async def test_a_form_that_is_closed_while_it_is_checked_is_sent_all_the_same(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        assert (await world.command(ALICE, "/claude-keys request"))["ok"]
        view = await world.modal(ALICE, "Workspace")
        await world.post("/faults", target="slack", name="users.info", kind="slow", times=1, seconds=0.4)
        await world.submit(ALICE, workspace_id=await world.workspace_id("Staging"), name="closed-early", reason="x")
        await world.post("/act/close", user=ALICE, view_id=view["id"])
        await world.message(BOB, "closed-early", "C0APPROVALS")


async def test_a_form_that_slack_takes_no_more_is_told_as_too_late(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        late = command(ALICE, "/claude-keys", "request", RND)
        await world.post("/act/raw", kind="slash_commands", payload=late)
        await world.message(ALICE, "⚠️ That took too long, so Slack didn't let me open the window. Press it again.")


async def test_a_first_act_is_heard_while_slack_does_not_say_who_we_are(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.post("/faults", target="slack", name="auth.test", kind="500", times=50)
        await world.command(ALICE, "/claude-keys request")
        await world.modal(ALICE, "Workspace")
        assert not any("install" in message["text"] for message in await world.messages(ALICE, "C0GENERAL"))
        assert world.sandbox.faults.planned[0].times == 50


async def test_a_refusal_reaches_whoever_closed_the_form_meanwhile(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.ask_for_key(ALICE, "asked-for")
        await world.command(DANA, "/claude-keys request")
        view = await world.modal(DANA, "Workspace")
        await world.post("/faults", target="claude", name="GET /v1/organizations/workspaces", kind="slow", seconds=0.4)
        workspace_id = await world.workspace_id("Staging")
        await world.post("/faults", target="claude", name="GET /v1/organizations/workspaces", kind="slow", seconds=0.4)
        await world.submit(DANA, workspace_id=workspace_id, name="asked-for", reason="x")
        await world.post("/act/close", user=DANA, view_id=view["id"])
        told = await world.message(DANA, "Nothing was sent: ")
        assert "Nothing was changed. Try again" not in told["text"]
