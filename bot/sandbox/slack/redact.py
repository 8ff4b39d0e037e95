"""Takes credentials out of what the wire log shows."""

import re
from typing import Any, cast

_SECRET_KEYS = frozenset({"token", "authorization", "upload_url", "response_url", "trigger_id", "ticket"})
_PATTERNS = (
    (re.compile(r"\bx(ox[a-z]|app)-[A-Za-z0-9-]+"), "x…-redacted"),
    (re.compile(r"\b(sk-ant-[a-z0-9]*-?)[A-Za-z0-9_-]{6,}"), r"\1…"),
    (re.compile(r"(/_socket/|/_response/|/files/upload/)[A-Za-z0-9_-]+"), r"\1…"),
)
_ANY = re.compile(r"xox|xapp|sk-ant-|/_socket/|/_response/|/files/upload/")
"""What any of the patterns begins with: most texts hold none of it, and one look is cheaper than three."""


def redacted(value: Any) -> Any:
    """Return a copy of JSON data without tokens, tickets, response urls and API keys."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {key: "…" if key in _SECRET_KEYS and isinstance(item, str) else redacted(item) for key, item in pairs}
    if isinstance(value, list):
        return [redacted(item) for item in cast("list[Any]", value)]
    if isinstance(value, str) and _ANY.search(value):
        for pattern, instead in _PATTERNS:
            value = pattern.sub(instead, value)
    return value
