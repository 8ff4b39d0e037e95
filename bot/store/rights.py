"""Whether the database's user may do with each table what the acts of people need, which a single write can't tell."""

from typing import Final

from sqlalchemy import text
from sqlmodel import SQLModel

from bot.errors import QuartermasterError
from bot.store.session import Tx
from bot.store.tables import AuditEntryRow
from bot.words.wording import listed

GRANT: Final = "Grant it SELECT, INSERT, UPDATE and DELETE on all of Quartermaster's tables, and USAGE on their sequences."
_LACKING = text(
    "SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NOT NULL AND NOT ("
    "has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')"
    " AND (name = :appended OR (has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE')))"
    " AND NOT EXISTS (SELECT FROM pg_depend JOIN pg_class ON pg_class.oid = objid AND relkind = 'S'"
    " WHERE classid = CAST('pg_class' AS regclass) AND deptype = 'a' AND refobjid = to_regclass(name)"
    " AND NOT has_sequence_privilege(objid, 'USAGE'))) ORDER BY name LIMIT 3"
)
"""Ids are numbered by sequences, without which no row is inserted."""


class NoRights(QuartermasterError):
    """The database's user may not use a table as it has to be used."""


async def check_rights(tx: Tx) -> None:
    """Raise NoRights where PostgreSQL lets this user not read and write a table; the audit log is only added to."""
    if tx.dialect != "postgresql":
        return
    names = sorted(f'"{name}"' for name in SQLModel.metadata.tables)
    found = await tx.execute(_LACKING, {"names": names, "appended": f'"{AuditEntryRow.__tablename__}"'})
    if lacking := [str(name).strip('"') for name in found.scalars()]:
        raise NoRights(f"The database's user lacks rights on {listed(lacking)}. {GRANT}")
