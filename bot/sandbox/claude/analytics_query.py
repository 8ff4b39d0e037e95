"""Reads and checks the query of the two analytics endpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.datastructures import QueryParams

from bot.sandbox.claude import params
from bot.sandbox.claude.errors import invalid
from bot.sandbox.claude.paging import Cursor
from bot.sandbox.claude.report import WIDTHS

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
DIMENSIONS = (
    "actor", "actor_type", "agent_id", "api_key_id", "claude_tag_category", "claude_tag_user_id", "context_window",
    "deployment_id", "environment_id", "inference_geo", "model", "organization_id", "product", "rbac_group_id",
    "service_tier", "session_id", "slack_channel_id", "speed", "user_profile_id", "workspace_id",
)  # fmt: skip
FILTERS: dict[str, tuple[str, tuple[str, ...] | None]] = {
    "api_key_ids": ("api_key_id", None),
    "workspace_ids": ("workspace_id", None),
    "models": ("model", None),
    "service_tiers": (
        "service_tier",
        ("standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount"),
    ),
    "products": (
        "product",
        (
            "messages_api", "message_batches_api", "managed_agents_api", "claude_console", "claude_code", "chat", "cowork",
            "chat_cowork_unified", "claude_design", "claude_in_chrome", "claude_tag", "office_agent",
        ),
    ),
    "actor_ids": ("actor", None),
    "actor_types": ("actor_type", ("user_actor", "service_account_actor", "federated_actor", "api_actor")),
    "context_windows": ("context_window", ("0-200k", "200k-1M")),
    "inference_geos": ("inference_geo", ("global", "us", "not_available")),
    "speeds": ("speed", ("standard", "fast")),
    "user_profile_ids": ("user_profile_id", None),
    "agent_ids": ("agent_id", None),
    "deployment_ids": ("deployment_id", None),
    "environment_ids": ("environment_id", None),
    "session_ids": ("session_id", None),
    "rbac_group_ids": ("rbac_group_id", None),
    "slack_channel_ids": ("slack_channel_id", None),
    "claude_tag_categories": ("claude_tag_category", None),
    "claude_tag_user_ids": ("claude_tag_user_id", None),
}  # fmt: skip
"""Filter -> the dimension that it reads, and its values where they are fixed."""


@dataclass(frozen=True)
class Asked:
    """A checked query. `fan_out` are the cost dimensions that split a row into its components; `money`: it is about cost.

    `page` is the number of the page in this reading, from 1.
    """

    start: datetime
    end: datetime
    width: timedelta | None
    group_by: list[str]
    fan_out: list[str]
    order_by: str
    descending: bool
    refreshed: datetime
    money: bool
    page: int


def refreshed_at(now: datetime, lag: timedelta = timedelta(minutes=25)) -> datetime:
    """Return up to when the figures are complete: `lag` ago, at a full five minutes."""
    behind = now - lag
    return behind.replace(minute=behind.minute - behind.minute % 5, second=0, microsecond=0)


def read_query(query: QueryParams, now: datetime, cursor: Cursor | None, orders: Sequence[str], *, money: bool) -> Asked:
    """Return the checked query; `orders` are the allowed values of order_by. A cursor brings its refresh time along."""
    start = params.moment(query, "starting_at")
    if start is None:
        raise invalid("starting_at: Field required")
    if start < max(EARLIEST, now - timedelta(days=365)):
        raise invalid("starting_at: must be within the last 365 days and no earlier than 2026-01-01T00:00:00Z")
    width_name = params.choice(query, "time_bucket_width", tuple(WIDTHS))
    width = None if width_name is None else WIDTHS[width_name]
    refreshed = refreshed_at(now)
    end = params.moment(query, "ending_at")
    if end is None and width is not None:
        raise invalid("ending_at: required when time_bucket_width is set")
    page = 1
    if cursor is not None and cursor.note:
        first, last, number = cursor.note.split(" ")
        refreshed, page = datetime.fromisoformat(first), int(number)
        end = end or datetime.fromisoformat(last)
    end = end or min(now, start + timedelta(days=31))
    if end <= start:
        raise invalid("ending_at: must be after starting_at")
    most = timedelta(hours=24) if width_name == "1m" else timedelta(days=31)
    if end - start > most:
        raise invalid(f"ending_at: the range may span at most {'24 hours' if width_name == '1m' else '31 days'}")
    group_by, fan_out = _group_by(query, money=money)
    order_by = params.choice(query, "order_by", orders) or ("amount" if money else "total_tokens")
    if params.boolean(query, "exclude_deleted_users") and "actor" not in group_by:
        raise invalid("exclude_deleted_users: requires group_by[]=actor")
    descending = (params.choice(query, "order", ("asc", "desc")) or "desc") == "desc"
    read_filters(query)
    return Asked(*_snap(start, end, width), width, group_by, fan_out, order_by, descending, refreshed, money, page)


def _snap(start: datetime, end: datetime, width: timedelta | None) -> tuple[datetime, datetime]:
    """Without buckets both bounds go down to the hour. With buckets the range covers every bucket that it touches."""
    step = width or timedelta(hours=1)
    low = start - (start - EARLIEST) % step
    high = end - (end - EARLIEST) % step
    return low, high if width is None or high == end else high + step


def _group_by(query: QueryParams, *, money: bool) -> tuple[list[str], list[str]]:
    allowed = [*DIMENSIONS, "cost_type", "token_type"] if money else DIMENSIONS
    asked = list(dict.fromkeys(params.many(query, "group_by", allowed) or []))
    fan_out = [name for name in asked if name in ("cost_type", "token_type")]
    plain = [name for name in asked if name not in fan_out]
    if len(plain) > 5:
        raise invalid("group_by: at most 5 dimensions are allowed")
    return plain, fan_out


def read_filters(query: QueryParams) -> dict[str, list[str]]:
    """Return dimension -> wanted values."""
    if "organization_ids[]" in query:
        raise invalid("organization_ids: requires an API key created at the parent organization level")
    found: dict[str, list[str]] = {}
    for name, (reads, allowed) in FILTERS.items():
        values = params.many(query, name, allowed)
        if values is not None:
            found[reads] = values
    return found
