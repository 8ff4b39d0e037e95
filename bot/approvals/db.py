"""Requests and decisions in the database: one guarded write per transition."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.approvals.model import OPEN, Decision, Event, Request, Status, Verdict, next_status
from bot.approvals.outcome import Outcome
from bot.people.model import Who
from bot.store.session import Tx
from bot.store.tables import DecisionRow, RequestRow
from bot.store.upsert import insert_into


async def insert(tx: Tx, request: Request, open_subject: str) -> bool:
    """Add a new request; False when an open one about the same subject exists."""
    values = _values(request) | {"open_subject": open_subject}
    done = await tx.execute(insert_into(tx, RequestRow).values(values).on_conflict_do_nothing())
    return done.rowcount == 1


async def load(tx: Tx, request_id: str) -> Request | None:
    """Return a request with its decisions, or None."""
    found = await _with_decisions(tx, select(RequestRow).where(RequestRow.id == request_id))
    return found[0] if found else None


async def find_open(tx: Tx, open_subject: str) -> Request | None:
    """Return the open request about a subject, or None."""
    found = await _with_decisions(tx, select(RequestRow).where(RequestRow.open_subject == open_subject))
    return found[0] if found else None


async def with_status(tx: Tx, *statuses: Status, limit: int = 500) -> list[Request]:
    """Return the requests in these statuses, oldest first."""
    query = select(RequestRow).where(col(RequestRow.status).in_(statuses)).order_by(col(RequestRow.created_at)).limit(limit)
    return await _with_decisions(tx, query)


async def of_requester(tx: Tx, slack_id: str, limit: int = 20) -> list[Request]:
    """Return what somebody asked for, newest first."""
    query = select(RequestRow).where(RequestRow.requester_slack_id == slack_id)
    return await _with_decisions(tx, query.order_by(col(RequestRow.created_at).desc()).limit(limit))


async def requesters_of(tx: Tx, kind: str) -> dict[str, str]:
    """Return who asked for each thing that requests of a kind made: Slack ids by the thing's id."""
    thing: Any = col(RequestRow.outcome)["thing_id"].as_string()
    query: Any = select(thing, RequestRow.requester_slack_id)
    done = await tx.execute(query.where(RequestRow.kind == kind, col(RequestRow.closed_at).is_not(None)))
    rows: list[tuple[str | None, str]] = [tuple(row) for row in done]
    return {thing_id: slack_id for thing_id, slack_id in rows if thing_id}


async def ending(tx: Tx, now: datetime) -> list[Request]:
    """Return the applied requests whose grant has come to its end."""
    query = select(RequestRow).where(RequestRow.status == Status.APPLIED, col(RequestRow.ends_at) <= now)
    return await _with_decisions(tx, query)


async def ended_since(tx: Tx, kind: str, since: datetime) -> list[Request]:
    """Return the grants of a kind that have ended since then."""
    query = select(RequestRow).where(RequestRow.kind == kind, RequestRow.status == Status.REVERTED)
    return await _with_decisions(tx, query.where(col(RequestRow.closed_at) >= since))


async def advance(tx: Tx, request: Request, event: Event, **changes: Any) -> Request | None:
    """Move a request by one event, guarded: None when it is no longer as it was read.

    Raises RequestClosed where the event can't happen in the status that `request` has. Row locks do nothing on SQLite, so
    the guard is the WHERE clause.
    """
    status = next_status(request.status, event)
    values: dict[str, Any] = {"status": status, "version": request.version + 1, **changes}
    if status not in OPEN:
        values["open_subject"] = None
    statement = (
        update(RequestRow)
        .where(col(RequestRow.id) == request.id)
        .where(col(RequestRow.status) == request.status, col(RequestRow.version) == request.version)
        .values(_stored(values))
    )
    if (await tx.execute(statement)).rowcount != 1:
        return None
    changes = {name: value for name, value in values.items() if name != "open_subject"}
    return request.model_copy(update=changes)


async def touch(tx: Tx, request: Request, **changes: Any) -> Request | None:
    """Change facts of a request without moving it; its cards are redrawn, because the version goes up."""
    statement = (
        update(RequestRow)
        .where(col(RequestRow.id) == request.id, col(RequestRow.version) == request.version)
        .values(version=request.version + 1, **_stored(changes))
    )
    if (await tx.execute(statement)).rowcount != 1:
        return None
    return request.model_copy(update={"version": request.version + 1, **changes})


async def add_decision(tx: Tx, request_id: str, decision: Decision) -> bool:
    """Record what an approver said; False when this person already said something about this request."""
    values = {
        "request_id": request_id,
        "slack_id": decision.by.slack_id,
        "member_id": decision.by.member_id,
        "email": decision.by.email,
        "verdict": decision.verdict,
        "comment": decision.comment,
        "at": decision.at,
    }
    done = await tx.execute(insert_into(tx, DecisionRow).values(values).on_conflict_do_nothing())
    return done.rowcount == 1


async def statuses(tx: Tx) -> list[tuple[str, str]]:
    """Return id and status of every request."""
    return [(row[0], row[1]) for row in await tx.session.exec(select(RequestRow.id, RequestRow.status))]


async def verdicts(tx: Tx) -> list[tuple[str, str]]:
    """Return request id and verdict of every decision."""
    return [(row[0], row[1]) for row in await tx.session.exec(select(DecisionRow.request_id, DecisionRow.verdict))]


async def _with_decisions(tx: Tx, query: SelectOfScalar[RequestRow]) -> list[Request]:
    rows = (await tx.session.exec(query)).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    found = await tx.session.exec(
        select(DecisionRow).where(col(DecisionRow.request_id).in_(ids)).order_by(col(DecisionRow.id))
    )
    decisions: dict[str, list[Decision]] = {}
    for row in found:
        decisions.setdefault(row.request_id, []).append(_decision(row))
    return [_request(row, decisions.get(row.id, [])) for row in rows]


def _decision(row: DecisionRow) -> Decision:
    by = Who(slack_id=row.slack_id, member_id=row.member_id, email=row.email)
    return Decision(by=by, verdict=Verdict(row.verdict), comment=row.comment, at=row.at)


def _request(row: RequestRow, decisions: Sequence[Decision]) -> Request:
    facts = row.model_dump(exclude={"requester_slack_id", "requester_member_id", "requester_email", "open_subject"})
    who = Who(slack_id=row.requester_slack_id, member_id=row.requester_member_id, email=row.requester_email)
    return Request(**facts, requester=who, decisions=tuple(decisions))


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """Return columns as the database takes them: an outcome as plain JSON."""
    outcome = values.get("outcome")
    return values | {"outcome": outcome.stored()} if isinstance(outcome, Outcome) else values


def _values(request: Request) -> dict[str, Any]:
    facts = request.model_dump(exclude={"requester", "decisions", "outcome"})
    who = request.requester
    return facts | {
        "outcome": request.outcome.stored(),
        "requester_slack_id": who.slack_id,
        "requester_member_id": who.member_id,
        "requester_email": who.email,
    }
