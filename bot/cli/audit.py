"""`python -m bot audit`: opens the database as it is, changes nothing, proves the chain and shows what is in it."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Final

from bot.approvals.audit_facts import told_by_requests
from bot.approvals.audit_trail import Trail
from bot.cli.database import Unreadable, read_database
from bot.settings.model import DatabaseSettings
from bot.store.actions import AuditAction
from bot.store.audit import AuditEntry, all_entries, verify_chain, why_other_key
from bot.store.session import Tx
from bot.words.wording import plural

_SAYS: Final = "audit: "


async def verify_audit(settings: DatabaseSettings, since: tuple[int, str] | None = None) -> tuple[bool | None, str]:
    """Return whether the audit log is whole (None: it could not be read) and one sentence about it.

    `since` is the head that an earlier check printed: the log must have grown from there.
    """

    async def prove(tx: Tx) -> tuple[bool | None, str]:
        return await _proven(tx, settings, since)

    return await _read(settings, prove)


async def show_audit(settings: DatabaseSettings, about: str, say: Callable[[str], None]) -> tuple[bool | None, str]:
    """Say each entry about a key, request, person or workspace, a line each, or all; return as `verify_audit` does.

    `about` is an id, an address, a name that it ever had, or "" for the whole log. False also where nothing is about it.
    A line has number, moment in UTC, who, what, about what, and the facts as JSON.
    """

    async def show(tx: Tx) -> tuple[bool | None, str]:
        trail, emails, found = Trail(), dict[str, str](), 0
        async for entry in all_entries(tx):
            trail.add(entry.actor, entry.subject, entry.detail)
        wanted = trail.about(about)
        async for entry in all_entries(tx):
            if entry.action == AuditAction.PERSON_LINKED:
                emails[entry.actor] = str(entry.detail.get("email", ""))
            if not about or wanted.takes(entry.actor, entry.subject, entry.detail):
                found += 1
                say(_line(entry, emails.get(entry.actor, "")))
        whole, sentence = await _proven(tx, settings, None)
        if not found:
            return (
                False,
                f"{_SAYS}Nothing is on record about {_printable(about) or 'anything'}. {sentence.removeprefix(_SAYS)}",
            )
        return whole, sentence

    return await _read(settings, show)


def _line(entry: AuditEntry, email: str) -> str:
    at = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = f"{entry.actor} ({email})" if email else entry.actor
    facts = json.dumps(entry.detail, sort_keys=True, ensure_ascii=False)
    return _printable("  ".join([str(entry.seq), at, who, entry.action, entry.subject, facts]))


def _printable(text: str) -> str:
    """Return what people typed without what moves a terminal's cursor or turns the direction of text."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


async def _read(
    settings: DatabaseSettings, work: Callable[[Tx], Awaitable[tuple[bool | None, str]]]
) -> tuple[bool | None, str]:
    """Do something with the log; None with a sentence where it can't be read."""
    try:
        return await read_database(settings, "The log", work)
    except Unreadable as error:
        return None, f"{_SAYS}{error}"


async def _proven(tx: Tx, settings: DatabaseSettings, since: tuple[int, str] | None) -> tuple[bool, str]:
    """Prove the log, unless nothing in it was written with this key, which says nothing of the log itself."""
    if other := await why_other_key(tx, settings.audit_key_bytes):
        return False, f"{_SAYS}{other}"
    proof = await verify_chain(tx, settings.audit_key_bytes, since, await told_by_requests(tx))
    if proof.broken_seq is None:
        head = f"{proof.entries}:{proof.head}"
        entries = plural(proof.entries, "entry", "entries")
        return True, f"{_SAYS}{entries}, complete and unchanged. Head {head}"
    return False, f"{_SAYS}Broken at entry {proof.broken_seq}: {proof.reason}. The {proof.entries} before it are unchanged."
