"""Slack's words for what isn't there, wherever a call may be refused for it."""

from typing import Final

NO_SUCH_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})
NO_SUCH_PERSON: Final = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
