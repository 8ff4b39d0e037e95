"""A later end for a grant: asked for like anything else, under the same policy, and done by moving the end of the grant.

The request is one of the grant's own kind and `extends` it. It is asked only while the grant holds, and expires with it at
the latest, so that a grant whose extension nobody decided ends as planned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.approvals.act import Act, Asked, Look, Reading, look_at
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import AnyKind, all_kinds
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Applied, Done, LeaseLost, NeedsPerson, Outcome
from bot.approvals.parts import Checked, Effect, Rules, Words, keep_nothing
from bot.errors import NotAllowed, RequestClosed, UpstreamMissing
from bot.forms.fields import FormField
from bot.people.model import Who
from bot.runtime import Runtime
from bot.slack.markup import Markup, date, escape

_OVER = "It has ended, or ends right now, so there is nothing to extend. Ask for a new one."
_GONE = "What was granted isn't there any more, so there is nothing to extend. Ask for a new one."


def kind_of(rt: Runtime, request: Request) -> AnyKind:
    """Return the kind of a request as it concerns that request: to give a grant, or to extend one."""
    return kind_among(all_kinds(rt), request)


def kind_among(kinds: Mapping[str, AnyKind], request: Request) -> AnyKind:
    """Return the same, from all kinds by their names."""
    kind = kinds[request.kind]
    return extending(kind, request.extends) if request.extends else kind


def extending(kind: AnyKind, grant_id: str) -> AnyKind:
    """Return a kind as it extends a grant. It has the same name, and so the same policy and approvers."""
    extension = _Extension(kind, grant_id)
    rules: Rules[Any] = replace(kind.rules, subject=extension.subject, check=extension.check)
    effect: Effect[Any] = replace(
        kind.effect, apply=extension.apply, look=extension.look, repeatable=True, keep=keep_nothing
    )
    return replace(
        kind, form=_form(kind), words=_words(kind), rules=rules, effect=effect, by_hand=None, offers=None
    )  # fmt: skip


def _form(kind: AnyKind) -> tuple[FormField, ...]:
    ends, reason = ({field.name: field for field in kind.form}.get(name) for name in (kind.rules.last_day, "reason"))
    assert ends is not None  # noqa: S101 - a kind that gives until a day has it
    hint = "Choose a day after the present end."
    return (replace(ends, optional=False, hint=hint), reason or WHY_FIELD)


def _words(kind: AnyKind) -> Words[Any]:
    def what(asked: Asked[Any]) -> Markup:
        was = asked.request.outcome.was
        return kind.grant(asked.request) + (f", which ends {date(datetime.fromisoformat(was))}" if was else "")

    def done(asked: Asked[Any]) -> Markup:
        ends_at = asked.request.ends_at
        return kind.grant(asked.request) + (f" stays until {date(ends_at)}" if ends_at else "")

    return Words(
        label="Ask for more time",
        asks="asks for more time",
        title=lambda asked: f"More time: {kind.words.title(asked)}",
        what=what,
        then=lambda _asked: "I move the end at once",
        done=done,
        wish=lambda asked: f"for more time ({kind.grant(asked.request)})",
        undone="the end was not changed",
        chosen=kind.words.chosen,
    )


async def is_standing(kind: AnyKind, look: Look[Any]) -> bool:
    """Tell whether what was granted is still there."""
    try:
        return await kind.effect.stands(look)
    except UpstreamMissing:
        return False


def may_ask(grant: Request, who: Who) -> bool:
    """Tell whether somebody may ask for a later end: who asked for the grant, and for whom it is."""
    return any(who.is_same_person(one) for one in (grant.requester, *grant.beneficiaries, *grant.heirs))


def may_extend(kind: AnyKind, grant: Request, who: Who, now: datetime) -> bool:
    """Tell whether somebody may ask for a later end of a grant as it stands. The form looks again."""
    return may_ask(grant, who) and _holds(grant, now) and not kind.rules.fixed_end(kind.asked(grant))


def _holds(grant: Request, now: datetime) -> bool:
    """Tell whether a grant is there and not over, nor being ended, whatever the clock says by now."""
    return grant.is_granted and grant.status is Status.APPLIED and grant.over_at is not None and now < grant.over_at


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def check_extensible(kind: AnyKind, grant: Request | None, now: datetime) -> Request:
    """Return a grant that may be given a later end now; raises RequestClosed or NotAllowed in words otherwise."""
    if grant is None or not _holds(grant, now):
        raise RequestClosed(_OVER)
    if fixed := kind.rules.fixed_end(kind.asked(grant)):
        raise NotAllowed(f"{escape(fixed)} Ask for a new one instead. Nothing was sent.")
    return grant


@dataclass(frozen=True)
class _Extension:
    """What is checked and done to give the grant of a request a later end."""

    kind: AnyKind
    grant_id: str

    def subject(self, _payload: Any) -> str:
        return f"extend:{self.grant_id}"

    async def check(self, reading: Reading, who: Who, payload: Any) -> Checked[Any]:
        grant = check_extensible(self.kind, await reading.others.find(self.grant_id), reading.now())
        if not may_ask(grant, who):
            raise NotAllowed("Only the people whom it concerns can ask for more time. Nothing was sent.")
        if not await is_standing(self.kind, look_at(reading, self.kind.asked(grant))):
            raise RequestClosed(_GONE)
        return Checked(payload, grant.workspace_id, grant.workspace_name)

    async def look(self, look: Look[Any]) -> Done | None:
        """Tell whether the grant has the end that is asked for."""
        grant = await look.others.find(self.grant_id)
        is_there = grant is not None and grant.is_granted and grant.ends_at == look.request.ends_at
        return self._done(look) if is_there else None

    def _done(self, look: Look[Any]) -> Done:
        return Done(Outcome(value=_written(look.request.ends_at)))

    async def apply(self, act: Act[Any]) -> Applied:
        """Move the end of the grant, if it still is the one from which it was to be moved."""
        if done := await self.look(act):
            return done
        grant, now = await act.others.find(self.grant_id), act.now()
        if grant is None or not _holds(grant, now):
            raise NeedsPerson(_OVER, is_final=True)
        if _written(grant.ends_at) != act.request.outcome.was:
            moved = "Its end was moved meanwhile. Nothing was changed. Give up and ask again."
            raise NeedsPerson(moved, is_final=True)
        if not await is_standing(self.kind, look_at(act, self.kind.asked(grant))):
            raise NeedsPerson(_GONE, is_final=True)
        if not await act.others.extend(grant, act.request, act.now()):
            raise LeaseLost(is_unchanged=True)  # somebody touched the grant at this very moment; it is tried again
        return self._done(act)
