"""Whether the disk of a SQLite file has room and may be written, and whether this version knows what it holds."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.store.peek import peek_revision, sqlite_path
from bot.store.revisions import why_too_new

LEAST: Final = 100 * 2**20
"""Bytes that have to be free: the file grows with each day's figures, and a backup needs as much beside it."""


def no_place(path: Path) -> str | None:
    """Return why no SQLite file can be at a path, as far as its folder tells it."""
    if path.is_dir():
        return f"{path} is a folder. Name a file in it."
    return None if path.parent.is_dir() else f"there is no folder {path.parent}. Make it."


def examine_file(
    url: str,
    free_in: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    may_write: Callable[[Path], bool] = lambda path: os.access(path, os.W_OK),
) -> str | None:
    """Return what is wrong with a SQLite file or its disk, None where nothing is, or for another database."""
    path = sqlite_path(url)
    if path is None:
        return None
    if wrong := no_place(path):
        return wrong
    folder = path.parent
    if not may_write(folder) or (path.exists() and not may_write(path)):
        return "the SQLite file or its folder can't be written. Mount it writable, for the user that runs the bot."
    free = free_in(folder)
    if free < LEAST:
        return f"the disk of the SQLite file has {free // 2**20} MB left. Make room for 100 MB."
    return why_too_new(peek_revision(url))
