"""What the requests say must be on record, so that a cut tail of the audit log is noticed."""

from bot.approvals import db
from bot.store.audit import Told
from bot.store.session import Tx

_TOLD_BY = {
    "applied": ("request.applied",),
    "denied": ("request.denied",),
    "withdrawn": ("request.withdrawn", "request.given_up"),
    "expired": ("request.expired",),
    "failed": ("request.failed",),
    "fulfilling": ("request.waits_for_person",),
    "reverted": ("request.ended", "request.end_needs_person"),
}
"""Which entries a request in this status must have left, any of them."""


async def told_by_requests(tx: Tx) -> list[Told]:
    """Return what the requests say: subject, the entries of which one must exist, and the sentence for when none does."""
    told: list[Told] = []
    for request_id, status in await db.statuses(tx):
        told.append((request_id, ("request.submitted",), f"nobody is on record for asking {request_id}"))
        if status in _TOLD_BY:
            told.append((request_id, _TOLD_BY[status], f"{request_id} is {status}, and no entry says so"))
    for request_id, verdict in await db.verdicts(tx):
        action = "request.approved" if verdict == "approve" else "request.denied"
        told.append((request_id, (action,), f"{request_id} has a decision ({verdict}) that no entry tells of"))
    return told
