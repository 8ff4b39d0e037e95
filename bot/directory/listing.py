"""Lists as they were read, with what is made of the whole of each: made once, forgotten with the list. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from bot.admin.model import Member

T = TypeVar("T")
V = TypeVar("V")


class Listing(list[T]):
    """A list that nobody changes. A look at a page of it costs as much as the page: its order and its counts are kept."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        super().__init__(items)
        self._made: dict[Callable[..., Any], Any] = {}

    def once(self, make: Callable[[Sequence[T]], V]) -> V:
        """Return what `make`, a function of a module, makes of this list. It is called the first time only."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("V", self._made[make])


def by_id(members: Sequence[Member]) -> Mapping[str, Member]:
    """Return members by their ids."""
    return {member.id: member for member in members}


def count_roles(members: Sequence[Member]) -> Mapping[str, int]:
    """Return how many members have each role."""
    return Counter(member.role for member in members)
