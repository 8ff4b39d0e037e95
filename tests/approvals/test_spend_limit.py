"""A spend limit: by the API where it can, else by hand, seen in the activity feed or taken at somebody's word."""

from collections.abc import AsyncGenerator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.approvals.extensions import extending
from bot.approvals.model import Status
from bot.approvals.parts import keep_nothing
from bot.kinds.limits.spend import SET_SPEND_LIMIT
from bot.kinds.limits.words import SetSpendLimit
from bot.sandbox.stage import Json
from bot.spend.limits import db as kept_limits
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    labels,
    press,
    request_behind,
    thread_of,
    told,
    until,
)
from tests.approvals.samples import ASKED, a_request, facts_of, payload_of
from tests.sizes import few
from tests.spend.world import DOLLAR, fill
from tests.world import ALICE, BOB, CAROL, World, world_of

SET = "POST /v1/organizations/spend_limits"
OVER = 60 * 86_400
"""Seconds after which the last day is over."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def preview(world: World, on: bool = True) -> None:
    await world.post("/claude/flags", spend_limits_preview=on)


async def ask(world: World, of: str = "Staging", amount: str = "$5,000", **more: str) -> Json:
    """Let Alice ask for a limit by hand, and return its card."""
    assert (await world.command(ALICE, f'/claude-workspaces limit "{of}" {amount}'))["ok"]
    await world.modal(ALICE, "form_set_spend_limit")
    answer = await world.submit(ALICE, reason="A quieter month", **more)
    assert answer["ok"], answer
    return await card_with(world, "asks to change a spend limit*")


async def approved(world: World, of: str = "Staging", amount: str = "$5,000", **more: str) -> Json:
    """Let Carol approve it where nobody can set it by API; returns the card, which waits for her."""
    card = await ask(world, of, amount, **more)
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FULFILLING)
    return await card_with(world, "Waiting for <@U0CAROL> to change the spend limit in the Console")


def limits(world: World) -> dict[str, str]:
    claude = world.sandbox.claude
    names = {w.id: w.name for w in claude.workspaces.values()}
    return {names.get(one.workspace_id or "", one.scope): one.amount for one in claude.spend_limits.values()}


async def kept(world: World, of: str | None = "Staging") -> Decimal | None:
    scope = await world.workspace_id(of) if of else None
    async with world.rt.store.read() as tx:
        found = await kept_limits.live_of(tx, scope)
    return found.amount if found else None


async def suggested(world: World, form: Json, typed: str) -> list[Json]:
    """Return what a form offers where somebody types the name of a workspace."""
    what = {"view_id": form["id"], "action_id": "pick_workspace", "value": typed}
    answer = await world.post("/act/suggest", user=ALICE, **what)
    return list(answer["options"])


async def by_hand(world: World, of: str | None = "Staging", cents: str | None = "500000") -> None:
    answer = await world.post("/claude/limits", workspace_id=await world.workspace_id(of) if of else None, amount=cents)
    assert answer["ok"], answer


async def test_the_api_sets_it_until_its_last_day_and_the_bot_keeps_it_as_long(world: World) -> None:
    await preview(world)
    card = await ask(world, "Research", "3k", ends_on="2026-12-31")
    assert "*Research*: $2,500.00 → *$3,000.00* a month · this month's spend isn't known yet" in card["text"]
    assert "on approval I set it at once; I'll post here when 50, 80 and 100 % of it are spent" in card["text"]
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await card_with(world, "✅ *Spend limit of Research is $3,000.00 a month*")
    assert (limits(world)["Research"], await kept(world, "Research")) == ("300000", 3000)
    await a_minute_passes(world, seconds=OVER)
    await until(world, card, Status.REVERTED)
    await card_with(world, "🔁 *Spend limit of Research is $2,500.00 again* — ended as planned")
    assert (limits(world)["Research"], await kept(world, "Research")) == ("250000", None)


async def test_an_answer_that_got_lost_is_looked_for_and_the_limit_is_kept_once(world: World) -> None:
    await preview(world)
    card = await ask(world)
    for _ in range(3):
        await world.post("/faults", target="claude", name=SET, kind="drop_after")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert (limits(world)["Staging"], await kept(world)) == ("500000", 5000)


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(world: World) -> None:
    await preview(world)
    card = await ask(world, "Research", "3k")
    await by_hand(world, "Research", "400000")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    await card_with(world, "Somebody else changed the spend limit of Research: it is $4,000.00 now, and was $2,500.00 when")
    assert (limits(world)["Research"], await kept(world, "Research")) == ("400000", None)


async def test_at_its_end_somebody_elses_limit_stays_and_the_bots_own_goes(world: World) -> None:
    await preview(world)
    card = await ask(world, "Research", "3k", ends_on="2026-12-31")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await by_hand(world, "Research", "400000")
    await a_minute_passes(world, seconds=OVER)
    await until(world, card, Status.REVERTED)
    await card_with(world, "Somebody else changed the spend limit of Research to $4,000.00, so I changed nothing.")
    assert (limits(world)["Research"], await kept(world, "Research")) == ("400000", None)


async def test_a_limit_that_is_spent_already_is_allowed_and_said_clearly(world: World) -> None:
    staging, now = await world.workspace_id("Staging"), world.rt.now()
    await fill(world.rt.store, [(now.date(), staging, "claude-opus-5-5", "apikey_1", 6000 * DOLLAR)], now, now)
    card = await ask(world)
    assert "$6,000.00 spent this month, " in card["text"]
    assert "⚠️ That is more than this limit: *Claude refuses requests there at once*, until next month" in card["text"]


@pytest.mark.parametrize(
    ("of", "amount", "sentence"),
    [
        ("Research", "2500", "The spend limit of Research is already $2,500.00 a month."),
        ("Staging", "200,001", "Anthropic allows the organization $200,000.00 a month, so no limit can be above that."),
        ("Staging", "none", "There is nothing to remove: the spend limit of Staging isn't set."),
        ("Staging", "unlimited", "Write none to remove the limit. Then the organization's applies, or Anthropic's own."),
        ("Default", "500", "Default is the default workspace, which can't have a limit. Limit the organization instead."),
    ],
)
async def test_what_cannot_be_is_refused_at_the_form(world: World, of: str, amount: str, sentence: str) -> None:
    await preview(world)
    await world.command(ALICE, f'/claude-workspaces limit "{of}" {amount}')
    await world.modal(ALICE, "form_set_spend_limit")
    await world.submit(ALICE, reason="why")
    assert sentence in str(await world.modal(ALICE, sentence))


async def test_a_typed_line_fills_in_workspace_amount_and_last_day(world: World) -> None:
    await world.command(ALICE, "/claude-workspaces limit organization 5k until 2026-12-31")
    form = str(await world.modal(ALICE, "form_set_spend_limit"))
    assert "'The whole organization'" in form
    assert "`5k` → $5,000.00" in form
    assert "'2026-12-31'" in form
    await world.submit(ALICE, reason="For all of us")
    card = await card_with(world, "— the whole organization: *$5,000.00* a month")
    request = await request_behind(world, card)
    assert (request.workspace_id, SetSpendLimit.model_validate(request.payload).scope) == (None, None)


async def test_a_menu_has_what_its_form_takes_and_no_other_the_whole_organization(world: World) -> None:
    await world.command(ALICE, "/claude-workspaces limit")
    form = await world.modal(ALICE, "form_set_spend_limit")
    found = await suggested(world, form, "whole")
    assert [one["value"] for one in found] == ["organization"]
    assert [one["text"]["text"] for one in await suggested(world, form, "claude")] == ["Claude Code"]
    await world.command(ALICE, "/claude-keys request")
    form = await world.modal(ALICE, "form_create_key")
    assert await suggested(world, form, "whole") == await suggested(world, form, "claude") == []
    await world.command(ALICE, "/claude-workspaces archive")
    form = await world.modal(ALICE, "form_archive_workspace")
    assert await suggested(world, form, "claude") == await suggested(world, form, "default") == []


async def test_without_the_preview_an_approver_sets_it_and_their_word_is_said_to_be_unproven(world: World) -> None:
    card = await approved(world)
    steps = await world.message(CAROL, "You approved a spend limit for *Staging*, which <@U0ALICE> asked for.")
    assert "choose *Staging* and its tab *Spend limits*." in steps["text"]
    assert "2. Set the monthly spend limit to exactly *$5,000.00*.\n" in steps["text"]
    assert "settings/workspaces" in str(steps["blocks"])
    assert labels(steps)[1:] == ["Done", "Hand it back"]
    assert labels(card) == ["Done", "Take over"]
    await press(world, BOB, card, "request_say_done")
    await told(world, BOB, "<@U0CAROL> has this. Only the person who has it can say that it is done.", card["channel"])
    assert await kept(world) is None
    await press(world, CAROL, card, "request_say_done")
    request = await until(world, card, Status.APPLIED)
    card = await card_with(world, "⚠️ *Spend limit of Staging is $5,000.00 a month*")
    assert "<@U0CAROL> says that it is done, but I can't check it" in card["text"]
    await world.message(ALICE, "a month*: <@U0CAROL> says that it is done, but I can't check it.")
    assert (await thread_of(world, card))[-2:] == ["<@U0CAROL> says that it is done", "Done"]
    assert [(e.actor, e.action) for e in await audit_of(world, request) if e.action == "request.said_done"] == [
        (CAROL, "request.said_done")
    ]
    assert await kept(world) == 5000


async def test_a_limit_that_shows_in_the_feed_is_proven_without_a_word(world: World) -> None:
    await world.post("/claude/flags", compliance_enabled=True)
    await by_hand(world)  # what was there before proves nothing
    await by_hand(world, "Production")
    card = await approved(world)
    await a_minute_passes(world)
    await until(world, card, Status.FULFILLING)
    await by_hand(world, None)
    await a_minute_passes(world)
    await until(world, card, Status.FULFILLING)
    await by_hand(world)
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    await card_with(world, "✅ *Spend limit of Staging is $5,000.00 a month*")
    await world.message(ALICE, "The activity feed shows that it was set by ")
    assert await kept(world) == 5000


@pytest.mark.proof
async def test_a_word_waits_for_the_feed_and_counts_alone_when_that_shows_nothing(world: World) -> None:
    await world.post("/claude/flags", compliance_enabled=True)
    card = await approved(world, "organization", "20,000")
    steps = await world.message(CAROL, "You approved a spend limit for the whole organization")
    assert "settings/billing" in str(steps["blocks"])
    await press(world, CAROL, card, "request_say_done")
    await until(world, card, Status.FULFILLING)
    card = await card_with(world, "<@U0CAROL> says that it is done, and I'm checking")
    assert labels(card) == ["Take over"]
    await a_minute_passes(world, seconds=240)
    await until(world, card, Status.FULFILLING)
    await a_minute_passes(world)
    request = await until(world, card, Status.APPLIED)
    assert request.outcome.is_unproven
    assert await kept(world, None) == 20_000


@pytest.mark.proof
async def test_a_word_is_taken_once_from_whoever_has_it_and_falls_with_a_hand_over(world: World) -> None:
    await world.post("/claude/flags", compliance_enabled=True)
    card = await approved(world)
    for _ in range(2):
        await world.click_on(CAROL, card, "request_say_done")
    await told(world, CAROL, "You have said so already.", card["channel"])
    await world.post("/clock", advance=60)
    await press(world, BOB, await card_with(world, "and I'm checking"), "request_take_over")
    card = await card_with(world, "Waiting for <@U0BOB> to change the spend limit in the Console")
    await a_minute_passes(world, seconds=600)
    request = await until(world, card, Status.FULFILLING)
    said = [entry.action for entry in await audit_of(world, request) if entry.action == "request.said_done"]
    assert (said, request.outcome.said_at) == (["request.said_done"], None)


@pytest.mark.proof
async def test_a_feed_that_is_down_does_not_hold_a_word_for_ever(world: World) -> None:
    await world.post("/claude/flags", compliance_enabled=True)
    card = await approved(world)
    feed = "GET /v1/compliance/activities"
    for _ in range(9):
        await world.post("/faults", target="claude", name=feed, kind="500")
    await press(world, CAROL, card, "request_say_done")
    await until(world, card, Status.FULFILLING)
    await a_minute_passes(world, seconds=600)
    await until(world, card, Status.APPLIED)


@pytest.mark.parametrize("amount", few(["5,000", "none"]))
async def test_a_limit_that_i_cannot_read_is_to_be_noted_before_it_is_changed_for_a_time(world: World, amount: str) -> None:
    await approved(world, "Staging", amount, ends_on="2026-12-31")
    steps = await world.message(CAROL, "Open the Console, Settings, Workspaces")
    assert (
        "2. Write down the limit that is set now, because I can't read it and it has to be set back on <!date^"
        in steps["text"]
    )


async def test_at_its_end_a_person_is_told_what_to_set_back_by_hand(world: World) -> None:
    first = await approved(world, "Staging", "4,000")
    await press(world, CAROL, first, "request_say_done")
    await until(world, first, Status.APPLIED)
    card = await approved(world, "Staging", "5,000", ends_on="2026-12-31")
    assert "*Staging*: $4,000.00 → *$5,000.00* a month" in card["text"]
    await press(world, CAROL, card, "request_say_done")
    await until(world, card, Status.APPLIED)
    assert await kept(world) == 5000
    await a_minute_passes(world, seconds=OVER)
    await until(world, card, Status.REVERTED)
    await card_with(world, "Set it back to $4,000.00, in the Console: https://platform.claude.com/settings/workspaces")
    assert await kept(world) == 4000


@pytest.mark.proof
async def test_a_preview_that_is_granted_after_the_ask_is_used(world: World) -> None:
    card = await ask(world, "Research", "3k", ends_on="2026-12-31")
    await preview(world)
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert (limits(world)["Research"], request.outcome.was) == ("300000", "$2,500.00")
    await a_minute_passes(world, seconds=OVER)
    await until(world, card, Status.REVERTED)
    assert limits(world)["Research"] == "250000"


async def test_a_workspace_that_was_archived_meanwhile_gets_no_limit(world: World) -> None:
    card = await ask(world)
    await world.rt.admin.archive_workspace(await world.workspace_id("Staging"))
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.FAILED)
    await card_with(world, "Somebody archived the workspace Staging. Nothing was changed. Give up.")


@pytest.mark.proof
async def test_another_amount_in_the_feed_is_a_problem_until_it_is_mended(world: World) -> None:
    """Which fields an entry has isn't documented; one that names an amount is held to it."""
    await world.post("/claude/flags", compliance_enabled=True)
    card = await approved(world)
    staging = await world.workspace_id("Staging")
    for cents, status in (("400000", Status.FULFILLING), ("500000", Status.APPLIED)):
        world.sandbox.claude.note_activity("workspace_spend_limit_created", None, workspace_id=staging, amount=cents)
        await a_minute_passes(world)
        await until(world, card, status)
        if status is Status.FULFILLING:
            await card_with(world, "⚠️ The limit was set to $4,000.00, which isn't what was approved.")
            await world.message(CAROL, "Please set it to *$5,000.00*.")


def test_more_time_for_a_limit_keeps_no_second_one() -> None:
    assert extending(SET_SPEND_LIMIT, "req_1").effect.keep is keep_nothing


def test_a_month_of_which_days_are_missing_is_said_to_cost_at_least_that() -> None:
    known = {"spent": "90", "as_of": ASKED.isoformat()}
    for missing, said in (
        (0, "· $90.00 spent this month, as of "),
        (2, "· at least $90.00 spent this month, 2 days missing, as"),
    ):
        payload = payload_of("set_spend_limit") | known | {"missing": missing}
        assert said in facts_of(a_request("set_spend_limit", payload=payload)).what
