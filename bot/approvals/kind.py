"""What a kind of Request is made of. A kind is one file and one line in the registry; all else comes by itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, cast

from pydantic import BaseModel

from bot.approvals.act import Asked, P
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status
from bot.approvals.parts import NOBODY, ByHand, Concerns, Effect, Filled, FollowUp, Offer, Rules, Sample, Words
from bot.forms.fields import FormField, FormInput, FormValue
from bot.people.model import Actor, Who
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.markup import Markup, within_bold
from bot.words.calendars import Calendar

THINGS = ("key", "person", "people")
"""Fields that name something of somebody's, or somebody."""


@dataclass(frozen=True)
class Kind(Generic[P]):
    """One kind of Request. Its functions get the decoded payload; the engine decodes it once per step.

    Raises TypeError where it could give something an end that nothing brings about, says wrongly where that stands, or
    could change a thing of somebody's without saying whose it is.
    """

    name: str
    payload: type[P]
    form: tuple[FormField, ...]
    words: Words[P]
    rules: Rules[P]
    effect: Effect[P]
    concerns: Concerns[P]
    sample: Sample[P]
    by_hand: ByHand[P] | None = None
    follow_up: FollowUp[P] | None = None
    offers: Offer[P] | None = None
    shows: Callable[[Runtime, Actor, FormInput], Awaitable[Markup]] | None = None
    """What its form says, for the person who fills it in, of what it holds so far: the read-back before it is sent."""

    def __post_init__(self) -> None:
        if self.rules.last_day and self.rules.last_day not in self.payload.model_fields:
            raise TypeError(f"{self.name} has no field {self.rules.last_day}, which is to say its last day.")
        if self.rules.last_day and not self.effect.revert:
            raise TypeError(f"{self.name} gives something until a day, but has no revert to take it back.")
        if self.rules.last_day and all(field.name != self.rules.last_day for field in self.form):
            raise TypeError(f"{self.name} gives something until a day, but its form doesn't ask for {self.rules.last_day}.")
        named = [field.name for field in self.form if field.type in THINGS]
        is_known = self.concerns is NOBODY or self.concerns.field in self.payload.model_fields
        if not is_known or (named and self.concerns is NOBODY):
            raise TypeError(f"{self.name} changes what {named or 'no field'} names, but doesn't say whose that is.")

    def asked(self, request: Request) -> Asked[P]:
        """Return a request with its decoded payload; ValidationError for one that this version can't read."""
        return Asked(request, self.payload.model_validate(request.payload))

    def thing_of(self, payload: BaseModel) -> str:
        """Return the id of the thing that a payload changes, empty where it is nobody's."""
        return str(getattr(payload, self.concerns.field)) if self.concerns.field else ""

    def title(self, request: Request) -> str:
        """Return what a request is called, as plain text."""
        return self.words.title(self.asked(request))

    def grant(self, request: Request) -> Markup:
        """Return what is given until a day, as mrkdwn that may stand in bold."""
        asked = self.asked(request)
        return self.words.grant(asked) if self.words.grant else within_bold(self.words.title(asked))

    def beneficiaries(self, request: Request) -> tuple[Who, ...]:
        """Return the people whom a request is about besides its requester."""
        return self.rules.beneficiaries(self.asked(request))

    def needed(self, request: Request) -> tuple[Who, ...]:
        """Return those of them without whom it can't go ahead."""
        return (self.rules.needed or self.rules.beneficiaries)(self.asked(request))

    def last_day(self, payload: P) -> date | None:
        """Return the last day of what a payload asks for, in the calendar of the person who asks; None: for good."""
        return getattr(payload, self.rules.last_day) if self.rules.last_day else None

    def left_by_hand(self, rule: Rule) -> Markup:
        """Return what a rule leaves to a person, or ""."""
        return self.by_hand.announced(rule) if self.by_hand else ""

    def refilled(self, request: Request, calendar: Calendar, now: datetime) -> Filled:
        """Return the form of a request as it was filled in; a last day that is over is as far ahead as it was then."""
        asked, ends = self.asked(request), self.rules.last_day
        values = {name: _form_value(value) for name, value in request.payload.items() if value}
        if ends in values:
            day = date.fromisoformat(str(values[ends]))
            values[ends] = _still_ahead(day, calendar.day_of(request.created_at), calendar.day_of(now)).isoformat()
        return Filled(values | {"reason": request.reason}, self.words.chosen(asked))

    @property
    def label(self) -> str:
        """The form's title."""
        return self.words.label

    @property
    def danger(self) -> str:
        """What a careless click would break."""
        return self.words.danger

    @property
    def submit_label(self) -> str:
        """What the form's button says."""
        return self.words.submit_label

    @property
    def has_workspace(self) -> bool:
        """Whether each request is about one workspace; otherwise it is about the organization."""
        return self.rules.has_workspace

    @property
    def issues_keys(self) -> bool:
        """Whether it makes keys."""
        return self.rules.issues_keys

    @property
    def least_approvals(self) -> int:
        """How many people have to approve it at the least, whatever the policy says."""
        return self.rules.least_approvals


def _form_value(value: object) -> FormValue:
    return tuple(str(one) for one in cast("list[object]", value)) if isinstance(value, list) else str(value)


def _still_ahead(day: date, asked: date, today: date) -> date:
    return day if day >= today else max(today, today + (day - asked))


AnyKind = Kind[Any]


def find_kind(rt: Runtime, name: str) -> AnyKind:
    """Return a kind of the running bot by its name; KeyError for one that doesn't exist."""
    return all_kinds(rt)[name]


def all_kinds(rt: Runtime) -> Mapping[str, AnyKind]:
    """Return the kinds of the running bot by their names."""
    return cast("Mapping[str, AnyKind]", rt.kinds)


class Undo(NamedTuple):
    """The kind that undoes what another one did, by its name, and what the button to its form says."""

    kind: str
    label: str


def undo_of(kinds: Mapping[str, AnyKind], kind: AnyKind) -> Undo | None:
    """Return what a kind offers to undo what it did, None where there is nothing."""
    offered = kinds.get(kind.offers.kind) if kind.offers else None
    if offered is None or kind.offers is None:
        return None
    return Undo(offered.name, kind.offers.label or f"{offered.label.split()[0]}…")


def by_hand_facts(rt: Runtime, request: Request) -> dict[str, str]:
    """Return for the record who has to do what, where a request waits for a person."""
    holder, part = holder_of(request), find_kind(rt, request.kind).by_hand
    is_waiting = request.status is Status.FULFILLING and part is not None
    return {"person": holder.slack_id, "task": part.waits_for} if is_waiting and part and holder else {}
