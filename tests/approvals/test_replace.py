"""A request in the way of another one: what waits is said, and its requester may let the new one take its place."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.approvals import db as requests
from bot.approvals.audit_facts import told_by_requests
from bot.approvals.model import Event, Request, Status
from bot.approvals.outcome import Outcome
from bot.approvals.replace import AskedAlready, may_replace
from bot.approvals.submit import add
from bot.errors import SlackRefused
from bot.people.model import Actor, Who
from bot.posts import db as posts
from bot.runtime import Runtime
from bot.sandbox.stage import Json
from bot.slack.model import Sent
from bot.store import audit
from bot.store.actions import AuditAction
from bot.store.session import Store
from tests.approvals.acting import card_with, labels, press, thread_of, until
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import ALICE as ALICE_WHO
from tests.approvals.samples import ASKED, a_request
from tests.approvals.samples import BOB as BOB_WHO
from tests.world import ALICE, BOB, World, world_of

NAMES = sorted(WITH_BADGE)


class Links:
    """Slack as far as it says where a card is."""

    async def permalink(self, sent: Sent) -> str:
        if sent.ts == "9.9":
            raise SlackRefused("Slack refused.", "message_not_found")
        return f"https://acme.slack.com/archives/{sent.channel}/p{sent.ts}"


def runtime(store: Store) -> Runtime:
    settings = SimpleNamespace(command_prefix="claude")
    rt: Any = SimpleNamespace(store=store, kinds=WITH_BADGE, notifier=Links(), settings=settings, now=lambda: ASKED)
    return cast("Runtime", rt)


def acting(who: Who) -> Actor:
    return Actor(who.slack_id, SimpleNamespace(id=who.member_id, email=who.email), "UTC")  # pyright: ignore[reportArgumentType]


def subject(kind: str) -> str:
    return WITH_BADGE[kind].rules.subject(WITH_BADGE[kind].sample.payload)


async def waiting(rt: Runtime, kind: str, *events: Event, id: str = "req_old") -> Request:
    request = await add(rt, acting(ALICE_WHO), a_request(kind, id=id, version=1), subject(kind))
    for event in events:
        async with rt.store.write() as tx:
            request = await requests.advance(tx, request, event, claimed_at=ASKED) or request
    return request


async def refusal(rt: Runtime, kind: str, who: Who, replaces: str = "") -> AskedAlready:
    another = a_request(kind, id="req_new", version=1, requester=who, reason="For something else")
    with pytest.raises(AskedAlready) as refused:
        await add(rt, acting(who), another, subject(kind), replaces)
    return refused.value


async def stored(store: Store, *ids: str) -> list[Request]:
    async with store.read() as tx:
        return [await requests.require(tx, one) for one in ids]


@pytest.mark.both
async def test_every_kind_says_what_waits_and_lets_its_requester_replace_it(store: Store) -> None:
    for kind in NAMES:
        await replaced(runtime(store), kind)


async def replaced(rt: Runtime, kind: str) -> None:
    first, second = f"req_old_{kind}", f"req_new_{kind}"
    old = await waiting(rt, kind, id=first)
    title = WITH_BADGE[kind].title(old)
    said = await refusal(rt, kind, ALICE_WHO)
    assert f"you asked for *{title}* " in said.sentence
    assert "waiting for a decision, in <#C0APPROVALS>" in said.sentence
    assert said.replaceable == first
    other = await refusal(rt, kind, BOB_WHO, first)
    assert f"<@U0ALICE> asked for *{title}* " in other.sentence
    assert other.replaceable == ""
    new = await add(rt, acting(ALICE_WHO), a_request(kind, id=second, version=1), subject(kind), first)
    (old,) = await stored(rt.store, first)
    assert (old.status, old.outcome.replaced_by, old.outcome.replaced_with) == (Status.WITHDRAWN, second, title)
    assert (new.status, new.outcome.replaces) == (Status.PENDING, first)
    async with rt.store.read() as tx:
        assert (await audit.entries_of(tx, first))[-1].action == AuditAction.REQUEST_REPLACED
        assert (await audit.entries_of(tx, second))[-1].detail["replaces"] == first
        assert await requests.find_open(tx, subject(kind)) == (await stored(rt.store, second))[0]
        told = await told_by_requests(tx)
        told = [one for one in told if one[0] in (first, second)]  # the others were ended here without a word on record
        proof = await audit.verify_chain(tx, rt.store.audit_key, told=told)
        assert proof.reason == "", "a log that tells of the replacement is whole"
    async with rt.store.write() as tx:  # several kinds are about the same thing
        assert await requests.advance(tx, new, Event.DENY)


@pytest.mark.parametrize(
    ("later", "who", "is_the_first"),
    [(timedelta(seconds=2), ALICE_WHO, True), (timedelta(minutes=2), ALICE_WHO, False), (timedelta(0), BOB_WHO, False)],
)
async def test_a_form_that_was_sent_twice_is_one_request_and_said_to_be_sent(
    store: Store, later: timedelta, who: Who, is_the_first: bool
) -> None:
    rt = runtime(store)
    first = await waiting(rt, "change_role")
    again = a_request("change_role", id="req_again", version=1, requester=who, created_at=ASKED + later)
    sent = add(rt, acting(who), again, subject("change_role"))
    if is_the_first:
        assert await sent == first
    else:
        with pytest.raises(AskedAlready):
            await sent


@pytest.mark.both
async def test_of_many_who_replace_at_once_one_does(store: Store) -> None:
    rt = runtime(store)
    await waiting(rt, "change_role")
    new = [a_request("change_role", id=f"req_{n}", version=1, reason=f"Reason {n}") for n in range(6)]
    about = subject("change_role")
    ends = await asyncio.gather(*(add(rt, acting(ALICE_WHO), one, about, "req_old") for one in new), return_exceptions=True)
    (winner,) = [end for end in ends if isinstance(end, Request)]
    losers = [end for end in ends if isinstance(end, AskedAlready)]
    assert len(losers) == 5
    assert {loser.replaceable for loser in losers} == {winner.id}, "they are told of the one that waits now"
    async with store.read() as tx:
        assert dict(await requests.statuses(tx)) == {"req_old": Status.WITHDRAWN, winner.id: Status.PENDING}


@pytest.mark.both
async def test_what_was_approved_meanwhile_is_not_replaced(store: Store) -> None:
    rt = runtime(store)
    await waiting(rt, "change_role", Event.ENOUGH, Event.CLAIM)
    said = await refusal(rt, "change_role", ALICE_WHO, "req_old")
    assert "that is approved and being done now" in said.sentence
    assert said.replaceable == ""
    assert (await stored(store, "req_old"))[0].status is Status.APPLYING


async def test_a_request_that_is_not_in_the_way_stays(store: Store) -> None:
    rt = runtime(store)
    await waiting(rt, "change_role")
    await add(rt, acting(ALICE_WHO), a_request("rename_key", id="req_new", version=1), subject("rename_key"), "req_old")
    assert [one.status for one in await stored(store, "req_old", "req_new")] == [Status.PENDING, Status.PENDING]


@pytest.mark.parametrize(
    ("ts", "shown"), [("1.1", "(<https://acme.slack.com/archives/C0APPROVALS/p1.1|see the card>)"), ("9.9", "")]
)
async def test_the_card_that_waits_is_linked_where_slack_tells_where_it_is(store: Store, ts: str, shown: str) -> None:
    rt = runtime(store)
    await waiting(rt, "change_role")
    async with store.write() as tx:
        await posts.adopt(tx, "request", "req_old", "card", "C0APPROVALS", ts, ASKED)
    sentence = (await refusal(rt, "change_role", ALICE_WHO)).sentence
    assert shown in sentence
    assert ("see the card" in sentence) == bool(shown)


REPLACEABLE = {Status.PENDING, Status.FULFILLING, Status.FAILED}


@pytest.mark.parametrize("status", Status)
def test_only_its_requester_replaces_a_request_and_only_while_nothing_was_done(status: Status) -> None:
    old = a_request(status=status)
    assert may_replace(ALICE_WHO, old) == (status in REPLACEABLE)
    assert not may_replace(BOB_WHO, old)
    for looked in (False, True):
        in_doubt = old.model_copy(update={"outcome": Outcome(in_doubt=True, looked=looked)})
        assert not may_replace(ALICE_WHO, in_doubt), "it may have been done, or be done late"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def test_another_role_for_the_same_person_replaces_the_first_from_the_typed_line_and_from_the_form(
    world: World,
) -> None:
    await world.command(ALICE, "/claude-members role @priya billing for the audit")
    first = await card_with(world, "billing")
    await world.command(ALICE, "/claude-members role @priya user for the migration")
    form = await world.modal(ALICE, "you asked for")
    assert "Replace it" in str(form)
    assert (await world.submit(ALICE))["ok"]
    await world.modal(ALICE, "It replaces your earlier request.")
    second = await card_with(world, "for the migration")
    gone = await card_with(world, "🔁 *Replaced by <@U0ALICE> with another request: ")
    assert gone["ts"] == first["ts"]
    assert "request_approve" not in str(gone)
    assert "<@U0ALICE> replaced the request with another one" in "".join(await thread_of(world, first))
    await world.command(ALICE, "/claude-members role @priya")
    await world.modal(ALICE, "Role")
    await world.submit(ALICE, role="claude_code_user", reason="third thoughts")
    await world.modal(ALICE, "you asked for")
    await world.submit(ALICE)
    third = await card_with(world, "third thoughts")
    await until(world, second, Status.WITHDRAWN)
    await press(world, BOB, third, "request_approve")
    await until(world, third, Status.APPLIED)
    assert "Replace it" not in labels(third)


async def test_what_no_retry_can_change_is_asked_again_in_its_place(world: World) -> None:
    cards: list[Json] = []
    lines = {"rename Staging to Testing": "update_workspace", "access Staging @sofia user": "workspace_access"}
    for typed, form in lines.items():
        await world.command(ALICE, f"/claude-workspaces {typed}")
        await world.modal(ALICE, f"form_{form}")
        await world.submit(ALICE, reason=typed)
        cards.append(await card_with(world, typed))
    await world.rt.admin.archive_workspace(await world.workspace_id("Staging"))
    for card in cards:
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.FAILED)
    assert labels(await card_with(world, "Staging is archived for good")) == ["Ask again…", "Give up"]
    first, told = cards[0], await world.message(ALICE, "Somebody archived Staging, so it can't be changed any more.")
    assert labels(told) == labels(await card_with(world, "Somebody archived")) == ["Ask again…", "Give up"]
    await press(world, ALICE, told, "request_ask_again")
    await world.modal(ALICE, "This takes the place of your request that couldn't be done.")
    await world.submit(ALICE, workspace_id=await world.workspace_id("Sandbox"), reason="the other one")
    await card_with(world, "the other one")
    await until(world, first, Status.WITHDRAWN)
