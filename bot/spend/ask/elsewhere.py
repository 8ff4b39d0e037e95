"""Parts of a question that only figures take, as people type them after a report, a reconciliation or Claude Code. Pure."""

from collections.abc import Sequence

from bot.spend.ask.splits import TIMES
from bot.spend.ask.words import MENTION

_NARROWS = frozenset(
    "in for of on key keys model models workspace workspaces person product tier tag top over above > vs versus against"
    " compared except excluding without not only".split()
)
_BY = ("by", "per", "each", "every")
_TIMES = frozenset(typed for one in TIMES for typed in (one.name, *one.typed))


def narrows(words: Sequence[str]) -> bool:
    """Tell whether words begin with a filter, a comparison, or how much of an answer is wanted."""
    return bool(words) and (words[0].casefold() in _NARROWS or MENTION.fullmatch(words[0]) is not None)


def is_by_time(words: Sequence[str]) -> bool:
    """Tell whether words begin with a split by a unit of time, such as `by quarter`."""
    return len(words) > 1 and words[0].casefold() in _BY and words[1].casefold() in _TIMES
