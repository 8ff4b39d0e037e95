"""Findings in the database: opened with the outcome that names them, settled by a guarded write."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from bot.approvals.findings.model import Finding, Settled
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Verdict
from bot.people import db as links
from bot.posts import db as posts
from bot.posts.model import Wanted
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.store.tables import FindingRow
from bot.store.upsert import insert_new
from bot.timers import db as timers

TOPIC, LOOK = "finding", "look"
OPEN, SETTLED = "open", "settled"
"""What a finding's post is for."""


async def open_findings(tx: Tx, request: Request) -> None:
    """Write down what an outcome names as made in the wrong place, with who is told and when it is looked at; once each."""
    for stray in request.outcome.strays:
        finding_id = f"{request.id}:{stray.id}"
        holder, approvals = holder_of(request), request.said(Verdict.APPROVE)
        has_steps = holder.slack_id if holder else ""
        link = await links.find_one(tx, "", stray.made_by) if stray.made_by else None
        responsible = has_steps or (approvals[-1].by.slack_id if approvals else "")
        tell = list(dict.fromkeys(one for one in (responsible, link.slack_id if link else "") if one))
        values = {
            "id": finding_id, "request_id": request.id, "thing_id": stray.id, "name": stray.name, "place": stray.place,
            "tell": tell, "found_at": tx.now,
        }  # fmt: skip
        added = await tx.execute(insert_new(tx, FindingRow), values)
        if added.rowcount != 1:
            continue
        facts = {"thing": stray.id, "name": stray.name, "place": stray.place, "made_by": {"member_id": stray.made_by}}
        tx.audit(tx.now, BOT_ACTOR, AuditAction.FINDING_OPENED, finding_id, **facts)
        # The person who has the steps reads it in the request's own messages.
        await posts.want(tx, TOPIC, finding_id, [Wanted(OPEN, one) for one in tell if one != has_steps], tx.now)
        await timers.set_timers(tx, TOPIC, finding_id, {LOOK: tx.now})


async def load(tx: Tx, finding_id: str) -> Finding | None:
    """Return a finding, or None."""
    row = await tx.session.get(FindingRow, finding_id)
    return _finding(row) if row else None


async def of_request(tx: Tx, request_id: str) -> list[Finding]:
    """Return what was found wrong at a request, settled or not, oldest first."""
    query = select(FindingRow).where(FindingRow.request_id == request_id)
    return [_finding(row) for row in await tx.session.exec(query.order_by(col(FindingRow.found_at), col(FindingRow.id)))]


async def unsettled(tx: Tx) -> list[Finding]:
    """Return all that is still to be put right, oldest first."""
    query = select(FindingRow).where(col(FindingRow.settled_at).is_(None))
    return [_finding(row) for row in await tx.session.exec(query.order_by(col(FindingRow.found_at), col(FindingRow.id)))]


async def settle(tx: Tx, finding: Finding, how: Settled, now: datetime) -> bool:
    """Note that nothing is left to do, and want that told to those who were; False when somebody else has."""
    mine = (col(FindingRow.id) == finding.id, col(FindingRow.settled_at).is_(None))
    if (await tx.execute(update(FindingRow).where(*mine).values(settled_at=now, settled=how))).rowcount != 1:
        return False
    tx.audit(now, BOT_ACTOR, AuditAction.FINDING_SETTLED, finding.id, thing=finding.thing_id, how=how)
    await posts.touch(tx, TOPIC, finding.id, now)
    await posts.want(tx, TOPIC, finding.id, [Wanted(SETTLED, one, redraws=False) for one in finding.tell], now)
    return True


def _finding(row: FindingRow) -> Finding:
    return Finding.model_validate(row.model_dump())
