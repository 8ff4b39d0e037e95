"""One call of the Web API: who calls, with which arguments, and the table entry of the method."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from bot.sandbox.slack.errors import SlackError, invalid_arguments
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.workspace import SlackWorkspace
from bot.sandbox.strict_json import HalfCharacter, read_strictly


@dataclass(frozen=True)
class Call:
    """The arguments of one call, merged from query, form and JSON. The typed readers refuse as Slack does."""

    workspace: SlackWorkspace
    arguments: Json
    scopes: frozenset[str]

    def has(self, name: str) -> bool:
        """Return whether the argument was given at all (None counts as absent)."""
        return self.arguments.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """Return a string argument."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return a string argument that must be there and not be empty."""
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean argument; forms spell it `true`, `1`."""
        value = self.arguments.get(name)
        return default if value is None else str(value).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """Return an integer argument."""
        try:
            return int(self.arguments.get(name) or default)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be an integer: {name}") from None

    def structure(self, name: str, broken: str = "invalid_arguments") -> Any:
        """Return an argument that is JSON, given as such or as text; `broken` is the error for unreadable text."""
        value = self.arguments.get(name)
        if isinstance(value, str):
            try:
                return read_strictly(value) if value.strip() else None
            except HalfCharacter:
                raise SlackError("invalid_charset") from None
            except ValueError:
                raise SlackError(broken) from None
        return value

    def words(self, name: str) -> list[str]:
        """Return a list argument, given as JSON or separated by commas."""
        value = self.arguments.get(name)
        if isinstance(value, list):
            return [str(item) for item in cast("list[object]", value)]
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def need_scope(self, scope: str) -> None:
        """Refuse unless the manifest asks for `scope`."""
        if scope not in self.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))


@dataclass(frozen=True)
class Method:
    """A Web API method; `token` is the kind it takes, `scope` the one that it always needs."""

    name: str
    run: Callable[[Call], Awaitable[Json]]
    scope: str | None = None
    token: str | None = "bot"


def page(call: Call, items: list[Any], default_limit: int = 100) -> tuple[list[Any], Json]:
    """Return one page of `items` and its `response_metadata`. The cursor is opaque to callers."""
    cursor, start = call.text("cursor"), 0
    if cursor:
        if not cursor.startswith("dXNlcjp") or not re.fullmatch(r"[0-9]{1,9}", cursor[7:]):
            raise SlackError("invalid_cursor")
        start = int(cursor[7:])
    limit = max(1, min(call.number("limit", default_limit), 1000))
    following = start + limit
    more = f"dXNlcjp{following}" if following < len(items) else ""
    return items[start:following], {"next_cursor": more}
