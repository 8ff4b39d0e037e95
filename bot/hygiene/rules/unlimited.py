"""Workspaces that spend without a limit.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import in_30_days
from bot.slack import ids
from bot.slack.markup import bold


def spending_without_limit(facts: Facts) -> Sequence[Finding]:
    """Find them. The default workspace can't be limited, and Claude Code's has limits of its own."""
    return [
        Finding(
            "unlimited",
            one.id,
            f"{bold(one.name)} spends without a limit",
            f"It cost {in_30_days(spent, facts)}. I keep no limit for it, and I can see none in the Console.",
            "A loop or a leaked key can spend all that the organization may spend.",
            Ask("Ask for a limit…", f"{ids.OPEN_PREFIX}set_spend_limit", one.id),
            Risk.HIGH,
            spent,
        )
        for one, spent in facts.spenders()
        if one.id not in facts.limited and not one.is_default and not one.is_claude_code
    ]
