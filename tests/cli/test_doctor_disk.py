"""What the doctor says of the disk of a SQLite file."""

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.cli.check import check_everything
from bot.cli.doctor import examine_storage
from bot.cli.doctor_disk import LEAST, examine_file
from bot.kinds.registry import KINDS
from bot.settings.model import load_settings
from bot.store.actions import AuditAction
from bot.store.migrate import NO_FILE_RIGHTS, known_reason, open_database
from bot.store.session import Store
from tests.cli.test_check import GOOD
from tests.conftest import AUDIT_KEY
from tests.templates import copy_sqlite


def test_a_disk_without_room_or_rights_is_named(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    assert examine_file(url, lambda _folder: LEAST, lambda _path: True) is None
    full = "the disk of the SQLite file has 12 MB left. Make room for 100 MB."
    assert examine_file(url, lambda _folder: 12 * 2**20, lambda _path: True) == full
    for foreign in ("bot.db", "bot.db-wal", "bot.db-shm", tmp_path.name):
        (tmp_path / "bot.db-wal").touch()
        (tmp_path / "bot.db-shm").touch()
        (tmp_path / "bot.db").touch()
        assert examine_file(url, lambda _folder: LEAST, lambda path, name=foreign: path.name != name) == NO_FILE_RIGHTS
    nowhere = "sqlite+aiosqlite:////nope/dir/x.db"
    assert examine_file(nowhere, lambda _folder: LEAST, lambda _path: True) == "there is no folder /nope/dir. Make it."
    assert examine_file("postgresql+asyncpg://h/d", lambda _folder: 0, lambda _path: False) is None


def test_check_warns_of_a_file_that_its_user_can_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = GOOD | {"DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"}
    warning = f"settings: DATABASE_URL: {NO_FILE_RIGHTS}"
    assert warning not in check_everything(env, KINDS, tmp_path / "none.yml").warnings

    def may_nothing(_path: Path, _mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", may_nothing)
    found = check_everything(env, KINDS, tmp_path / "none.yml")
    assert warning in found.warnings
    assert "not for the user who checked this" in found.closing


@pytest.mark.parametrize("said", ["attempt to write a readonly database", "unable to open database file"])
def test_a_file_of_another_user_is_said_at_the_start_as_by_the_doctor(said: str) -> None:
    assert known_reason(OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(said))) == NO_FILE_RIGHTS


def test_a_file_of_a_newer_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    url = f"sqlite+aiosqlite:///{path}"
    copy_sqlite(path)
    assert examine_file(url, lambda _folder: LEAST) is None
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    said = "The database is at revision 9999, which this version doesn't know."
    assert (examine_file(url, lambda _folder: LEAST) or "").startswith(said)
    found = check_everything(GOOD | {"DATABASE_URL": url}, KINDS, tmp_path / "none.yml")
    assert any(said in fault for fault in found.faults)
    assert not found.starts


async def test_a_file_of_another_audit_key_is_named_and_one_with_damaged_entries_is_not(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    env = GOOD | {"DATABASE_URL": f"sqlite+aiosqlite:///{path}", "AUDIT_KEY": AUDIT_KEY.decode()}
    copy_sqlite(path)
    store = Store(env["DATABASE_URL"], AUDIT_KEY)
    async with store.write() as tx:
        for number in range(3):
            tx.audit(datetime(2026, 11, 23, tzinfo=UTC), "user_1", AuditAction.PERSON_LINKED, f"req_{number}")
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("UPDATE audit_entry SET at = 'then', detail = '{damaged' WHERE seq != 2")
    await open_database(store)
    await store.close()
    none = tmp_path / "none.yml"
    assert check_everything(env, KINDS, none).starts
    assert await examine_storage(load_settings(env)) == []
    other = env | {"AUDIT_KEY": "another-key-0000"}
    said = "AUDIT_KEY doesn't fit the audit log, which was begun with another one: put that back."
    assert [said in one.sentence for one in await examine_storage(load_settings(other))] == [True]
    found = check_everything(other, KINDS, none)
    assert (any(said in fault for fault in found.faults), found.starts) == (True, False)
