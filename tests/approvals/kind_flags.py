"""A kind of several parts that exists only here: flags, each a tag of the Sandbox workspace.

`bad` is refused; a flag that begins with `later` waits until somebody sets the tag `come`, and `then` comes after it. One
that ends with `same` goes on waiting then. At the first try, the bot's own queue is full for `queued`, `unread` fails before
anything is sent, and the answer of `lost` doesn't come in time.
"""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, field_validator

from bot.admin.errors import OUR_BUDGET
from bot.admin.model import Workspace
from bot.approvals.act import Act, Look, Reading
from bot.approvals.kind import Kind
from bot.approvals.outcome import NeedsPerson, PartDone
from bot.approvals.parts import NOBODY, Checked, Rules, Sample, Words
from bot.errors import OwnQueueFull, UpstreamDown
from bot.forms.fields import FormField
from bot.kinds.registry import KINDS, registry_of
from bot.kinds.several import Part, Several
from bot.people.model import Who

WAITS = timedelta(days=2)


class Flags(BaseModel):
    model_config = ConfigDict(frozen=True)

    names: tuple[str, ...]

    @field_validator("names", mode="before")
    @classmethod
    def _one_by_one(cls, value: object) -> object:
        return [word.strip() for word in value.split(",")] if isinstance(value, str) else value


async def wall(reading: Reading) -> Workspace:
    return next(w for w in await reading.directory.workspaces(fresh=True) if w.name == "Sandbox")


def part_of(name: str, after: str) -> Part[Flags]:
    """Return the part that hoists a flag."""

    async def do(act: Act[Flags]) -> PartDone:
        if name == "bad":
            raise NeedsPerson("Nobody wants a bad flag.")
        if name == "queued" and act.request.attempts == 1:
            raise OwnQueueFull(OUR_BUDGET)
        if name in ("unread", "lost") and act.request.attempts == 1:
            is_lost = name == "lost"
            raise UpstreamDown("No answer.", may_have_happened=is_lost, may_come_late=is_lost)
        await act.admin.update_workspace((await wall(act)).id, tags={f"flag-{name}": "up"})
        waits = {"state": "waits", "until": act.now() + WAITS} if name.startswith("later") else {}
        return part.done("hoisted").model_copy(update=waits)

    async def look(look: Look[Flags]) -> PartDone | None:
        return part.done("found") if f"flag-{name}" in (await wall(look)).tags else None

    async def has_come(look: Look[Flags], _kept: PartDone) -> bool:
        return "come" in (await wall(look)).tags

    async def go_on(_act: Act[Flags], kept: PartDone) -> PartDone:
        return kept if name.endswith("same") else part.done("it has come")

    part = Part(name, f"Flag {name}", do, look, after, has_come, go_on)
    return part


def parts_of(payload: Flags) -> list[Part[Flags]]:
    before = next((name for name in payload.names if name.startswith("later") or name == "bad"), "")
    return [part_of(name, before if name == "then" else "") for name in payload.names]


async def _check(_reading: Reading, _who: Who, payload: Flags) -> Checked[Flags]:
    return Checked(payload)


SEVERAL = Several(parts_of)
FLAGS = Kind(
    name="flags",
    payload=Flags,
    form=(FormField("names", "Flags", max_length=200), FormField("reason", "Why", "long_text")),
    words=Words(
        label="Hoist flags",
        asks="asks for flags",
        title=lambda asked: f"Flags {', '.join(asked.payload.names)}",
        what=lambda _asked: "some flags",
        done=lambda _asked: "Flags hoisted",
        then=lambda _asked: "I hoist them",
    ),
    rules=Rules(subject=lambda payload: f"flags:{payload.names}", check=_check),
    effect=SEVERAL.effect(),
    concerns=NOBODY,
    sample=Sample(Flags(names=("red", "blue"))),
    follow_up=SEVERAL.follow_up(),
)
WITH_FLAGS = registry_of(*KINDS.values(), FLAGS)
