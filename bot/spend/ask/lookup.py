"""What words may mean, looked up exactly, by a part, by a beginning and by likeness, fast among ten thousand names. Pure."""

import functools
import heapq
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from bot.spend.ask.words import plain

_FEW = 300
"""So many are compared one by one."""
_LIKELY = 50
"""Of many, only those are compared that have most groups of three letters in common with what was typed."""
_SHORT = 4
_APART = re.compile(r"[\s_-]+")


class Lookup:
    """Plain phrases with the words that are typed for each. What is found by is made once, and only where it is needed."""

    def __init__(self, meant: Mapping[str, Sequence[str]]) -> None:
        self.meant = {phrase: list(words) for phrase, words in meant.items()}
        self._likely = functools.lru_cache(maxsize=256)(self._most_alike)  # each way to mend a line asks again

    def like(self, typed: str, count: int) -> list[str]:
        """Return the phrases of `count` words among which the one most like the typed words is, if any is."""
        found = self._by_count[count]
        return found if len(found) <= _FEW else list(self._likely(typed, count))

    def begins(self, word: str) -> list[str]:
        """Return phrases that begin with a word, two at most: more are as unclear."""
        at = bisect_left(self._in_order, word)
        return [one for one in self._in_order[at : at + 2] if one.startswith(word)]

    def with_part(self, word: str) -> list[str]:
        """Return phrases of which a word is a part: `eval` of `eval-runs`."""
        return self._by_part.get(word, [])

    def in_one_word(self, word: str) -> list[str]:
        """Return the words that were joined to one: `last month` for `lastmonth`."""
        return self.meant.get(self._joined.get(word, ""), [])

    @functools.cached_property
    def longest(self) -> int:
        """The most words of a phrase, 0 where there is none."""
        return max(self._by_count, default=0)

    @functools.cached_property
    def _by_count(self) -> dict[int, list[str]]:
        found = defaultdict[int, list[str]](list)
        for one in self.meant:
            found[one.count(" ") + 1].append(one)
        return found

    @functools.cached_property
    def _in_order(self) -> list[str]:
        return sorted(self.meant)

    @functools.cached_property
    def _by_part(self) -> dict[str, list[str]]:
        found = defaultdict[str, list[str]](list)
        for one in self.meant:
            for part in set(_APART.split(one)):
                found[part].append(one)
        return dict(found)

    @functools.cached_property
    def _joined(self) -> dict[str, str]:
        return {one.replace(" ", ""): one for one in self.meant if " " in one}

    @functools.cached_property
    def _by_letters(self) -> dict[tuple[int, str], list[str]]:
        found = defaultdict[tuple[int, str], list[str]](list)
        for count, phrases in self._by_count.items():
            for one in phrases:
                for group in (*_groups(one), "".join(sorted(one))):
                    found[count, group].append(one)
        return dict(found)

    def _most_alike(self, typed: str, count: int) -> tuple[str, ...]:
        shared = Counter[str]()
        for group in _groups(typed):
            shared.update(self._by_letters.get((count, group), ()))
        most = heapq.nlargest(_LIKELY, shared, key=lambda one: (shared[one] / (len(typed) + len(one)), one))
        turned = self._by_letters.get((count, "".join(sorted(typed))), ())
        return (*turned, *most)


def _groups(text: str) -> set[str]:
    """Return each three letters of a text that stand beside each other; its two ends count as letters.

    Few letters have few groups, so there its two ends are one, too: `dv` and `dev`.
    """
    ended = f" {text} "
    found = {ended[at : at + 3] for at in range(len(ended) - 2)}
    return found | {text[:1] + text[-1:]} if len(text) <= _SHORT else found


def named(names: tuple[str, ...], before: str = "") -> Lookup:
    """Return names with what is typed for them: the words `before` a name, and the name."""
    return _named_after(before)(names)


@functools.cache
def _named_after(before: str) -> Callable[[tuple[str, ...]], Lookup]:
    """Return what makes lookups of names behind these words; only the latest are kept, as names come and go."""

    @functools.lru_cache(maxsize=2)
    def made(names: tuple[str, ...]) -> Lookup:
        return Lookup({plain(one): [*before.split(), one] for one in names})

    return made
