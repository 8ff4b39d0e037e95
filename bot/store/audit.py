"""The audit log: append-only, hash-chained from the first row, provable by `python -m bot audit verify`."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, create_engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from bot.errors import QuartermasterError
from bot.store.chain import GENESIS, AuditDraft, chain_hash
from bot.store.peek import open_file
from bot.store.session import Tx
from bot.store.tables import AuditEntryRow

_ABOUT = select(AuditEntryRow).where(col(AuditEntryRow.subject) == bindparam("what")).order_by(col(AuditEntryRow.seq))
_SEQ = col(AuditEntryRow.seq)
_ENDS = [select(AuditEntryRow).order_by(order).limit(5) for order in (_SEQ, _SEQ.desc())]
"""The first and the newest entries: more than one of each, because one may be damaged."""
_BEHIND = select(AuditEntryRow).where(col(AuditEntryRow.seq) > bindparam("seq")).order_by(_SEQ).limit(1)
"""The entry behind another: where the key was another one for a time, it is of that key, too."""
_CHANGED_OR_OTHER: Final = "its content was changed, or it was written with another AUDIT_KEY"
Told = tuple[str, tuple[str, ...], str]
"""A subject, the actions of which one must be on record, and the sentence for when none is."""


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


_BATCH = 1000


async def entries_of(tx: Tx, subject: str) -> list[AuditEntry]:
    """Return the entries about one subject (a request id, a channel, …), oldest first."""
    return [_entry(row) for row in await tx.execute(_ABOUT, {"what": subject})]


async def all_entries(tx: Tx) -> AsyncIterator[AuditEntry]:
    """Yield the whole log, oldest first."""
    after = 0
    while True:
        query = select(AuditEntryRow).where(AuditEntryRow.seq > after).order_by(col(AuditEntryRow.seq)).limit(_BATCH)
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


async def verify_chain(tx: Tx, key: bytes, since: tuple[int, str] | None = None, told: Sequence[Told] = ()) -> AuditProof:
    """Recompute the chain from the first entry; name the first that is missing, moved or changed.

    A chain alone can't show that its newest entries were cut off. So what other tables say (`told`, read before, since
    entries only grow) is looked up in it, and `since` (number and hash of an entry, as an earlier check gave them) has to be
    in it.
    """
    prev, expected = GENESIS, 0
    said: set[tuple[str, str]] = set()
    async for entry in all_entries(tx):
        expected += 1
        said.add((entry.subject, entry.action))
        if entry.seq != expected:
            return AuditProof(expected - 1, expected, f"entry {expected} is missing")
        if entry.prev_hash != prev:
            return AuditProof(expected - 1, entry.seq, "it doesn't fit the entry before it")
        if not _is_of(entry, key):
            behind = [_entry(row) for row in await tx.execute(_BEHIND, {"seq": entry.seq})]
            why = "its content was changed" if any(_is_of(one, key) for one in behind) else _CHANGED_OR_OTHER
            return AuditProof(expected - 1, entry.seq, why)
        if since and entry.seq == since[0] and entry.hash != since[1]:
            return AuditProof(expected - 1, entry.seq, "it is not the same entry as at the earlier check")
        prev = entry.hash
    if since and expected < since[0]:
        return AuditProof(expected, expected + 1, "it was there at the earlier check and is missing now")
    for subject, actions, sentence in told:
        if not any((subject, action) in said for action in actions):
            return AuditProof(expected, expected + 1, f"it is missing: {sentence}")
    return AuditProof(expected, head=prev)


class OtherAuditKey(QuartermasterError):
    """The log was begun with another AUDIT_KEY, so that what is written with this one could never be proven."""


async def check_audit_key(tx: Tx, key: bytes) -> None:
    """Raise OtherAuditKey where a key is another one than that of the log."""
    if wrong := await why_other_key(tx, key):
        raise OtherAuditKey(wrong)


async def why_other_key(tx: Tx, key: bytes) -> str | None:
    """Return in a sentence that a key is another one than that of the log; None where it isn't, or nothing is on record."""
    return _why_other_key([_entry(row) for end in _ENDS for row in await tx.execute(end)], key)


def peek_audit_key(database_url: str, key: bytes) -> str | None:
    """Return the same of a SQLite file, which isn't changed; None for another database, or one that can't be read."""
    try:
        file = open_file(database_url)
        if file is None:
            return None
        with closing(file), create_engine("sqlite://", creator=lambda: file).connect() as connection:
            return _why_other_key([_entry(row) for end in _ENDS for row in connection.execute(end)], key)
    except (sqlite3.Error, DBAPIError):
        return None


def _why_other_key(ends: Sequence[AuditEntry], key: bytes) -> str | None:
    """Say it where none of the entries fits: those that are damaged have others beside them."""
    if not ends or any(_is_of(entry, key) for entry in ends):
        return None
    begun = "without one: remove it" if any(_is_of(entry, b"") for entry in ends) else "with another one: put that back"
    return f"AUDIT_KEY doesn't fit the audit log, which was begun {begun}. Nothing was changed."


def _is_of(entry: AuditEntry, key: bytes) -> bool:
    draft = AuditDraft(entry.at, entry.actor, entry.action, entry.subject, entry.detail)
    return entry.hash == chain_hash(key, entry.prev_hash, entry.seq, draft)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(row.seq, row.at, row.actor, row.action, row.subject, row.detail, row.prev_hash, row.hash)
