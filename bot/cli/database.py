"""The bot's database, opened by a command as it is: nothing is migrated, and a file that isn't there isn't made."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import structlog

from bot.settings.model import DatabaseSettings
from bot.store.migrate import known_reason
from bot.store.session import Store, Tx

_SQLITE = "sqlite+aiosqlite:///"
T = TypeVar("T")


class Unreadable(Exception):
    """The database can't be read. The message is one sentence, without its address."""


async def read_database(settings: DatabaseSettings, what: str, work: Callable[[Tx], Awaitable[T]]) -> T:
    """Do something within one reading transaction; Unreadable where that can't be done. `what` is what is read."""

    async def within(_: Store, tx: Tx) -> T:
        return await work(tx)

    return await read_store(settings, what, within)


async def read_store(settings: DatabaseSettings, what: str, work: Callable[[Store, Tx], Awaitable[T]]) -> T:
    """Do the same with the store, too, for what reads by itself."""
    url = settings.database_url.get_secret_value()
    if absent := absent_file(url):
        raise Unreadable(f"There is no database at {absent}.")  # opening it would make one
    if not structlog.is_configured():  # standard output is what was asked for, such as a CSV file
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    store = Store(url, settings.audit_key_bytes)
    try:
        async with store.read() as tx:
            return await work(store, tx)
    except Exception as error:  # drivers differ, and their texts repeat the address with its password
        why = known_reason(error)
        said = f". {why}" if why else f" ({type(error).__name__}). Is DATABASE_URL the bot's database?"
        raise Unreadable(f"{what} can't be read{said}") from None
    finally:
        await store.close()


def absent_file(url: str) -> Path | None:
    """Return the SQLite file of an address that isn't there; None where it is, or where it is no file."""
    file = Path(url.removeprefix(_SQLITE).split("?")[0])
    return file if url.startswith(_SQLITE) and not file.is_file() else None
