"""`python -m bot audit verify`: opens the database as it is, changes nothing, and says whether the chain holds."""

from pathlib import Path

from bot.approvals.audit_facts import told_by_requests
from bot.settings.model import DatabaseSettings
from bot.store.audit import AuditProof, verify_chain
from bot.store.session import Store
from bot.words.wording import plural

_SQLITE = "sqlite+aiosqlite:///"


async def verify_audit(settings: DatabaseSettings, since: tuple[int, str] | None = None) -> tuple[bool | None, str]:
    """Return whether the audit log is whole (None: it could not be read) and one sentence about it.

    `since` is the head that an earlier check printed: the log must have grown from there.
    """
    url = settings.database_url.get_secret_value()
    if absent := _absent_file(url):
        return None, f"audit: There is no database at {absent}."  # opening it would make one
    store = Store(url, settings.audit_key_bytes)
    try:
        async with store.read() as tx:
            return _said(await verify_chain(tx, settings.audit_key_bytes, since, await told_by_requests(tx)))
    except Exception as error:  # drivers differ, and their texts repeat the address with its password
        return (
            None,
            f"audit: The log can't be read ({type(error).__name__}). Is DATABASE_URL the bot's database?",
        )
    finally:
        await store.close()


def _absent_file(url: str) -> Path | None:
    file = Path(url.removeprefix(_SQLITE).split("?")[0])
    return file if url.startswith(_SQLITE) and not file.is_file() else None


def _said(proof: AuditProof) -> tuple[bool, str]:
    if proof.broken_seq is None:
        head = f"{proof.entries}:{proof.head}"
        entries = plural(proof.entries, "entry", "entries")
        return True, f"audit: {entries}, complete and unchanged. Head {head}"
    return False, f"audit: Broken at entry {proof.broken_seq}: {proof.reason}. The {proof.entries} before it are unchanged."
