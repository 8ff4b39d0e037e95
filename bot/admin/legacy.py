"""The older usage and cost reports, for organizations without the analytics beta, brought to the same rows.

They know less: cost can't be split by key or actor nor counted in hours, and the default workspace has no id there. What
can't be asked of them without giving other numbers than were asked for isn't asked (`plan` returns None).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from bot.admin.call import Params
from bot.admin.call import params as query
from bot.admin.reports import exact, moment, tokens
from bot.admin.rows import CostBucket, CostRow, UsageRow, rounded
from bot.admin.shapes import Bucket, LegacyCostLine, LegacyUsageLine

Line = TypeVar("Line", LegacyCostLine, LegacyUsageLine)
Kind = Literal["usage", "cost"]
PATHS: dict[Kind, str] = {"usage": "/usage_report/messages", "cost": "/cost_report"}
SECONDS = {"1d": 86400, "1h": 3600, "1m": 60}
BUCKETS_PER_PAGE = {"1d": 31, "1h": 168, "1m": 1440}

_USAGE_DIMENSIONS = ("workspace_id", "model", "api_key_id", "service_tier", "context_window")
_COST_DIMENSIONS = ("workspace_id", "model", "cost_type", "token_type", "service_tier", "context_window")
_USAGE_FILTERS = frozenset({"api_key_ids", "models", "workspace_ids", "service_tiers", "inference_geos"})


@dataclass(frozen=True)
class Plan:
    """How a legacy report is asked: its parameters without the range, buckets a page, and the dimensions it can give."""

    params: Params
    page_size: int
    grouped_by: tuple[str, ...]


def plan(
    kind: Kind,
    span: tuple[datetime, datetime],
    group_by: Sequence[str],
    bucket: str | None,
    filters: dict[str, Sequence[str]],
) -> Plan | None:
    """Return how to ask for this, or None where the legacy report would answer a different question."""
    width = bucket or "1d"
    # A bucket is counted as a whole, wherever the range begins or ends in it (admin-api.md §4.11).
    if any(moment.timestamp() % SECONDS[width] for moment in span):
        return None
    if kind == "cost":
        if width != "1d" or filters:
            return None
        kept = tuple(name for name in _COST_DIMENSIONS if name in group_by)
        by = [name for name in ("workspace_id",) if name in kept]
        if set(kept) - {"workspace_id"}:
            by.append("description")
        return Plan(query(bucket_width="1d", group_by=by), BUCKETS_PER_PAGE["1d"], kept)
    if not filters.keys() <= _USAGE_FILTERS:
        return None
    kept = tuple(name for name in _USAGE_DIMENSIONS if name in group_by)
    return Plan(query(bucket_width=width, group_by=kept, **filters), BUCKETS_PER_PAGE[width], kept)


def cost_rows(
    buckets: Iterable[Bucket[LegacyCostLine]], grouped_by: tuple[str, ...], default_workspace: str | None
) -> list[CostRow]:
    """Read a `cost_report` page; lines that differ only in what wasn't asked for become one row, rounded once."""
    sums = _cost_sums(buckets, grouped_by, default_workspace)
    return [_cost_row(starts, ends, group, rounded(amount)) for (starts, ends, group), amount in sums.items()]


def cost_buckets(
    buckets: Iterable[Bucket[LegacyCostLine]],
    grouped_by: tuple[str, ...],
    default_workspace: str | None,
    group_by: tuple[str, ...],
) -> list[CostBucket]:
    """Read a `cost_report` page summed by bucket and by the ids of `group_by`, "" for what it doesn't know."""
    found: dict[tuple[datetime, datetime], CostBucket] = {}
    for (starts, ends, group), amount in _cost_sums(buckets, grouped_by, default_workspace).items():
        known: dict[str, str | None] = dict(zip(_COST_DIMENSIONS, group, strict=True))
        bucket = found.setdefault((starts, ends), CostBucket(starts, ends, {}))
        bucket.groups[tuple([known.get(name) or "" for name in group_by])] = (amount, None, None)
    return list(found.values())


def _cost_sums(
    buckets: Iterable[Bucket[LegacyCostLine]], grouped_by: tuple[str, ...], default_workspace: str | None
) -> dict[tuple[datetime, datetime, tuple[str | None, ...]], int]:
    """Return exact sums by bucket and group, whose ids stand in the order of `_COST_DIMENSIONS`."""
    sums: dict[tuple[datetime, datetime, tuple[str | None, ...]], int] = {}
    for starts, ends, line in _lines(buckets):
        if line.currency != "USD":
            raise ValueError("a currency other than USD")
        key = (starts, ends, tuple(_group(line, _COST_DIMENSIONS, grouped_by, default_workspace)))
        sums[key] = sums.get(key, 0) + exact(line.amount)
    return sums


def usage_rows(
    buckets: Iterable[Bucket[LegacyUsageLine]], grouped_by: tuple[str, ...], default_workspace: str | None
) -> list[UsageRow]:
    """Read a `usage_report/messages` page; requests aren't counted there."""
    rows: list[UsageRow] = []
    for starts, ends, line in _lines(buckets):
        workspace, model, key, tier, context = _group(line, _USAGE_DIMENSIONS, grouped_by, default_workspace)
        searches = line.server_tool_use.web_search_requests if line.server_tool_use else 0
        counts = (*tokens(line), None, searches)
        rows.append(UsageRow(starts, ends, workspace, model, key, None, *counts, None, tier, context))
    return rows


def _cost_row(starts: datetime, ends: datetime, group: tuple[str | None, ...], amount: int) -> CostRow:
    """Return one row. Its group stands in the order of `_COST_DIMENSIONS`."""
    workspace, model, cost_type, token_type, tier, context = group
    key = (workspace, model, None, None, cost_type, token_type)
    return CostRow(starts, ends, *key, amount, service_tier=tier, context_window=context)


def _lines(buckets: Iterable[Bucket[Line]]) -> Iterator[tuple[datetime, datetime, Line]]:
    for bucket in buckets:
        starts, ends = moment(bucket.starting_at), moment(bucket.ending_at)
        for line in bucket.results:
            yield starts, ends, line


def _group(
    line: LegacyCostLine | LegacyUsageLine,
    names: Sequence[str],
    grouped_by: tuple[str, ...],
    default_workspace: str | None,
) -> list[str | None]:
    """Return the dimensions that were asked for, None for the others. A null workspace is the default one."""
    group: list[str | None] = [getattr(line, name) if name in grouped_by else None for name in names]
    if "workspace_id" in grouped_by and group[0] is None:
        group[0] = default_workspace
    return group
