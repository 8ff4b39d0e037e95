"""No digest and no alert anywhere.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.slack import ids
from bot.spend.model import ZERO


def nobody_watches(facts: Facts) -> Sequence[Finding]:
    """Find it once for the whole organization, whether anything was spent or not."""
    if facts.digests or facts.alerts:
        return []
    return [
        Finding(
            "nobody_watches",
            "organization",
            "Nobody watches what we use",
            "No channel gets the daily digest, and no alert is set.",
            "People notice a change only when the bill comes.",
            Ask("Daily digest…", ids.HELP_DIGEST),
            Risk.HIGH,
            sum((facts.spent or {}).values(), ZERO),
        )
    ]
