"""Models that cost more than their successors at the same tokens.

Pure.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import keys_of_model, model_name
from bot.slack import ids
from bot.spend.dimensions import MODEL
from bot.spend.model import Measures
from bot.spend.phrases import shown
from bot.spend.prices.estimate import Estimate, estimate
from bot.spend.prices.model import PriceTable

_FAMILY = re.compile(r"claude-([a-z]+)-(\d+(?:-\d+)*)")
_WORTH_SAYING = Decimal(1)
"""Dollars in 30 days."""


def dearer_models(facts: Facts) -> Sequence[Finding]:
    """Find the models whose newest successor would have been cheaper, by list price."""
    groups: dict[str, list[Measures]] = {}
    for one in facts.tokens:
        groups.setdefault(one.of(MODEL), []).append(one)
    found = [_finding(facts, name, used) for name, used in groups.items()]
    return [one for one in found if one]


def _finding(facts: Facts, name: str, used: Sequence[Measures]) -> Finding | None:
    model = facts.prices.model_of(name)
    newer = successor(model, facts.prices) if model else None
    if not model or not newer:
        return None
    now, then = estimate(used, model, facts.prices), estimate(used, newer, facts.prices)
    if not now or not then or then.days_without_price or now.amount - then.amount < _WORTH_SAYING:
        return None
    return _said(name, newer, now, then)


def _said(name: str, newer: str, now: Estimate, then: Estimate) -> Finding:
    saved, on_newer = now.amount - then.amount, f"{shown(then.amount)} on {model_name(newer)}"
    return Finding(
        "model_dearer",
        name,
        f"{model_name(name)} has a cheaper successor",
        f"Its tokens of 30 days cost {shown(now.amount)} at list price; as many cost {on_newer}.",
        f"About {shown(saved)} in 30 days. It is an estimate: another model uses other tokens.",
        Ask("Show who uses it", ids.SPEND_ALL, keys_of_model(name)),
        Risk.LOW,
        saved,
    )


def successor(model: str, prices: PriceTable) -> str | None:
    """Return the newest later model of the same family that has a price and no end."""
    mine = _version(model)
    if mine is None:
        return None
    others = {one: version for one in prices.by_model if (version := _version(one)) and version[0] == mine[0]}
    newer = {one: version[1] for one, version in others.items() if version[1] > mine[1] and one not in prices.retired}
    return max(newer, key=lambda one: newer[one], default=None)


def _version(model: str) -> tuple[str, tuple[int, ...]] | None:
    found = _FAMILY.fullmatch(model)
    return (found[1], tuple(int(one) for one in found[2].split("-"))) if found else None
