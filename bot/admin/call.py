"""What a call to the Admin API consists of, apart from how it is carried."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot.errors import UpstreamMissing

CURRENT_VERSION = "2026-10-21"
LEGACY_VERSION = "2023-06-01"
"""The only version for which the legacy reports and the Claude Code report are documented."""

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ApiCall:
    """One call. `path` is relative to `/v1/organizations` unless it begins with `/v1/`.

    `once` marks a creation that must not be sent twice blindly. `timeout`: seconds for the whole exchange. `spend_limits`
    and `invites` mark calls that also have a limit of their own.

    `read` decodes a long answer straight into its shape; it raises ValueError for what isn't JSON, after which the
    call is repeated, and UpstreamDown for JSON of another shape.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    params: Params = ()
    body: Mapping[str, Any] | None = None
    version: str = CURRENT_VERSION
    beta: str | None = None
    timeout: float = 15.0
    once: bool = False
    spend_limits: bool = False
    invites: bool = False
    read: Callable[[bytes], Any] | None = None

    @property
    def writes(self) -> bool:
        """Whether the call may change something."""
        return self.method != "GET"


@dataclass(frozen=True)
class Manner:
    """How long somebody is ready to wait, in seconds. A retry-after above its cap is not waited for.

    The bot's own budget is waited for much longer: a form that was sent shows that it is being worked on.

    Waits between attempts start with `first_wait` and double, up to 8 s.
    """

    interactive: bool = True
    attempts: int = 3
    retry_after_cap: float = 5.0
    budget_wait: float = 300.0
    first_wait: float = 0.5


INTERACTIVE = Manner()
BACKGROUND = Manner(interactive=False, retry_after_cap=20.0, budget_wait=600.0)


def segment(identifier: str) -> str:
    """Return an id as it may stand in a path; anything that can't be an id is UpstreamMissing without a call."""
    if not identifier or not identifier.replace("_", "").replace("-", "").isalnum() or not identifier.isascii():
        raise UpstreamMissing("There is no such id in the Claude organization.", status=404, error_type="not_found_error")
    return identifier


def params(**values: str | bool | Sequence[str] | None) -> Params:
    """Return query parameters: None is left out, a sequence becomes a repeated `name[]`."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, bool):
            found.append((name, "true" if value else "false"))
        elif isinstance(value, str):
            found.append((name, value))
        elif value is not None:
            found.extend((f"{name}[]", item) for item in value)
    return tuple(found)


def stamp(moment: datetime) -> str:
    """Return an aware time as the API takes it, in UTC to the second."""
    if moment.tzinfo is None:
        raise ValueError("the Admin API takes aware times only")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
