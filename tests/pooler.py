"""PgBouncer before the tests' PostgreSQL, where it is installed; CI has to have it."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

LENT = 3
"""Connections that it lends to everybody: fewer than ask, so that each transaction may come to another one."""


@contextlib.contextmanager
def pooled(folder: Path, database_url: str, mode: str = "transaction", lent: int = LENT) -> Generator[str]:
    """Yield the address of a database behind a pooler that lends so many connections; skips where there is no PgBouncer."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        if os.environ.get("CI") == "true":
            pytest.fail("PgBouncer is missing; Debian's package pgbouncer has it.")
        pytest.skip("PgBouncer isn't installed; Debian's package pgbouncer has it.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "pgbouncer.ini"
    config.write_text(_config(database_url, port, mode, lent), encoding="utf-8")
    config.chmod(0o644)
    # It refuses to run as root, and takes the rights of whoever may reach the server's socket instead.
    user = ("-u", _owner(database_url)) if os.geteuid() == 0 else ()
    with config.open(encoding="utf-8") as given:
        process = subprocess.Popen(
            [program, "-q", *user, f"/dev/fd/{given.fileno()}"], pass_fds=[given.fileno()], stderr=subprocess.PIPE
        )
    try:
        _wait_for(port, process)
        yield f"postgresql+asyncpg://qm@127.0.0.1:{port}/pooled"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _host(database_url: str) -> str:
    url = urlsplit(database_url)
    return parse_qs(url.query).get("host", [url.hostname or "127.0.0.1"])[0]


def _owner(database_url: str) -> str:
    place = Path(_host(database_url))
    return place.owner() if place.is_absolute() else "nobody"


def _config(database_url: str, port: int, mode: str, lent: int) -> str:
    url, host = urlsplit(database_url), _host(database_url)
    facts = {"host": host, "port": str(url.port or 5432), "dbname": url.path.lstrip("/"), "user": url.username or "postgres"}
    facts |= {"password": url.password} if url.password else {}
    database = " ".join(f"{name}={value}" for name, value in facts.items())
    lines = ("listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =", "auth_type = any",
             f"pool_mode = {mode}", f"default_pool_size = {lent}", "max_client_conn = 300")  # fmt: skip
    return "\n".join(["[databases]", f"pooled = {database}", "[pgbouncer]", *lines, ""])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < deadline, "PgBouncer has not started"
        time.sleep(0.02)
