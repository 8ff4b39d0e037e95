"""What a request's state says must be on record: for each state, and not less than before."""

from bot.approvals.audit_facts import TOLD_BY
from bot.approvals.model import Status


def test_every_status_says_what_must_be_on_record() -> None:
    assert set(TOLD_BY) == set(Status)
    assert all(TOLD_BY.values())
