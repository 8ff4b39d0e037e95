"""What somebody has to do by hand waits for them in their lists, until somebody else has it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals import queries
from bot.approvals.model import Status
from bot.approvals.outcome import Outcome
from bot.people.model import Actor, Who
from bot.store.session import Store
from tests.approvals.samples import ASKED, BOB, CAROL, a_request, decision


def acting(who: Who) -> Actor:
    member: Any = SimpleNamespace(id=who.member_id, email=who.email)
    return Actor(who.slack_id, member, "UTC")


@pytest.mark.both
async def test_what_is_done_by_hand_is_listed_for_who_has_it_now_on_pages(store: Store) -> None:
    cases: list[tuple[Status, Outcome]] = [
        (Status.FULFILLING, Outcome()),
        (Status.FULFILLING, Outcome(holder=CAROL, holder_at=ASKED)),
        (Status.FULFILLING, Outcome(holder=None, holder_at=ASKED)),
        (Status.APPLIED, Outcome()),
        (Status.FULFILLING, Outcome(holder=BOB, holder_at=ASKED)),
        (Status.FULFILLING, Outcome()),
    ]
    async with store.write() as tx:
        for number, (status, outcome) in enumerate(cases):
            at = ASKED + timedelta(minutes=number)
            one = a_request(status=status, id=f"req_{number}", created_at=at, outcome=outcome.stored())
            assert await requests.insert(tx, one, f"key {number}")
            if number != 4:  # somebody else approved this one
                assert await requests.add_decision(tx, one.id, decision(BOB))
    rt: Any = SimpleNamespace(store=store)

    async def walk(who: Who) -> list[list[str]]:
        pages, cursor = list[list[str]](), ""
        while True:
            page = await queries.held_by(rt, acting(who), cursor, 2)
            pages.append([one.id for one in page.items])
            cursor = page.next
            if not cursor:
                return pages

    assert await walk(BOB) == [["req_0", "req_4"], ["req_5"]]
    assert await walk(CAROL) == [["req_1"]]
    assert await walk(Who(slack_id="U0DANA", member_id="user_dana", email="dana@acme.test")) == [[]]
