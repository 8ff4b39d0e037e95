"""The store's promises, on SQLite and on PostgreSQL."""

import asyncio
import contextlib
import gc
import sys
import weakref
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.spend.ledger.hours.db import days_with_hours
from bot.spend.ledger.parts.db import days_to_tell_apart
from bot.store.actions import AuditAction
from bot.store.audit import OtherAuditKey, verify_chain
from bot.store.migrate import alembic_config, examine_database, is_current, migrate, open_database
from bot.store.revisions import DatabaseTooNew
from bot.store.session import Store
from bot.store.tables import NoteRow
from tests.conftest import AUDIT_KEY

pytestmark = pytest.mark.both

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def _note(store: Store, subject: str) -> None:
    async with store.write() as tx:
        tx.audit(NOW, "U1", AuditAction.PERSON_LINKED, subject, amount="1.50")


async def _run(store: Store, statement: str) -> None:
    async with store.write() as tx:
        await tx.execute(text(statement))


async def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    def check(connection: Connection) -> None:
        config = alembic_config(connection)
        config.stdout = sys.stdout  # instead of what it was when Alembic was imported, maybe within a test and closed since
        command.check(config)

    async with store.engine.begin() as connection:
        await connection.run_sync(check)
    assert await is_current(store)


async def test_replicas_that_start_together_all_migrate(database_url: str) -> None:
    stores = [Store(database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(store) for store in stores))
    assert all([await is_current(store) for store in stores])
    for store in stores:
        await store.close()


async def test_an_upgrade_to_the_third_cut_reads_hours_and_parts_again(database_url: str) -> None:
    store, day = Store(database_url), "DATE '2026-11-20'" if "postgresql" in database_url else "'2026-11-20'"
    async with store.engine.begin() as connection:
        await connection.run_sync(lambda ours: command.upgrade(alembic_config(ours), "0012"))
    ids = "workspace_id, model, api_key_id, actor, product, nanos"
    async with store.write() as tx:
        if tx.dialect == "postgresql":
            span = "FROM ('2026-11-01') TO ('2026-12-01')"
            await tx.execute(text(f"CREATE TABLE cost_hour_2026_11 PARTITION OF cost_hour FOR VALUES {span}"))
        await tx.execute(
            text(f"INSERT INTO cost_hour (day, hour, {ids}) VALUES ({day}, 3, 'w', 'm', 'k', '', '', 5000000000)")
        )
        at = "'2026-11-21 08:00:00'"
        known = f"{day}, 'analytics', {at}, {at}, true, -5000000000, 0, 5, {at}"
        columns = "day, source, refreshed_at, synced_at, closed, total_nanos, rest_nanos, rest_reads, hours_at"
        await tx.execute(text(f"INSERT INTO ledger_day ({columns}) VALUES ({known})"))
    await migrate(store)
    async with store.read() as tx:
        assert [*await days_to_tell_apart(tx, date(2026, 1, 1), date(2026, 12, 1), NOW)] == [date(2026, 11, 20)]
        assert await days_with_hours(tx, date(2026, 1, 1), date(2026, 12, 1)) == set()
        assert (await tx.execute(text("SELECT count(*) FROM cost_hour"))).scalar() == 0
    await store.close()


async def test_no_act_waits_as_long_as_a_migration_may(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await migrate(store)
    async with store.read() as tx:
        assert (await tx.execute(text("PRAGMA busy_timeout"))).scalar() == 5000
    await store.close()


@pytest.mark.parametrize("kind", ["read", "write", "failed"])
async def test_the_session_of_a_transaction_ends_with_it_and_waits_for_no_garbage_collector(store: Store, kind: str) -> None:
    used: list[weakref.ref[Session]] = []

    async def use() -> None:
        async with store.read() if kind == "read" else store.write() as tx:
            used.append(weakref.ref(tx.session.sync_session))
            assert await tx.session.get(NoteRow, "nothing") is None
            assert kind != "failed" or 1 / 0

    gc.disable()
    try:
        with contextlib.suppress(ZeroDivisionError):
            await use()
        assert [one() for one in used] == [None]
    finally:
        gc.enable()


async def test_a_database_newer_than_the_code_is_refused_with_a_sentence(store: Store) -> None:
    async with store.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="revision 9999, which this version doesn't know"):
        await migrate(store)
    if store.dialect == "postgresql":
        assert (await examine_database(store) or "").startswith("The database is at revision 9999")


@pytest.mark.parametrize(
    ("begun", "said"), [(AUDIT_KEY, "with another one: put that back"), (b"", "without one: remove it")]
)
async def test_a_log_is_gone_on_with_by_the_key_alone_with_which_it_was_begun(
    migrated_url: str, begun: bytes, said: str
) -> None:
    store, other = Store(migrated_url, begun), Store(migrated_url, b"another one, of 16")
    await open_database(other)  # nothing is on record yet
    await _note(store, "first")
    await _note(store, "second")
    await open_database(store)
    with pytest.raises(OtherAuditKey, match=said) as caught:
        await open_database(other)
    if store.dialect == "postgresql":
        assert await examine_database(other) == caught.value.sentence
    await _note(other, "by an older version, which did go on")
    await open_database(store)
    await open_database(other)
    async with store.read() as tx:
        for one, broken in ((store, 3), (other, 1)):
            proof = await verify_chain(tx, one.audit_key)
            assert (proof.broken_seq, "or it was written with another AUDIT_KEY" in proof.reason) == (broken, True)
    await store.close()
    await other.close()


async def test_parallel_writers_get_one_unbroken_audit_chain(store: Store) -> None:
    await asyncio.gather(*(_note(store, f"subject {n}") for n in range(25)))
    async with store.read() as tx:
        proof = await verify_chain(tx, AUDIT_KEY)
    assert (proof.entries, proof.broken_seq) == (25, None)


async def test_what_one_transaction_reads_is_of_one_moment(store: Store) -> None:
    async with store.read() as tx:
        before = await verify_chain(tx, AUDIT_KEY)
        await _note(store, "committed between two statements")
        assert await verify_chain(tx, AUDIT_KEY) == before
    async with store.write() as tx:  # on the same connection, whose guarded updates count on what others committed
        if store.dialect == "postgresql":
            assert (await tx.execute(text("SHOW transaction_isolation"))).scalar() == "read committed"


async def test_a_rolled_back_act_leaves_no_audit_entry(store: Store) -> None:
    async def act_that_fails() -> None:
        async with store.write() as tx:
            tx.audit(NOW, "U1", AuditAction.PERSON_LINKED, "x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_that_fails()
    async with store.read() as tx:
        assert (await verify_chain(tx, AUDIT_KEY)).entries == 0


async def test_the_database_itself_refuses_to_change_the_audit_log(store: Store) -> None:
    await _note(store, "x")
    for statement in ("UPDATE audit_entry SET actor = 'U2'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"):
            await _run(store, statement)


@pytest.mark.parametrize(
    ("tampering", "broken", "reason"),
    [
        ("UPDATE audit_entry SET actor = 'U2' WHERE seq = 2", 2, "content was changed"),
        ("DELETE FROM audit_entry WHERE seq = 2", 2, "entry 2 is missing"),
        ("UPDATE audit_entry SET prev_hash = 'x' WHERE seq = 3", 3, "doesn't fit"),
    ],
)
async def test_verify_names_the_first_broken_entry(store: Store, tampering: str, broken: int, reason: str) -> None:
    for n in range(4):
        await _note(store, f"subject {n}")
    async with store.write() as tx:
        if tx.dialect == "postgresql":
            await tx.execute(text("DROP TRIGGER audit_append_only ON audit_entry"))
        else:
            for act in ("update", "delete"):
                await tx.execute(text(f"DROP TRIGGER audit_no_{act}"))
        await tx.execute(text(tampering))
    async with store.read() as tx:
        proof = await verify_chain(tx, AUDIT_KEY)
    assert proof.broken_seq == broken
    assert reason in proof.reason


async def test_the_chain_does_not_verify_with_another_key(store: Store) -> None:
    await _note(store, "x")
    async with store.read() as tx:
        assert (await verify_chain(tx, b"another key")).broken_seq == 1
