"""Workspaces that spend while no digest and no alert is about them.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import in_30_days
from bot.slack import ids
from bot.slack.markup import bold


def spending_unwatched(facts: Facts) -> Sequence[Finding]:
    """Find those without a digest or without an alert. Where nobody watches anything, another rule says it once."""
    if not facts.digests and not facts.alerts:
        return []
    found: list[Finding] = []
    for one, spent in facts.spenders():
        has_digest = any(not about or one.id in about for about in facts.digests)
        has_alert = any(about in (None, one.id) for about in facts.alerts)
        if has_digest and has_alert:
            continue
        lacks = "neither a digest nor an alert" if not has_digest and not has_alert else "no alert"
        lacks = lacks if has_alert is False else "no digest"
        ask = Ask("Daily digest…", ids.HELP_DIGEST) if not has_digest else Ask("New alert…", ids.ADVICE_ALERT)
        found.append(
            Finding(
                "unwatched",
                one.id,
                f"{bold(one.name)} spends with {lacks}",
                f"It cost {in_30_days(spent, facts)}.",
                "People notice a change there only when the bill comes.",
                ask,
                Risk.MIDDLE,
                spent,
            )
        )
    return found
