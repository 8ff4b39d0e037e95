"""Requests, people and rules as the pure tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.approvals.cards.facts import facts_from
from bot.approvals.cards.model import RequestFacts
from bot.approvals.model import Decision, Request, Status, Verdict
from bot.approvals.outcome import Outcome
from bot.people.model import Who
from bot.policy.model import ApproverKind, ApproverRef, Rule
from tests.approvals.kind_badge import WITH_BADGE

ASKED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ALICE = Who(slack_id="U0ALICE", member_id="user_alice", email="alice@acme.test")
BOB = Who(slack_id="U0BOB", member_id="user_bob", email="bob@acme.test")
CAROL = Who(slack_id="U0CAROL", member_id="user_carol", email="carol@acme.test")
ADMINS = ApproverRef(kind=ApproverKind.USERGROUP, id="S0ADMINS")
NASTY = "*<!channel>* `x` <https://evil.test|ok> & _y_"


def payload_of(kind: str) -> dict[str, Any]:
    """Return the payload of a kind's sample, as a request stores it."""
    return WITH_BADGE[kind].sample.payload.model_dump(mode="json")


def _outcome_of(kind: str, status: Status, known: dict[str, Any]) -> Outcome:
    """Return what has come of a kind's sample by then, and what a test knows besides."""
    is_done = status in (Status.APPLIED, Status.REVERTING, Status.REVERTED)
    return (WITH_BADGE[kind].sample.outcome if is_done else Outcome()).updated(Outcome.model_validate(known))


def decision(who: Who, verdict: Verdict = Verdict.APPROVE, comment: str = "", minutes: int = 14) -> Decision:
    return Decision(by=who, verdict=verdict, comment=comment, at=ASKED + timedelta(minutes=minutes))


def a_request(kind: str = "create_key", status: Status = Status.PENDING, **more: Any) -> Request:
    """Return a request as it would be in a status, decided by Bob where somebody had to decide."""
    facts: dict[str, Any] = {
        "id": "req_0011223344556677",
        "kind": kind,
        "status": status,
        "version": 3,
        "requester": ALICE,
        "workspace_id": "wrkspc_1",
        "workspace_name": "Staging",
        "payload": payload_of(kind),
        "outcome": _outcome_of(kind, status, more.pop("outcome", {})),
        "reason": "Nightly ingestion job",
        "channel": "C0APPROVALS",
        "created_at": ASKED,
        "expires_at": ASKED + timedelta(hours=8),
    }
    if status is Status.DENIED:
        facts["decisions"] = (decision(BOB, Verdict.DENY, "use the Sandbox workspace"),)
    elif status not in (Status.PENDING, Status.WITHDRAWN, Status.EXPIRED):
        facts |= {"decisions": (decision(BOB),), "approved_at": ASKED + timedelta(minutes=14)}
    if status is Status.FAILED:
        facts["failure"] = "The workspace has reached its limit of active API keys. Nothing was changed."
    if status not in (Status.PENDING, Status.APPROVED, Status.APPLYING, Status.FULFILLING, Status.FAILED):
        facts["closed_at"] = ASKED + timedelta(minutes=15)
    return Request.model_validate(facts | more)


def facts_of(request: Request, rule: Rule | None = None) -> RequestFacts:
    """Return what a card shows of a request."""
    return facts_from(WITH_BADGE, request, rule or a_rule())


def a_rule(quorum: int = 1, approvers: tuple[ApproverRef, ...] = (ADMINS,)) -> Rule:
    return Rule(approvers=approvers, group_names=("admins",), quorum=quorum, channel="C0APPROVALS")
