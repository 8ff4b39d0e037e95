"""The audit log's hash chain: drafts of entries, linked and written just before their transaction commits."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy import select as select_columns
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from bot.store.tables import AuditEntryRow

GENESIS = "0" * 64
_NEWEST = select_columns(col(AuditEntryRow.seq), col(AuditEntryRow.hash)).order_by(col(AuditEntryRow.seq).desc()).limit(1)
_APPEND, _LOCK = insert(AuditEntryRow), text("SELECT pg_advisory_xact_lock(:lock)")

PG_LOCK = 0x51_4D_41_55  # "QMAU": one appender at a time, so that the sequence has no gaps and no forks


@dataclass(frozen=True)
class AuditDraft:
    """An entry before it is chained. `detail` holds plain JSON values, never a secret."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


def chain_hash(key: bytes, prev_hash: str, seq: int, draft: AuditDraft) -> str:
    """Return the hex HMAC-SHA256 that binds an entry to the one before it."""
    content = json.dumps(
        [
            seq,
            draft.at.astimezone(UTC).isoformat(timespec="microseconds"),
            draft.actor,
            draft.action,
            draft.subject,
            draft.detail,
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hmac.new(key or b"quartermaster", f"{prev_hash}\n{content}".encode(), hashlib.sha256).hexdigest()


async def append_entries(connection: AsyncConnection, dialect: str, drafts: Sequence[AuditDraft], key: bytes) -> None:
    """Chain and write entries; called by the transaction just before it commits."""
    if dialect == "postgresql":
        await connection.execute(_LOCK, {"lock": PG_LOCK})
    last = (await connection.execute(_NEWEST)).first()
    seq, prev = (int(last[0]), str(last[1])) if last else (0, GENESIS)
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        seq += 1
        digest = chain_hash(key, prev, seq, draft)
        facts = {"at": draft.at, "actor": draft.actor, "action": draft.action, "subject": draft.subject}
        rows.append({"seq": seq, **facts, "detail": draft.detail, "prev_hash": prev, "hash": digest})
        prev = digest
    await connection.execute(_APPEND, rows)
