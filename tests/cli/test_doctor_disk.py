"""What the doctor says of the disk of a SQLite file."""

import contextlib
import sqlite3
from pathlib import Path

from bot.cli.check import check_everything
from bot.cli.doctor_disk import LEAST, examine_file
from bot.kinds.registry import KINDS
from tests.cli.test_check import GOOD
from tests.templates import copy_sqlite


def test_a_disk_without_room_or_rights_is_named(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    assert examine_file(url, lambda _folder: LEAST, lambda _path: True) is None
    full = "the disk of the SQLite file has 12 MB left. Make room for 100 MB."
    assert examine_file(url, lambda _folder: 12 * 2**20, lambda _path: True) == full
    assert (examine_file(url, lambda _folder: LEAST, lambda _path: False) or "").startswith("the SQLite file or its folder")
    nowhere = "sqlite+aiosqlite:////nope/dir/x.db"
    assert examine_file(nowhere, lambda _folder: LEAST, lambda _path: True) == "there is no folder /nope/dir. Make it."
    assert examine_file("postgresql+asyncpg://h/d", lambda _folder: 0, lambda _path: False) is None


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
