"""Keys that expire soon and carry traffic.

Pure.
"""

from collections.abc import Sequence

from bot.directory.use import KeyUse
from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_in
from bot.slack import ids
from bot.slack.markup import date
from bot.spend.model import ZERO
from bot.spend.phrases import shown
from bot.words.wording import calendar_day


def expiring_keys(facts: Facts) -> Sequence[Finding]:
    """Find those that were used within the last week that is known."""
    found: list[Finding] = []
    for key in facts.keys:
        use = facts.uses.get(key.id, KeyUse())
        ends = key.expires_at
        if ends is None or not facts.now < ends <= facts.now + facts.bounds.expiry:
            continue
        if use.last_day is None or (facts.today - use.last_day).days > 7:
            continue
        home = facts.home_of(key)
        found.append(
            Finding(
                "key_expiring",
                key.id,
                f"{key_in(facts, key)} expires while it carries traffic",
                f"It ends {date(ends)} and was used on {calendar_day(use.last_day)}; {shown(use.cost or ZERO)} in 7 days.",
                "Everything that uses it stops then. The end of a key can't be changed.",
                Ask("New key…", f"{ids.OPEN_PREFIX}create_key", home.id if home else ""),
                Risk.HIGH,
                use.month_cost or ZERO,
            )
        )
    return found
