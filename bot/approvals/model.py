"""What a Request is and how it may move; the same in the store, the service and the views. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.approvals.concerned import Concerned
from bot.approvals.known import Known
from bot.approvals.outcome import Outcome
from bot.errors import RequestClosed
from bot.people.model import Who
from bot.policy.model import AskedUnder
from bot.words.own import Own


class Status(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    APPLYING = "applying"
    FULFILLING = "fulfilling"
    APPLIED = "applied"
    FAILED = "failed"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVERTING = "reverting"
    REVERTED = "reverted"


class Event(StrEnum):
    """What can happen to a request."""

    ENOUGH = "enough"
    DENY = "deny"
    WITHDRAW = "withdraw"
    TIME = "time"
    CLAIM = "claim"
    UNCLAIM = "unclaim"
    DONE = "done"
    WAIT = "wait"
    PROOF = "proof"
    FAIL = "fail"
    RETRY = "retry"
    GIVE_UP = "give_up"
    END = "end"
    ENDED = "ended"


TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.PENDING, Event.ENOUGH): Status.APPROVED,
    (Status.PENDING, Event.DENY): Status.DENIED,
    (Status.PENDING, Event.WITHDRAW): Status.WITHDRAWN,
    (Status.PENDING, Event.TIME): Status.EXPIRED,
    (Status.APPROVED, Event.CLAIM): Status.APPLYING,
    (Status.APPROVED, Event.FAIL): Status.FAILED,
    (Status.APPLYING, Event.DONE): Status.APPLIED,
    (Status.APPLYING, Event.WAIT): Status.FULFILLING,
    (Status.APPLYING, Event.FAIL): Status.FAILED,
    (Status.APPLYING, Event.UNCLAIM): Status.APPROVED,
    (Status.FULFILLING, Event.PROOF): Status.APPLIED,
    (Status.FULFILLING, Event.TIME): Status.EXPIRED,
    (Status.FULFILLING, Event.WITHDRAW): Status.WITHDRAWN,
    (Status.FAILED, Event.TIME): Status.EXPIRED,
    (Status.FAILED, Event.RETRY): Status.APPROVED,
    (Status.FAILED, Event.PROOF): Status.APPLIED,
    (Status.FAILED, Event.GIVE_UP): Status.WITHDRAWN,
    (Status.APPLIED, Event.END): Status.REVERTING,
    (Status.REVERTING, Event.ENDED): Status.REVERTED,
    (Status.REVERTING, Event.FAIL): Status.APPLIED,
}
"""A pair that is absent can't happen."""

OPEN = frozenset({Status.PENDING, Status.APPROVED, Status.APPLYING, Status.FULFILLING, Status.FAILED})
"""While a request is open, a second one about the same thing is refused."""


def next_status(status: Status, event: Event) -> Status:
    """Return the status after an event; RequestClosed where the event can't happen any more."""
    following = TRANSITIONS.get((status, event))
    if following is None:
        raise RequestClosed(f"This request is already {WORDS[status]}. Nothing was changed.")
    return following


WORDS: dict[Status, Own] = {
    Status.PENDING: "waiting for a decision",
    Status.APPROVED: "approved",
    Status.APPLYING: "approved and being done now",
    Status.FULFILLING: "approved and waiting for a person",
    Status.APPLIED: "done",
    Status.FAILED: "approved, but not done yet",
    Status.DENIED: "denied",
    Status.WITHDRAWN: "withdrawn",
    Status.EXPIRED: "expired",
    Status.REVERTING: "being ended",
    Status.REVERTED: "ended",
}


MOST_REASON = 500
"""Characters that a reason may have, for a request or a denial."""


class Verdict(StrEnum):
    """What an approver says."""

    APPROVE = "approve"
    DENY = "deny"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Decision(_Frozen):
    """What one approver said, and when."""

    by: Who
    verdict: Verdict
    comment: str = ""
    at: datetime


class Request(_Frozen):
    """Something somebody asked for. `payload` is plain JSON of the kind; times are aware UTC.

    `beneficiaries` are the people whom it is about besides the requester, `concerned` those to whom belongs what it changes,
    as known when it was asked. `heirs` are those to whom what it gave was handed over since. `workspace_name` is the name
    when it was asked, `known` what else was known then.
    `expires_at` is when waiting ends; `ends_at` when an applied grant ends. One that
    `extends` another (its id) asks for a later end of that grant and is no grant itself; the grant was then `extended_at`.
    `told_until` is the latest of the moments (see `due`) for which people were told ahead.
    """

    id: str
    kind: str
    status: Status
    version: int
    requester: Who
    workspace_id: str | None
    workspace_name: str | None
    payload: dict[str, Any]
    reason: str
    channel: str
    created_at: datetime
    expires_at: datetime
    approved_at: datetime | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    ends_at: datetime | None = None
    extends: str | None = None
    extended_at: datetime | None = None
    told_until: datetime | None = None
    outcome: Outcome = Outcome()
    failure: str | None = None
    attempts: int = 0
    beneficiaries: tuple[Who, ...] = ()
    heirs: tuple[Who, ...] = ()
    concerned: tuple[Concerned, ...] = ()
    asked_under: AskedUnder = AskedUnder()
    known: Known = Known()
    decisions: tuple[Decision, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something may still happen to it."""
        return self.status in OPEN

    @property
    def is_granted(self) -> bool:
        """Whether something was given that will be taken back."""
        is_given = self.status in (Status.APPLIED, Status.REVERTING)
        return self.ends_at is not None and is_given and self.extends is None

    @property
    def over_at(self) -> datetime | None:
        """When what was given ends: as agreed, or before that where the upstream ends it by itself."""
        ends = [moment for moment in (self.ends_at, self.outcome.expires_at) if moment]
        return min(ends, default=None)

    @property
    def ahead_at(self) -> datetime | None:
        """When what people are told ahead of comes: a pending request expires, what was given ends; else None."""
        if self.status is Status.PENDING:
            return self.expires_at
        return self.over_at if self.status is Status.APPLIED and self.extends is None else None

    @property
    def in_a_word(self) -> Own:
        """What its status is called: `withdrawn` is what its requester did, not somebody who gave it up."""
        if self.status is not Status.WITHDRAWN:
            return WORDS[self.status]
        return "replaced" if self.outcome.replaced_by else "given up" if self.outcome.given_up_by else WORDS[self.status]

    def said(self, verdict: Verdict) -> tuple[Decision, ...]:
        """Return the decisions with this verdict, oldest first."""
        return tuple(decision for decision in self.decisions if decision.verdict is verdict)
