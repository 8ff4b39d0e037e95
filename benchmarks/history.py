"""Years of use at once: past requests of many people, as the store would hold them."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import insert

from benchmarks.crowd import LOOKERS
from bot.approvals import db as requests
from bot.approvals.model import Decision, Request, Status, Verdict
from bot.approvals.outcome import Outcome
from bot.people.model import Who
from bot.store.session import Store
from bot.store.tables import DecisionRow, RequestRow

_BATCH = 2000
_APPROVER = Who(slack_id="U0PAST", member_id="user_past", email="past@acme.test")
_ENDS = (Status.APPLIED, Status.APPLIED, Status.REVERTED, Status.DENIED, Status.WITHDRAWN, Status.EXPIRED)


async def fill(store: Store, count: int, now: datetime, *, of: Who | None = None) -> None:
    """Add so many closed requests for keys, one a minute up to a day before `now`: of the lookers, or all of `of`."""
    for start in range(0, count, _BATCH):
        batch = [_past(number, now, of) for number in range(start, min(start + _BATCH, count))]
        async with store.write() as tx:
            await tx.execute(insert(RequestRow), [requests._values(one) for one in batch])
            await tx.execute(insert(DecisionRow), [_decided(one) for one in batch])


def _past(number: int, now: datetime, of: Who | None) -> Request:
    asker = f"bench{number % LOOKERS:02d}"
    at = now - timedelta(days=1, minutes=number)
    status = _ENDS[number % len(_ENDS)]
    made = Outcome(thing_id=f"apikey_past{number}") if status in (Status.APPLIED, Status.REVERTED) else Outcome()
    return Request(
        id=f"req_past{number:012d}", kind="create_key", status=status, version=4,
        requester=of or Who(slack_id=f"U0{asker.upper()}", member_id=f"user_{asker}", email=f"{asker}@acme.test"),
        workspace_id="wrkspc_past", workspace_name="Staging",
        payload={"workspace_id": "wrkspc_past", "workspace_name": "Staging", "name": f"past-{number}", "ends_on": None},
        reason="Nightly job", channel="C0PAST", created_at=at, expires_at=at + timedelta(hours=8), closed_at=at,
        outcome=made,
        decisions=(Decision(by=_APPROVER, verdict=Verdict.APPROVE, at=at),),
    )  # fmt: skip


def _decided(request: Request) -> dict[str, Any]:
    (decision,) = request.decisions
    who = decision.by.model_dump()
    return who | {"request_id": request.id, "verdict": decision.verdict, "comment": "", "at": decision.at}
