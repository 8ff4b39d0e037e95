"""Sums and ratios of measures: exact totals, and unit costs that are nothing where there is nothing to divide by.

Pure.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from bot.spend.aggregate import growth
from bot.spend.model import ZERO, Measures
from bot.words.own import own
from bot.words.wording import percent

MILLION = 1_000_000
_SHORT = ((10**9, "billion"), (10**6, "million"))


def added(parts: Iterable[Measures], day: date) -> Measures:
    """Return the sum of measures. What one of them doesn't know isn't known of the sum."""
    every = list(parts)
    at_list = [one.list_amount for one in every if one.list_amount is not None]
    requests = [one.requests for one in every if one.requests is not None]
    return Measures(
        day,
        {},
        sum((one.amount for one in every), ZERO),
        sum(at_list, ZERO) if len(at_list) == len(every) else None,
        sum(requests) if len(requests) == len(every) else None,
        sum(one.uncached_input for one in every),
        sum(one.cache_read for one in every),
        sum(one.cache_write_5m for one in every),
        sum(one.cache_write_1h for one in every),
        sum(one.output for one in every),
    )


def cache_write(one: Measures) -> int:
    """Return the tokens that were written to a cache, for five minutes or an hour."""
    return one.cache_write_5m + one.cache_write_1h


def tokens(one: Measures) -> int:
    """Return all tokens, in and out."""
    return one.input + one.output


def is_uncounted(parts: Iterable[Measures]) -> bool:
    """Tell whether money was spent and no token was counted: then the usage report wasn't read, and none isn't zero."""
    every = list(parts)
    return any(one.amount > 0 for one in every) and not any(tokens(one) for one in every)


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Return a part of a whole, None where there is no whole."""
    return Decimal(part) / Decimal(whole) if whole else None


def cache_share(one: Measures) -> Decimal | None:
    """Return which part of the input was read from a cache."""
    return ratio(one.cache_read, one.input)


def output_share(one: Measures) -> Decimal | None:
    """Return which part of all tokens is output."""
    return ratio(one.output, tokens(one))


def per_million(one: Measures) -> Decimal | None:
    """Return the dollars for a million tokens, of any class."""
    return None if not tokens(one) else one.amount * MILLION / tokens(one)


def per_request(one: Measures) -> int | None:
    """Return the tokens of a request, to the nearest whole one; None of what has no tokens, such as tools."""
    return round(Decimal(tokens(one)) / one.requests) if one.requests and tokens(one) else None


def count_words(count: int) -> str:
    """Return a large count as people say it: `12.3 million`, `950,000`."""
    for size, word in _SHORT:
        if count >= size:
            return own(f"{Decimal(count) / size:.1f} {word}".replace(".0 ", " "))
    return own(f"{count:,}")


def count_change(now: int, before: int) -> str | None:
    """Return how much a count grew in percent, None where that would say nothing."""
    found = growth(Decimal(now), Decimal(before))
    return None if found is None else percent(found)
