"""Grants of one thing that overlap in any way: after each end it has what the newest that isn't over gave it."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import example, given
from hypothesis import strategies as st

from bot.approvals.model import Request, Status
from bot.kinds.setting import Setting, Thing
from tests.approvals.samples import ASKED, a_request
from tests.approvals.test_setting import DOOR, Paint

VALUES = ("bare", "red", "blue", "green")


@dataclass
class Door:
    """A door, and who painted it: what the store's look-ups say of them, without a store."""

    value: str = "bare"
    requests: list[Request] = field(default_factory=list[Request])
    now: datetime = ASKED

    async def ended_since(self, _kind: str, since: datetime, _now: datetime) -> list[Request]:
        ended = {Status.REVERTED, Status.REVERTING}
        return [one for one in self.requests if one.status in ended and (one.closed_at or ASKED) >= since]

    async def given_since(self, _kind: str, since: datetime) -> list[Request]:
        return [one for one in self.requests if one.status is Status.APPLIED and (one.closed_at or ASKED) >= since]

    def paint(self, colour: str, *, lasts: bool, approved_at: datetime | None = None) -> None:
        payload = Paint(colour=colour, was=self.value).model_dump(mode="json")
        ends_at = self.now + timedelta(days=99) if lasts else None
        known: dict[str, Any] = {
            "approved_at": approved_at or self.now, "closed_at": self.now, "ends_at": ends_at, "kind": "change_role",
        }  # fmt: skip
        one = a_request("change_role", Status.APPLIED).model_copy(update=known | {"id": str(len(self.requests))})
        self.requests.append(
            one.model_copy(
                update={"payload": payload, "outcome": one.outcome.model_copy(update={"was": None, "done_at": self.now})}
            )
        )
        self.value = colour

    def end(self, at: int) -> None:
        self.requests[at] = self.requests[at].model_copy(update={"status": Status.REVERTING, "closed_at": self.now})
        request = self.requests[at]
        act = SimpleNamespace(
            payload=Paint.model_validate(request.payload), request=request, others=self, now=lambda: self.now, admin=None
        )
        done(setting_of(self).revert(cast("Any", act)))
        self.requests[at] = request.model_copy(update={"status": Status.REVERTED})

    @property
    def right(self) -> str:
        """What the newest request gave that isn't over."""
        lasting = [one for one in self.requests if one.status is Status.APPLIED]
        return str(lasting[-1].payload["colour"]) if lasting else "bare"


def setting_of(door: Door) -> Setting[Paint]:
    async def read(_look: Any) -> Thing:
        return Thing("The door", door.value)

    async def write(_admin: Any, _payload: Paint, colour: str) -> None:
        door.value = colour

    return Setting[Paint](
        noun="colour", field="colour", find=DOOR.find, read=read, write=write, which=DOOR.which, to=DOOR.to, was=DOOR.was,
        already=DOOR.already,
    )  # fmt: skip


def done(work: Coroutine[Any, Any, object]) -> None:
    """Run what waits for nothing."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


@given(st.lists(st.tuples(st.sampled_from(VALUES), st.booleans(), st.integers(0, 9)), max_size=12))
@example([("red", True, 0), ("blue", True, 0), ("red", True, 0), ("", True, 0)])
@example([("red", True, 0), ("blue", True, 0), ("red", False, 0), ("blue", True, 0), ("", True, 0), ("", True, 1)])
def test_after_each_end_a_thing_has_what_the_newest_that_is_not_over_gave_it(steps: list[tuple[str, bool, int]]) -> None:
    door = Door()
    for colour, lasts, which in steps:
        door.now += timedelta(hours=1)
        running = [n for n, one in enumerate(door.requests) if one.status is Status.APPLIED and one.ends_at]
        if colour and colour != door.value:  # nothing is asked that has the value already
            door.paint(colour, lasts=lasts)
        elif running:
            door.end(running[which % len(running)])
        assert door.value == door.right, [(one.payload, one.status) for one in door.requests]


def test_what_ended_between_an_approval_and_what_was_done_for_it_is_no_part_of_the_grant() -> None:
    door = Door()
    door.paint("red", lasts=True)
    approved_at = door.now = ASKED + timedelta(days=1)
    door.now += timedelta(days=1)
    door.end(0)
    door.value = "red"  # somebody else, for good
    door.now += timedelta(days=1)
    door.paint("blue", lasts=True, approved_at=approved_at)
    door.now += timedelta(days=1)
    door.end(1)
    assert door.value == "red"
