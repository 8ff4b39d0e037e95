"""Sealed secrets between making and showing. Only ciphertext passes through here."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import SecretRow

_PUT = insert(SecretRow)


async def put(tx: Tx, request_id: str, ciphertext: str, expires_at: datetime) -> None:
    """Keep a sealed secret until `expires_at`."""
    await tx.execute(_PUT, {"request_id": request_id, "ciphertext": ciphertext, "expires_at": expires_at})


async def sealed(tx: Tx, request_id: str, now: datetime) -> str | None:
    """Return the ciphertext, None once it is wiped or its time is over."""
    row = (await tx.session.exec(select(SecretRow).where(SecretRow.request_id == request_id))).first()
    return None if row is None or row.expires_at <= now else row.ciphertext


async def ends_at(tx: Tx, request_id: str) -> datetime | None:
    """Return until when a secret may be shown, None where there is none."""
    return (await tx.session.exec(select(SecretRow.expires_at).where(SecretRow.request_id == request_id))).first()


async def wipe(tx: Tx, request_id: str, now: datetime, *, shown: bool = False) -> bool:
    """Wipe a secret; False when there is none left."""
    statement = (
        update(SecretRow)
        .where(col(SecretRow.request_id) == request_id, col(SecretRow.ciphertext).is_not(None))
        .values(ciphertext=None, wiped_at=now, shown_at=now if shown else None)
    )
    return (await tx.execute(statement)).rowcount == 1
