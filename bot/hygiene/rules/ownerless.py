"""Workspaces that spend and name no owner.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import in_30_days
from bot.slack import ids
from bot.slack.markup import bold

_OWNER = "owner"
"""The tag that names a workspace's owner (`bot/organization/tags.py`)."""


def spending_without_owner(facts: Facts) -> Sequence[Finding]:
    """Find them. Nobody can name an owner of the default workspace."""
    return [
        Finding(
            "ownerless",
            one.id,
            f"{bold(one.name)} spends and has no owner",
            f"It cost {in_30_days(spent, facts)}, and no tag of it names an owner.",
            "Nobody is asked when it costs too much, or when one of its keys leaks.",
            Ask("Name an owner…", f"{ids.OPEN_PREFIX}update_workspace", one.id),
            Risk.MIDDLE,
            spent,
        )
        for one, spent in facts.spenders()
        if not one.tags.get(_OWNER) and not one.is_default and not one.is_claude_code
    ]
