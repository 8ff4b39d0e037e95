"""Keys of people who have left the organization.

Pure.
"""

from collections.abc import Sequence

from bot.admin.model import ApiKey
from bot.directory.use import KeyUse
from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_in
from bot.slack import ids
from bot.slack.markup import Markup
from bot.spend.model import ZERO
from bot.words.wording import calendar_day


def orphaned_keys(facts: Facts) -> Sequence[Finding]:
    """Find those whose owner is known and is no member any more. A service account is no member and doesn't leave."""
    here = {one.id for one in facts.members}
    return [
        Finding(
            "key_orphaned",
            key.id,
            f"{key_in(facts, key)} belongs to somebody who left",
            f"Its owner is no longer in the Claude organization, and the key still works{_last(facts, key)}.",
            "They may still have its secret, and nobody takes care of it.",
            Ask("Disable…", f"{ids.OPEN_PREFIX}disable_key", key.id),
            Risk.HIGH,
            facts.uses.get(key.id, KeyUse()).month_cost or ZERO,
        )
        for key in facts.keys
        if (owner := facts.owners.get(key.id, "")).startswith("user_") and owner not in here
    ]


def _last(facts: Facts, key: ApiKey) -> Markup:
    """Return when it was last used, as far as that is known: what uses it stops when it is disabled."""
    last = facts.uses.get(key.id, KeyUse()).last_day
    return f"; it was last used on {calendar_day(last)}" if last else ""
