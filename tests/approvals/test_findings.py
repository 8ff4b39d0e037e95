"""A key in the wrong place stays a finding until it is put away or adopted, whatever becomes of its request."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals import db as requests
from bot.approvals.cards.plan import wanted
from bot.approvals.findings.db import unsettled
from bot.approvals.findings.model import Finding
from bot.approvals.model import Status
from bot.people import db as links
from bot.sandbox.stage import Json
from bot.status.checks import collect_status
from bot.store.audit import entries_of
from tests.approvals.acting import a_minute_passes, card_with, choose, labels, make_key, until
from tests.approvals.samples import a_request
from tests.approvals.test_console_way import approved
from tests.world import ALICE, CAROL, DANA, World, world_of

STILL = "is still there, and nobody asked for it"
TITLE = "Keys that nobody asked for"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def open_findings(world: World) -> list[Finding]:
    async with world.rt.store.read() as tx:
        return await unsettled(tx)


async def news_for(world: World, user: str, part: str) -> list[Json]:
    return [m for m in await world.messages(user) if part in m["text"]]


async def status_titles(world: World) -> list[str]:
    return [line.title for line in await collect_status(world.rt)]


async def test_a_stray_is_remembered_after_the_right_one_appeared_until_it_is_put_away(
    world: World,
) -> None:
    card = await approved(world, "astray")
    stray = await make_key(world, "astray", "Staging")
    await a_minute_passes(world)
    await make_key(world, "astray", "Production")
    await a_minute_passes(world)
    request = await until(world, card, Status.APPLIED)
    assert [one.thing_id for one in await open_findings(world)] == [stray]
    news = await world.message(CAROL, f"The key `astray` in *Staging* {STILL}. Archive it in the Console")
    assert labels(news) == ["Revoke…"]
    assert STILL in (await card_with(world, "✅ *Key `astray` in Production issued"))["text"]
    assert TITLE in await status_titles(world)
    await a_minute_passes(world)
    assert len(await news_for(world, CAROL, STILL)) == 1
    await world.post(f"/claude/keys/{stray}", status="archived")
    for _ in range(3):
        await a_minute_passes(world, seconds=120)
    done = "✅ The key `astray` in *Staging*, which nobody asked for, is archived. Nothing is left to do."
    assert len(await news_for(world, CAROL, done)) == 1
    assert await news_for(world, CAROL, STILL) == []
    assert await open_findings(world) == []
    assert TITLE not in await status_titles(world)
    async with world.rt.store.read() as tx:
        told = await entries_of(tx, f"{request.id}:{stray}")
    assert [entry.action for entry in told] == ["finding.opened", "finding.settled"]
    assert told[0].detail["made_by"]["member_id"].startswith("user_"), "who made it is on record, where the API names them"


async def test_right_and_wrong_seen_at_once_leave_a_finding_and_its_maker_is_told_too(world: World) -> None:
    dana = await world.rt.notifier.person(DANA)
    maker = await world.rt.directory.member_by_email(dana.email)
    async with world.rt.store.write() as tx:
        await links.add(tx, DANA, dana.team_id, maker.id, dana.email, world.rt.now())
    card = await approved(world, "both")
    stray = await make_key(world, "both", "Staging", created_by=maker.id)
    await make_key(world, "both", "Production")
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world)
    assert labels(await world.message(DANA, f"The key `both` in *Staging* {STILL}")) == ["Revoke…"]
    await world.message(CAROL, STILL)
    await world.post(f"/claude/keys/{stray}", status="inactive")
    await a_minute_passes(world, seconds=120)
    assert [one.thing_id for one in await open_findings(world)] == [stray], "anybody may enable it again"
    await world.post(f"/claude/keys/{stray}", status="archived")
    await a_minute_passes(world, seconds=120)
    for user in (DANA, CAROL):
        await world.message(user, "is archived. Nothing is left to do.")


async def test_a_second_stray_in_the_same_wrong_place_is_found_as_well(world: World) -> None:
    await approved(world, "twice")
    first = await make_key(world, "twice", "Staging")
    await a_minute_passes(world)
    second = await make_key(world, "twice", "Staging")
    await a_minute_passes(world)
    assert {one.thing_id for one in await open_findings(world)} == {first, second}


@pytest.mark.proof
async def test_a_withdrawn_request_leaves_its_stray_with_whoever_made_it(world: World) -> None:
    card = await approved(world, "given-up")
    stray = await make_key(world, "given-up", "Staging")
    await a_minute_passes(world)
    await choose(world, ALICE, card, "Withdraw")
    await until(world, card, Status.WITHDRAWN)
    await world.message(CAROL, f"The key `given-up` in *Staging* {STILL}")
    assert [one.name for one in await open_findings(world)] == ["given-up"]
    adopting = a_request("create_key", Status.APPLIED, id="req_adopting", outcome={"thing_id": stray})
    async with world.rt.store.write() as tx:
        assert await requests.insert(tx, adopting, "adopting")
    await a_minute_passes(world, seconds=120)
    await world.message(CAROL, "belongs to another request now. Nothing is left to do.")


def test_whoever_has_the_steps_is_told_of_a_stray_also_when_nothing_was_ever_wrong_while_they_were_waited_for() -> None:
    stray = {"id": "apikey_2", "name": "nightly", "place": "Research"}
    outcome = {"by_hand": True, "strays": [stray]}
    request = a_request("create_key", Status.APPLIED, outcome=outcome)
    assert "fulfiller:problem" in [one.purpose for one in wanted(request)]
