"""Whether a request is approved: an evaluation of decisions against the rule, with its explanation in words.

Pure. Group membership was looked up before; it arrives as data.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.approvals.model import Decision, Request, Verdict
from bot.errors import NotAllowed
from bot.people.model import Who
from bot.policy.model import Rule
from bot.words.own import Own


class Reason(StrEnum):
    """Why an evaluation came out as it did."""

    NOBODY_MAY = "nobody_may"
    DENIED = "denied"
    WAITING = "waiting"
    ENOUGH = "enough"


class Evaluation(BaseModel):
    """The state of a request's approval. `approvers` are those whose approval counts today."""

    model_config = ConfigDict(frozen=True)

    reason: Reason
    approvers: tuple[Who, ...]
    quorum: int
    explanation: str

    @property
    def is_enough(self) -> bool:
        """Whether it may be executed."""
        return self.reason is Reason.ENOUGH


def evaluate(request: Request, decisions: Sequence[Decision], rule: Rule, current_approvers: frozenset[str]) -> Evaluation:
    """Evaluate a request against today's rule.

    `current_approvers`: the Slack ids among those who decided that belong to an approver group today. An approval by
    somebody who left the group since, or by the requester, doesn't count; nor does a second one by the same person.
    """
    if not rule.approvers:
        return _evaluation(Reason.NOBODY_MAY, (), rule, f"{rule.nobody_because.capitalize()}.")
    denial = next((d for d in decisions if d.verdict is Verdict.DENY), None)
    if denial:
        return _evaluation(Reason.DENIED, (), rule, f"{denial.by.email} denied it.")
    counting: list[Who] = []
    for decision in decisions:
        person = decision.by
        if person.slack_id not in current_approvers or person.is_same_person(request.requester):
            continue
        if not any(person.is_same_person(other) for other in counting):
            counting.append(person)
    missing = rule.quorum - len(counting)
    if missing > 0:
        have = f"{len(counting)} of {rule.quorum} approvals"
        return _evaluation(Reason.WAITING, counting, rule, f"{have}; {missing} more needed.")
    names = ", ".join(person.email for person in counting)
    return _evaluation(Reason.ENOUGH, counting, rule, f"{len(counting)} of {rule.quorum} approvals: {names}.")


def _evaluation(reason: Reason, approvers: Sequence[Who], rule: Rule, explanation: str) -> Evaluation:
    return Evaluation(reason=reason, approvers=tuple(approvers), quorum=rule.quorum, explanation=explanation)


def check_may_decide(
    request: Request, person: Who, rule: Rule, is_approver: bool, ask: Own, beneficiaries: Sequence[Who] = ()
) -> None:
    """Raise NotAllowed, in words that name the rule, unless this person may decide; `ask` says whom to ask instead."""
    if not rule.approvers:
        raise NotAllowed(f"Nobody can approve this: {rule.nobody_because}. Ask the people who run Quartermaster.")
    if person.is_same_person(request.requester):
        raise NotAllowed(f"You can't decide your own request. Ask {ask}.")
    if any(person.is_same_person(one) for one in beneficiaries):
        raise NotAllowed(f"You can't decide a request about yourself. Ask {ask}.")
    if not is_approver:
        raise NotAllowed(f"Only {ask} can decide this. Nothing was changed.")
