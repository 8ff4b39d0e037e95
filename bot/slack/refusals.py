"""Slack's words for what isn't there, wherever a call may be refused for it, and for what it didn't manage to do."""

from typing import Final

NO_SUCH_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})
NO_SUCH_PERSON: Final = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
NO_SUCH_CHANNEL: Final = frozenset({"channel_not_found", "not_in_channel", "channel_is_limited_access"})
"""Also said of a private channel that the bot isn't in."""
PASSING: Final = frozenset(
    {
        "external_channel_migrating",
        "fatal_error",
        "fetch_members_failed",
        "internal_error",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "update_failed",
    }
)
"""Trouble of Slack's own, which may come with any status: it says nothing about a channel, a person or a message."""
REFUSED_TOKEN: Final = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "org_login_required"}
)
"""The bot's own token isn't good any more: it says nothing about a channel, a person or a message, either."""
