"""More admins than the setting names.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.people.roles import ADMIN_ROLES
from bot.slack import ids
from bot.slack.markup import escape
from bot.words.wording import listed, number, plural


def too_many_admins(facts: Facts) -> Sequence[Finding]:
    """Find it once for the organization."""
    admins = [one for one in facts.members if one.role in ADMIN_ROLES]
    if len(admins) <= facts.bounds.admins:
        return []
    names = listed([escape(one.name or one.email) for one in admins], most=5)
    return [
        Finding(
            "admins",
            "organization",
            "The organization has too many admins",
            f"It has {plural(len(admins), 'admin')}, and {number(facts.bounds.admins)} are allowed: {names}.",
            "Each of their accounts can change every key, limit and person.",
            Ask("Show admins", ids.LIST_MEMBERS_TOO, "admins"),
            Risk.MIDDLE,
        )
    ]
