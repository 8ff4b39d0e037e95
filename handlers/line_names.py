"""What can be named in a field of a form, with what people type for it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.forms.fields import WHOLE, FormField
from bot.kinds.limits.groups import groups_of
from bot.runtime import Runtime
from bot.slack import ids

WHOLE_TYPED = (WHOLE, "org", "all", "everything")
"""Words that mean the whole organization where a form takes that instead of a workspace."""


@dataclass(frozen=True)
class Name:
    """Something that can be named: its id, what the form calls it, and what people type for it besides."""

    value: str
    label: str
    typed: tuple[str, ...] = ()


async def names_of(rt: Runtime, one: FormField) -> Sequence[Name]:
    """Return everything that a field takes, as people name it."""
    if one.type == "workspace":
        places = [Name(workspace.id, workspace.name) for workspace in await rt.directory.workspaces()]
        return [Name(WHOLE, one.whole, WHOLE_TYPED), *places] if one.whole else places
    if one.type == "choice":
        return [_choice(value, label, one.typed) for value, label in one.choices]
    return await _LOOKUPS[one.name](rt)


def _choice(value: str, label: str, typed: Sequence[tuple[str, str]]) -> Name:
    also = [text for text, meant in typed if meant == value]
    return Name(value, label.partition(":")[0], (value.replace("_", " "), *also))


async def _groups(rt: Runtime) -> Sequence[Name]:
    found = groups_of(await rt.directory.rate_limits())
    return [
        Name(
            one.id,
            one.name,
            (one.name.removeprefix("Claude "), *one.models, *(typed for m in one.models for typed in _spelled(m))),
        )
        for one in found
    ]


def _spelled(model: str) -> tuple[str, ...]:
    """Return how people write a model: `opus-5-5`, `opus 5 5`, `opus 5.5`."""
    short = model.removeprefix("claude-")
    family, _, version = short.partition("-")
    return short, short.replace("-", " "), f"{family} {version.replace('-', '.')}"


_LOOKUPS: Mapping[str, Callable[[Runtime], Awaitable[Sequence[Name]]]] = {ids.RATE_GROUP: _groups}
"""What can be named in a field that is looked up while typing."""
