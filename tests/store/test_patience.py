"""What notes an effect waits for a database that is somebody else's, or away; what can only read is not kept."""

import asyncio
import secrets
import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.errors import QuartermasterError
from bot.store.migrate import examine_database, open_database, why_unusable
from bot.store.notes import note, try_writing, write_note
from bot.store.rights import NoRights
from bot.store.session import FileReplaced, Store, Tx
from tests.templates import copy_sqlite, sqlite_url
from tests.world import ALICE, BOB, world_of

BREAKS = (
    "SELECT pg_terminate_backend(pg_backend_pid())",
    *(f"DO $$BEGIN RAISE 'x' USING ERRCODE = '{state}'; END$$" for state in ("40001", "40P01", "55P03", "57014")),
)
"""How PostgreSQL may break off: a connection is ended; a deadlock; what an administrator lets locks and statements take."""


def hold(path: Path) -> sqlite3.Connection:
    """Take the write lock of a SQLite file, as a backup or a console does."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_a_note_of_an_effect_waits_for_another_program_and_others_do_not(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "q.db")
    store = Store(sqlite_url(tmp_path / "q.db"))
    other = hold(tmp_path / "q.db")

    async def patient() -> None:
        async with store.write(timedelta(seconds=60)) as tx:
            await write_note(tx, "effect", {"x": 1}, tx.now)

    writing = asyncio.create_task(patient())
    began = time.monotonic()
    with pytest.raises(DBAPIError) as caught:
        await try_writing(store)
    assert why_unusable(caught.value) == "Another program holds the SQLite file."
    assert time.monotonic() - began < 30
    assert not writing.done()
    other.execute("ROLLBACK")
    await writing
    async with store.read() as tx:
        assert (await note(tx, "effect") or [{}])[0] == {"x": 1}
    await store.close()
    other.close()


@pytest.mark.parametrize("is_there_another", [False, True])
async def test_a_file_that_is_moved_or_replaced_below_the_process_is_said(tmp_path: Path, is_there_another: bool) -> None:
    copy_sqlite(tmp_path / "q.db")
    store = Store(sqlite_url(tmp_path / "q.db"))
    for _ in range(2):
        await try_writing(store)
    (tmp_path / "q.db").rename(tmp_path / "moved.db")
    if is_there_another:
        copy_sqlite(tmp_path / "q.db")
    with pytest.raises(FileReplaced) as caught:
        await try_writing(store)
    assert why_unusable(caught.value).startswith("The SQLite file was moved or replaced while I run")
    await store.close()


@pytest.mark.both
async def test_what_fails_inside_is_not_done_twice(store: Store) -> None:
    tries: list[int] = []

    async def fails() -> None:
        async with store.write(timedelta(seconds=60)) as tx:
            tries.append(1)
            await write_note(tx, "x", {}, tx.now)
            await tx.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError):
        await fails()
    assert tries == [1]
    async with store.read() as tx:
        assert await note(tx, "x") is None


@pytest.mark.both
async def test_a_note_of_an_effect_is_written_again_where_the_database_fails_in_the_middle(store: Store) -> None:
    tries: list[int] = []

    async def note_it(tx: Tx) -> None:
        tries.append(1)
        if store.dialect == "postgresql" and len(tries) <= len(BREAKS):
            await tx.execute(text(BREAKS[len(tries) - 1]))
        if store.dialect == "sqlite":  # the disk is full, and then it isn't
            await tx.execute(text(f"PRAGMA max_page_count = {1 if len(tries) == 1 else 1_000_000}"))
        await write_note(tx, "effect", {"x": "x" * 100_000}, tx.now)

    await store.note(timedelta(seconds=30), note_it)
    assert len(tries) == 1 + (len(BREAKS) if store.dialect == "postgresql" else 1)
    async with store.read() as tx:
        assert (await note(tx, "effect") or [{}])[0] == {"x": "x" * 100_000}


async def test_a_secret_is_not_lost_while_another_program_holds_the_database(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "patient-key")
        await world.post("/faults", target="claude", name="POST /v1/organizations/api_keys", kind="slow_after", seconds=2)
        await world.click_on(BOB, card, "request_approve")

        async def is_made() -> bool:
            return any(key.name == "patient-key" for key in world.sandbox.claude.keys.values())

        await world.wait_for(is_made, "a key upstream")
        other = await asyncio.to_thread(hold, tmp_path / "quartermaster.db")
        await asyncio.sleep(9)
        other.execute("ROLLBACK")
        other.close()
        await world.message(ALICE, "Only you can see its secret", seconds=20)


async def test_a_connection_that_can_only_read_is_not_kept(migrated_postgres_url: str) -> None:
    plain = migrated_postgres_url.replace("postgresql+asyncpg://", "postgresql://")
    name = plain.partition("?")[0].rpartition("/")[2]
    admin = await cast("Any", asyncpg).connect(plain.replace(f"/{name}", "/postgres"))
    store = Store(migrated_postgres_url)
    try:
        await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        for _ in range(2):
            with pytest.raises(DBAPIError) as caught:
                await try_writing(store)
            assert why_unusable(caught.value).startswith("The database can only be read")
        assert (await examine_database(store) or "").startswith("The database can only be read")
        with pytest.raises(QuartermasterError, match="can only be read"):
            await open_database(store)
        await admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await try_writing(store)
        assert await examine_database(store) is None
    finally:
        await admin.close()
        await store.close()


async def test_a_user_who_may_not_use_one_of_the_tables_is_told_at_start_by_health_and_by_the_doctor(
    migrated_postgres_url: str,
) -> None:
    admin = await cast("Any", asyncpg).connect(migrated_postgres_url.replace("postgresql+asyncpg://", "postgresql://"))
    user = f"limited_{secrets.token_hex(4)}"
    await admin.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'x'")
    await admin.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}")
    await admin.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {user}")
    url = make_url(migrated_postgres_url).set(username=user, password="x")
    store = Store(url.render_as_string(hide_password=False))
    try:
        await admin.execute(f"REVOKE UPDATE, DELETE ON audit_entry FROM {user}")
        await try_writing(store)
        for right, on in (("USAGE", "SEQUENCE post_id_seq"), ("DELETE", "TABLE post")):
            await admin.execute(f"REVOKE {right} ON {on} FROM {user}")
            with pytest.raises(NoRights, match="lacks rights on post"):
                await try_writing(store)
            await admin.execute(f"GRANT {right} ON {on} TO {user}")
        await admin.execute(f"REVOKE INSERT ON audit_entry FROM {user}")
        with pytest.raises(NoRights) as caught:
            await try_writing(store)
        assert why_unusable(caught.value).startswith("The database's user lacks rights on audit_entry. Grant it SELECT, ")
        assert (await examine_database(store) or "").startswith("The database's user lacks rights on audit_entry.")
        with pytest.raises(QuartermasterError, match="lacks rights on audit_entry"):
            await open_database(store)
        await admin.execute(f"REVOKE ALL ON note FROM {user}")
        with pytest.raises(DBAPIError) as refused:
            await try_writing(store)
        assert why_unusable(refused.value).startswith("The database's user lacks rights. Grant it SELECT, ")
    finally:
        await store.close()
        await admin.execute(f"DROP OWNED BY {user}")
        await admin.execute(f"DROP ROLE {user}")
        await admin.close()


@pytest.mark.parametrize("mark", ["", "?pgbouncer=true"])
async def test_no_statement_has_a_name_behind_a_pooler(migrated_postgres_url: str, mark: str) -> None:
    joint = mark.replace("?", "&") if "?" in migrated_postgres_url else mark
    store = Store(migrated_postgres_url + joint)
    await open_database(store)
    async with store.read() as tx:
        named = (await tx.execute(text("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"))).scalar()
    assert (named == 0) == bool(mark)
    await store.close()


async def test_statements_that_a_pooler_loses_are_named_in_a_sentence(migrated_postgres_url: str) -> None:
    store = Store(migrated_postgres_url)
    await try_writing(store)
    async with store.read() as tx:
        await tx.execute(text("DEALLOCATE ALL"))  # as if the next transaction came to another connection
    with pytest.raises(DBAPIError) as caught:
        await try_writing(store)
    assert why_unusable(caught.value).endswith("add ?pgbouncer=true to DATABASE_URL.")
    await store.close()
