"""Where the tests' files lie: in memory where there is room, because most of what tests wait for is a disk.

What a full or a slow disk does to the bot is tried with faults of their own, never with the machine's.
"""

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that must be free; a whole run leaves far less behind."""


def live_in_memory() -> None:
    """Put temporary files of this process and its children into memory, unless a place was chosen or room is short."""
    chosen = {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys()
    if chosen or not os.access(SHARED_MEMORY, os.W_OK) or shutil.disk_usage(SHARED_MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = str(SHARED_MEMORY)
    tempfile.tempdir = None  # asks for TMPDIR again
