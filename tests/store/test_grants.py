"""Whose grants stand: written with each change of the request, found by whoever asked for them or has them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals import queries
from bot.approvals.model import Event, Request, Status
from bot.store.session import Store
from tests.approvals.samples import ALICE, ASKED, BOB, CAROL, a_request

pytestmark = pytest.mark.both


async def granted(store: Store, number: int = 0, **more: Any) -> Request:
    """Put a request for a role of Carol's until a day there, and apply it."""
    facts = {"ends_at": ASKED + timedelta(days=1 + number // 2), "beneficiaries": (CAROL,)} | more
    asked = a_request("change_role", Status.APPLYING, id=f"req_{number:016d}", claimed_at=ASKED, **facts)
    async with store.write() as tx:
        assert await requests.insert(tx, asked, f"role:{number}")
        done = await requests.advance(tx, asked, Event.DONE, closed_at=ASKED)
    assert done is not None
    return done


async def held(store: Store, slack_id: str, cursor: str = "", size: int = 10) -> Any:
    return await queries.grants_of(SimpleNamespace(store=store), slack_id, cursor, size)  # pyright: ignore[reportArgumentType]


async def test_a_grant_is_found_by_whoever_asked_and_whoever_has_it_until_it_has_ended(store: Store) -> None:
    grant = await granted(store)
    for who, count in ((ALICE, 1), (CAROL, 1), (BOB, 0)):
        assert len((await held(store, who.slack_id)).items) == count
    async with store.write() as tx:
        ending = await requests.advance(tx, grant, Event.END)
        assert ending is not None
    (still,) = (await held(store, CAROL.slack_id)).items
    assert still.status is Status.REVERTING, "it still stands while it is being ended"
    async with store.write() as tx:
        assert await requests.advance(tx, ending, Event.ENDED)
    for who in (ALICE, CAROL):
        assert (await held(store, who.slack_id)).total == 0


async def test_a_later_end_moves_it_in_the_list(store: Store) -> None:
    first, second = await granted(store, 0), await granted(store, 2)
    assert [one.id for one in (await held(store, "U0CAROL")).items] == [first.id, second.id]
    async with store.write() as tx:
        assert await requests.touch(tx, first, ends_at=ASKED + timedelta(days=40))
    assert [one.id for one in (await held(store, "U0CAROL")).items] == [second.id, first.id]


async def test_what_is_for_good_denied_or_asks_for_more_time_is_no_grant(store: Store) -> None:
    await granted(store, 0, ends_at=None)
    await granted(store, 1, extends="req_other")
    assert (await held(store, "U0CAROL")).total == 0


async def test_all_of_many_are_on_pages_forth_and_back(store: Store) -> None:
    ids = [(await granted(store, number)).id for number in range(8)]
    page = await held(store, "U0CAROL", size=3)
    there = [page]
    while page.next:
        page = await held(store, "U0CAROL", page.next, 3)
        there.append(page)
    assert [one.id for page in there for one in page.items] == ids, "the next to end first; two end at the same moment"
    assert {page.total for page in there} == {8}
    back = [page]
    while page.previous:
        page = await held(store, "U0CAROL", page.previous, 3)
        back.append(page)
    assert [one.id for one in back[-1].items] == ids[:3]
    for nonsense in (">x", "<", ">" + "9" * 60 + " y", ">99999999999999999 z", "<-99999999999999999 z"):
        assert (await held(store, "U0CAROL", nonsense, 3)).items, nonsense
