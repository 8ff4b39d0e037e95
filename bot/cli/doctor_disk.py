"""Whether the disk of a SQLite file has room and may be written, and whether this version knows what it holds."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.store.migrate import NO_FILE_RIGHTS
from bot.store.peek import peek_revision, sqlite_path
from bot.store.revisions import why_too_new

LEAST: Final = 100 * 2**20
"""Bytes that have to be free: the file grows with each day's figures, and a backup needs as much beside it."""
MayWrite = Callable[[Path], bool]
MAY_WRITE: Final[MayWrite] = lambda path: os.access(path, os.R_OK | os.W_OK)  # noqa: E731 - what a test puts in its place


def no_place(path: Path) -> str | None:
    """Return why no SQLite file can be at a path, as far as its folder tells it."""
    if path.is_dir():
        return f"{path} is a folder. Name a file in it."
    return None if path.parent.is_dir() else f"there is no folder {path.parent}. Make it."


def no_rights(path: Path, may_write: MayWrite = MAY_WRITE) -> str | None:
    """Return why this user can't work with a SQLite file, those beside it and their folder; None where it can."""
    there = [one for one in (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))) if one.exists()]
    return None if all(may_write(one) for one in (path.parent, *there)) else NO_FILE_RIGHTS


def examine_file(
    url: str,
    free_in: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    may_write: MayWrite = MAY_WRITE,
) -> str | None:
    """Return what is wrong with a SQLite file or its disk, None where nothing is, or for another database."""
    path = sqlite_path(url)
    if path is None:
        return None
    if wrong := no_place(path):
        return wrong
    if wrong := no_rights(path, may_write):
        return wrong
    free = free_in(path.parent)
    if free < LEAST:
        return f"the disk of the SQLite file has {free // 2**20} MB left. Make room for 100 MB."
    return why_too_new(peek_revision(url))
