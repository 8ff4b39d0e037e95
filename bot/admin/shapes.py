"""The pages of the usage and cost reports as they come over the wire. A test holds them to the official SDK.

They are decoded straight from their bytes: a field that isn't named here is skipped and never built, one that is needed and
missing or of another type is refused. No number with a fraction is taken anywhere, so that money can't become a float.
"""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from bot.admin.errors import UNREADABLE
from bot.errors import UpstreamDown

Item = TypeVar("Item")
Line = TypeVar("Line")
Shape = TypeVar("Shape")

Count = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""A number that every JSON reader holds exactly, and that the ledger has room for."""
Cents = str | int
"""An amount of cents, nearly always a decimal string."""


# Without a garbage collector: what comes from JSON has no cycles, and a page has thousands of these.
class _Shape(Struct, frozen=True, gc=False):
    pass


class WirePage(_Shape, Generic[Item], frozen=True, gc=False):
    """A page of a report. `data_refreshed_at`: up to when its figures are complete."""

    data: list[Item]
    next_page: str | None = None
    has_more: bool | None = None
    data_refreshed_at: str | None = None


class Group(_Shape, frozen=True, gc=False):
    """What a row of the analytics reports is split by, as far as the bot asks for it."""

    workspace_id: str | None = None
    model: str | None = None
    api_key_id: str | None = None
    actor: dict[str, Any] | None = None
    cost_type: str | None = None
    token_type: str | None = None
    product: str | None = None
    service_tier: str | None = None
    context_window: str | None = None


class Cost(_Shape, frozen=True, gc=False):
    """Money of one row, after discounts and at list price."""

    amount: Cents
    list_amount: Cents | None
    currency: str
    requests: Count | None = None


class CostItem(_Shape, frozen=True, gc=False):
    """A row of `analytics/cost`."""

    starting_at: str
    ending_at: str
    group: Group
    cost: Cost


class CacheCreation(_Shape, frozen=True, gc=False):
    """Input tokens that were written to the cache, by how long they stay."""

    ephemeral_5m_input_tokens: Count
    ephemeral_1h_input_tokens: Count


class ServerToolUse(_Shape, frozen=True, gc=False):
    """Uses of tools that the API runs itself."""

    web_search_requests: Count


class Tokens(_Shape, frozen=True, gc=False):
    """Token counts, which both kinds of usage report name alike."""

    uncached_input_tokens: Count
    cache_read_input_tokens: Count
    cache_creation: CacheCreation
    output_tokens: Count


class Usage(Tokens, frozen=True, gc=False, kw_only=True):
    """Tokens and requests of one row."""

    server_tool_use: ServerToolUse
    requests: Count | None = None


class UsageItem(_Shape, frozen=True, gc=False):
    """A row of `analytics/usage`."""

    starting_at: str
    ending_at: str
    group: Group
    usage: Usage


class Bucket(_Shape, Generic[Line], frozen=True, gc=False):
    """A bucket of a legacy report with its lines, which may be none."""

    starting_at: str
    ending_at: str
    results: list[Line]


class LegacyCostLine(_Shape, frozen=True, gc=False):
    """A line of the legacy `cost_report`."""

    amount: Cents
    currency: str
    workspace_id: str | None = None
    model: str | None = None
    cost_type: str | None = None
    token_type: str | None = None
    service_tier: str | None = None
    context_window: str | None = None


class LegacyToolUse(_Shape, frozen=True, gc=False):
    """Uses of tools, as far as the legacy report counts them."""

    web_search_requests: Count = 0


class LegacyUsageLine(Tokens, frozen=True, gc=False, kw_only=True):
    """A line of the legacy `usage_report/messages`."""

    server_tool_use: LegacyToolUse | None = None
    workspace_id: str | None = None
    model: str | None = None
    api_key_id: str | None = None
    service_tier: str | None = None
    context_window: str | None = None


def reader(shape: type[Shape]) -> Callable[[bytes], Shape]:
    """Return what decodes a page; JSON of another shape is UpstreamDown, what isn't JSON a ValueError."""
    decoder = msgspec.json.Decoder(shape)

    def read(content: bytes) -> Shape:
        try:
            return decoder.decode(content)
        except msgspec.ValidationError:
            pass
        except RecursionError:
            raise ValueError("nested deeper than any answer is") from None
        raise UpstreamDown(UNREADABLE)

    return read


read_cost = reader(WirePage[CostItem])
read_usage = reader(WirePage[UsageItem])
read_legacy_cost = reader(WirePage[Bucket[LegacyCostLine]])
read_legacy_usage = reader(WirePage[Bucket[LegacyUsageLine]])
