"""Under which names people stand in an answer: their own, a pseudonym, or none. Pure.

A pseudonym is made with a key that only the bot has, so that nobody works out who is meant. Each period has its own, so that
a person who was recognized once isn't for good; within an answer it is the same on every page and in its file.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from bot.claude_code.model import ActorId, Part, total
from bot.words.own import Own

Shown = Literal["names", "pseudonyms", "none"]
OTHERS: Final[ActorId] = ("", "")
"""Stands for all whose figures may not be shown one by one."""
_OTHERS: Own = "Everybody else"


@dataclass(frozen=True)
class Sight:
    """How others are shown to somebody, whose own address is `own` ("" for what several people read)."""

    others: Shown
    own: str = ""

    def is_own(self, actor: ActorId) -> bool:
        """Tell whether an actor is the person who looks."""
        return bool(self.own) and actor == ("user", self.own)


def as_seen(parts: Sequence[Part], sight: Sight) -> tuple[Part, ...]:
    """Return the lines of a split by person as somebody may see them. The sums stay the same."""
    if sight.others != "none":
        return tuple(parts)
    own = [part for part in parts if isinstance(part.id, tuple) and sight.is_own(part.id)]
    rest = [part for part in parts if part not in own]
    if not rest:
        return tuple(own)
    earlier = [part.before for part in rest if part.before is not None]
    before = total(earlier) if len(earlier) == len(rest) else None
    return (*own, Part(OTHERS, total(part.use for part in rest), before))


def labels(
    actors: Collection[ActorId], sight: Sight, known: Mapping[str, str], key: bytes, span: tuple[date, date]
) -> dict[ActorId, str]:
    """Return what each actor is called, no two alike; `known` are names of people by their address in lower case."""
    named = {actor for actor in actors if sight.others == "names" or sight.is_own(actor)}
    found = dict(zip(sorted(named), _real_names(sorted(named), known), strict=True))
    hidden = set(actors) - named - {OTHERS}
    found |= _pseudonyms(hidden, key, span)
    return found | ({OTHERS: _OTHERS} if OTHERS in actors else {})


def _real_names(actors: Sequence[ActorId], known: Mapping[str, str]) -> list[str]:
    """Return people by their name, or by their address where two have the same, and keys as such."""
    names = [known.get(name, "").strip() if kind == "user" else "" for kind, name in actors]
    return [name if name and names.count(name) == 1 else _own_name(actor) for name, actor in zip(names, actors, strict=True)]


def _pseudonyms(actors: Collection[ActorId], key: bytes, span: tuple[date, date]) -> dict[ActorId, str]:
    """Return a number for each, from its digest and not from its rank, so that who comes later changes nobody else's."""
    digests = {actor: _digest(key, f"{span[0]}..{span[1]}\0{actor[0]}\0{actor[1]}") for actor in actors}
    room = 900 if len(actors) < 100 else 900_000
    taken: set[int] = set()
    found: dict[ActorId, str] = {}
    for actor in sorted(digests, key=lambda one: digests[one]):
        number = digests[actor] % room
        while number in taken:
            number = (number + 1) % room
        taken.add(number)
        found[actor] = f"{_sort(actor[0])} {number + room // 9}"
    return found


def _digest(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:8], "big")


def _own_name(actor: tuple[str, str]) -> str:
    """Return an actor by what the report tells of it; one that isn't a person with its sort."""
    kind, name = actor
    return name if kind == "user" else f"{_sort(kind)} {name}"


def _sort(kind: str) -> str:
    return {"user": "Person", "api": "Key"}.get(kind, kind.replace("_", " ").capitalize())
