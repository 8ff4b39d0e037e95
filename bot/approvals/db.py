"""Requests and decisions in the database: one guarded write per transition."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final, cast

from pydantic import BaseModel
from sqlalchemy import and_, bindparam, func, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.approvals.cards.plan import TOPIC, line_of, wanted
from bot.approvals.due import timers_of
from bot.approvals.findings.db import open_findings
from bot.approvals.grants import db as grants
from bot.approvals.model import OPEN, Decision, Event, Request, Status, Verdict, next_status
from bot.approvals.outcome import Outcome
from bot.errors import NotFound
from bot.people.model import Who
from bot.posts import db as posts
from bot.store.session import Tx
from bot.store.tables import DecisionRow, RequestRow
from bot.store.upsert import insert_new
from bot.timers import db as timers

Place = tuple[str, str | None]
"""A kind of request, and the workspace that it is about (None: the organization)."""
UNKNOWN: Final = "I don't know that request. Nothing was changed."
ASKED, ID, _STATUS = col(RequestRow.created_at), col(RequestRow.id), col(RequestRow.status)
_COLUMNS_ONLY = {"open_subject", "made_id", "about_id"}
"""What is written for lookups and is no part of a Request."""
# Statements that every click runs are made once: making one takes several times as long as running it.
_BY_ID = select(RequestRow).where(col(RequestRow.id) == bindparam("its_id"))
_TOUCHED = update(RequestRow).where(
    col(RequestRow.id) == bindparam("its_id"), col(RequestRow.version) == bindparam("was_version")
)
_MOVED = _TOUCHED.where(col(RequestRow.status) == bindparam("was_status"))
_DECISIONS = (
    select(DecisionRow)
    .where(col(DecisionRow.request_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(DecisionRow.id))
)


async def insert(tx: Tx, request: Request, open_subject: str, about: str | None = None) -> bool:
    """Add a new request, about the thing with an id; False when an open one about the same subject exists."""
    values = _values(request) | {"open_subject": open_subject, "about_id": about or None}
    done = await tx.execute(insert_new(tx, RequestRow), values)
    if done.rowcount == 1:
        await posts.want(tx, TOPIC, request.id, wanted(request), tx.now)
        await timers.set_timers(tx, TOPIC, request.id, timers_of(request, tx.now))
    return done.rowcount == 1


async def load(tx: Tx, request_id: str) -> Request | None:
    """Return a request with its decisions, or None."""
    found = await with_decisions(tx, _BY_ID, {"its_id": request_id})
    return found[0] if found else None


async def require(tx: Tx, request_id: str) -> Request:
    """Return a request with its decisions; NotFound in words otherwise."""
    request = await load(tx, request_id)
    if request is None:
        raise NotFound(UNKNOWN)
    return request


async def find_open(tx: Tx, open_subject: str) -> Request | None:
    """Return the open request about a subject, or None."""
    found = await with_decisions(tx, select(RequestRow).where(RequestRow.open_subject == open_subject))
    return found[0] if found else None


async def with_status(tx: Tx, *statuses: Status, kinds: Collection[str] = (), limit: int | None = 500) -> list[Request]:
    """Return the requests in these statuses, oldest first; with `kinds` of these kinds alone."""
    query = select(RequestRow).where(_STATUS.in_(statuses))
    query = query.where(col(RequestRow.kind).in_(kinds)) if kinds else query
    return await with_decisions(tx, query.order_by(ASKED).limit(limit))


async def of_requester(
    tx: Tx, slack_id: str, *statuses: Status, beyond: str = "", later: bool = False, limit: int = 20
) -> list[Request]:
    """Return what somebody asked for (in `statuses`), newest first; beyond an id what is older, with `later` newer."""
    query = select(RequestRow).where(RequestRow.requester_slack_id == slack_id)
    if not statuses:
        return await with_decisions(tx, (await from_there(tx, query, beyond, later=later)).limit(limit))
    # Ordered by an expression, or SQLite reads all that they ever asked for in its order, looking for the few statuses.
    newest_first = (func.coalesce(ASKED, ASKED).desc(), ID.desc())
    return await with_decisions(tx, query.where(_STATUS.in_(statuses)).order_by(*newest_first).limit(limit))


async def by_ids(tx: Tx, ids: Sequence[str]) -> list[Request]:
    """Return these requests, in this order."""
    found = {one.id: one for one in await with_decisions(tx, select(RequestRow).where(col(RequestRow.id).in_(ids)))}
    return [found[one] for one in ids if one in found]


async def pending_places(tx: Tx) -> dict[Place, int]:
    """Return how many requests are pending, by their kind and the workspace that they are about."""
    kind, where = col(RequestRow.kind), col(RequestRow.workspace_id)
    query = select(kind, where, func.count()).where(RequestRow.status == Status.PENDING).group_by(kind, where)
    return {(row[0], row[1]): row[2] for row in await tx.session.exec(query)}


async def pending(
    tx: Tx, places: Sequence[Place], who: Who, now: datetime, *, beyond: str = "", later: bool = True, limit: int = 20
) -> list[Request]:
    """Return pending requests of these places that `who` neither asked for nor decided, oldest first.

    With `beyond` (a request's id) only those that were asked later than that one. Without `later` the other way round:
    newest first, and older than `beyond`.
    """
    if not places:
        return []
    decided = select(DecisionRow.id).where(DecisionRow.request_id == RequestRow.id, DecisionRow.member_id == who.member_id)
    query = select(RequestRow).where(
        RequestRow.status == Status.PENDING,
        or_(*(and_(col(RequestRow.kind) == kind, col(RequestRow.workspace_id) == where) for kind, where in places)),
        RequestRow.requester_slack_id != who.slack_id,
        col(RequestRow.expires_at) > now,
        ~decided.exists(),
    )
    return await with_decisions(tx, (await from_there(tx, query, beyond, later=later)).limit(limit))


async def from_there(tx: Tx, query: SelectOfScalar[RequestRow], beyond: str, *, later: bool) -> SelectOfScalar[RequestRow]:
    """Return a query in the order in which its requests were asked, or the reverse, from beyond one of them on."""
    if beyond:
        at = (await tx.session.exec(select(RequestRow.created_at).where(RequestRow.id == beyond))).first()
        if at is None:
            raise NotFound(UNKNOWN)
        same = beyond < ID if later else beyond > ID
        query = query.where(at <= ASKED if later else at >= ASKED, or_(at < ASKED if later else at > ASKED, same))
    return query.order_by(ASKED, ID) if later else query.order_by(ASKED.desc(), ID.desc())


async def advance(tx: Tx, request: Request, *events: Event, **changes: Any) -> Request | None:
    """Move a request by one event, or by several at once, guarded: None when it is no longer as it was read.

    Raises RequestClosed where an event can't happen in the status in which it finds the request. Row locks do nothing on
    SQLite, so the guard is the WHERE clause.
    """
    status = reduce(next_status, events, request.status)
    values: dict[str, Any] = {"status": status, "version": request.version + len(events), **changes}
    if status not in OPEN:
        values["open_subject"] = None
    given = {"its_id": request.id, "was_version": request.version, "was_status": request.status}
    if (await tx.execute(_MOVED, given | _stored(values))).rowcount != 1:
        return None
    moved = request.model_copy(update={name: value for name, value in values.items() if name not in _COLUMNS_ONLY})
    await _follow(tx, moved)
    return moved


async def touch(tx: Tx, request: Request, *, with_line: bool = True, **changes: Any) -> Request | None:
    """Change facts of a request without moving it; its cards are redrawn, because the version goes up."""
    values = {"version": request.version + 1, **changes}
    if (await tx.execute(_TOUCHED, {"its_id": request.id, "was_version": request.version} | _stored(values))).rowcount != 1:
        return None
    touched = request.model_copy(update=values)
    await _follow(tx, touched, with_line=with_line)
    return touched


async def _follow(tx: Tx, request: Request, *, with_line: bool = True) -> None:
    """Write down, with the change itself, what has to be said of it and what is due next."""
    await timers.set_timers(tx, TOPIC, request.id, timers_of(request, tx.now))
    messages = wanted(request)
    lines = [line_of(request.version, request.channel)] if with_line and messages else []
    await open_findings(tx, request)
    await grants.follow(tx, request)
    await posts.touch(tx, TOPIC, request.id, tx.now)
    await posts.want(tx, TOPIC, request.id, [*messages, *lines], tx.now)


async def want_line(tx: Tx, request: Request) -> None:
    """Let the thread tell what is put on record of a request that doesn't move, also where its version has no line yet."""
    lines = [line_of(request.version, request.channel)] if wanted(request) else []
    await posts.want(tx, TOPIC, request.id, lines, tx.now)


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
    done = await tx.execute(insert_new(tx, DecisionRow), values)
    return done.rowcount == 1


async def statuses(tx: Tx) -> list[tuple[str, str]]:
    """Return id and status of every request."""
    return [(row[0], row[1]) for row in await tx.session.exec(select(RequestRow.id, RequestRow.status))]


async def verdicts(tx: Tx) -> list[tuple[str, str]]:
    """Return request id and verdict of every decision."""
    return [(row[0], row[1]) for row in await tx.session.exec(select(DecisionRow.request_id, DecisionRow.verdict))]


async def with_decisions(tx: Tx, query: SelectOfScalar[RequestRow], given: Mapping[str, Any] | None = None) -> list[Request]:
    """Return the requests of a query with their decisions, in its order; `given` are the query's parameters."""
    rows = (await tx.execute(query, given)).mappings().all()
    if not rows:
        return []
    decisions: dict[str, list[Decision]] = {}
    for one in await tx.execute(_DECISIONS, {"ids": [row["id"] for row in rows]}):
        decisions.setdefault(one.request_id, []).append(_decision(one))
    return [_request(row, decisions.get(row["id"], [])) for row in rows]


def _decision(row: Any) -> Decision:
    by = Who(slack_id=row.slack_id, member_id=row.member_id, email=row.email)
    return Decision(by=by, verdict=Verdict(row.verdict), comment=row.comment, at=row.at)


def _request(row: Mapping[Any, Any], decisions: Sequence[Decision]) -> Request:
    facts = {name: row[name] for name in Request.model_fields if name in row}
    asked = {name: row[f"requester_{name}"] for name in Who.model_fields}
    return Request(**facts, requester=Who(**asked), decisions=tuple(decisions))


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """Return columns as the database takes them: models as plain JSON."""
    values = {name: _plain(value) for name, value in values.items()}
    outcome = values.get("outcome")
    if not isinstance(outcome, Outcome):
        return values
    return values | {"outcome": outcome.stored(), "made_id": outcome.thing_id}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in cast("tuple[Any, ...]", value)]
    return value.model_dump(mode="json") if isinstance(value, BaseModel) and not isinstance(value, Outcome) else value


def _values(request: Request) -> dict[str, Any]:
    facts = request.model_dump(exclude={"requester", "decisions", "outcome"})
    who = request.requester
    return facts | {
        "outcome": request.outcome.stored(),
        "asked_under": request.asked_under.model_dump(mode="json"),
        "known": request.known.model_dump(mode="json"),
        "made_id": request.outcome.thing_id,
        "requester_slack_id": who.slack_id,
        "requester_member_id": who.member_id,
        "requester_email": who.email,
    }
