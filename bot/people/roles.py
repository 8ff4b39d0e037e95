"""The roles of the organization, and of a workspace, as people read them. Pure."""

from typing import Final

from bot.slack.markup import escape
from bot.words.own import Own

ADMIN_ROLES: Final = frozenset({"admin", "owner", "primary_owner"})
"""Who manages the organization (admin-api.md §4.2)."""
SEE_ALL_KEYS: Final = ADMIN_ROLES | {"developer", "billing"}
"""Roles that are shown the keys of others."""
ROLE_WORDS: Final[dict[str, tuple[Own, Own]]] = {
    "admin": ("admin", "admins"),
    "developer": ("developer", "developers"),
    "claude_code_user": ("Claude Code user", "Claude Code users"),
    "user": ("user", "users"),
    "billing": ("billing member", "billing members"),
}
"""What one member of a role is called, and what several are; in the order in which lists name them."""


def role_words(role: str) -> tuple[Own, Own]:
    """Return the same for a role as the API names it. One that comes later reads as the API names it."""
    return ROLE_WORDS.get(role) or (escape(role), escape(role))


WORKSPACE_ROLE_WORDS: Final[dict[str, Own]] = {
    "workspace_admin": "workspace admin",
    "workspace_developer": "workspace developer",
    "workspace_restricted_developer": "limited developer",
    "workspace_user": "workspace user",
    "workspace_billing": "workspace billing",
}
"""What a member of a workspace is called by their role in it, the most powerful first."""


def workspace_role_words(role: str) -> Own:
    """Return the same for a role as the API names it. One that comes later reads as the API names it, without its marks."""
    return WORKSPACE_ROLE_WORDS.get(role) or escape(role.replace("_", " "))
