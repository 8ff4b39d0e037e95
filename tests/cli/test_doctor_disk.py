"""What the doctor says of the disk of a SQLite file."""

from pathlib import Path

from bot.cli.doctor_disk import LEAST, examine_disk


def test_a_disk_without_room_or_rights_is_named(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    assert examine_disk(url, lambda _folder: LEAST, lambda _path: True) is None
    full = "the disk of the SQLite file has 12 MB left. Make room for 100 MB."
    assert examine_disk(url, lambda _folder: 12 * 2**20, lambda _path: True) == full
    assert (examine_disk(url, lambda _folder: LEAST, lambda _path: False) or "").startswith("the SQLite file or its folder")
    nowhere = "sqlite+aiosqlite:////nope/dir/x.db"
    assert examine_disk(nowhere, lambda _folder: LEAST, lambda _path: True) == "there is no folder /nope/dir. Make it."
    assert examine_disk("postgresql+asyncpg://h/d", lambda _folder: 0, lambda _path: False) is None
