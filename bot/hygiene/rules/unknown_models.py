"""Models in use whose price and retirement nobody knows here.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import by_model, keys_of_model, model_name
from bot.slack import ids


def unknown_models(facts: Facts) -> Sequence[Finding]:
    """Find those that were used in the last week and aren't in the price table."""
    return [
        Finding(
            "model_unknown",
            name,
            f"{model_name(name)} is in use and I don't know it",
            "My table of prices has no such model, so I can neither check its cost nor say when it retires.",
            "A new model may cost more than people expect. An update of Quartermaster brings newer prices.",
            Ask("Show who uses it", ids.SPEND_ALL, keys_of_model(name)),
            Risk.LOW,
        )
        for name in by_model(facts.tokens, facts.today)
        if facts.prices.model_of(name) is None
    ]
