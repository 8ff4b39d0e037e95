"""A kind that exists only here: a badge, as a tag of the Sandbox workspace. One file and one registration."""

from datetime import date

from pydantic import BaseModel, ConfigDict, field_validator

from bot.admin.model import Workspace
from bot.approvals.act import Act, Asked, Look, Reading
from bot.approvals.kind import Kind
from bot.approvals.outcome import Applied, Done, Outcome
from bot.approvals.parts import NOBODY, Checked, Effect, Rules, Sample, Words
from bot.errors import InvalidInput
from bot.forms.fields import FormField, FormInput
from bot.kinds.registry import KINDS, registry_of
from bot.people.model import Who
from bot.slack.markup import Markup, bold


class Badge(BaseModel):
    model_config = ConfigDict(frozen=True)

    colour: str
    engraved: tuple[str, ...] = ()
    day: date | None = None

    @field_validator("engraved", mode="before")
    @classmethod
    def _one_by_one(cls, value: object) -> object:
        return [word.strip() for word in value.split(",")] if isinstance(value, str) else value


def _check_colour(value: str, _form: FormInput) -> str | None:
    return None if value.islower() else "Write the colour in small letters."


def _tag(who: Who) -> str:
    return f"badge-{who.slack_id}"


async def _wall(reading: Reading) -> Workspace:
    return next(w for w in await reading.directory.workspaces(fresh=True) if w.name == "Sandbox")


async def _check(reading: Reading, who: Who, payload: Badge) -> Checked[Badge]:
    if (await _wall(reading)).tags.get(_tag(who)) == payload.colour:
        raise InvalidInput({"colour": f"You have the {payload.colour} badge already."})
    return Checked(payload)


async def _look(look: Look[Badge]) -> Done | None:
    hangs = (await _wall(look)).tags.get(_tag(look.request.requester)) == look.payload.colour
    return Done(Outcome(value=look.payload.colour)) if hangs else None


async def _apply(act: Act[Badge]) -> Applied:
    await act.admin.update_workspace((await _wall(act)).id, tags={_tag(act.request.requester): act.payload.colour})
    return Done(Outcome(value=act.payload.colour))


async def _revert(act: Act[Badge]) -> Done:
    await act.admin.update_workspace((await _wall(act)).id, tags={_tag(act.request.requester): None})
    return Done()


def _what(asked: Asked[Badge]) -> Markup:
    return f"a {bold(asked.payload.colour)} one"


BADGE = Kind(
    name="badge",
    payload=Badge,
    form=(
        FormField("colour", "Colour", max_length=20, check=_check_colour),
        FormField("engraved", "Engraved", max_length=50, optional=True, hint="Words, with commas between them."),
        FormField("reason", "Why", "long_text"),
        FormField("day", "Last day", "date", optional=True),
    ),
    words=Words(
        label="Get a badge",
        asks="asks for a badge",
        title=lambda asked: f"A {asked.payload.colour} badge",
        what=_what,
        done=lambda asked: f"Badge given, {_what(asked)}",
        then=lambda _asked: "I hang it on the wall",
    ),
    rules=Rules(
        subject=lambda payload: f"badge:{payload.colour}",
        check=_check,
        last_day="day",
    ),
    effect=Effect(apply=_apply, repeatable=True, look=_look, revert=_revert),
    concerns=NOBODY,
    sample=Sample(Badge(colour="green", engraved=("on time", "in budget"), day=date(2026, 12, 31))),
)

WITH_BADGE = registry_of(*KINDS.values(), BADGE)
"""The bot's own kinds, and this one."""
