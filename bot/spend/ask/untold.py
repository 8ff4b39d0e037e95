"""What people ask for and no answer tells, with the reason. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.slack.markup import Markup


class Untold(NamedTuple):
    """How many words ask for it, why it isn't told, and whether the question without it is worth offering."""

    taken: int
    sentence: Markup
    has_near: bool = False


_REGION: Markup = "I don't read figures by region."
_SPEED: Markup = "I don't read figures by speed or fast mode."
_FISCAL: Markup = "I count in calendar years and quarters."
_LEFT_OUT: Markup = "I can't leave anything out. Name what you want to see."
_SMALLEST: Markup = "I show the largest first. The CSV has all."
_LESS: Markup = "I can only show what is over an amount, such as *over $50*."
_DAYS: Markup = "I need the first and the last day, such as *1 Nov to 15 Nov*, or *since 1 Nov*."
_ALIKE: Markup = "I don't add up the same weekdays or hours."
_MINUTES: Markup = "I keep hours, not minutes."
_CURRENCY: Markup = "The Claude API bills in US dollars, and I know no other currency."
_AVERAGE: Markup = "I show sums, not averages."
_FORECAST: Markup = "I don't forecast."
_BUDGET: Markup = "The answer for *month* says how much of a budget is used."
_INVOICE: Markup = "The Claude API tells me no invoices and no credits. *reconcile* explains a month."
_LIST_PRICES: Markup = "*reconcile* compares a month with its list prices."
_WORDS: dict[str, Untold] = {
    **dict.fromkeys(
        ("region", "regions", "geo", "geos", "inference geo", "inference_geo", "data residency", "country"),
        Untold(1, _REGION),
    ),
    **dict.fromkeys(("speed", "speeds", "fast", "fast mode"), Untold(1, _SPEED)),
    **dict.fromkeys(("fiscal", "financial", "fy"), Untold(1, _FISCAL, has_near=True)),
    **dict.fromkeys(("not", "no", "without", "except", "excluding", "but", "minus"), Untold(1, _LEFT_OUT)),
    **dict.fromkeys(("bottom", "least", "lowest", "smallest", "cheapest", "unused"), Untold(1, _SMALLEST)),
    **dict.fromkeys(("less", "under", "below", "<", "at least", ">="), Untold(1, _LESS)),
    **dict.fromkeys(("until", "till", "before", "after", "up to", "day before"), Untold(1, _DAYS)),
    **dict.fromkeys(
        ("weekday", "weekdays", "day of week", "day of the week", "day of month", "day of the month"), Untold(1, _ALIKE)
    ),
    **dict.fromkeys(("hour of day", "hour of the day", "time of day"), Untold(1, _ALIKE)),
    **dict.fromkeys(("minute", "minutes"), Untold(1, _MINUTES)),
    **dict.fromkeys(("average", "averages", "avg", "mean", "median"), Untold(1, _AVERAGE, has_near=True)),
    **dict.fromkeys(("eur", "euro", "euros", "gbp", "pounds", "chf", "jpy", "yen", "inr"), Untold(1, _CURRENCY)),
    **dict.fromkeys(("forecast", "projection", "projected", "run rate", "burn rate"), Untold(1, _FORECAST)),
    **dict.fromkeys(("budget", "budgets"), Untold(1, _BUDGET)),
    **dict.fromkeys(("invoice", "invoices", "credit", "credits", "balance"), Untold(1, _INVOICE)),
    **dict.fromkeys(("discount", "discounts", "list price", "list prices"), Untold(1, _LIST_PRICES)),
}
_AFTER_IN = frozenset({"us", "usa", "eu", "europe"})
_BEFORE = frozenset({"by", "per", "in", "for", "on", "each", "this", "last"})


def untold(words: Sequence[str]) -> Untold | None:
    """Return why no answer tells what the words begin with; None where there is no such reason."""
    first = words[0].casefold()
    skipped = 1 if first in _BEFORE and len(words) > 1 else 0
    rest = [word.casefold() for word in words[skipped : skipped + 4]]
    if first == "in" and rest[0] in _AFTER_IN and rest[1:2] != ["dollars"]:
        return Untold(2, _REGION)
    for taken in range(len(rest), 0, -1):
        if found := _WORDS.get(" ".join(rest[:taken])):
            return found._replace(taken=skipped + taken)
    if rest[0].startswith("non-"):
        return Untold(skipped + 1, _LEFT_OUT)
    if rest[0][:2] == "fy" and rest[0][2:].strip("'’").isdecimal():
        return Untold(skipped + 1, _FISCAL, has_near=True)
    return None
