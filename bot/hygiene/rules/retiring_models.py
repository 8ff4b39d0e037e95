"""Models in use that stop answering.

Pure.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import by_model, keys_of_model, model_name
from bot.slack import ids
from bot.slack.markup import Markup
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
        spent = sum((one.amount for one in facts.tokens if one.of(MODEL) == name), ZERO)
        found.append(_finding(name, last, used.amount, spent, is_over=last < facts.today))
    return found


def _finding(name: str, last: date, in_week: Decimal, in_month: Decimal, *, is_over: bool) -> Finding:
    ends: Markup = f"Its last day was {calendar_day(last)}" if is_over else f"It answers until {calendar_day(last)}"
    return Finding(
        "model_retiring",
        name,
        f"{model_name(name)} {'has retired and was in use' if is_over else 'is in use and will retire'}",
        f"{ends}; {shown(in_week)} was spent on it in 7 days.",
        f"{'Now' if is_over else 'After that day'} each request to it fails.",
        Ask("Show who uses it", ids.SPEND_ALL, keys_of_model(name)),
        Risk.HIGH,
        in_month,
    )
