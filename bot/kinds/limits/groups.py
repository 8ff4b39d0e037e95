"""Groups of rate limits as people choose them: by the name of their models, with what a workspace can lower. Pure."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.admin.model import RateLimit
from bot.words.counts import short_count
from bot.words.folded import folded
from bot.words.own import Own
from bot.words.wording import listed

REQUESTS: Final = "requests"
LIMITERS: Final[dict[str, tuple[Own, tuple[str, ...]]]] = {
    REQUESTS: ("requests per minute", ("requests_per_minute",)),
    "input_tokens": ("input tokens per minute", ("input_tokens_per_minute_cache_aware", "input_tokens_per_minute")),
    "output_tokens": ("output tokens per minute", ("output_tokens_per_minute",)),
}
"""What can be limited: in words, and by the names that the API has for it (admin-api.md §4.9); a group has one at most."""
_OTHERS: Final[dict[str, Own]] = {
    "batch": "Batches",
    "token_count": "Token counting",
    "files": "Files",
    "skills": "Skills",
    "web_search": "Web search",
}
"""Groups that aren't about models have no name of their own."""
_JOINERS: Final = re.compile(r"[\s._-]+")
_DATED: Final = re.compile(r"-\d{8}$")
_SHORT: Final[dict[str, Own]] = {REQUESTS: "requests", "input_tokens": "input", "output_tokens": "output"}


@dataclass(frozen=True)
class Limiter:
    """One limit of the organization: its name in the API, and its value, None where there is none."""

    type: str
    value: int | None


@dataclass(frozen=True)
class Group:
    """A group with the limits of the organization that a workspace can have lower; `id` is what a change needs."""

    id: str
    name: str
    models: tuple[str, ...]
    limiters: Mapping[str, Limiter]

    @property
    def in_short(self) -> str:
        """The organization's limits in one line: `10k requests, 10m input, 2m output per minute`."""
        values = [(_SHORT[name], one.value) for name, one in self.limiters.items()]
        return f"{', '.join(f'{short_count(value)} {word}' for word, value in values if value is not None)} per minute"

    @property
    def has_words(self) -> str:
        """What of it can be limited, in words."""
        return listed([LIMITERS[name][0] for name in self.limiters])

    def holds(self, typed: str) -> bool:
        """Tell whether its name, or that of one of its models, holds what was typed, as people write it."""
        wanted = spoken(typed)
        return any(wanted in spoken(name) for name in (self.name, *self.models))


def groups_of(limits: Iterable[RateLimit]) -> list[Group]:
    """Return the groups of which a workspace can limit something, in the API's order."""
    return [
        Group(one.id, _name(one), one.models, limiters)
        for one in limits
        if one.id is not None and (limiters := _limiters(one))
    ]


def labels_of(groups: Iterable[Group]) -> dict[str, str]:
    """Return by id how monitoring calls groups: by their names, with the id where several have one name."""
    every = list(groups)
    names = [one.name for one in every]
    return {one.id: one.name if names.count(one.name) == 1 else f"{one.name} {one.id}" for one in every}


@functools.lru_cache(4096)
def spoken(name: str) -> str:
    """Return what spellings of a model or a group have in common: `Claude Opus 5.5`, `claude-opus-5-5-20260901`."""
    return _JOINERS.sub(" ", folded(_DATED.sub("", name))).strip()


def _name(limit: RateLimit) -> str:
    group = limit.group
    return group.display_name or _OTHERS.get(group.type) or group.type.replace("_", " ").capitalize()


def _limiters(limit: RateLimit) -> dict[str, Limiter]:
    found = {name: next((t for t in types if t in limit.limits), "") for name, (_, types) in LIMITERS.items()}
    return {name: Limiter(one, limit.limits[one]) for name, one in found.items() if one}
