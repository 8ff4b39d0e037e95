"""What findings need of the database, a statement for each kind of fact, and which of them people accepted."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.approvals import db as requests
from bot.approvals.model import Request, Status
from bot.hygiene.model import Accepted
from bot.spend.dimensions import PERSON
from bot.spend.ledger.db import ledger_days
from bot.spend.ledger.sources import SOURCES
from bot.store.session import Tx
from bot.store.tables import AcceptedAdviceRow, ClaudeCodeActivityRow, CostDayRow, KeyOwnerRow, RequestRow
from bot.store.upsert import insert_into

_MOST_WAITING = _AT_ONCE = 500


async def accept(tx: Tx, wanted: Accepted, now: datetime) -> bool:
    """Accept a finding, and tell whether it was. One that is accepted now stays as it is."""
    values = {
        "finding": wanted.finding,
        "title": wanted.title,
        "reason": wanted.reason,
        "until": wanted.until,
        "accepted_by": wanted.by,
        "accepted_at": tx.now,
    }
    changed = {name: value for name, value in values.items() if name != "finding"}
    statement = insert_into(tx, AcceptedAdviceRow).values(values)
    is_over = col(AcceptedAdviceRow.until) <= now
    statement = statement.on_conflict_do_update(index_elements=["finding"], set_=changed, where=is_over)
    return (await tx.execute(statement)).rowcount == 1


async def take_back(tx: Tx, finding: str, now: datetime) -> Accepted | None:
    """Forget that a finding is accepted and return how it was; None where it isn't accepted now."""
    was = next((one for one in await accepted(tx, now) if one.finding == finding), None)
    gone = await tx.execute(delete(AcceptedAdviceRow).where(col(AcceptedAdviceRow.finding) == finding)) if was else None
    return was if gone and gone.rowcount == 1 else None


async def accepted(tx: Tx, now: datetime) -> list[Accepted]:
    """Return what is accepted now, what comes back first at the top."""
    query = select(AcceptedAdviceRow).where(col(AcceptedAdviceRow.until) > now)
    rows = await tx.session.exec(query.order_by(col(AcceptedAdviceRow.until), col(AcceptedAdviceRow.finding)))
    return [Accepted(row.finding, row.title, row.reason, row.until, row.accepted_by) for row in rows]


async def people_active(tx: Tx, first: date, last: date) -> frozenset[str] | None:
    """Return the ids and addresses (lower case) of those with usage; None unless each day's report tells of people."""
    known = await ledger_days(tx, first, last)
    days = (last - first).days  # the last day may not have begun yet for the reports
    if len(known) < days or not all(SOURCES[one.source].tells(PERSON) for one in known.values()):
        return None
    spent = select_columns(col(CostDayRow.actor)).where(col(CostDayRow.day).between(first, last)).distinct()
    found = {str(row[0]) for row in await tx.execute(spent)}
    day = col(ClaudeCodeActivityRow.day)
    coded = select_columns(col(ClaudeCodeActivityRow.actor)).where(day.between(first, last)).distinct()
    return frozenset(one.casefold() for one in found | {str(row[0]) for row in await tx.execute(coded)})


async def askers(tx: Tx, kinds: Sequence[str], keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return by key the member who asked for it and why, for those of these keys that requests of these kinds made."""
    made, asked_by, reason = col(RequestRow.made_id), col(RequestRow.requester_member_id), col(RequestRow.reason)
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = made.in_(keys[start : start + _AT_ONCE])
        query = select_columns(made, asked_by, reason).where(col(RequestRow.kind).in_(kinds), some)
        rows: list[tuple[str, str, str]] = [tuple(row) for row in await tx.execute(query)]
        found |= {key: (member, why) for key, member, why in rows}
    return found


async def new_owners(tx: Tx) -> Mapping[str, str]:
    """Return by key the member to whom it was handed over."""
    query = select_columns(col(KeyOwnerRow.key_id), col(KeyOwnerRow.member_id))
    rows: list[tuple[str, str]] = [tuple(row) for row in await tx.execute(query)]
    return dict(rows)


async def expired(tx: Tx, since: datetime) -> list[Request]:
    """Return the requests that expired undecided since a moment, the newest first."""
    closed, status = col(RequestRow.closed_at), col(RequestRow.status)
    undecided = (status == Status.EXPIRED, closed >= since, col(RequestRow.approved_at).is_(None))
    query = select(RequestRow).where(*undecided).order_by(closed.desc(), col(RequestRow.id)).limit(_MOST_WAITING)
    return await requests.with_decisions(tx, query)


async def waiting(tx: Tx) -> list[Request]:
    """Return the requests that wait for a decision."""
    return await requests.with_status(tx, Status.PENDING, limit=_MOST_WAITING)
