"""Migrations at start: applied under a lock, so that replicas starting together queue; a newer database is refused.

Alembic is imported only where there is something to migrate: a later start does without its 10 MB and 0.1 s.
"""

import ssl
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.errors import QuartermasterError
from bot.store.audit import OtherAuditKey, check_audit_key
from bot.store.notes import try_writing
from bot.store.pooled import NotLent, check_pooler
from bot.store.revisions import MIGRATIONS, DatabaseTooNew, check_known, known_revisions, why_too_new
from bot.store.rights import GRANT, NoRights, check_rights
from bot.store.session import READ_ONLY, FileReplaced, Store, sqlstate
from bot.store.sqlite_connections import BUSY_TIMEOUT

if TYPE_CHECKING:
    from alembic.config import Config

_ONLY_READ = "The database can only be read; it may be a replica, or its disk may be read-only."
NO_FILE_RIGHTS = (
    "The SQLite file can't be opened or written. Make its folder, mount it writable, and let the user that runs the bot own"
    " it with all files in it."
)
_NO_ROOM = "The database can't be written: its disk is full, or it fails."
_DISK_FULL, _NO_RIGHTS = "53100", "42501"
_DISK_WORDS = ("database or disk is full", "disk I/O error")
"""What SQLite says; a limit or a quota that is reached it calls an I/O error."""
_NO_RIGHTS_WORDS = ("readonly database", "unable to open database file")
"""What SQLite says of a file, or of those beside it, that this user can't write, or can't even read."""
_REFUSED = {
    "28P01": "The server refuses the user or the password in DATABASE_URL.",
    "28000": "The server doesn't let this user in: there is no such user, or its pg_hba.conf allows none from here, or none"
    " without TLS (sslmode=require).",
    "3D000": "The server has no database of the name in DATABASE_URL. Create it, or name another one.",
}
"""PostgreSQL's words for an address that is wrong, and what to do."""
_TRUSTED = "name the file with its authority's certificates behind sslrootcert= in DATABASE_URL."
_OTHER_NAME = (62, 64)
"""OpenSSL's words for a certificate of another host: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH."""
_PROBES = 3
"""Transactions after which a pooler in between has shown itself, if there is one."""
_PG_LOCK = 0x51_4D_4D_49  # "QMMI"
_UNKNOWN_STATEMENT = ("26000", "42P05")
"""PostgreSQL's words for a prepared statement that isn't there, or is already: it was made on another connection."""
_BY_STATEMENT = "statement pooling mode"
"""What PgBouncer says to a transaction in statement mode, by a word of PostgreSQL's for a connection that fails."""
_AWAY = ("08", "57P", "53300")
"""PostgreSQL's words for a connection that fails, a server that starts or stops, and one with too many connections."""


class DatabaseAway(QuartermasterError):
    """The database can't be reached now; it may be there in a moment."""


def alembic_config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration for the migrations inside this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})
    check_known(_revision(connection))
    command.upgrade(alembic_config(connection), "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


async def migrate(store: Store) -> None:
    """Bring the database to this version's schema. Raises DatabaseTooNew."""
    if await is_current(store):
        return
    async with store.engine.execution_options(writes=True, patient=True).connect() as connection:
        async with connection.begin():
            await connection.run_sync(_upgrade)
        if store.dialect == "sqlite":  # back to the pool it goes, where no act may wait as long as a migration
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")


async def open_database(store: Store) -> None:
    """Bring the database to this version's schema.

    Raises DatabaseTooNew, DatabaseAway, and QuartermasterError when the database can't be used as it is.
    """
    try:
        await migrate(store)
        for _ in range(_PROBES):
            await try_writing(store)
        await check_pooler(store)
        async with store.read() as tx:
            await check_audit_key(tx, store.audit_key)
    except (DatabaseTooNew, OtherAuditKey):
        raise
    except Exception as error:  # drivers differ, and their texts repeat the address with its password
        why = known_reason(error)
        said = f"can't be used. {why}" if why else f"can't be opened ({type(error).__name__})."
        kind = DatabaseAway if is_away(error) else QuartermasterError
        raise kind(f"DATABASE_URL: the database {said}") from None


async def examine_database(store: Store) -> str | None:
    """Return what is wrong with a PostgreSQL database, without changing anything in it; None when it can be used."""
    try:
        for _ in range(_PROBES):
            async with store.read() as tx:
                found = await tx.execute(text("SELECT current_setting('transaction_read_only') = 'on'"))
                if found.scalar():
                    return _ONLY_READ
                revision = await tx.connection.run_sync(_revision)
                if said := why_too_new(revision):
                    return said
                await check_rights(tx)
                if revision is not None:
                    await check_audit_key(tx, store.audit_key)
        await check_pooler(store)
    except Exception as error:  # drivers differ
        return why_unusable(error)
    return None


def why_unusable(error: Exception) -> str:
    """Return in a sentence what an error of a driver's means; its own text may repeat the address with its password."""
    return known_reason(error) or f"The database does not answer ({type(error).__name__})."


def is_away(error: Exception) -> bool:
    """Tell whether an error says that a server can't be reached now, or that it is starting, stopping or full."""
    if _BY_STATEMENT in str(error) or _tls_reason(error):
        return False
    return isinstance(error, OSError | NotLent) or (sqlstate(error) or "").startswith(_AWAY)


def known_reason(error: Exception) -> str | None:
    """Return in a sentence what is wrong with a database, None for an error that says nothing of that."""
    if isinstance(error, FileReplaced | NoRights | NotLent | OtherAuditKey):
        return error.sentence
    orig, state = getattr(error, "orig", None), sqlstate(error)
    if _BY_STATEMENT in str(error):
        return "The pooler in between is in statement mode, in which nothing works: set its pool_mode to transaction."
    if "database is locked" in str(orig):
        return "Another program holds the SQLite file."
    if any(words in str(orig) for words in _NO_RIGHTS_WORDS):
        return NO_FILE_RIGHTS
    if state == READ_ONLY:
        return _ONLY_READ
    if state == _NO_RIGHTS:
        return f"The database's user lacks rights. {GRANT}"
    if state == _DISK_FULL or any(words in str(orig) for words in _DISK_WORDS):
        return _NO_ROOM
    if state in _UNKNOWN_STATEMENT:
        return "A pooler in transaction mode, such as PgBouncer, is in between: add ?pgbouncer=true to DATABASE_URL."
    return _REFUSED.get(state or "") or _tls_reason(error)


def _tls_reason(error: Exception) -> str | None:
    """Return what is wrong with the TLS that `sslmode` asks for; None where nothing is. asyncpg says it by text alone."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_NAME:
            return "The server's certificate is for another name than the host in DATABASE_URL."
        return f"The server's certificate isn't trusted: {_TRUSTED}"
    if "rejected SSL upgrade" in str(error):
        return "The server takes no TLS, which sslmode in DATABASE_URL asks for."
    if "root certificate file" in str(error):
        return f"To look at the server's certificate, as sslmode asks, {_TRUSTED}"
    return None


async def is_current(store: Store) -> bool:
    """Tell whether the schema is the one that this version wants."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(_revision) == known_revisions()[-1]
