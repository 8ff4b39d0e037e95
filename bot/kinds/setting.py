"""The kind that sets one value of one thing from A to B: a key's status or name, somebody's role, a limit.

What every such kind has to get right is written once here: nothing is asked that has the value already, nothing is
overwritten that somebody else changed meanwhile, and at its end only what this request gave is taken back. Of two grants
whose times overlap the later one counts, and the last to end brings back what was before both.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic

from bot.approvals.act import Act, Asked, Look, P, Reading
from bot.approvals.fence import FencedAdmin
from bot.approvals.model import Request
from bot.approvals.outcome import Applied, Done, NeedsPerson, Outcome
from bot.approvals.parts import Checked, Effect, Rules, Seen, Stays
from bot.directory.capabilities import Can
from bot.errors import InvalidInput, UpstreamError
from bot.kinds.overlaps import Given, is_set_by, last_before
from bot.people.model import Who
from bot.words.calendars import UTC_DAYS

_ASK_AGAIN = "Give up, and ask again if it is still needed."


@dataclass(frozen=True)
class Thing:
    """What a setting belongs to, as it is now.

    `name` begins sentences, and stands within them unless `inside` does; `id` and `hint` are told where details are.
    """

    name: str
    value: str
    id: str | None = None
    hint: str | None = None
    inside: str = ""

    @property
    def within(self) -> str:
        """What it is called within a sentence."""
        return self.inside or self.name


@dataclass(frozen=True)
class Found(Generic[P]):
    """A thing as it is when somebody asks, and what they ask for, complete."""

    thing: Thing
    checked: Checked[P]


async def _is_there(_look: Look[Any]) -> str:
    return ""


async def _nothing(_reading: Reading, _payload: Any, _value: str) -> str:
    return ""


def _as_it_is(value: str) -> str:
    return value


def _in_the_meantime(thing: Thing, was: str) -> str:
    return f"Somebody else changed {thing.within}: it is {thing.value} now, and was {was} when this was asked."


def _is_closed(thing: Thing) -> str:
    return f"{thing.name} is {thing.value}, so it can't be changed."


@dataclass(frozen=True)
class Setting(Generic[P]):
    """One value of one thing. Sentences are plain text.

    `find` looks the thing up at the ask, `read` before and after each act; `write` sets it to a value. `which` tells things
    apart. `to` is the value that is asked for, `was` the one that it had then. `fits` tells which values it may be changed
    from (none given: `was` only), `takes` whether it can be asked of a thing that somebody named. `field` is the form's
    field at which it is said that a thing can't be changed, `already_at` (else `field`) where it is said that it has
    the value already. `in_words` says a value as people read it; `already`, `closed` and `drifted` are handed it like that.
    `faults` finds at the ask what else is wrong, by field. `forbids` returns why a thing must not get a
    value, such as that a workspace would be left without an admin: at the ask, before the act and before its end. `kind`
    names the kind of request that gives it until a day, where one does. `gone`
    returns why nothing is left to take back at its end, such as that somebody left, and "" while it is there. `noun`
    names the value; `is_final` says that it can't be taken back. `comes_by_itself` tells which values nobody sets.
    """

    noun: str
    field: str
    find: Callable[[Reading, P], Awaitable[Found[P]]]
    read: Callable[[Look[P]], Awaitable[Thing]]
    write: Callable[[FencedAdmin, P, str], Awaitable[object]]
    which: Callable[[P], str]
    to: Callable[[P], str]
    was: Callable[[P], str]
    already: Callable[[Thing], str]
    already_at: str = ""
    in_words: Callable[[str], str] = _as_it_is
    closed: Callable[[Thing], str] = _is_closed
    drifted: Callable[[Thing, str], str] = _in_the_meantime
    fits: Callable[[str], bool] | None = None
    takes: Callable[[Any], bool] = lambda _thing: True
    faults: Callable[[P], Mapping[str, str]] = lambda _payload: {}
    forbids: Callable[[Reading, P, str], Awaitable[str]] = _nothing
    gone: Callable[[Look[P]], Awaitable[str]] = _is_there
    is_final: bool = False
    comes_by_itself: Callable[[str], bool] = lambda _value: False
    kind: str = ""

    def rules(
        self,
        subject: Callable[[P], str],
        *,
        last_day: str = "",
        beneficiaries: Callable[[Asked[P]], tuple[Who, ...]] = lambda _asked: (),
        needs: Can | None = None,
        has_workspace: bool = False,
    ) -> Rules[P]:
        """Return what may be asked."""
        return Rules(
            subject=subject,
            check=self.check,
            last_day=last_day,
            beneficiaries=beneficiaries,
            takes=self.takes,
            needs=needs,
            has_workspace=has_workspace,
        )

    def effect(self) -> Effect[P]:
        """Return what is changed."""
        revert = None if self.is_final else self.revert
        return Effect(
            apply=self.apply,
            repeatable=True,
            look=self.look,
            revert=revert,
            stands=self.stands,
            stays=self.stays(),
            sets=(self.noun,),
        )

    def stays(self) -> Stays[P]:
        """Return the value as one that stays as it was set."""
        return Stays(lambda asked: f"{self.noun}:{self.which(asked.payload)}", self._see, is_final=self.is_final)

    async def _see(self, look: Look[P]) -> Seen | None:
        if await self.gone(look):
            return None
        thing, to = await self.read(look), self.to(look.payload)
        if self.comes_by_itself(thing.value):
            return None
        return Seen(thing.name, self._worded(to), self._worded(thing.value))

    def _worded(self, value: str) -> str:
        return self.in_words(value) or "not set"

    async def check(self, reading: Reading, _who: Who, payload: P) -> Checked[P]:
        """Complete what is asked for; InvalidInput where it has the value already, or can't get it."""
        found = await self.find(reading, payload)
        full, thing = found.checked.payload, found.thing
        if thing.value == self.to(full):
            already = self.already(self._said(thing)) + await self._until(reading, full)
            raise InvalidInput({self.already_at or self.field: already})
        if not self._may_change(full, thing):
            raise InvalidInput({self.field: self.closed(self._said(thing))})
        if faults := self.faults(full):
            raise InvalidInput(dict(faults))
        if forbidden := await self.forbids(reading, full, self.to(full)):
            raise InvalidInput({self.already_at or self.field: forbidden})
        return found.checked

    async def _until(self, reading: Reading, payload: P) -> str:
        """Say when a request takes back what somebody asks for, and how it stays longer; "" where none does."""
        ends = list[datetime]()
        for one in await reading.others.standing(self.kind) if self.kind else ():
            given = type(payload).model_validate(one.payload)
            is_same = (self.which(given), self.to(given)) == (self.which(payload), self.to(payload))
            ends += [one.over_at] if is_same and one.over_at else []
        if not ends:
            return ""
        longer = "who asked for it, or has it, can ask for more time with Extend… in my App Home"
        return f" That ends {UTC_DAYS.written(max(ends))}; {longer}."

    def _may_change(self, payload: P, thing: Thing) -> bool:
        return self.fits(thing.value) if self.fits else thing.value == self.was(payload)

    def _said(self, thing: Thing) -> Thing:
        return replace(thing, value=self.in_words(thing.value))

    def _done(self, look: Look[P], thing: Thing) -> Done:
        to, was = self.to(look.payload), self.was(look.payload)
        return Done(Outcome(thing_id=thing.id, hint=thing.hint, value=to, was=was))

    async def look(self, look: Look[P]) -> Done | None:
        """Tell whether the thing already has the value."""
        thing = await self.read(look)
        return self._done(look, thing) if thing.value == self.to(look.payload) else None

    async def stands(self, look: Look[P]) -> bool:
        """Tell whether the thing still has the value, so that there is something to end."""
        return (await self.read(look)).value == self.to(look.payload)

    async def apply(self, act: Act[P]) -> Applied:
        """Set the value, unless somebody else changed it since it was asked."""
        thing, to = await self.read(act), self.to(act.payload)
        if thing.value == to and act.request.ends_at:
            # Somebody else set it, perhaps for good: what this request didn't give it must not take away at its end.
            said = self.in_words(to)
            already = f"{thing.name} is {said} already, but not because of this request."
            raise NeedsPerson(f"{already} {_ASK_AGAIN}", is_final=True)
        if thing.value == to:
            return self._done(act, thing)
        if not self._may_change(act.payload, thing):
            drifted = self.drifted(self._said(thing), self.in_words(self.was(act.payload)))
            raise NeedsPerson(f"{drifted} {_ASK_AGAIN}", is_final=True)
        await self._set(act, to)
        return self._done(act, thing)

    async def revert(self, act: Act[P]) -> Done:
        """Set the value back to what it was, unless somebody changed it since, or what had it is gone."""
        if why := await self.gone(act):
            return Done(Outcome(note=why, gone_at_end=True))
        thing, was = await self.read(act), self.was(act.payload)
        said, was_said = self.in_words(thing.value), self.in_words(was)
        if thing.value == was:
            return Done(Outcome(note=f"{thing.name} was already {was_said} again.", value=was))
        if await self._is_later(act, thing):
            return Done(Outcome(note=f"{thing.name} is {said} because of a later request, so I left it.", gone_at_end=True))
        back = await self._before(act)
        if thing.value not in (self.to(act.payload), back):
            raise NeedsPerson(
                f"Somebody else changed {thing.within} to {said}, so I changed nothing. Check that it is right."
            )
        if thing.value != back:
            await self._set(act, back)
        if back == was:
            return Done(Outcome(value=back))
        note = f"{thing.name} was {was_said} only for a time, which is over too, so it is {self.in_words(back)} again."
        return Done(Outcome(note=note, gone_at_end=True, back=back, value=back))

    async def _is_later(self, act: Act[P], thing: Thing) -> bool:
        """Tell whether a later request set the value, even to what this one set: it is not for this one to take back."""
        later = self._given(act, await act.others.given_since(act.request.kind, _began(act.request)))
        return is_set_by(later, self.which(act.payload), thing.value, _began(act.request))

    async def _before(self, act: Act[P]) -> str:
        """Return the value to go back to: where that was a grant's, too, that is over since, the one before it."""
        value, began = self.was(act.payload), _began(act.request)
        while True:
            ended = self._given(act, await act.others.ended_since(act.request.kind, began, act.now()))
            grant = last_before(ended, self.which(act.payload), value, began)
            if grant is None or await self._is_given_since(act, grant, began):
                return value
            value, began = grant.was, grant.at

    async def _is_given_since(self, act: Act[P], grant: Given, moment: datetime) -> bool:
        """Tell whether a request that isn't over set the same value again between a grant and a moment."""
        found = await act.others.given_since(act.request.kind, grant.at)
        lasting = self._given(act, [one for one in found if one.ends_at is None or one.ends_at > act.now()])
        again = last_before(lasting, grant.which, grant.to, moment)
        return again is not None and again.at > grant.at

    def _given(self, act: Act[P], requests: Sequence[Request]) -> list[Given]:
        found = list[Given]()
        for one in requests:
            payload = type(act.payload).model_validate(one.payload)
            was = self.was(payload) if one.outcome.was is None else one.outcome.was
            if not one.extends:
                found.append(Given(self.which(payload), was, self.to(payload), _began(one)))
        return found

    async def _set(self, act: Act[P], value: str) -> None:
        if forbidden := await self.forbids(act, act.payload, value):
            raise NeedsPerson(forbidden, is_final=await self._is_over(act))
        await self.write(act.admin, act.payload, value)

    async def _is_over(self, act: Act[P]) -> bool:
        """Tell whether what has the value is gone for good, or the workspace in which it is."""
        if await self.gone(act):
            return True
        place = act.request.workspace_id
        with suppress(UpstreamError):
            return place is not None and (await act.admin.workspace(place)).archived_at is not None
        return False


def _began(request: Request) -> datetime:
    return request.outcome.done_at or request.approved_at or request.created_at
