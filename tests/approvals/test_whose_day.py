"""A last day is a day of whoever asks: its end is a moment, which everybody reads where they are."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.approvals import service
from bot.approvals.model import Request, Status
from bot.errors import InvalidInput
from bot.kinds.people.change_role import ChangeRole
from bot.people.identity import resolve_actor
from bot.sandbox.people import TEAM_ID
from tests.approvals.acting import a_minute_passes, card_with, make_key, open_form, press, request_behind, told, until
from tests.world import ALICE, BOB, CAROL, World, world_of

PRIYA, HANA, IVAN, JONAS = "U0CROWD01", "U0CROWD09", "U0CROWD10", "U0CROWD06"
"""In Kathmandu, Los Angeles and Kiritimati; of the last one Slack doesn't tell it."""
EVENING = "2026-12-01T04:00:00+00:00"
"""20:00 on 30 Nov in Los Angeles, 09:45 on 1 Dec in Kathmandu, 18:00 on 1 Dec in Kiritimati."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        assert (await running.post("/clock", now=EVENING))["ok"]
        yield running


async def asked_for_key(world: World, user: str, name: str, day: str, workspace: str = "Staging") -> Request:
    await world.ask_for_key(user, name, workspace=workspace, ends_on=day)
    return await request_behind(world, await card_with(world, name))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


PICKED = (
    (HANA, "2026-11-30", "2026-12-01 07:59:59"),
    (PRIYA, "2026-12-01", "2026-12-01 18:14:59"),
    (IVAN, "2026-12-02", "2026-12-02 09:59:59"),
    (JONAS, "2026-12-01", "2026-12-01 22:59:59"),
    (ALICE, "2026-12-01", "2026-12-01 22:59:59"),
)


async def test_a_last_day_that_is_picked_ends_where_the_requester_is(world: World) -> None:
    for user, day, end in PICKED:
        name = f"day-of-{user.lower()}"
        request = await asked_for_key(world, user, name, day)
        assert (name, request.ends_at, request.payload["ends_on"]) == (name, at(end), day)
        assert f"Until <!date^{int(at(end).timestamp())}^" in (await card_with(world, name))["text"]


async def test_tomorrow_in_the_evening_is_tomorrow_there(world: World) -> None:
    await world.command(HANA, "/claude-members role @priya billing stocktaking until tomorrow")
    request = await until(world, await card_with(world, "stocktaking"), Status.PENDING)
    assert (request.payload["ends_on"], request.ends_at) == ("2026-12-01", at("2026-12-02 07:59:59"))
    assert request.expires_at == request.ends_at, "nobody is asked about what is over"
    assert "|2 Dec 2026 07:59 UTC>." in (await told(world, HANA, "You asked for it until <!date^"))["text"]


async def test_a_day_that_is_over_where_the_requester_is_is_refused_by_name(world: World) -> None:
    for user, over in ((HANA, "2026-11-29"), (IVAN, "2026-11-30")):
        await refused_as_over(world, user, over)


async def refused_as_over(world: World, user: str, over: str) -> None:
    view = await open_form(world, user, "create_key")
    staging = await world.workspace_id("Staging")
    answer = await world.submit(user, workspace_id=staging, name="too-late", reason="x", ends_on=over)
    said = f"{int(over[-2:])} Nov 2026 is over. Choose today or a later day."
    if answer.get("errors"):
        assert answer["errors"] == {"ends_on": said}
    else:
        assert said in str(await world.modal(user, "⚠️"))
    assert view["id"] in {one["id"] for one in await world.modals(user)}, "the form is still there, as it was filled in"


async def test_no_door_takes_a_day_that_is_over_where_the_requester_is(world: World) -> None:
    actor = await resolve_actor(world.rt, HANA, TEAM_ID)
    wanted = ChangeRole(slack_id=PRIYA, role="billing", ends_on=date(2026, 11, 29))
    with pytest.raises(InvalidInput) as refused:
        await service.submit(world.rt, actor, "change_role", wanted, "stocktaking")
    assert refused.value.fields == {"ends_on": "29 Nov 2026 is over. Choose today or a later day."}


async def test_a_day_that_is_over_by_the_time_it_is_asked_for_again_is_as_far_ahead_as_it_was(world: World) -> None:
    request = await asked_for_key(world, HANA, "day-again", "2026-12-02")
    await a_minute_passes(world, seconds=4 * 86_400)
    notice = await world.message(HANA, "`day-again` in *Staging* expired")
    await press(world, HANA, notice, "request_ask_again")
    form = str(await world.modal(HANA, "The last day that you asked for is over. I filled in as many days from today."))
    assert "'initial_date': '2026-12-06'" in form, "it is 4 Dec there, and it was two days ahead"
    assert (await world.submit(HANA))["response_action"] == "update"
    waiting = await until(world, await card_with(world, "asks for an API key* — `day-again`"), Status.PENDING)
    assert (waiting.id != request.id, waiting.payload["ends_on"]) == (True, "2026-12-06")


async def test_a_form_says_whose_days_it_takes(world: World) -> None:
    assert "Days are days in your time zone, America/Los_Angeles." in str(await open_form(world, HANA, "create_key"))
    view = str(await open_form(world, JONAS, "create_key"))
    assert "Slack doesn't tell me your time zone, so days are days in Europe/Berlin." in view
    await world.command(JONAS, "/claude-members role @priya billing stocktaking until tomorrow")
    assert "so days are days in Europe/Berlin." in (await told(world, JONAS, "You asked for it until <!date^"))["text"]


@pytest.mark.proof
async def test_a_role_holds_until_the_day_is_over_there_and_no_longer(world: World) -> None:
    await world.command(HANA, "/claude-members role @priya billing stocktaking until today")
    card = await card_with(world, "stocktaking")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.post("/clock", now="2026-12-01T07:58:00+00:00")
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world, seconds=120)
    await until(world, card, Status.REVERTED)


MADE = (
    ("at-midnight-utc", "2026-12-02T00:00:00Z", ""),
    ("at-midnight-there", "2026-12-01T00:00:00-08:00", ""),
    (
        "too-early",
        "2026-12-01T07:00:00Z",
        " It was created with an earlier end, 1 Dec 2026 07:00 UTC; the request says until 1 Dec 2026 07:59 UTC.",
    ),
)


async def test_the_console_is_told_a_day_that_keeps_the_promise(world: World) -> None:
    for name, expires_at, note in MADE:
        await made_by_hand(world, name, expires_at, note)


async def made_by_hand(world: World, name: str, expires_at: str, note: str) -> None:
    await asked_for_key(world, HANA, name, "2026-11-30", "Production")
    card = await card_with(world, name)
    await press(world, CAROL, card, "request_approve")
    waiting = await until(world, card, Status.FULFILLING)
    assert waiting.expires_at == waiting.ends_at, "nobody makes by hand what is over"
    steps = (await world.message(CAROL, "Please create it:"))["text"]
    assert name in steps
    assert "with the expiry 2 Dec 2026 and" in steps
    assert f"It has to work until <!date^{int(at('2026-12-01 07:59:59').timestamp())}^" in steps
    await make_key(world, name, "Production", expires_at=expires_at)
    await a_minute_passes(world)
    request = await until(world, card, Status.APPLIED)
    assert request.outcome.note == f"Bob Tanaka created it in the Console and will give you its secret.{note}"
    said = (await card_with(world, "issued to"))["text"]
    assert ("I'll revoke it after <!date^1796111999^" in said) == (not note)
