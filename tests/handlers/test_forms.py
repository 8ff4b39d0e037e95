"""Forms while somebody fills them in: typed figures are read back, nothing typed is lost, slow answers keep no form away."""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotAllowed, UserError
from bot.forms.draw import Frame
from bot.forms.fields import Form, FormField, FormInput
from bot.sandbox.faults import Fault
from bot.sandbox.slack.tickets import new_trigger
from bot.sandbox.stage import Json
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import escape
from bot.slack.model import Message
from bot.spend.alerts.settings import thresholds_of
from handlers.edge.form import Door, Tell
from handlers.edge.interaction import Interaction
from tests.approvals.acting import ENGINEERING, make_key, settled
from tests.world import ALICE, COSTS, DANA, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def alert_form(world: World) -> Json:
    await world.command(DANA, "/claude-spend alert", COSTS)
    return await world.modal(DANA, "When spend reaches")


async def types(world: World, view: Json, text: str, **beside: str) -> None:
    """Type into the amount; `beside` is what stands in other fields meanwhile."""
    values = {
        block: {block: {"type": "radio_buttons", "selected_option": _period(value)}} for block, value in beside.items()
    }
    answer = await world.click(DANA, "spend_amount", view_id=view["id"], value=text, values=values)
    assert answer["ok"], answer


def _period(value: str) -> Json:
    label = {"daily": "in one UTC day", "monthly": "in one UTC month"}[value]
    return {"text": {"type": "plain_text", "text": label}, "value": value}


def held_in(view: Json) -> Json:
    return {block: next(iter(elements.values())) for block, elements in view["state"]["values"].items()}


async def test_an_amount_is_read_back_while_it_is_typed_and_the_rest_of_the_form_stays(world: World) -> None:
    view = await alert_form(world)
    assert "US dollars, such as 500, 1,234.50 or 2k." in str(view)
    await types(world, view, "1.5k", spend_period="monthly")
    shown = await world.modal(DANA, "`1.5k` → $1,500.00")
    assert held_in(shown)["spend_amount"]["value"] == "1.5k"
    assert held_in(shown)["spend_period"]["selected_option"]["value"] == "monthly"
    assert shown["private_metadata"] == COSTS
    assert [block["block_id"] for block in shown["blocks"] if block["type"] == "input"] == [
        "spend_channel", "spend_amount", "spend_period", "spend_steps", "spend_workspace",
    ]  # fmt: skip
    await types(world, shown, "12,50")
    await world.modal(DANA, "`12,50`: I can't tell what the comma means.")
    answer = await world.submit(DANA)
    assert answer["errors"] == {"spend_amount": "I can't tell what the comma means. Write 1,234.50, or leave the comma out."}
    assert (await world.submit(DANA, spend_amount="$1,234.50"))["ok"]
    await world.modal(DANA, "when all workspaces together reach $1,234.50 in one UTC month, once per month.")


async def test_whoever_types_faster_than_slack_answers_ends_with_what_they_typed_last(world: World) -> None:
    view = await alert_form(world)
    world.sandbox.faults.add(Fault("slack", "views.update", "slow_after", 2, 0.3))
    for text in ("5", "50", "500", "5000"):
        await types(world, view, text)
    await world.modal(DANA, "`5000` → $5,000.00")
    await settled(world)
    shown = (await world.modals(DANA))[-1]
    assert held_in(shown)["spend_amount"]["value"] == "5000"
    assert "`5000` → $5,000.00" in str(shown)


async def test_a_form_that_was_sent_meanwhile_is_not_drawn_over(world: World) -> None:
    view = await alert_form(world)
    world.sandbox.faults.add(Fault("slack", "views.update", "slow", 1, 0.5))
    await types(world, view, "700")
    assert (await world.submit(DANA))["ok"]
    await world.modal(DANA, "when all workspaces together reach $700.00 in one UTC day, once per day.")
    await settled(world)
    assert "when all workspaces together reach $700.00 in one UTC day, once per day." in str((await world.modals(DANA))[-1])
    assert len(await thresholds_of(world.rt, COSTS)) == 1


async def test_a_workspace_that_nobody_knows_brings_the_alert_back_with_the_sentence_at_its_field(world: World) -> None:
    view = await alert_form(world)
    option = {"text": {"type": "plain_text", "text": "Made up"}, "value": "wrkspc_made_up"}
    state = {"type": "external_select", "selected_option": option}
    values = {"spend_amount": "500", "spend_workspace": {"spend_workspace": state}}
    assert (await world.post("/act/submit", user=DANA, view_id=view["id"], values=values))["ok"]
    shown = await world.modal(DANA, "⚠️ I don't know one of these workspaces. Choose from the list.")
    assert held_in(shown)["spend_amount"]["value"] == "500"
    assert await thresholds_of(world.rt, COSTS) == []


def slow_door(seconds: float, refusal: UserError | None = None) -> Door[dict[str, Any]]:
    """Return the door of a small form whose frame takes a while."""

    async def frame(_call: Interaction, _held: FormInput) -> Frame:
        await asyncio.sleep(seconds)
        if refusal:
            raise refusal
        return Frame(below=[context("All is known")])

    async def send(_call: Interaction, wanted: dict[str, Any], _held: FormInput, tell: Tell) -> None:
        await tell(escape(str(wanted)))

    form = Form("form_slow", "A slow form", (FormField("name", "Name"),), dict)
    return Door(form, send, frame, lambda _call: Frame(below=[context("Little is known")]))


def interaction_of(world: World) -> Interaction:
    return Interaction(world.rt, {}, ALICE, "T0ACME", trigger_id=new_trigger(world.sandbox.slack, ALICE))


async def test_a_form_opens_at_once_and_says_the_rest_when_it_is_known(world: World) -> None:
    opening = asyncio.create_task(slow_door(1.5).open(interaction_of(world), {"name": "as-given"}))
    first = await world.modal(ALICE, "Little is known", seconds=1.4)
    await opening
    second = await world.modal(ALICE, "All is known")
    assert held_in(first) == held_in(second)
    assert held_in(second)["name"]["value"] == "as-given"


async def test_a_form_that_was_closed_before_the_rest_is_known_stays_closed(world: World) -> None:
    opening = asyncio.create_task(slow_door(1.0).open(interaction_of(world), {}))
    view = await world.modal(ALICE, "Little is known")
    await world.post("/act/close", user=ALICE, view_id=view["id"])
    await opening
    assert await world.modals(ALICE) == []


async def test_what_turns_out_late_to_be_refused_replaces_the_form_with_the_reason(world: World) -> None:
    await slow_door(1.0, NotAllowed("Another company can read that channel.")).open(interaction_of(world), {})
    await world.modal(ALICE, "Another company can read that channel.")
    with pytest.raises(NotAllowed):
        await slow_door(0.0, NotAllowed("Known at once.")).open(interaction_of(world), {})


async def test_a_button_that_names_a_key_opens_a_form_within_its_three_seconds(world: World) -> None:
    key_id = await make_key(world, "slow-to-find")
    await world.command(ALICE, "/claude-keys")
    await settled(world)
    world.rt.directory.forget_keys()
    world.sandbox.faults.add(Fault("claude", "GET /v1/organizations/api_keys", "slow", 1, 3.5))
    row = actions(button("Open", "open_disable_key", key_id))
    sent = await world.rt.notifier.send(ENGINEERING, Message("Open", [section("Open"), row]))
    assert (await world.click(ALICE, "open_disable_key", channel=ENGINEERING, ts=sent.ts))["ok"]
    await world.modal(ALICE, "One moment…", seconds=2.5)
    shown = await world.modal(ALICE, "form_disable_key")
    assert held_in(shown)["key_id"]["selected_option"]["text"]["text"] == "slow-to-find"


async def test_a_slow_channel_keeps_no_form_away_and_closes_it_again_where_others_read(world: World) -> None:
    await world.post(f"/channels/{COSTS}", is_ext_shared=True)
    world.rt.notifier.forget(COSTS)
    world.sandbox.faults.add(Fault("slack", "conversations.info", "slow", 1, 1.5))
    began = time.monotonic()
    await world.command(DANA, "/claude-spend alert", COSTS)
    await world.modal(DANA, "When spend reaches")
    assert time.monotonic() - began < 1.5
    await world.modal(DANA, "Another company can read that channel")
