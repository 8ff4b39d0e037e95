"""What may belong to an answer and isn't told apart yet by what narrows it: without a word it would read as $0. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.slack.markup import Markup, escape
from bot.spend.ask.sums import Counted
from bot.spend.dimensions import UNSPLIT
from bot.spend.ledger.cuts import WHAT
from bot.spend.model import ZERO, Filter
from bot.spend.scope import Where
from bot.words.wording import listed

_OWN = (*WHAT.own, *WHAT.by_money)
"""What isn't known of a group until its parts are read."""
_LEAST = Decimal("0.01")


def as_unsplit(wheres: Iterable[Where]) -> list[Where]:
    """Return the conditions for what isn't told apart, of those that narrow by what parts tell."""
    return [{**where, **{one: [UNSPLIT] for one in _OWN if one in where}} for where in wheres if {*_OWN} & where.keys()]


def is_worth_saying(counts: Iterable[Counted]) -> bool:
    """Tell whether what isn't told apart is more than a rounding."""
    return abs(sum((one.amount for one in counts if one.amount is not None), ZERO)) >= _LEAST


def unsplit_in_words(amount: Decimal, said: Markup, filters: Sequence[Filter]) -> Markup:
    """Return how much isn't told apart by these filters, and whether it is counted; "" for less than a cent."""
    found = [one for one in filters if one.by in _OWN]
    if abs(amount) < _LEAST or not found:
        return ""
    by = escape(listed(list(dict.fromkeys(one.by.name for one in found)), "and"))
    counted: Markup = "counted here" if all(one.leaves_out for one in found) else "not counted here"
    return f"⚠️ {said} isn't split by {by} yet and is {counted}"
