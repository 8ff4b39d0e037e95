"""The audit log: append-only, hash-chained from the first row, provable by `python -m bot audit verify`."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, text
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.store.tables import AuditEntryRow, DecisionRow, RequestRow

if TYPE_CHECKING:
    from bot.store.session import Tx

GENESIS = "0" * 64
_PG_LOCK = 0x51_4D_41_55  # "QMAU": one appender at a time, so that the sequence has no gaps and no forks


@dataclass(frozen=True)
class AuditDraft:
    """An entry before it is chained. `detail` holds plain JSON values, never a secret."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class AuditEntry:
    """One entry of the log as read back."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    prev_hash: str
    hash: str


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


async def append_entries(session: AsyncSession, dialect: str, drafts: Sequence[AuditDraft], key: bytes) -> None:
    """Chain and write entries; called by the transaction just before it commits."""
    # Below the ORM, because every act waits for this.
    connection = await session.connection()
    if dialect == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})
    newest = select_columns(col(AuditEntryRow.seq), col(AuditEntryRow.hash)).order_by(col(AuditEntryRow.seq).desc()).limit(1)
    last = (await connection.execute(newest)).first()
    seq, prev = (int(last[0]), str(last[1])) if last else (0, GENESIS)
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        seq += 1
        digest = chain_hash(key, prev, seq, draft)
        facts = {"at": draft.at, "actor": draft.actor, "action": draft.action, "subject": draft.subject}
        rows.append({"seq": seq, **facts, "detail": draft.detail, "prev_hash": prev, "hash": digest})
        prev = digest
    await connection.execute(insert(AuditEntryRow), rows)


async def entries_of(tx: "Tx", subject: str) -> list[AuditEntry]:
    """Return the entries about one subject (a request id, a channel, …), oldest first."""
    found = await tx.session.exec(
        select(AuditEntryRow).where(AuditEntryRow.subject == subject).order_by(col(AuditEntryRow.seq))
    )
    return [_entry(row) for row in found]


async def all_entries(tx: "Tx", batch: int = 1000) -> AsyncIterator[AuditEntry]:
    """Yield the whole log, oldest first."""
    after = 0
    while True:
        query = select(AuditEntryRow).where(AuditEntryRow.seq > after).order_by(col(AuditEntryRow.seq)).limit(batch)
        rows = list(await tx.session.exec(query))
        for row in rows:
            yield _entry(row)
        if not rows:
            return
        after = rows[-1].seq


@dataclass(frozen=True)
class AuditProof:
    """What a check of the chain found: how many entries hold, and the first that doesn't with the reason.

    `head` is the newest entry's hash; written down elsewhere, it proves later that nothing was cut off behind it.
    """

    entries: int
    broken_seq: int | None = None
    reason: str = ""
    head: str = GENESIS


async def verify_chain(tx: "Tx", key: bytes, since: tuple[int, str] | None = None) -> AuditProof:
    """Recompute the chain from the first entry; name the first that is missing, moved or changed.

    A chain can't tell by itself that its newest entries were cut off. So what the requests say is looked up in it, and
    `since` (number and hash of an entry, as an earlier check gave them) has to be in it.
    """
    told = await _told(tx)  # before the entries, which only grow while the bot works
    prev, expected = GENESIS, 0
    said: set[tuple[str, str]] = set()
    async for entry in all_entries(tx):
        expected += 1
        said.add((entry.subject, entry.action))
        draft = AuditDraft(entry.at, entry.actor, entry.action, entry.subject, entry.detail)
        if entry.seq != expected:
            return AuditProof(expected - 1, expected, f"entry {expected} is missing")
        if entry.prev_hash != prev:
            return AuditProof(expected - 1, entry.seq, "it doesn't follow from the entry before it")
        if entry.hash != chain_hash(key, prev, entry.seq, draft):
            return AuditProof(expected - 1, entry.seq, "its content was changed, or the key is another one")
        if since and entry.seq == since[0] and entry.hash != since[1]:
            return AuditProof(expected - 1, entry.seq, "it is not the entry that was there at the earlier check")
        prev = entry.hash
    if since and expected < since[0]:
        return AuditProof(expected, expected + 1, "it was there at the earlier check and is missing")
    for subject, actions, sentence in told:
        if not any((subject, action) in said for action in actions):
            return AuditProof(expected, expected + 1, f"it is missing: {sentence}")
    return AuditProof(expected, head=prev)


_TOLD_BY = {
    "applied": ("request.applied",),
    "denied": ("request.denied",),
    "withdrawn": ("request.withdrawn", "request.given_up"),
    "expired": ("request.expired",),
    "failed": ("request.failed",),
    "fulfilling": ("request.waits_for_person",),
    "reverted": ("request.ended", "request.end_needs_person"),
}
"""Which entries a request in this status must have left, any of them."""


async def _told(tx: "Tx") -> list[tuple[str, tuple[str, ...], str]]:
    """Return what the requests say: subject, the entries of which one must exist, and the sentence for when none does."""
    told: list[tuple[str, tuple[str, ...], str]] = []
    for request_id, status in await tx.session.exec(select(RequestRow.id, RequestRow.status)):
        told.append((request_id, ("request.submitted",), f"nobody is on record for asking {request_id}"))
        if status in _TOLD_BY:
            told.append((request_id, _TOLD_BY[status], f"{request_id} is {status}, and no entry says so"))
    for request_id, verdict in await tx.session.exec(select(DecisionRow.request_id, DecisionRow.verdict)):
        action = "request.approved" if verdict == "approve" else "request.denied"
        told.append((request_id, (action,), f"{request_id} has a decision ({verdict}) that no entry tells of"))
    return told


def _entry(row: AuditEntryRow) -> AuditEntry:
    return AuditEntry(row.seq, row.at, row.actor, row.action, row.subject, row.detail, row.prev_hash, row.hash)
