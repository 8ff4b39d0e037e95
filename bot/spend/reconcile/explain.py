"""What explains the difference between list price × tokens and the bill, for one group of one day.

Batch, US inference, long prompts and fast mode multiply the price of all tokens of a request. Where figures aren't split by
them, they are recognized by their exact ratio: nothing hits the list price of a group to a ten-millionth of a dollar by
chance. What hits nothing, but lies between the lowest and the highest price that they allow, is said to be
possible, and no more.

Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from bot.spend.dimensions import MODEL
from bot.spend.model import ZERO, Measures
from bot.spend.prices.model import Price, PriceTable
from bot.spend.reconcile.model import Line, Reason

CLOSE = Decimal("0.0000001")
"""The ledger keeps whole nano-dollars per row: a group of hundreds of rows may be off by some dozens of them."""
SEARCHES_A_REQUEST = 10
"""More web searches for each request than this are something else that happens to cost whole cents."""
TIER, REGION, SPEED, COST_TYPE = "service_tier", "inference_geo", "speed", "cost_type"
"""Columns of the ledger by which a group may be split; what it isn't split by isn't known."""
ONE = Decimal(1)


@dataclass(frozen=True)
class _Way:
    """One way in which a list price comes about: `value` is tokens × price with all factors."""

    value: Decimal
    parts: dict[Reason, Decimal]


def explain(row: Measures, prices: PriceTable, *, closed: bool = True) -> Line:
    """Return the figures of a group of one day with the parts that explain its difference, which add up to it.

    `row` is split by model, and may be split by workspace, key, tier, region and type of cost, too.
    """
    model = row.of(MODEL)
    discount = ZERO if row.list_amount is None else row.amount - row.list_amount
    price = prices.price(model, row.day) if model else None
    target = row.amount - discount
    computed = None
    if (_known(row, COST_TYPE) or "tokens") != "tokens" or (not model and not _tokens(row)):
        reason = Reason.WEB_SEARCH if row.ids.get(COST_TYPE) == "web_search" else Reason.TOOLS
        parts = {reason: target}
    elif price is None:
        parts = {Reason.NO_PRICE: target}
    else:
        computed = price.rates.cost(row)
        parts = _explained(row, target, computed, price, prices, closed)
    kept = {reason: amount for reason, amount in {Reason.DISCOUNT: discount, **parts}.items() if amount}
    if price is None and _tokens(row) and Reason.NO_PRICE in parts:
        kept.setdefault(Reason.NO_PRICE, target)  # named, even if it was free of charge
    return _line(row, computed, kept)


def _tokens(row: Measures) -> int:
    return row.input + row.output


def _line(row: Measures, computed: Decimal | None, parts: dict[Reason, Decimal]) -> Line:
    return Line(
        billed=row.amount,
        at_list=row.list_amount,
        computed=computed,
        parts=parts,
        uncached_input=row.uncached_input,
        cache_read=row.cache_read,
        cache_write_5m=row.cache_write_5m,
        cache_write_1h=row.cache_write_1h,
        output=row.output,
    )


def _explained(
    row: Measures, target: Decimal, computed: Decimal, price: Price, prices: PriceTable, closed: bool
) -> dict[Reason, Decimal]:
    """Return what leads from list price × tokens to the list price of the report."""
    gap = target - computed
    if not gap:
        return {}
    ways = list(_ways(row, computed, price, prices))
    if _tokens(row) and (exact := _exact(ways, target, row, prices)) is not None:
        return exact
    if not closed:
        return {Reason.NOT_FINAL: gap}
    if not _tokens(row):
        return {Reason.NO_TOKENS: gap}
    if not target:
        return {Reason.NOT_BILLED: gap}
    if _known(row, TIER) not in (None, "standard", "batch"):
        return {Reason.OTHER_TIER: gap}
    sure = {reason: amount for reason, amount in ways[0].parts.items() if all(w.parts.get(reason) == amount for w in ways)}
    rest = gap - sum(sure.values(), ZERO)
    if row.list_amount is None:
        return {**sure, Reason.NO_LIST: rest}
    values = [way.value for way in ways if Reason.FAST not in way.parts] or [way.value for way in ways]
    is_between = min(values) <= target <= max(values)
    return {**sure, (Reason.NOT_SPLIT if is_between else Reason.UNEXPLAINED): rest}


def _known(row: Measures, column: str) -> str | None:
    """Return the value by which a group is split, None where nobody said it: what stands for that has a space in it."""
    value = row.ids.get(column)
    return value if value and " " not in value else None


def _exact(ways: list[_Way], target: Decimal, row: Measures, prices: PriceTable) -> dict[Reason, Decimal] | None:
    """Return the way that hits a list price, without searches if one does; None where none does."""
    for way in ways:
        if abs(rest := target - way.value) <= CLOSE:
            return {**way.parts, Reason.ROUNDING: rest}
    if _known(row, COST_TYPE) is not None:
        return None
    most = Decimal("Infinity") if row.requests is None else Decimal(row.requests * SEARCHES_A_REQUEST)
    for way in ways:
        searches = ((target - way.value) / prices.web_search).to_integral_value()
        cost = searches * prices.web_search
        if 0 < searches <= most and abs(rest := target - way.value - cost) <= CLOSE:
            return {**way.parts, Reason.WEB_SEARCH: cost, Reason.ROUNDING: rest}
    return None


def _ways(row: Measures, computed: Decimal, price: Price, prices: PriceTable) -> Iterator[_Way]:
    """Yield the ways that what is known of a group allows, the plainest first."""
    tier, region, speed = (_known(row, name) for name in (TIER, REGION, SPEED))
    batch = _choices(tier, "batch", prices.batch)
    us = _choices(region, "us", price.us_inference)
    fast = _choices(speed, "fast", price.fast)
    lengths = [price.rates, *([price.long_prompts] if price.long_prompts else [])]
    every = sorted(product(lengths, batch, us, fast), key=lambda one: sum(factor != ONE for factor in one[1:]))
    for rates, *factors in every:
        value = computed if rates is price.rates else rates.cost(row)
        parts = {Reason.LONG_PROMPTS: value - computed} if rates is not price.rates else {}
        for reason, factor in zip((Reason.BATCH, Reason.US_INFERENCE, Reason.FAST), factors, strict=True):
            if factor != ONE:
                parts[reason] = value * (factor - ONE)
                value *= factor
        yield _Way(value, parts)


def _choices(known: str | None, wanted: str, factor: Decimal | None) -> list[Decimal]:
    if factor is None:
        return [ONE]
    return [ONE, factor] if known is None else [factor if known == wanted else ONE]
