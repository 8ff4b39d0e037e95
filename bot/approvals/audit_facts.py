"""What the requests say must be on record, so that a cut tail of the audit log is noticed."""

from typing import Final

from bot.approvals import db
from bot.approvals.model import Status, Verdict
from bot.store.actions import AuditAction
from bot.store.audit import Told
from bot.store.session import Tx

TOLD_BY: Final[dict[Status, tuple[AuditAction, ...]]] = {
    Status.PENDING: (AuditAction.REQUEST_SUBMITTED,),
    Status.APPROVED: (AuditAction.REQUEST_APPROVED,),
    Status.APPLYING: (AuditAction.REQUEST_APPROVED,),
    Status.FULFILLING: (AuditAction.REQUEST_WAITS_FOR_PERSON,),
    Status.APPLIED: (AuditAction.REQUEST_APPLIED,),
    Status.FAILED: (AuditAction.REQUEST_FAILED,),
    Status.DENIED: (AuditAction.REQUEST_DENIED,),
    Status.WITHDRAWN: (AuditAction.REQUEST_WITHDRAWN, AuditAction.REQUEST_GIVEN_UP, AuditAction.REQUEST_REPLACED),
    Status.EXPIRED: (AuditAction.REQUEST_EXPIRED,),
    Status.REVERTING: (AuditAction.REQUEST_APPLIED,),
    Status.REVERTED: (AuditAction.REQUEST_ENDED, AuditAction.REQUEST_END_NEEDS_PERSON),
}
"""Which entries a request in this status must have left, any of them: each way into it needs one here."""


async def told_by_requests(tx: Tx) -> list[Told]:
    """Return what the requests say: subject, the entries of which one must exist, and the sentence for when none does."""
    told: list[Told] = []
    for request_id, status in await db.statuses(tx):
        told.append((request_id, (AuditAction.REQUEST_SUBMITTED,), f"nobody is on record for asking {request_id}"))
        told.append((request_id, TOLD_BY[Status(status)], f"{request_id} is {status}, and no entry says so"))
    for request_id, verdict in await db.verdicts(tx):
        action = AuditAction.REQUEST_APPROVED if verdict == Verdict.APPROVE else AuditAction.REQUEST_DENIED
        told.append((request_id, (action,), f"{request_id} has a decision ({verdict}) that no entry tells of"))
    return told
