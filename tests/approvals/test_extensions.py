"""Told ahead, people ask for more time; what nobody decides in time ends as planned. Through the front door."""

from collections.abc import AsyncGenerator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.approvals.act import act_of
from bot.approvals.extensions import extending, kind_of
from bot.approvals.fence import ACT_WITHIN
from bot.approvals.model import Request, Status
from bot.approvals.outcome import LeaseLost
from bot.kinds.registry import KINDS
from bot.sandbox.run import SandboxOptions
from bot.sandbox.stage import Json
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    keys_named,
    labels,
    make_key,
    open_form,
    press,
    request_behind,
    thread_of,
    until,
)
from tests.approvals.samples import a_request
from tests.approvals.test_grants import PRIYA, role_of
from tests.world import ALICE, APPROVALS, BOB, CAROL, World, world_of

FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
"""17:00 in Berlin, where the policy's working hours are."""
DAY = 86_400
PRIYAS = "priya@acme.test"
ROLE = "⏳ *Role billing member of <@U0CROWD01>* ends"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path, options=SandboxOptions(start=FRIDAY)) as running:
        yield running


def day(ahead: int) -> str:
    """Return a day so many days from the start, as a form has it."""
    return (FRIDAY + timedelta(days=ahead)).date().isoformat()


async def billing_until(world: World, ends_on: str) -> Json:
    await open_form(world, ALICE, "change_role")
    await world.submit(ALICE, slack_id=PRIYA, role="billing", reason="Year end", ends_on=ends_on)
    card = await card_with(world, "Year end")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    return card


async def ask_for_more(world: World, user: str, notice: Json, ends_on: str) -> Json:
    await press(world, user, notice, "request_extend")
    form = await world.modal(user, "form_extend_")
    assert "If nobody approves before then, it ends as planned." in str(form)
    answer = await world.submit(user, ends_on=ends_on, reason="Not finished")
    assert answer["ok"], answer
    return await card_with(world, "Not finished")


async def ahead(world: World, user: str, part: str) -> list[Json]:
    return [m for m in await world.messages(user) if part in m["text"] and m["channel"][0] == "D"]


def test_a_wish_for_more_time_reads_as_one_sentence_whatever_was_granted() -> None:
    kind = extending(KINDS["set_rate_limit"], "")
    wish = kind.words.wish
    assert wish
    assert wish(kind.asked(a_request("set_rate_limit"))).startswith("for more time (Limit of 2,000 requests")


async def test_whoever_is_told_of_an_end_gets_more_time_once_it_is_approved(world: World) -> None:
    card = await billing_until(world, day(30))
    await a_minute_passes(world, seconds=22 * DAY)
    assert not await ahead(world, ALICE, ROLE)
    await a_minute_passes(world, seconds=2 * DAY)
    notice = await world.message(ALICE, ROLE)
    assert "<@U0ALICE> asked for it." in (await world.message(PRIYA, ROLE))["text"]
    asked = await ask_for_more(world, ALICE, notice, day(60))
    assert "asks for more time* — Role billing member of <@U0CROWD01>, which ends <!date^" in asked["text"]
    await press(world, BOB, asked, "request_approve")
    await until(world, asked, Status.APPLIED)
    assert "stays until <!date^" in (await world.message(ALICE, "✅ *Role billing member of"))["text"]
    assert not labels(await world.message(ALICE, "was given more time. It ends"))
    assert any(line.startswith("Given more time, until <!date^") for line in await thread_of(world, card))
    await a_minute_passes(world, seconds=8 * DAY)  # past the first end
    grant = await until(world, card, Status.APPLIED)
    assert (await role_of(world, PRIYAS), str(grant.ends_at)[:10]) == ("billing", day(60))
    await a_minute_passes(world, seconds=22 * DAY)
    assert len(await ahead(world, ALICE, ROLE)) == 1  # of the second end
    await a_minute_passes(world, seconds=8 * DAY)
    await until(world, card, Status.REVERTED)
    assert await role_of(world, PRIYAS) == "developer"
    actions = [entry.action for entry in await audit_of(world, grant)]
    assert (actions.count("request.extended"), actions[-1]) == (1, "request.ended")


@pytest.mark.proof
async def test_an_extension_that_nobody_decides_ends_with_its_grant(world: World) -> None:
    card = await billing_until(world, day(10))
    await a_minute_passes(world, seconds=9.9 * DAY)
    (notice,) = await ahead(world, PRIYA, ROLE)
    asked = await ask_for_more(world, PRIYA, notice, day(40))
    grant, extension = await until(world, card, Status.APPLIED), await until(world, asked, Status.PENDING)
    assert extension.expires_at == grant.ends_at
    await a_minute_passes(world, seconds=DAY)
    await until(world, card, Status.REVERTED)
    await until(world, asked, Status.EXPIRED)
    assert await role_of(world, PRIYAS) == "developer"
    told = await world.message(PRIYA, "expired: nobody decided before the end that it asked to move")
    await press(world, PRIYA, told, "request_ask_again")
    await world.message(PRIYA, "It has ended, or ends right now, so there is nothing to extend.")


@pytest.mark.proof
async def test_a_second_extension_replaces_the_first_one(world: World) -> None:
    card = await billing_until(world, day(10))
    await a_minute_passes(world, seconds=9.9 * DAY)
    (notice,) = await ahead(world, ALICE, ROLE)
    first = await ask_for_more(world, ALICE, notice, day(20))
    await press(world, ALICE, notice, "request_extend")
    await world.modal(ALICE, "form_extend_")
    await world.submit(ALICE, ends_on=day(40), reason="Much longer")
    await world.modal(ALICE, "Replace it")
    assert (await world.submit(ALICE, ends_on=day(40), reason="Much longer"))["ok"]
    second = await card_with(world, "Much longer")
    await until(world, first, Status.WITHDRAWN)
    await press(world, BOB, second, "request_approve")
    await until(world, second, Status.APPLIED)
    assert str((await until(world, card, Status.APPLIED)).ends_at)[:10] == day(40)


@pytest.mark.proof
async def test_who_wakes_up_late_extends_nothing(world: World) -> None:
    card = await billing_until(world, day(10))
    await a_minute_passes(world, seconds=9.9 * DAY)
    (notice,) = await ahead(world, ALICE, ROLE)
    asked = await request_behind(world, await ask_for_more(world, ALICE, notice, day(20)))
    kind = kind_of(world.rt, asked)
    for late, outcome in ((2 * ACT_WITHIN, LeaseLost), (timedelta(), None)):
        claimed = asked.model_copy(update={"claimed_at": world.rt.now() - late})
        with pytest.raises(outcome) if outcome else nullcontext():
            await kind.effect.apply(act_of(world.rt, kind.asked(claimed)))
        assert str((await request_behind(world, card)).ends_at)[:10] == day(10 if outcome else 20)


async def extend_key(world: World, request: Request, card: Json) -> None:
    """Let a key's requester be told, and revoke the key before it is asked for more time."""
    await a_minute_passes(world, seconds=14 * DAY)
    notice = await world.message(ALICE, "⏳ *Key `by-hand` in Production* ends")
    await world.post(f"/claude/keys/{request.outcome.thing_id}", status="archived")
    await press(world, ALICE, notice, "request_extend")
    await world.modal(ALICE, "form_extend_create_key")
    assert not (await world.submit(ALICE, ends_on=day(60), reason="Not finished")).get("errors")
    await world.modal(ALICE, "What was granted isn't there any more, so there is nothing to extend.")
    await a_minute_passes(world, seconds=6 * DAY)
    assert len(await ahead(world, ALICE, "⏳ *Key `by-hand` in Production* ends")) == 1
    await a_minute_passes(world, seconds=2 * DAY)
    await until(world, card, Status.REVERTED)


@pytest.mark.proof
async def test_a_key_that_was_revoked_meanwhile_is_neither_told_of_nor_extended(world: World) -> None:
    card = await world.ask_for_key(ALICE, "by-hand", workspace="Production", ends_on=day(20))
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FULFILLING)
    await make_key(world, "by-hand", "Production")
    await a_minute_passes(world)
    await extend_key(world, await until(world, card, Status.APPLIED), card)


async def test_of_a_key_that_the_api_ends_a_new_one_is_offered(world: World) -> None:
    card = await world.ask_for_key(ALICE, "by-api", ends_on=day(20))
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert (await keys_named(world, "by-api"))[0].expires_at
    await a_minute_passes(world, seconds=14 * DAY)
    notice = await world.message(ALICE, "⏳ *Key `by-api` in Staging* ends")
    assert labels(notice) == ["Ask for a new one…"]
    await press(world, ALICE, notice, "request_ask_again")
    await world.modal(ALICE, "form_create_key")


async def test_nights_and_weekends_do_not_count_and_both_sides_are_reminded_once(world: World) -> None:
    card = await world.ask_for_key(ALICE, "patient")
    monday = FRIDAY + timedelta(days=2, hours=23)
    expires_at = (await until(world, card, Status.PENDING)).expires_at
    assert monday <= expires_at < monday + timedelta(minutes=1)
    assert f"expires <!date^{int(expires_at.timestamp())}^" in card["text"]
    reminded = "⏳ Not decided yet. Needs 1 approval from <!subteam^S0ADMINS>."
    await a_minute_passes(world, seconds=2.7 * DAY)  # Monday morning
    assert reminded not in str(await world.messages(BOB, APPROVALS))
    await a_minute_passes(world, seconds=4 * 3600)
    replies = [m for m in await world.messages(BOB, APPROVALS) if reminded in m["text"]]
    assert [m["thread_ts"] for m in replies] == [card["ts"]]
    await a_minute_passes(world, seconds=2 * 3600)
    await world.message(ALICE, "⏳ Nobody decided your request for the API key `patient` in *Staging* yet.")
    await a_minute_passes(world, seconds=3600)
    await until(world, card, Status.EXPIRED)
    told = await world.message(ALICE, "expired: nobody decided in 8 working hours")
    assert labels(told) == ["Ask again…"]
    await world.message(BOB, "This was a reminder. The request is expired.", APPROVALS)
