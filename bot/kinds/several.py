"""The kind that does several things, each done once: invites, workspaces with members, what is left of somebody.

What every such kind has to get right is written once here: what was done is kept part by part, so that a crash or a retry
goes on from there; what one part is refused doesn't spoil the others; a part that waits for something outside goes on when
that has come, and is over when it is too late.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from bot.approvals.act import Act, Look, P
from bot.approvals.model import Status
from bot.approvals.next_step import is_final
from bot.approvals.outcome import Applied, Done, LeaseLost, NeedsPerson, Outcome, PartDone
from bot.approvals.parts import Effect, FollowUp
from bot.errors import OwnQueueFull, UpstreamError, UpstreamMissing, UpstreamRefused
from bot.words.wording import number

ENDED_IN_VAIN = "Nobody answered in time."
_UNCHANGED = "Nothing was changed."


def in_vain(parts: Sequence[PartDone]) -> str:
    """Return why nothing was done: one part's reason, and how many more there are. The card has a line for each."""
    refused = [part for part in parts if part.state == "refused"]
    why = f"{refused[0].label}: {refused[0].note.rstrip('.')}" if refused else "None of it could be done"
    more = f" And {number(len(refused) - 1)} more." if len(refused) > 1 else ""
    return f"{why}.{more} {_UNCHANGED}"


@dataclass(frozen=True)
class Part(Generic[P]):
    """One of several things that a request does. `name` is unique in its request and stays; `label` is plain text.

    `do` changes something and returns what came of it: `done`, or `waits` until a moment; it raises an UpstreamError, or
    NeedsPerson with why it can't be done. `look` tells whether it was done already, after a try of which nobody knows how it
    ended. A part comes after the one named `after`, and is left out where that didn't work; it comes once all those named
    in `once` are settled, and is left out where none of them worked. Of one that waits, `has_come` looks cheaply whether it
    may go on, and `go_on` returns how it stands then: as it was where nothing has changed.
    """

    name: str
    label: str
    do: Callable[[Act[P]], Awaitable[PartDone]]
    look: Callable[[Look[P]], Awaitable[PartDone | None]]
    after: str = ""
    has_come: Callable[[Look[P], PartDone], Awaitable[bool]] | None = None
    go_on: Callable[[Act[P], PartDone], Awaitable[PartDone]] | None = None
    once: tuple[str, ...] = ()

    def done(self, note: str, thing_id: str = "") -> PartDone:
        """Return that this part is done."""
        return PartDone(name=self.name, label=self.label, state="done", note=note, thing_id=thing_id)

    @property
    def before(self) -> tuple[str, ...]:
        """The parts that have to be settled before this one."""
        return (self.after, *self.once) if self.after else self.once

    def refused(self, note: str, *, is_final: bool = False) -> PartDone:
        """Return that this part can't be done, and why; `is_final`: nor at any later try."""
        return PartDone(name=self.name, label=self.label, state="refused", note=note, is_final=is_final)


@dataclass(frozen=True)
class Several(Generic[P]):
    """A kind's parts in the order in which they are done; `parts` returns the same ones for the same payload."""

    parts: Callable[[P], Sequence[Part[P]]]

    def effect(self) -> Effect[P]:
        """Return what is changed. What was done stays."""
        return Effect(apply=self.apply, repeatable=True, look=self.look, parts_there=self.parts_there)

    def follow_up(self) -> FollowUp[P]:
        """Return what happens later to parts that wait."""
        return FollowUp(has_news=self.has_news, act=self.follow)

    async def look(self, look: Look[P]) -> Done | None:
        """Tell whether all of it was done already that can be by now, also where an answer was lost.

        What is there by half is finished part by part.
        """
        outcome = look.request.outcome
        async for found in self._looked_for(look):
            if found is None:
                return None
            outcome = outcome.with_part(found)
        return Done(Outcome(parts=outcome.parts))

    async def parts_there(self, look: Look[P]) -> list[PartDone]:
        """Return the parts that are done by now though nobody noted them."""
        return [part async for part in self._looked_for(look) if part]

    async def _looked_for(self, look: Look[P]) -> AsyncIterator[PartDone | None]:
        """Iterate over the parts that a new try would do, as they are found; None for one that isn't there."""
        outcome = look.request.outcome
        for part in self.parts(look.payload):
            if not _is_next(outcome, part, is_new_try=True):
                continue
            # What comes later is looked for by what was found of the parts before it.
            known = look.request.model_copy(update={"outcome": outcome})
            found = None if _left_out_because(part, outcome) else await part.look(replace(look, request=known))
            outcome = outcome.with_part(found) if found else outcome
            yield found

    async def apply(self, act: Act[P]) -> Applied:
        """Do what isn't done yet. NeedsPerson where not a single part could be done."""
        await self._run(act, 0)
        kept = act.came
        done = [part for part in kept.parts if part.state in ("done", "waits")]
        if not done:
            refused = [part for part in kept.parts if part.state == "refused"]
            raise NeedsPerson(in_vain(kept.parts), is_final=bool(refused) and all(part.is_final for part in refused))
        return Done(Outcome(parts=kept.parts))

    async def has_news(self, look: Look[P]) -> bool:
        """Tell whether a part that waits can go on, or has waited too long."""
        for part in self.parts(look.payload):
            kept = look.request.outcome.part(part.name)
            if kept is not None and kept.state == "waits" and await _can_go_on(look, part, kept):
                return True
        return self._is_interrupted(look)

    def _is_interrupted(self, look: Look[P]) -> bool:
        """Tell whether a part could have been done since the one before it was, had nothing stopped the last follow-up."""
        kept = look.request.outcome
        parts = [part for part in self.parts(look.payload) if kept.part(part.name) is None and _is_turn(kept, part)]
        return any(not _is_for_retry(look.request.status, kept, part) for part in parts)

    async def follow(self, act: Act[P]) -> None:
        """Let the parts go on for which something has come, and do what comes after them."""
        await self._run(act, 1 + max((part.batch for part in act.request.outcome.parts), default=0))

    async def _run(self, act: Act[P], batch: int) -> None:
        """Do every part that can be done now. What fails outside is raised once all others were tried."""
        problem: UpstreamError | None = None
        for part in self.parts(act.payload):
            try:
                now = await _step(act, part)
            except OwnQueueFull as full:
                raise _most_in_doubt(problem, full) from None
            except UpstreamError as error:
                problem = _most_in_doubt(problem, error)
                if not batch:  # a follow-up is repeated by itself
                    act.progress.fail(part.refused(error.sentence))
                continue
            if now:
                await act.progress.keep(now.model_copy(update={"batch": batch}))
        if problem:
            raise problem


def _most_in_doubt(*errors: UpstreamError | None) -> UpstreamError:
    """Return the failure of a try that leaves most in doubt: what may have happened isn't taken for surely not done."""
    return max(
        (one for one in errors if one),
        key=lambda one: (one.may_have_happened, one.may_come_late, isinstance(one, OwnQueueFull)),
    )


def _is_turn(outcome: Outcome, part: Part[P]) -> bool:
    """Tell whether nothing has to come before a part any more."""
    before = [outcome.part(name) for name in part.before]
    return all(one is not None and one.state != "waits" for one in before)


def _is_next(outcome: Outcome, part: Part[P], *, is_new_try: bool) -> bool:
    """Tell whether a part is to be done now. Only a new try of the whole request repeats what was refused."""
    kept = outcome.part(part.name)
    is_open = kept is None or (is_new_try and kept.state in ("refused", "left_out"))
    return is_open and _is_turn(outcome, part)


def _is_for_retry(status: Status, outcome: Outcome, part: Part[P]) -> bool:
    """Tell whether a part is what a person retries: it failed, and nothing that waited has come before it since."""
    before = [outcome.part(name) for name in part.before]
    return status is Status.FAILED and not any(one is not None and one.batch for one in before)


async def _step(act: Act[P], part: Part[P]) -> PartDone | None:
    """Return how a part stands now, None where nothing is to be said of it."""
    outcome = act.came
    kept = outcome.part(part.name)
    if kept and kept.state == "waits":
        now = await _on(act, part, kept) if await _can_go_on(act, part, kept) else kept
        return now if now != kept else None
    status = act.request.status
    if not _is_next(outcome, part, is_new_try=status is Status.APPLYING) or _is_for_retry(status, outcome, part):
        return None
    if why := _left_out_because(part, outcome):
        return PartDone(
            name=part.name, label=part.label, state="left_out", note=f"not done, as it needs this first: {why.label}"
        )
    return await _do(act, part)


def _left_out_because(part: Part[P], outcome: Outcome) -> PartDone | None:
    """Return the part for which another one is left out, None where it is its turn."""
    before = outcome.part(part.after) if part.after else None
    if before and before.state != "done":
        return before
    settled = [one for name in part.once if (one := outcome.part(name))]
    return None if not settled or any(one.state == "done" for one in settled) else settled[0]


async def _do(act: Act[P], part: Part[P]) -> PartDone:
    is_first_try = act.request.attempts <= 1 and act.request.status is Status.APPLYING
    found = None if is_first_try else await part.look(act)
    if found:
        return found
    try:
        return await part.do(act)
    except LeaseLost:
        raise
    except NeedsPerson as problem:
        return part.refused(problem.sentence, is_final=problem.is_final)
    except (UpstreamRefused, UpstreamMissing) as error:
        return part.refused(error.sentence, is_final=is_final(error))
    except OwnQueueFull:
        raise
    except UpstreamError as error:
        found = await _found_after(act, part) if error.may_have_happened else None
        if found is None:
            raise
        return found


async def _found_after(act: Act[P], part: Part[P]) -> PartDone | None:
    """Look whether a part was done whose answer got lost. Where that can't be seen now either, a later try looks again."""
    try:
        return await part.look(act)
    except UpstreamError:
        return None


async def _can_go_on(look: Look[P], part: Part[P], kept: PartDone) -> bool:
    is_late = kept.until is not None and kept.until <= look.now()
    return is_late or (part.has_come is not None and await part.has_come(look, kept))


async def _on(act: Act[P], part: Part[P], kept: PartDone) -> PartDone:
    if part.has_come and part.go_on and await part.has_come(act, kept):
        return await part.go_on(act, kept)
    return kept.model_copy(update={"state": "over", "note": ENDED_IN_VAIN, "until": None})
