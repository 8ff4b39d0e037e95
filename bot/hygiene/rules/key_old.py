"""Keys that are older than the setting allows.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_in
from bot.slack import ids
from bot.slack.markup import date
from bot.words.wording import plural


def old_keys(facts: Facts) -> Sequence[Finding]:
    """Find them, whether they are used or not."""
    allowed = plural(facts.bounds.oldest_key.days, "day")
    return [
        Finding(
            "key_old",
            key.id,
            f"{key_in(facts, key)} is too old",
            f"It was created {date(key.created_at)}; {allowed} are allowed.",
            "The older a key is, the more places have its secret.",
            Ask("New key…", f"{ids.OPEN_PREFIX}create_key", home.id if (home := facts.home_of(key)) else ""),
            Risk.LOW,
        )
        for key in facts.keys
        if facts.now - key.created_at > facts.bounds.oldest_key
    ]
