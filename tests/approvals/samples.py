"""Requests, people and rules as the pure tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.approvals.cards.card import RequestFacts
from bot.approvals.model import Decision, Request, Status, Verdict
from bot.people.model import Who
from bot.policy.model import ApproverKind, ApproverRef, Rule
from tests.approvals.kind_badge import WITH_BADGE

ASKED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ALICE = Who(slack_id="U0ALICE", member_id="user_alice", email="alice@acme.test")
BOB = Who(slack_id="U0BOB", member_id="user_bob", email="bob@acme.test")
CAROL = Who(slack_id="U0CAROL", member_id="user_carol", email="carol@acme.test")
ADMINS = ApproverRef(kind=ApproverKind.USERGROUP, id="S0ADMINS")
NASTY = "*<!channel>* `x` <https://evil.test|ok> & _y_"

PAYLOADS: dict[str, dict[str, Any]] = {
    "create_key": {"workspace_id": "wrkspc_1", "workspace_name": "Staging", "name": "nightly", "ends_on": "2026-12-31"},
    "disable_key": {"key_id": "apikey_1", "key_name": "nightly", "hint": "sk-ant-…igAA"},
    "enable_key": {"key_id": "apikey_1", "key_name": "nightly", "hint": None},
    "revoke_key": {"key_id": "apikey_1", "key_name": "nightly", "hint": None},
    "change_role": {
        "slack_id": "U0DANA", "role": "developer", "member_id": "user_dana", "member_name": "Dana", "from_role": "billing",
    },
    "badge": {"colour": "green", "day": "2026-12-31"},
}  # fmt: skip


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
        "payload": PAYLOADS[kind],
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


def facts_of(request: Request, needs: str = "Needs 1 of <!subteam^S0ADMINS>", quorum: int = 1) -> RequestFacts:
    """Return what a card shows of a request."""
    kind = WITH_BADGE[request.kind]
    return RequestFacts(
        request=request,
        title=kind.title(request),
        asks=kind.asks,
        what=kind.what(request),
        done=kind.done(request),
        yours=(kind.yours or kind.done)(request),
        after=(kind.after or kind.done)(request),
        waits_for=kind.waits_for,
        by_hand="",
        needs=needs,
        quorum=quorum,
        danger=kind.danger,
        undo_label="Revoke…" if kind.undo else "",
    )


def a_rule(quorum: int = 1, approvers: tuple[ApproverRef, ...] = (ADMINS,)) -> Rule:
    return Rule(approvers=approvers, group_names=("admins",), quorum=quorum, channel="C0APPROVALS")
