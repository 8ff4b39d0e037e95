"""Keys that nobody has used for long: from usage, because the API tells of no key when it was last used.

Pure.
"""

from collections.abc import Sequence

from bot.directory.use import KeyUse
from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_in
from bot.slack import ids
from bot.slack.markup import Markup
from bot.words.wording import calendar_day, plural


def unused_keys(facts: Facts) -> Sequence[Finding]:
    """Find those that are older than the bound, where the reports of all its days tell of keys."""
    days, found = facts.bounds.unused.days, list[Finding]()
    for key in facts.keys:
        use = facts.uses.get(key.id, KeyUse())
        is_known = use.as_of is not None and use.days >= days and facts.now - key.created_at >= facts.bounds.unused
        if not is_known or (use.last_day and (facts.today - use.last_day).days < days):
            continue
        last: Markup = f"wasn't used in {plural(use.days, 'day')}"
        if use.last_day:
            last = f"was last used on {calendar_day(use.last_day)}"
        found.append(
            Finding(
                "key_unused",
                key.id,
                f"{key_in(facts, key)} isn't used",
                f"It {last}, as the usage reports tell.",
                "Anyone who finds it can spend with it, and nobody would miss it.",
                Ask("Revoke…", f"{ids.OPEN_PREFIX}revoke_key", key.id),
                Risk.MIDDLE,
            )
        )
    return found
