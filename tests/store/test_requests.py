"""Guarded writes of requests, and which of their messages count as sent, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.approvals import db as requests
from bot.approvals.cards.plan import TOPIC, line_of
from bot.approvals.execute import finish
from bot.approvals.lookups import db as lookups
from bot.approvals.model import Event, Request, Status
from bot.approvals.outcome import Done, Outcome
from bot.kinds.registry import KINDS
from bot.posts import db as posts
from bot.store.session import Store
from bot.store.vault import SecretUnreadable, Vault
from tests.approvals.samples import a_request

pytestmark = pytest.mark.both

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def added(store: Store) -> Request:
    request = a_request(version=1)
    async with store.write() as tx:
        assert await requests.insert(tx, request, "create_key:wrkspc_1:nightly")
    return request


async def moved(store: Store, request: Request, event: Event) -> Request | None:
    async with store.write() as tx:
        return await requests.advance(tx, request, event, claimed_at=NOW)


async def test_whoever_read_a_request_before_it_left_and_came_back_does_not_move_it(store: Store) -> None:
    request = await added(store)
    for event in (Event.ENOUGH, Event.CLAIM):
        request = await moved(store, request, event) or request
    stale = request
    for event in (Event.UNCLAIM, Event.CLAIM):
        request = await moved(store, request, event) or request
    assert (request.status, request.version, stale.status) == (Status.APPLYING, 5, Status.APPLYING)
    assert await moved(store, stale, Event.DONE) is None
    assert await moved(store, request, Event.DONE)


async def test_what_ends_too_late_leaves_whoever_took_over_in_the_right(store: Store) -> None:
    rt: Any = SimpleNamespace(store=store, kinds=KINDS, now=lambda: NOW)
    request = await added(store)
    for event in (Event.ENOUGH, Event.CLAIM):
        request = await moved(store, request, event) or request
    sleeper = request
    for event in (Event.UNCLAIM, Event.CLAIM):
        request = await moved(store, request, event) or request
    async with store.write() as tx:  # as a part is noted, which has no line in the thread
        request = await requests.touch(tx, request, with_line=False) or request
    await finish(rt, sleeper, Done())
    async with store.read() as tx:
        lines = {one.purpose for one in await posts.of_subject(tx, TOPIC, request.id)}
    assert line_of(request.version, request.channel).purpose in lines, "what came too late is said in the thread"
    assert (await finish(rt, request, Done(Outcome(thing_id="apikey_1")))).status is Status.APPLIED


async def test_one_open_request_holds_a_subject_and_a_closed_one_gives_it_back(store: Store) -> None:
    request = await added(store)
    second = a_request(id="req_second", version=1)
    async with store.write() as tx:
        assert not await requests.insert(tx, second, "create_key:wrkspc_1:nightly")
    await moved(store, request, Event.WITHDRAW)
    async with store.write() as tx:
        assert await requests.insert(tx, second, "create_key:wrkspc_1:nightly")


async def test_who_asked_for_a_thing_is_known_once_it_is_made(store: Store) -> None:
    request = await added(store)
    assert await of_keys(store) == {}
    outcome = Outcome.model_validate({"thing_id": "apikey_1", "handover_at": NOW, "of_a_later_version": {"a": [1]}})
    for event, more in ((Event.ENOUGH, {}), (Event.CLAIM, {}), (Event.DONE, {"outcome": outcome, "closed_at": NOW})):
        async with store.write() as tx:
            request = await requests.advance(tx, request, event, **more) or request
    assert await of_keys(store) == {"apikey_1": request.requester.slack_id}
    async with store.read() as tx:
        stored = await requests.load(tx, request.id)
    assert stored is not None
    assert stored.outcome == outcome


async def of_keys(store: Store) -> dict[str, str]:
    async with store.read() as tx:
        assert await lookups.askers_of(tx, "disable_key", ["apikey_1"]) == {}
        return await lookups.askers_of(tx, "create_key", ["apikey_1"])


async def test_a_thing_leads_to_the_request_that_made_it_and_to_all_that_change_it_newest_first(store: Store) -> None:
    made = a_request("create_key", Status.APPLIED, id="req_1", created_at=NOW, outcome={"thing_id": "apikey_1"})
    denied = a_request("disable_key", Status.DENIED, id="req_2", created_at=NOW + timedelta(hours=1))
    pending = a_request("rename_key", id="req_3", created_at=NOW + timedelta(hours=2))
    other = a_request("rename_key", id="req_4", created_at=NOW)
    async with store.write() as tx:
        for request, about in ((made, None), (denied, "apikey_1"), (pending, "apikey_1"), (other, "apikey_2")):
            assert await requests.insert(tx, request, request.id, about)

    async def found(**more: Any) -> list[str]:
        async with store.read() as tx:
            return [one.id for one in await lookups.about(tx, "apikey_1", ["create_key"], **more)]

    assert await found() == ["req_3", "req_2", "req_1"]
    assert await found(beyond="req_3", limit=1) == ["req_2"]
    assert await found(beyond="req_1", later=True) == ["req_2", "req_3"]


def test_a_sealed_secret_opens_for_its_own_row_only() -> None:
    vault = Vault([SecretStr("A" * 43 + "=")])
    sealed = vault.seal("secret:req_1", SecretStr("sk-ant-api03-x"))
    assert "sk-ant" not in sealed
    assert vault.unseal("secret:req_1", sealed).get_secret_value() == "sk-ant-api03-x"
    for row, ciphertext in (("secret:req_2", sealed), ("secret:req_1", sealed[:-2] + "AA"), ("secret:req_1", "nonsense")):
        with pytest.raises(SecretUnreadable) as refused:
            vault.unseal(row, ciphertext)
        assert "sk-ant" not in str(refused.value)
