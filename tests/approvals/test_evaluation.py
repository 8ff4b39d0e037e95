"""Whether a request is approved, and why: the sentences are part of the behaviour."""

import pytest

from bot.approvals.authority import approvers_in_words, needs_in_words, too_few_in_words
from bot.approvals.evaluation import Reason, check_may_decide, evaluate
from bot.approvals.model import Verdict
from bot.approvals.next_step import what_next
from bot.approvals.submit import check_rule
from bot.errors import NotAllowed, UpstreamAuth, UpstreamBusy, UpstreamError, UpstreamRefused
from bot.policy.model import ApproverKind, ApproverRef, Policy, Rule
from tests.approvals.samples import ALICE, BOB, CAROL, a_request, a_rule, decision

GROUP = frozenset({"U0BOB", "U0CAROL", "U0ALICE"})


def test_without_decisions_a_request_waits() -> None:
    found = evaluate(a_request(), [], a_rule(), frozenset())
    assert (found.reason, found.explanation) == (Reason.WAITING, "0 of 1 approvals; 1 more needed.")


def test_one_approval_of_one_is_enough() -> None:
    found = evaluate(a_request(), [decision(BOB)], a_rule(), GROUP)
    assert found.is_enough
    assert found.explanation == "1 of 1 approvals: bob@acme.test."


def test_a_quorum_of_two_needs_two_people() -> None:
    rule = a_rule(quorum=2)
    assert evaluate(a_request(), [decision(BOB)], rule, GROUP).explanation == "1 of 2 approvals; 1 more needed."
    both = evaluate(a_request(), [decision(BOB), decision(CAROL)], rule, GROUP)
    assert both.explanation == "2 of 2 approvals: bob@acme.test, carol@acme.test."


def test_the_same_person_with_two_slack_accounts_counts_once() -> None:
    second_account = BOB.model_copy(update={"slack_id": "U0BOB2"})
    found = evaluate(a_request(), [decision(BOB), decision(second_account)], a_rule(quorum=2), GROUP | {"U0BOB2"})
    assert found.reason is Reason.WAITING
    assert found.approvers == (BOB,)


def test_an_approval_by_somebody_who_left_the_group_no_longer_counts() -> None:
    found = evaluate(a_request(), [decision(BOB)], a_rule(), frozenset({"U0CAROL"}))
    assert found.reason is Reason.WAITING


def test_the_requesters_own_approval_never_counts() -> None:
    found = evaluate(a_request(), [decision(ALICE)], a_rule(), GROUP)
    assert found.reason is Reason.WAITING


def test_one_denial_ends_it_whoever_approved_before() -> None:
    found = evaluate(a_request(), [decision(CAROL), decision(BOB, Verdict.DENY)], a_rule(quorum=2), GROUP)
    assert (found.reason, found.explanation) == (Reason.DENIED, "bob@acme.test denied it.")


def test_without_approvers_in_the_policy_nobody_may() -> None:
    found = evaluate(a_request(), [decision(BOB)], a_rule(approvers=()), GROUP)
    assert found.explanation == "The policy names no approvers for it."
    with pytest.raises(NotAllowed, match="Nobody can approve this: the policy names no approvers for it"):
        check_may_decide(a_request(), BOB, a_rule(approvers=()), is_approver=True, ask="nobody")
    unread = Policy.nobody("The policy file is empty.").rule_for("create_key", None, None)
    assert evaluate(a_request(), [], unread, GROUP).explanation == "The policy file has a fault or can't be read."
    with pytest.raises(NotAllowed, match="the policy file has a fault or can't be read"):
        check_may_decide(a_request(), BOB, unread, is_approver=True, ask="nobody")


def test_whoever_may_not_decide_is_told_the_rule_and_whom_to_ask() -> None:
    with pytest.raises(NotAllowed, match=r"^You can't decide your own request. Ask @claude-admins.$"):
        check_may_decide(a_request(), ALICE, a_rule(), is_approver=True, ask="@claude-admins")
    with pytest.raises(NotAllowed, match=r"^Only @claude-admins can decide this. Nothing was changed.$"):
        check_may_decide(a_request(), CAROL, a_rule(), is_approver=False, ask="@claude-admins")
    check_may_decide(a_request(), BOB, a_rule(), is_approver=True, ask="@claude-admins")


def test_the_rule_in_words_names_people_as_slack_shows_them() -> None:
    admins, bob = a_rule().approvers[0], ApproverRef(kind=ApproverKind.USER, id="U0BOB")
    of_workspace = ApproverRef(kind=ApproverKind.WORKSPACE_ADMINS)
    assert needs_in_words(a_rule(), None) == "Needs 1 approval from <!subteam^S0ADMINS>"
    assert needs_in_words(a_rule(approvers=(bob,)), None) == "Needs approval from <@U0BOB>"
    assert needs_in_words(a_rule(2, (admins, bob)), None) == "Needs 2 approvals from <!subteam^S0ADMINS> or <@U0BOB>"
    assert needs_in_words(a_rule(approvers=()), None).startswith("⚠️ Nobody can approve this")
    assert approvers_in_words(a_rule(approvers=(of_workspace,)), "*Data*") == "the admins of *∗Data∗*"
    assert approvers_in_words(a_rule(approvers=(of_workspace,)), None) == "the workspace's admins"
    org = ApproverRef(kind=ApproverKind.ORG_ADMINS)
    assert approvers_in_words(a_rule(approvers=(org,)), None) == "the organization's admins"


def test_the_record_says_who_decides_by_a_rule_that_may_be_gone() -> None:
    assert a_rule(2).on_record() == {"approvers": ["usergroup:S0ADMINS"], "quorum": 2}
    dana = ApproverRef(kind=ApproverKind.USER, id="U0DANA")
    bound = a_rule().model_copy(
        update={"tables": ("Production",), "and_of": (dana, ApproverRef(kind=ApproverKind.ORG_ADMINS))}
    )
    asked = {"approvers": ["usergroup:S0ADMINS"], "quorum": 1, "tables": ["Production"]}
    assert bound.on_record() == asked | {"and_of": ["user:U0DANA", "org-admins"]}


def test_too_few_approvers_are_told_with_what_helps() -> None:
    """A table of: quorum, others who could, concerned people who could if somebody else asked, concerned people."""
    mine, both = "you can't approve your own", "you and the person it is for can't approve it"
    somebody, operators = "Let somebody else ask for it.", "Ask the people who run Quartermaster to name more approvers."
    cases = {
        (1, 0, 1, 1): f"{mine}, and nobody else can. {somebody}",
        (2, 1, 1, 1): f"{mine}, and only 1 other person can. {somebody}",
        (2, 0, 2, 2): f"{both}, and nobody else can. {somebody}",
        (1, 0, 0, 1): f"nobody can approve it, no matter who asks. {operators}",
        (2, 1, 0, 1): f"only 1 person can approve it, no matter who asks. {operators}",
        (3, 1, 1, 2): f"only 2 people can approve it, no matter who asks. {operators}",
    }
    for case, told in cases.items():
        assert too_few_in_words("Needs them", *case) == f"Nothing was sent. Needs them, but {told}", case


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        (a_rule(approvers=()), "nobody can approve this, as the policy names no approvers for it."),
        (Rule(is_read=False), "nobody can approve this, as the policy file has a fault or can't be read."),
        (a_rule().model_copy(update={"channel": None}), "the policy names no channel for this request."),
    ],
)
def test_what_can_not_be_sent_says_why_and_whom_to_tell(rule: Rule, because: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        check_rule(rule, "Nightly")
    assert caught.value.sentence == f"Nothing was sent: {because} Tell the people who run Quartermaster."


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UpstreamBusy("Busy."), "Nothing was changed, so Retry is safe."),
        (UpstreamRefused("No."), "Nothing was changed. Give up, or press Retry once that is fixed."),
        (UpstreamAuth("No."), "Nothing was changed. Tell the people who run Quartermaster, then press Retry."),
    ],
)
def test_what_failed_says_what_to_do_next(error: UpstreamError, said: str) -> None:
    assert what_next(error) == said
