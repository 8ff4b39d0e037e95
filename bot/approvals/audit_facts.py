"""What the requests say must be on record, so that a cut tail of the audit log is noticed."""

from bot.approvals import db
from bot.store.actions import AuditAction
from bot.store.audit import Told
from bot.store.session import Tx

_TOLD_BY = {
    "applied": (AuditAction.REQUEST_APPLIED,),
    "denied": (AuditAction.REQUEST_DENIED,),
    "withdrawn": (AuditAction.REQUEST_WITHDRAWN, AuditAction.REQUEST_GIVEN_UP),
    "expired": (AuditAction.REQUEST_EXPIRED,),
    "failed": (AuditAction.REQUEST_FAILED,),
    "fulfilling": (AuditAction.REQUEST_WAITS_FOR_PERSON,),
    "reverted": (AuditAction.REQUEST_ENDED, AuditAction.REQUEST_END_NEEDS_PERSON),
}
"""Which entries a request in this status must have left, any of them."""


async def told_by_requests(tx: Tx) -> list[Told]:
    """Return what the requests say: subject, the entries of which one must exist, and the sentence for when none does."""
    told: list[Told] = []
    for request_id, status in await db.statuses(tx):
        told.append((request_id, (AuditAction.REQUEST_SUBMITTED,), f"nobody is on record for asking {request_id}"))
        if status in _TOLD_BY:
            told.append((request_id, _TOLD_BY[status], f"{request_id} is {status}, and no entry says so"))
    for request_id, verdict in await db.verdicts(tx):
        action = AuditAction.REQUEST_APPROVED if verdict == "approve" else AuditAction.REQUEST_DENIED
        told.append((request_id, (action,), f"{request_id} has a decision ({verdict}) that no entry tells of"))
    return told
