"""Money, requests and tokens of the same groups, from the ledger's tables of cost and of usage."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.spend.dimensions import COST_TYPE, MODEL, TOKEN_TYPE, TOKENS, Dimension
from bot.spend.ledger.cut_tables import OF_DAYS
from bot.spend.ledger.cuts import cut_of
from bot.spend.ledger.sums.db import Asked, GroupedBy, Where, cost_table, sums
from bot.spend.ledger.sums.rows import Key
from bot.spend.model import Measures, dollars
from bot.store.session import Tx
from bot.tasks import apart

Counts = Mapping[str, int | None]
TOKEN_CLASSES = {
    "uncached_input_tokens": "uncached_input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
}
"""A token type of the reports -> the count of those tokens."""
WITHOUT_COST: Mapping[Dimension, frozenset[str]] = {TOKEN_TYPE: frozenset(TOKEN_CLASSES), COST_TYPE: frozenset({TOKENS})}
"""Ids that tokens have also where they cost nothing: usage has no column of them."""
COST_COUNTS = ("nanos", "list_nanos")
USAGE_COUNTS = (*TOKEN_CLASSES.values(), "requests")


async def measures(tx: Tx, first: date, last: date, by: GroupedBy, where: Where | None = None) -> list[Measures]:
    """Return all counts from `first` to `last`, grouped by dimensions and days; what isn't grouped by is absent.

    `where` keeps, for each of its dimensions, only those ids. The day of what isn't grouped by day is `first`. NotSplit
    where no report splits by all of them; split by token type or cost type, requests aren't known.
    """
    asked = Asked(first, last, by, where or {})
    costs = await sums(tx, cost_table(asked), COST_COUNTS, asked)
    return await _measures(tx, asked, costs)


async def used(tx: Tx, first: date, last: date, by: GroupedBy, where: Where | None = None) -> list[Measures]:
    """Return tokens and requests as `measures` does, without reading what they cost, so that all money is 0.

    Where token types or cost types are asked for, money is read as well: it says of what no requests are known.
    """
    asked = Asked(first, last, by, where or {})
    if {TOKEN_TYPE, COST_TYPE} & {*asked.dimensions}:
        return await measures(tx, first, last, by, where)
    return await _measures(tx, asked, {})


async def uncounted_days(tx: Tx, first: date, last: date) -> set[date]:
    """Return the days on which a model cost something and nothing was counted: their usage wasn't read, which isn't zero."""
    by_model = Asked(first, last, ("day", MODEL), {})
    paid = await sums(tx, cost_table(by_model), ("nanos",), by_model)
    counted = {key[0] for key in await _usage(tx, Asked(first, last, ("day",), {}))}
    return {day for (day, model), cost in paid.items() if model and cost["nanos"]} - counted


async def days_without_requests(tx: Tx, first: date, last: date) -> set[date]:
    """Return the days of which tokens are known and not how many requests made them: the legacy report told them."""
    counted = await _usage(tx, Asked(first, last, ("day",), {}))
    return {key[0] for key, counts in counted.items() if counts["requests"] is None}


async def unpaid_days(tx: Tx, first: date, last: date) -> set[date]:
    """Return the days of which tokens are known and no cost at all, not even $0: the report of costs left them out."""
    by_day = Asked(first, last, ("day",), {})
    counted = {key[0] for key, counts in (await _usage(tx, by_day)).items() if any(counts.values())}
    return counted - {key[0] for key in await sums(tx, cost_table(by_day), ("nanos",), by_day)}


async def _measures(tx: Tx, asked: Asked, costs: Mapping[Key, Counts]) -> list[Measures]:
    usage = await _usage(tx, asked)
    nothing = uncounted(asked)
    return await apart(max(len(costs), len(usage)), _together, asked, costs, usage, nothing)


def uncounted(asked: Asked) -> Counts:
    """Return the usage of what has a cost and no usage: split by type, its requests aren't known."""
    return {"requests": None} if {TOKEN_TYPE, COST_TYPE} & {*asked.dimensions} else {}


def _together(asked: Asked, costs: Mapping[Key, Counts], usage: Mapping[Key, Counts], nothing: Counts) -> list[Measures]:
    return [measured(asked, key, costs.get(key, {}), usage.get(key, nothing)) for key in {**costs, **usage}]


def measured(asked: Asked, key: Key, cost: Counts, usage: Counts) -> Measures:
    """Return the counts of one group as people read them."""
    ids = dict(zip(asked.names, key, strict=True))
    ids.pop("hour", None)
    at_list = cost.get("list_nanos", 0)
    return Measures(
        ids.pop("day", asked.first),
        ids,
        dollars(cost.get("nanos") or 0),
        None if at_list is None else dollars(at_list),
        usage.get("requests", 0),
        **{name: usage.get(name) or 0 for name in TOKEN_CLASSES.values()},
    )


async def _usage(tx: Tx, asked: Asked) -> dict[Key, Counts]:
    return await counted(tx, OF_DAYS[cut_of(asked.dimensions)].usage, asked)


async def counted(tx: Tx, table: Any, asked: Asked) -> dict[Key, Counts]:
    """Return tokens and requests by group from a table of usage; a token's type is the column in which it is counted."""
    plain = asked.but(TOKEN_TYPE, COST_TYPE)
    found = await sums(tx, table, USAGE_COUNTS, plain)
    if len(plain.dimensions) == len(asked.dimensions):
        return dict(found)
    kept = [kind for kind in TOKEN_CLASSES if kind in asked.where.get(TOKEN_TYPE, TOKEN_CLASSES)]
    if TOKENS not in asked.where.get(COST_TYPE, [TOKENS]):
        kept = []
    return await apart(len(found), _by_kind, asked, plain, found, kept)


def _by_kind(asked: Asked, plain: Asked, found: Mapping[Key, Counts], kept: Sequence[str]) -> dict[Key, Counts]:
    split: dict[Key, dict[str, int | None]] = {}
    for key, counts in found.items():
        ids = dict(zip(plain.names, key, strict=True))
        for kind in kept:
            if count := counts[TOKEN_CLASSES[kind]]:
                ids |= {TOKEN_TYPE.column: kind, COST_TYPE.column: TOKENS}
                group = split.setdefault(tuple(ids[name] for name in asked.names), {"requests": None})
                group[TOKEN_CLASSES[kind]] = count
    return dict(split)
