"""Reading the sandbox's reports in tests: ranges, all pages, sums."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.sandbox.claude_server import NOON, Api

TODAY = NOON.replace(hour=0, minute=0)


def iso(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def days(first: int, last: int = 0) -> dict[str, str]:
    """The range from `first` days ago to `last` days ago."""
    return {"starting_at": iso(TODAY - timedelta(days=first)), "ending_at": iso(TODAY - timedelta(days=last))}


def rows(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    """All rows of a report, page after page."""
    if "bucket_width" not in query:
        query["limit"] = 1000
    found: list[dict[str, Any]] = []
    page = api.get(path, **query)
    while True:
        found += page["data"]
        if not page["has_more"]:
            return found
        page = api.get(path, page=page["next_page"], **query)


def amount(found: list[dict[str, Any]]) -> Decimal:
    """The sum of a cost report, in cents."""
    return sum((Decimal(row["cost"]["amount"]) for row in found), Decimal(0))


def tokens(usage: dict[str, Any]) -> tuple[int, ...]:
    """The five token counts of a usage row."""
    cache = usage["cache_creation"]
    return (
        usage["uncached_input_tokens"],
        usage["cache_read_input_tokens"],
        cache["ephemeral_5m_input_tokens"],
        cache["ephemeral_1h_input_tokens"],
        usage["output_tokens"],
    )
