"""Groups and filters usage cells. The analytics and the legacy reports are two faces of this one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from operator import add
from typing import Any

from bot.sandbox.claude.disturbances import Span, without
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.timeline import Stream
from bot.sandbox.claude.usage import Counters, UsageBook, cost_units

WIDTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}

Value = str | tuple[str, str] | None
"""A group's value: an actor is (type, id), everything else a string."""


@dataclass(slots=True)
class Row:
    """One group in one bucket: what was used, and what each component costs at list price (units of 10⁻¹² cent)."""

    start: datetime
    end: datetime
    values: tuple[Value, ...]
    counters: Counters
    costs: Counters
    tokens: int = field(init=False)
    units: int = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = sum(self.counters[:5])
        self.units = sum(self.costs)


def dimension(organization: ClaudeOrganization, name: str) -> Callable[[Stream], Value]:
    """Return how a stream reads under a dimension; dimensions of other products read as null."""
    readers: Mapping[str, Callable[[Stream], Value]] = {
        "actor": lambda stream: stream.actor,
        "actor_type": lambda stream: stream.actor[0],
        "api_key_id": lambda stream: stream.key_id,
        "context_window": lambda stream: stream.context,
        "inference_geo": lambda stream: stream.geo,
        "model": lambda stream: stream.model,
        "organization_id": lambda _: organization.id,
        "product": lambda stream: stream.product,
        "service_tier": lambda stream: stream.tier,
        "speed": lambda stream: None if stream.model is None else "standard",
        "workspace_id": lambda stream: stream.workspace_id,
        "account_id": lambda stream: stream.actor[1] if stream.actor[0] == "user_actor" else None,
        "service_account_id": lambda stream: stream.actor[1] if stream.actor[0] == "service_account_actor" else None,
    }
    return readers.get(name, lambda _: None)


def make_filter(organization: ClaudeOrganization, filters: Mapping[str, list[str]]) -> Callable[[Stream], bool]:
    """Return a test for streams. `filters`: dimension -> wanted values; an empty string and `not_available` mean null."""
    readers = [(dimension(organization, name), set(values)) for name, values in filters.items()]

    def keep(stream: Stream) -> bool:
        for read, wanted in readers:
            value = read(stream)
            plain = value[1] if isinstance(value, tuple) else value
            if plain is None and not wanted & {"", "not_available"}:
                return False
            if plain is not None and plain not in wanted:
                return False
        return True

    return keep


def collect(
    book: UsageBook,
    organization: ClaudeOrganization,
    start: datetime,
    end: datetime,
    width: timedelta | None,
    group_by: list[str],
    keep: Callable[[Stream], bool],
    until: datetime,
    gaps: Sequence[Span] = (),
) -> list[Row]:
    """Return one row per bucket and group that has anything in `start`…`end`, nothing after `until`; in no special order.

    `gaps` are spans of which nothing is told.
    """
    readers = [dimension(organization, name) for name in group_by]
    groups: dict[int, tuple[Value, ...]] = {}
    found: dict[tuple[datetime, tuple[Value, ...]], tuple[Counters, Counters]] = {}
    spans = without(start, min(end, until), gaps)
    cells = chain.from_iterable(book.cells(begin, stop, width, keep) for begin, stop in spans)
    for bucket, day, stream, counters in cells:
        bucket = start if width is None else bucket
        values = groups.get(id(stream))
        if values is None:
            values = groups[id(stream)] = tuple(read(stream) for read in readers)
        costs = cost_units(stream, day, counters)
        have = found.get((bucket, values))
        if have is None:
            found[bucket, values] = counters, costs
        else:
            found[bucket, values] = tuple(map(add, have[0], counters)), tuple(map(add, have[1], costs))
    return [
        Row(bucket, end if width is None else bucket + width, values, counters, costs)
        for (bucket, values), (counters, costs) in found.items()
    ]


def value_json(organization: ClaudeOrganization, value: Value) -> Any:
    """Return a group's value as JSON. A person is named, and marked when no longer a member."""
    if not isinstance(value, tuple):
        return value
    kind, identity = value
    if kind == "api_actor":
        return {"type": kind, "api_key_id": identity}
    if kind == "service_account_actor":
        return {"type": kind, "service_account_id": identity}
    user = organization.users.get(identity)
    gone = user is None
    user = user or organization.former_users.get(identity)
    return {
        "type": "user_actor",
        "user_id": identity,
        "email_address": None if user is None else user.email,
        "name": None if user is None else user.name,
        "deleted": gone,
    }


def usage_json(counters: Counters) -> dict[str, Any]:
    """Return the token part that both usage reports share."""
    return {
        "uncached_input_tokens": counters[0],
        "cache_read_input_tokens": counters[1],
        "cache_creation": {"ephemeral_5m_input_tokens": counters[2], "ephemeral_1h_input_tokens": counters[3]},
        "output_tokens": counters[4],
        "server_tool_use": {"web_search_requests": counters[5]},
    }
