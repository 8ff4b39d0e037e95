"""Models in use that stop answering.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import by_model, keys_of_model, model_name
from bot.slack import ids
from bot.spend.dimensions import MODEL
from bot.spend.model import ZERO
from bot.spend.phrases import shown
from bot.words.wording import calendar_day


def retiring_models(facts: Facts) -> Sequence[Finding]:
    """Find those that were used in the last week and whose last day is near or over."""
    found: list[Finding] = []
    for name, used in by_model(facts.tokens, facts.today).items():
        last = facts.prices.retired.get(facts.prices.model_of(name) or "")
        if last is None or last > facts.today + facts.bounds.retirement:
            continue
        found.append(
            Finding(
                "model_retiring",
                name,
                f"{model_name(name)} retires and is in use",
                f"It answers until {calendar_day(last)}; {shown(used.amount)} was spent on it in 7 days.",
                "After that day each request to it fails.",
                Ask("Who uses it", ids.SPEND_ALL, keys_of_model(name)),
                Risk.HIGH,
                sum((one.amount for one in facts.tokens if one.of(MODEL) == name), ZERO),
            )
        )
    return found
