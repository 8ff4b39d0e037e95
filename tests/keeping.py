"""What all workers of a run share as long as it lasts: a folder, the PostgreSQL server, and the process that forks."""

import contextlib
import fcntl
import functools
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

KEEPER = "QM_TEST_KEEPER"
"""The variable that tells the workers of a run where the keeper's folder is."""


class Keeper:
    """A process that keeps what the run shares, as long as this one lives or until `stop`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="qm-run-"))
        os.environ[KEEPER] = str(self.folder)
        # In a session of its own: what ends a process group must leave somebody who stops the servers.
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.keeper", str(self.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1], start_new_session=True,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop what it keeps, and wait until that has ended."""
        del os.environ[KEEPER]
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def kept(name: str) -> Path:
    """Return where something lies, or will, that this run shares."""
    return Path(os.environ[KEEPER]) / name


@contextlib.contextmanager
def made_once(name: str) -> Generator[Path]:
    """Yield where something lies that one worker makes for all, unless it is there; the others wait meanwhile."""
    with kept(f"{name}.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield kept(name)


def ask_keeper(path: Path) -> str:
    """Return the address of a server that a keeper keeps, once it has started."""
    deadline = time.monotonic() + 30
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(120)
        while asking.connect_ex(str(path)):  # the socket isn't there yet, or nobody listens yet
            assert time.monotonic() < deadline, "the keeper has not started"
            time.sleep(0.02)
        answer = b"".join(iter(functools.partial(asking.recv, 4096), b"")).decode()
    assert answer, "the keeper could not start the server"
    return answer
