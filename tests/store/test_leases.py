"""Leases on both databases: renewed while work goes on, free soon after its death, and never two that write."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from bot.store.actions import AuditAction
from bot.store.chain import PG_LOCK
from bot.store.held import NotHeld
from bot.store.leases import LASTS, hold_lease
from bot.store.notes import note, write_note
from bot.store.session import Store
from bot.store.tables import LeaseRow
from tests.conftest import AUDIT_KEY

START, SECOND = datetime(2026, 11, 20, 12, tzinfo=UTC), timedelta(seconds=1)


class _Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
async def replicas(migrated_url: str, clock: _Clock) -> AsyncIterator[tuple[Store, Store]]:
    """Two processes' stores over one database."""
    async with _two(migrated_url, clock) as both:
        yield both


@asynccontextmanager
async def _two(url: str, clock: _Clock) -> AsyncGenerator[tuple[Store, Store]]:
    one, other = (Store(url, AUDIT_KEY, clock) for _ in range(2))
    yield one, other
    await one.close()
    await other.close()


async def _held(store: Store) -> LeaseRow | None:
    async with store.read() as tx:
        return await tx.session.get(LeaseRow, "work")


async def _write(store: Store, who: str) -> None:
    async with store.write() as tx:
        await write_note(tx, "figures", {"of": who}, tx.now)


async def _take_over(store: Store, clock: _Clock) -> asyncio.Event:
    """Take the lease in another process, once the time is over; it is given back when the event is set."""
    taken, done = asyncio.Event(), asyncio.Event()

    async def successor() -> None:
        async with hold_lease(store, "work") as is_ours:
            assert is_ours
            await _write(store, "successor")
            taken.set()
            await done.wait()

    clock.now += LASTS + SECOND
    task = asyncio.create_task(successor(), context=Context())
    await asyncio.wait([task, asyncio.ensure_future(taken.wait())], return_when=asyncio.FIRST_COMPLETED)
    assert taken.is_set(), task.exception()
    return done


@pytest.mark.both
async def test_a_lease_is_renewed_as_long_as_its_work_takes(replicas: tuple[Store, Store], clock: _Clock) -> None:
    one, other = replicas
    async with hold_lease(one, "work", every=0.001) as is_ours:
        assert is_ours
        for _ in range(3):
            clock.now += LASTS - SECOND
            while (row := await _held(one)) is None or row.renewed_at != clock.now:
                await asyncio.sleep(0)
            async with hold_lease(other, "work") as is_theirs:
                assert not is_theirs
        await _write(one, "holder")
    async with hold_lease(other, "work") as is_theirs:
        assert is_theirs, "it was released"


@pytest.mark.both
async def test_what_a_paused_holder_writes_after_it_wakes_up_is_refused(
    replicas: tuple[Store, Store], clock: _Clock
) -> None:
    one, other = replicas
    async with hold_lease(one, "work"):
        await _write(one, "holder")
        done = await _take_over(other, clock)
        for late in (_write(one, "late"), asyncio.create_task(_write(one, "late, from a task"))):
            with pytest.raises(NotHeld):
                await late
    async with one.read() as tx:
        assert (await note(tx, "figures") or [{}])[0] == {"of": "successor"}
    assert await _held(one), "who is late releases nobody else's lease"
    await _write(one, "other work")
    done.set()


@pytest.mark.both
async def test_a_holder_that_nobody_followed_goes_on(replicas: tuple[Store, Store], clock: _Clock) -> None:
    one, _ = replicas
    async with hold_lease(one, "work"):
        clock.now += LASTS * 10
        await _write(one, "holder")


async def test_a_holder_paused_in_the_middle_of_a_transaction_commits_nothing(
    migrated_postgres_url: str, clock: _Clock
) -> None:
    async with _two(migrated_postgres_url, clock) as (one, other), hold_lease(one, "work"):
        done: list[asyncio.Event] = []

        async def late() -> None:
            async with one.write() as tx:
                await write_note(tx, "late", {}, tx.now)
                done.append(await _take_over(other, clock))

        with pytest.raises(NotHeld):
            await late()
        async with one.read() as tx:
            assert await note(tx, "late") is None
        done[0].set()


async def test_who_wants_a_lease_waits_for_what_its_holder_is_about_to_commit(
    migrated_postgres_url: str, clock: _Clock
) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")

    async def write() -> None:
        async with one.write() as tx:
            tx.audit(tx.now, "bot", AuditAction.REQUEST_PART, "req_1")

    async def take() -> bool:
        async with hold_lease(other, "work") as is_theirs:
            return is_theirs

    async def blocked(task: asyncio.Task[Any], count: int) -> None:
        async with other.engine.connect() as looking:
            while not task.done() and (await looking.execute(waiting)).scalar_one() < count:
                await looking.rollback()

    async with _two(migrated_postgres_url, clock) as (one, other), hold_lease(one, "work"):
        async with other.engine.begin() as chain:  # the last thing that a transaction waits for
            await chain.execute(text(f"SELECT pg_advisory_xact_lock({PG_LOCK})"))
            writing = asyncio.create_task(write())
            await blocked(writing, 1)
            clock.now += LASTS + SECOND
            taking = asyncio.create_task(take(), context=Context())
            await blocked(taking, 2)
            assert not taking.done()
        await writing
        assert await taking


@pytest.mark.both
async def test_who_lost_a_lease_does_not_renew_it_for_the_next_one(replicas: tuple[Store, Store], clock: _Clock) -> None:
    one, other = replicas

    async def follow() -> None:
        async with other.write() as tx:
            await tx.execute(update(LeaseRow).values(since=clock.now + SECOND, renewed_at=None))

    async with hold_lease(one, "work", every=0.001):
        (renewing,) = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.create_task(follow(), context=Context())
        while not renewing.done():
            row = await _held(other)
            assert row
            assert row.renewed_at is None


async def test_the_locks_of_a_process_paused_in_the_middle_of_a_transaction_keep_nobody_waiting(
    migrated_postgres_url: str,
) -> None:
    paused, other = Store(migrated_postgres_url, idle_for="50ms"), Store(migrated_postgres_url)
    await _write(other, "before")

    async def pause() -> None:
        async with paused.write() as tx:
            await write_note(tx, "figures", {"of": "paused"}, tx.now)
            await _write(other, "other")

    with pytest.raises(DBAPIError):
        await pause()
    async with other.read() as tx:
        assert (await note(tx, "figures") or [{}])[0] == {"of": "other"}
    await paused.close()
    await other.close()
