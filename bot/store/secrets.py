"""Sealed secrets between making and showing. Only ciphertext passes through here."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import SecretRow


async def put(tx: Tx, request_id: str, ciphertext: str, expires_at: datetime) -> None:
    """Keep a sealed secret until `expires_at`."""
    tx.session.add(SecretRow(request_id=request_id, ciphertext=ciphertext, expires_at=expires_at))
    await tx.session.flush()


async def take(tx: Tx, request_id: str, now: datetime) -> str | None:
    """Return the ciphertext and wipe it, guarded: exactly one caller gets it, and only in time."""
    row = (await tx.session.exec(select(SecretRow).where(SecretRow.request_id == request_id))).first()
    if row is None or row.ciphertext is None or row.expires_at <= now:
        return None
    ciphertext = row.ciphertext
    statement = (
        update(SecretRow)
        .where(col(SecretRow.request_id) == request_id, col(SecretRow.ciphertext) == ciphertext)
        .values(ciphertext=None, shown_at=now, wiped_at=now)
    )
    return ciphertext if (await tx.execute(statement)).rowcount == 1 else None


async def expired(tx: Tx, now: datetime) -> list[str]:
    """Return the requests whose secret nobody looked at in time."""
    query = select(SecretRow.request_id).where(col(SecretRow.ciphertext).is_not(None), col(SecretRow.expires_at) <= now)
    return list(await tx.session.exec(query))


async def wipe(tx: Tx, request_id: str, now: datetime) -> bool:
    """Wipe a secret that was never shown; False when there is none left."""
    statement = (
        update(SecretRow)
        .where(col(SecretRow.request_id) == request_id, col(SecretRow.ciphertext).is_not(None))
        .values(ciphertext=None, wiped_at=now)
    )
    return (await tx.execute(statement)).rowcount == 1
