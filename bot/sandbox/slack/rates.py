"""The request limits of the Web API, where they are switched on: per method by tier, posts per channel (slack.md 7.2)."""

import math
import time
from collections import deque

from bot.sandbox.slack.errors import SlackError

_WINDOW = 60.0
_POST_PAUSE = 1.0
_TIERS = {
    20: "users.list conversations.list usergroups.list usergroups.users.list",
    50: (
        "chat.update chat.delete files.delete users.lookupByEmail conversations.info conversations.open conversations.join "
        "conversations.history conversations.replies users.conversations team.info bots.info apps.connections.open"
    ),
    100: (
        "views.open views.push views.update views.publish chat.postEphemeral users.info conversations.members "
        "files.getUploadURLExternal files.completeUploadExternal files.info api.test"
    ),
}
PER_MINUTE: dict[str, int] = {name: calls for calls, names in _TIERS.items() for name in names.split()}
"""Calls a minute of tiers 2, 3 and 4; the methods that are missing are those of no published figure."""


class RateLimited(SlackError):
    """Too many calls; `seconds` is the Retry-After."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = max(1, math.ceil(seconds))


class Rates:
    """Counts the calls of one app, in real time, because callers wait in real time too."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}
        self._last_post: dict[str, float] = {}

    def count(self, name: str) -> None:
        """Count a call of a method; raises RateLimited when the last minute is full."""
        most, now = PER_MINUTE.get(name), time.monotonic()
        if most is None:
            return
        calls = self._calls.setdefault(name, deque())
        while calls and calls[0] <= now - _WINDOW:
            calls.popleft()
        if len(calls) >= most:
            raise RateLimited(calls[0] + _WINDOW - now)
        calls.append(now)

    def count_post(self, channel_id: str) -> None:
        """Count a post; raises RateLimited when the channel had one less than a second ago."""
        now = time.monotonic()
        since = now - self._last_post.get(channel_id, -_WINDOW)
        if since < _POST_PAUSE:
            raise RateLimited(_POST_PAUSE - since)
        self._last_post[channel_id] = now
