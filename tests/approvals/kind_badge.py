"""A kind that exists only here: a badge on a desk. One file and one registration; everything else comes for free."""

from datetime import UTC, date, datetime, time

from pydantic import BaseModel, ConfigDict

from bot.approvals.kind import Applied, Checked, Done, Kind
from bot.approvals.model import Request
from bot.errors import InvalidInput
from bot.forms.fields import FormField, FormInput
from bot.kinds.registry import KINDS, registry_of
from bot.people.model import Who
from bot.runtime import Runtime
from bot.slack.markup import bold

DESKS: dict[str, str] = {}
"""The outside world of this kind: which colour hangs on whose desk."""


class Badge(BaseModel):
    model_config = ConfigDict(frozen=True)

    colour: str
    day: date | None = None


def _check_colour(value: str, _form: FormInput) -> str | None:
    return None if value.islower() else "Write the colour in small letters."


async def _precheck(_rt: Runtime, who: Who, payload: BaseModel) -> Checked:
    assert isinstance(payload, Badge)
    if DESKS.get(who.slack_id) == payload.colour:
        raise InvalidInput({"colour": f"You have the {payload.colour} badge already."})
    return Checked(payload, ends_at=datetime.combine(payload.day, time(12), UTC) if payload.day else None)


async def _look(_rt: Runtime, request: Request) -> Done | None:
    hangs = DESKS.get(request.requester.slack_id) == request.payload["colour"]
    return Done({"colour": request.payload["colour"]}) if hangs else None


async def _apply(_rt: Runtime, request: Request) -> Applied:
    DESKS[request.requester.slack_id] = request.payload["colour"]
    return Done({"colour": request.payload["colour"]})


async def _revert(_rt: Runtime, request: Request) -> Done:
    DESKS.pop(request.requester.slack_id, None)
    return Done()


def _what(request: Request) -> str:
    return f"a {bold(request.payload['colour'])} one"


BADGE = Kind(
    name="badge",
    label="Get a badge",
    payload=Badge,
    form=(
        FormField("colour", "Colour", max_length=20, check=_check_colour),
        FormField("reason", "Why", "long_text"),
        FormField("day", "Last day", "date", optional=True),
    ),
    title=lambda request: f"A {request.payload['colour']} badge",
    asks="asks for a badge",
    what=_what,
    done=lambda request: f"Badge given, {_what(request)}",
    subject=lambda payload: f"badge:{getattr(payload, 'colour', '')}",
    precheck=_precheck,
    apply=_apply,
    repeatable=True,
    look=_look,
    revert=_revert,
)

WITH_BADGE = registry_of(*KINDS.values(), BADGE)
"""The bot's own kinds, and this one."""
