"""What a request may become, and that two accounts of one person are one person."""

import itertools

import pytest

from bot.approvals.model import OPEN, TRANSITIONS, WORDS, Event, Status, next_status
from bot.errors import RequestClosed
from tests.approvals.samples import ALICE, BOB, a_request

FINAL = {Status.DENIED, Status.WITHDRAWN, Status.EXPIRED, Status.REVERTED}


@pytest.mark.parametrize(("status", "event"), sorted(set(itertools.product(Status, Event)) - set(TRANSITIONS)))
def test_what_the_table_does_not_name_cannot_happen(status: Status, event: Event) -> None:
    with pytest.raises(RequestClosed, match=f"^This request is already {WORDS[status]}. Nothing was changed.$"):
        next_status(status, event)


def test_nothing_leads_out_of_a_final_status() -> None:
    assert {status for status, _ in TRANSITIONS}.isdisjoint(FINAL)
    assert OPEN.isdisjoint(FINAL)


def test_every_status_can_be_reached_and_every_open_one_can_be_left() -> None:
    assert {*TRANSITIONS.values(), Status.PENDING} == set(Status)
    assert {status for status, _ in TRANSITIONS} >= OPEN


def test_only_a_decision_leads_from_pending_to_approved() -> None:
    ways = [(status, event) for (status, event), to in TRANSITIONS.items() if to is Status.APPROVED]
    assert ways == [
        (Status.PENDING, Event.ENOUGH), (Status.APPLYING, Event.UNCLAIM), (Status.FAILED, Event.RETRY),
    ]  # fmt: skip


@pytest.mark.parametrize("shared", ["slack_id", "member_id", "email"])
def test_people_are_the_same_when_any_of_their_names_is(shared: str) -> None:
    other = BOB.model_copy(update={shared: getattr(ALICE, shared)})
    assert ALICE.is_same_person(other)
    assert not ALICE.is_same_person(BOB)


@pytest.mark.parametrize("unknown", ["slack_id", "member_id", "email"])
def test_what_is_not_known_of_two_people_makes_them_not_one(unknown: str) -> None:
    assert not ALICE.model_copy(update={unknown: ""}).is_same_person(BOB.model_copy(update={unknown: ""}))


def test_a_request_knows_whether_something_may_still_happen() -> None:
    assert a_request().is_open
    assert not a_request(status=Status.DENIED).is_open
