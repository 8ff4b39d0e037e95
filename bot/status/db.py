"""What past requests have shown of the Claude API, and who relies on it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from bot.admin.keys import CREATION_UNAVAILABLE
from bot.store.session import Tx
from bot.store.tables import ClaudeCodeCursorRow, ClaudeCodeDigestRow, RequestRow

_LOOKS_AT = 50
BY_API = "api"


async def creations(tx: Tx, kinds: Sequence[str]) -> tuple[datetime | None, datetime | None]:
    """Return when the API last created a key for a request of these kinds, and when it last said that it creates none.

    Looked for among the newest requests alone.
    """
    query = select(RequestRow).where(col(RequestRow.kind).in_(kinds), col(RequestRow.approved_at).is_not(None))
    rows = (await tx.session.exec(query.order_by(col(RequestRow.approved_at).desc()).limit(_LOOKS_AT))).all()
    made = next((row.approved_at for row in rows if row.made_id and row.outcome.get("way") == BY_API), None)
    refused = next((row.approved_at for row in rows if row.failure and CREATION_UNAVAILABLE in row.failure), None)
    return made, refused


async def code_failure(tx: Tx) -> tuple[str, datetime | None] | None:
    """Return why the report of Claude Code can't be read, and when it last could; None where it can, or nobody tried."""
    row = (await tx.session.exec(select(ClaudeCodeCursorRow))).first()
    return (row.failure, row.succeeded_at) if row and row.failure else None


async def summarized(tx: Tx) -> Sequence[str]:
    """Return the channels that get the weekly summary of Claude Code."""
    rows = ClaudeCodeDigestRow
    return (await tx.session.exec(select(rows.channel).where(col(rows.ended_at).is_(None)))).all()
