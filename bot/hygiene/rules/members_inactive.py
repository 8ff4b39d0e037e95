"""Members who don't use Claude.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.slack import ids
from bot.slack.markup import escape
from bot.words.wording import plural

_USE = frozenset({"developer", "claude_code_user"})
"""Roles whose people are there to use it; others may only look or manage."""


def inactive_members(facts: Facts) -> Sequence[Finding]:
    """Find those who have no key and no usage, where all days of the bound tell of people."""
    if facts.active is None:
        return []
    with_key = set(facts.owners.values())
    return [
        Finding(
            "member_inactive",
            one.id,
            f"{escape(one.name or one.email)} doesn't use Claude",
            f"They have no key, and no usage in {plural(facts.bounds.inactive.days, 'day')}.",
            "If somebody else gets into an unused account, nobody notices.",
            Ask("Remove…", f"{ids.OPEN_PREFIX}remove_member", one.id),
            Risk.LOW,
        )
        for one in facts.members
        if one.role in _USE
        and one.added_at is not None
        and facts.now - one.added_at > facts.bounds.inactive
        and one.id not in with_key
        and not {one.id, one.email.casefold()} & facts.active
    ]
