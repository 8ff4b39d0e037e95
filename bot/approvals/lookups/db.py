"""Past and present requests by what they made, change, or are about."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import col, select

from bot.approvals.db import ASKED, ID, from_there, with_decisions
from bot.approvals.model import Request, Status
from bot.people.model import Who
from bot.store.session import Tx
from bot.store.tables import DecisionRow, GrantHolderRow, KeyOwnerRow, RequestRow

_AT_ONCE = 500
_MADE_FOR = select(RequestRow.made_id).where(
    col(RequestRow.kind) == bindparam("of_kind"),
    col(RequestRow.requester_slack_id) == bindparam("by"),
    col(RequestRow.made_id).is_not(None),
)
_MAKERS = select(RequestRow.made_id, RequestRow.requester_slack_id).where(
    col(RequestRow.kind) == bindparam("of_kind"), col(RequestRow.made_id).in_(bindparam("ids", expanding=True))
)


async def of_workspace(
    tx: Tx, workspace_id: str, statuses: Collection[Status], *, by: str = "", limit: int = 5
) -> list[Request]:
    """Return the requests about a workspace in these statuses, newest first; with `by` only those of one person."""
    query = select(RequestRow).where(RequestRow.workspace_id == workspace_id, col(RequestRow.status).in_(statuses))
    query = query.where(RequestRow.requester_slack_id == by) if by else query
    return await with_decisions(tx, query.order_by(ASKED.desc(), ID.desc()).limit(limit))


async def perhaps_held_by(tx: Tx, who: Who, *, beyond: str = "", later: bool = True, limit: int = 20) -> list[Request]:
    """Return the requests that wait for a person, who may be `who`: they approved it or took it over at some time.

    The oldest first; `beyond` and `later` as in `bot.approvals.db.pending`. Who holds it now, `holder_of` says.
    """
    holder = col(RequestRow.outcome)["holder"]
    approved = select(DecisionRow.id).where(DecisionRow.request_id == RequestRow.id, _is_same(DecisionRow, who))
    is_theirs = or_(*(holder[name].as_string() == value for name, value in _known(who).items()), approved.exists())
    query = select(RequestRow).where(RequestRow.status == Status.FULFILLING, is_theirs)
    return await with_decisions(tx, (await from_there(tx, query, beyond, later=later)).limit(limit))


def _known(who: Who) -> dict[str, str]:
    return {name: value for name, value in who.model_dump(include={"slack_id", "member_id"}).items() if value}


def _is_same(row: type[DecisionRow], who: Who) -> ColumnElement[bool]:
    return or_(*(getattr(row, name) == value for name, value in _known(who).items()))


async def about(
    tx: Tx, thing: str, makers: Sequence[str], *, by: str = "", beyond: str = "", later: bool = False, limit: int = 20
) -> list[Request]:
    """Return the requests that change a thing, gave a key to its owner, or made it and are of the kinds `makers`.

    They come in the order of `of_requester`. With `by` (a Slack id) only what that person asked for.
    """
    made = and_(col(RequestRow.kind).in_(makers), col(RequestRow.made_id) == thing)
    gave = select(KeyOwnerRow.request_id).where(KeyOwnerRow.key_id == thing)
    query = select(RequestRow).where(or_(col(RequestRow.about_id) == thing, made, ID.in_(gave)))
    query = query.where(RequestRow.requester_slack_id == by) if by else query
    return await with_decisions(tx, (await from_there(tx, query, beyond, later=later)).limit(limit))


async def waiting_about(tx: Tx, thing: str) -> list[Request]:
    """Return the requests that change a thing once somebody approves or tries them again."""
    waits = col(RequestRow.status).in_((Status.PENDING, Status.FAILED))
    query = select(RequestRow).where(RequestRow.about_id == thing, waits, col(RequestRow.extends).is_(None))
    return await with_decisions(tx, query)


async def made_for(tx: Tx, kind: str, slack_id: str) -> frozenset[str]:
    """Return the ids of the things that requests of a kind made for a requester."""
    found = await tx.execute(_MADE_FOR, {"of_kind": kind, "by": slack_id})
    return frozenset(row.made_id for row in found if row.made_id)


async def askers_of(tx: Tx, kind: str, made: Sequence[str]) -> dict[str, str]:
    """Return who asked for these things, as far as requests of a kind made them: Slack ids by the thing's id."""
    found: dict[str, str] = {}
    for start in range(0, len(made), _AT_ONCE):
        some = await tx.execute(_MAKERS, {"of_kind": kind, "ids": made[start : start + _AT_ONCE]})
        found |= {row.made_id: row.requester_slack_id for row in some if row.made_id}
    return found


async def ends_of(tx: Tx, kind: str, made: Sequence[str]) -> dict[str, datetime]:
    """Return when what requests of a kind made will be taken back, by its id; what has no end is absent."""
    found: dict[str, datetime] = {}
    for start in range(0, len(made), _AT_ONCE):
        # Status and end are looked at here: an index by them would be taken, which has all that was ever applied.
        query = select(RequestRow.made_id, RequestRow.ends_at, RequestRow.status).where(
            RequestRow.kind == kind, col(RequestRow.made_id).in_(made[start : start + _AT_ONCE])
        )
        rows = await tx.session.exec(query)
        found |= {row[0]: row[1] for row in rows if row[0] and row[1] and row[2] == Status.APPLIED}
    return found


async def ended_since(tx: Tx, kind: str, since: datetime, now: datetime) -> list[Request]:
    """Return the grants of a kind that have ended since then, or whose time is over, though they are not taken back yet."""
    status, ended = col(RequestRow.status), col(RequestRow.closed_at) >= since
    over = and_(status == Status.APPLIED, col(RequestRow.ends_at) <= now)
    is_over = or_(and_(status == Status.REVERTED, ended), status == Status.REVERTING, over)
    return await with_decisions(tx, select(RequestRow).where(RequestRow.kind == kind, is_over))


async def given_since(tx: Tx, kind: str, since: datetime) -> list[Request]:
    """Return the requests of a kind that were done since then and are not taken back, though their time may be over."""
    given = col(RequestRow.status).in_((Status.APPLIED, Status.REVERTING))
    return await with_decisions(
        tx, select(RequestRow).where(RequestRow.kind == kind, given, col(RequestRow.closed_at) >= since)
    )


async def at_work_since(tx: Tx, kind: str, since: datetime) -> list[Request]:
    """Return the requests of a kind that are open or were closed since then, also those of which only a part was done."""
    is_late = or_(col(RequestRow.closed_at).is_(None), col(RequestRow.closed_at) >= since)
    return await with_decisions(tx, select(RequestRow).where(RequestRow.kind == kind, is_late))


async def standing(tx: Tx, kind: str) -> list[Request]:
    """Return the grants of a kind that stand; the time of some may be over."""
    stands = ID.in_(select(GrantHolderRow.request_id))
    return await with_decisions(tx, select(RequestRow).where(RequestRow.kind == kind, stands))


async def maker_of(tx: Tx, kind: str, made: str) -> Request | None:
    """Return the request of a kind that made a thing, or None."""
    found = await with_decisions(tx, select(RequestRow).where(RequestRow.kind == kind, RequestRow.made_id == made).limit(1))
    return found[0] if found else None
