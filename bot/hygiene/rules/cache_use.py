"""Workspaces that read little from the prompt cache, or less than before.

Pure.
"""

from collections.abc import Sequence
from decimal import Decimal

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import name_of
from bot.slack import ids
from bot.slack.markup import Markup, escape
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.model import ZERO, Measures
from bot.spend.phrases import shown
from bot.words.wording import share

_ENOUGH = 10_000_000
"""Input tokens in 30 days below which the cache is no matter."""
_LOW, _FALL = Decimal("0.10"), Decimal("0.20")
"""A share of the input read from the cache below which it is low, and how much less than before is a fall."""
_HALF = Decimal("0.5")


def cache_use(facts: Facts) -> Sequence[Finding]:
    """Find them, with what the difference costs at list price."""
    now, before = _by_workspace(facts.tokens), _by_workspace(facts.tokens_before)
    found = [_finding(facts, place, used, before.get(place, [])) for place, used in now.items()]
    return [one for one in found if one]


def _by_workspace(tokens: Sequence[Measures]) -> dict[str, list[Measures]]:
    found: dict[str, list[Measures]] = {}
    for one in tokens:
        found.setdefault(one.of(WORKSPACE), []).append(one)
    return found


def _finding(facts: Facts, place: str, used: Sequence[Measures], before: Sequence[Measures]) -> Finding | None:
    if sum(one.input for one in used) < _ENOUGH:
        return None
    is_now = _share(used)
    was = _share(before) if sum(one.input for one in before) >= _ENOUGH else None
    name = name_of(facts, place)
    if was is not None and was - is_now >= _FALL:
        said: Markup = f"{_part(is_now)} of its input came from the cache in 30 days, {_part(was)} in the 30 days before."
        return _said(place, f"{name} uses the cache less than before", said, _worth(facts, used, was - is_now))
    if is_now < _LOW:
        said = f"{_part(is_now)} of its input came from the cache in 30 days."
        return _said(place, f"{name} hardly uses the cache", said, _worth(facts, used, _HALF - is_now))
    return None


def _said(place: str, title: Markup, evidence: Markup, worth: Decimal) -> Finding:
    cost: Markup = f"About {shown(worth)} in 30 days at list price, before what writing to the cache costs"
    half: Markup = " if half of the input came from it." if "hardly" in title else "."
    asks = Ask("Show the workspace", ids.SHOW_WORKSPACE, place)
    return Finding("cache", place, title, evidence, f"{cost}{half}", asks, Risk.LOW, worth)


def _share(used: Sequence[Measures]) -> Decimal:
    return Decimal(sum(one.cache_read for one in used)) / sum(one.input for one in used)


def _worth(facts: Facts, used: Sequence[Measures], difference: Decimal) -> Decimal:
    """Return what a part of the input costs more than if it were read from the cache. Without a price it counts nothing."""
    found = ZERO
    for one in used:
        price = facts.prices.price(one.of(MODEL), one.day)
        if price is not None:
            found += difference * one.input * (price.rates.uncached_input - price.rates.cache_read) / 1_000_000
    return found


def _part(ratio: Decimal) -> Markup:
    return escape(share(ratio))
