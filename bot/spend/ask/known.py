"""What words of a question can mean, and one part that was read of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bot.spend.ask.idioms import left_out
from bot.spend.ask.least import Over
from bot.spend.ask.lookup import Lookup, named
from bot.spend.ask.periods import read_period
from bot.spend.ask.splits import TIMES, TOKEN_TYPE, TOKENS_BY_TYPE, by_tag
from bot.spend.ask.words import PERSON, TAG, plain
from bot.spend.dimensions import WORKSPACE, Dimension
from bot.spend.model import Filter

Part = Literal["period", "breakdown", "filter", "measure", "number of parts", "least amount", "comparison"]
_LONGEST_KEY = 3
"""So many words may mean a name in which hyphens stand between them: `key ingest prod`."""
_NOTHING: Mapping[str, Sequence[str]] = {}
_TO_NAME = {WORKSPACE.name: "in", PERSON: "for"}
"""What is typed before the names of a dimension, where it isn't the dimension's own name."""


@dataclass(frozen=True)
class Known:
    """What words can mean: dimensions by what people type for them, and names by the name of their dimension.

    `tags` are the values that workspaces have of each tag, by the tag.
    """

    by: Mapping[str, Dimension]
    names: Mapping[str, Lookup] = field(default_factory=dict[str, Lookup])
    tags: Mapping[str, Lookup] = field(default_factory=dict[str, Lookup])

    def of(self, dimension: str) -> Lookup:
        """Return the names that are known in a dimension, or the values of a tag, with what is typed for them."""
        found = self.tags.get(dimension.removeprefix(TAG)) if dimension.startswith(TAG) else self.names.get(dimension)
        return found or named(())

    def names_at(self, words: Sequence[str], beyond: int = 0) -> bool:
        """Tell whether words begin with the whole name of something of more than so many words: `Non-Prod`."""
        return any(found[1] > beyond for one in self.names.values() if (found := longest(words, one)))

    def left_out(self, words: Sequence[str]) -> tuple[int, list[str]] | None:
        """Return what `left_out` does, None where a name begins so: `Without Limits`, but not `No` in `no Sandbox`."""
        leaving = left_out(words)
        return leaving if leaving and not self.names_at(words, leaving[0] if leaving[1] else 0) else None

    @property
    def person(self) -> Dimension | None:
        """Return the dimension of people, None where the ledger has none."""
        return self.by.get(PERSON)


Value = str | int | Over | Filter | tuple[Dimension, ...]


class Read(NamedTuple):
    """One part of a query, what it says, what it was read from, and how many words that are."""

    part: Part
    value: Value
    said: str
    taken: int


def known_words(
    dimensions: Sequence[Dimension], names: Mapping[str, Sequence[str]], tags: Mapping[str, Sequence[str]] = _NOTHING
) -> Known:
    """Return what words can mean, given the dimensions of the ledger."""
    every = (*dimensions, *TIMES)
    if all(one.name != TOKEN_TYPE for one in dimensions):
        every = (*every, TOKENS_BY_TYPE)
    lookups = {of: named(tuple(some), _TO_NAME.get(of, of)) for of, some in names.items()}
    values = {tag: named(tuple(some), by_tag(tag).name) for tag, some in tags.items()}
    return Known({typed: one for one in every for typed in one.typed}, lookups, values)


def longest(words: Sequence[str], names: Lookup) -> tuple[str, int] | None:
    """Return the longest of some names that the words begin with, and how many words it took."""
    most = min(len(words), max((names.longest - 1) * 2 + 1, _LONGEST_KEY if names.meant else 0))
    for taken in range(most, 0, -1):
        said = plain(" ".join(words[:taken]))
        meant = names.meant.get(said)
        if not meant and not _begins_longer_period(words[taken - 1 :]):
            meant = names.meant.get(said.replace(" ", "-")) or names.meant.get(said.replace(" ", "_"))
        if meant and words[taken - 1] != ",":
            return meant[-1], taken
    return None


def _begins_longer_period(words: Sequence[str]) -> bool:
    """Tell whether words begin with a period of several: `model sonnet 5 days` isn't `model sonnet-5`."""
    found = read_period(words)
    return found is not None and found[1] > 1
