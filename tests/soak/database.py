"""A PostgreSQL server for one test alone, which may crash it."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from bot.store.migrate import migrate
from bot.store.session import Store
from tests.keeping import ask_keeper
from tests.postgres import driver_url, execute


@contextlib.asynccontextmanager
async def own_server() -> AsyncGenerator[tuple[str, str]]:
    """Run a server until the block ends; yields its address, and a migrated database as the bot's DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="qm-pg-"))
    keeper = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.keeper", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2], start_new_session=True,
    )  # fmt: skip
    try:
        server = ask_keeper(folder / "keeper")
        # What it has said yes to must survive its own crash; that of the machine, against which fsync helps, isn't played.
        await execute(server, "ALTER SYSTEM SET synchronous_commit = on")
        await execute(server, "SELECT pg_reload_conf()")
        await execute(server, "CREATE DATABASE soak")
        url = driver_url(server, "soak")
        store = Store(url)
        await migrate(store)
        await store.close()
        yield server, url
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(60)
