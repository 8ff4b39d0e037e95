"""Grants of one thing whose times overlap: what each goes back to, and which others are looked at for it."""

from datetime import timedelta

import pytest

from bot.approvals import db as requests
from bot.approvals.lookups import db as lookups
from bot.approvals.model import Status
from bot.kinds.overlaps import Given, is_set_by, last_before
from bot.store.session import Store
from tests.approvals.samples import ASKED, a_request

DAY = timedelta(days=1)
FIRST = Given("role of priya", "user", "developer", ASKED)
SECOND = Given("role of priya", "developer", "admin", ASKED + DAY)
OTHERS = Given("role of sofia", "user", "developer", ASKED + 2 * DAY)


def test_the_newest_before_a_moment_gave_a_value() -> None:
    again = Given("role of priya", "billing", "developer", ASKED + 3 * DAY)
    given = [again, SECOND, OTHERS, FIRST]
    cases = {
        ("role of priya", "developer", 1): FIRST,
        ("role of priya", "developer", 3): FIRST,
        ("role of priya", "developer", 4): again,
        ("role of priya", "developer", 0): None,
        ("role of priya", "user", 9): None,
        ("role of sofia", "developer", 9): OTHERS,
    }
    for (which, value, days), expected in cases.items():
        assert last_before(given, which, value, ASKED + days * DAY) == expected, (which, value, days)


def test_only_a_later_one_about_the_same_thing_set_a_value_instead() -> None:
    given = [FIRST, SECOND, OTHERS]
    assert is_set_by(given, "role of priya", "admin", ASKED)
    for which, value, days in (
        ("role of priya", "admin", 1),
        ("role of sofia", "admin", 0),
        ("role of priya", "billing", 0),
    ):
        assert not is_set_by(given, which, value, ASKED + days * DAY), (which, value, days)


@pytest.mark.both
async def test_what_ends_at_this_moment_counts_as_over_and_still_as_given(store: Store) -> None:
    now = ASKED + 5 * DAY
    cases = {
        "over": (Status.REVERTED, now - DAY, now - DAY),
        "long over": (Status.REVERTED, now - 4 * DAY, now - 4 * DAY),
        "being ended": (Status.REVERTING, now - DAY, now),
        "due": (Status.APPLIED, now - DAY, now),
        "goes on": (Status.APPLIED, now - DAY, now + DAY),
        "for good": (Status.APPLIED, now - DAY, None),
        "before": (Status.APPLIED, now - 4 * DAY, None),
    }
    async with store.write() as tx:
        for number, (name, (status, closed_at, ends_at)) in enumerate(cases.items()):
            one = a_request("change_role", status, id=f"req_{number}", reason=name, closed_at=closed_at, ends_at=ends_at)
            assert await requests.insert(tx, one, name)
        ended = {one.reason for one in await lookups.ended_since(tx, "change_role", now - 2 * DAY, now)}
        given = {one.reason for one in await lookups.given_since(tx, "change_role", now - 2 * DAY)}
    assert ended == {"over", "being ended", "due"}
    assert given == {"being ended", "due", "goes on", "for good"}
