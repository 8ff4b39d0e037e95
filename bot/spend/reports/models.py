"""Model comparison: what a million tokens cost on each model, how it is used, and what another would have cost.

The last is an estimate at list price: another model uses other numbers of tokens for the same work.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, escape
from bot.spend.aggregate import shares
from bot.spend.alike import told_apart
from bot.spend.dimensions import MODEL, short_model
from bot.spend.model import ZERO, Measures
from bot.spend.phrases import as_plain_text, change_in_words, shown
from bot.spend.prices.estimate import estimate
from bot.spend.prices.load import price_table
from bot.spend.prices.model import PriceTable
from bot.spend.render import parts_chart
from bot.spend.reports.counts import added, cache_share, output_share, per_million, per_request, tokens
from bot.spend.reports.load import before, measured
from bot.spend.reports.model import Built, Part, Times, Wanted
from bot.spend.reports.phrases import against, no_figures, part_of, so_far, when
from bot.spend.scope import Scope
from bot.spend.table import Column, Row, Table
from bot.words.wording import listed, plural, unit_price

ESTIMATES = "estimates"
NOT_KNOWN = "not known"


async def build(rt: Runtime, times: Times, scope: Scope, _wanted: Wanted) -> Built:
    """Return the report with the prices that come with the bot."""
    async with rt.store.read() as tx:
        daily = await measured(tx, times.first, times.last, ("day", MODEL), scope)
        earlier = await before(tx, times, (), scope)
    return models(times, daily, None if earlier is None else added(earlier, times.before_first), price_table())


def models(times: Times, daily: Sequence[Measures], earlier: Measures | None, prices: PriceTable) -> Built:
    """Return models by what they cost, the largest first. They add up to the whole."""
    if times.as_of is None:
        return Built(no_figures(times))
    of_model: dict[str, list[Measures]] = {}
    for one in daily:
        of_model.setdefault(one.of(MODEL), []).append(one)
    sums = {model: added(found, times.first) for model, found in of_model.items()}
    order = sorted(sums, key=lambda one: (-sums[one].amount, one))
    names = told_apart(sums, {})
    rows: list[Row] = [
        (
            MODEL.label(one, names),
            sums[one].amount,
            part,
            sums[one].list_amount,
            per_million(sums[one]),
            cache_share(sums[one]),
            output_share(sums[one]),
            per_request(sums[one]),
            _price_in_words(one, times, prices),
        )
        for one, part in zip(order, shares([sums[one].amount for one in order]), strict=True)
    ]
    table = Table(_COLUMNS, tuple(rows), times.as_of, bool(times.open_days))
    used = [one for one in order if one and tokens(sums[one])]
    finding = _finding(times, sums, used, earlier)
    unknown = [one for one in used if prices.price(one, times.last) is None]
    others = _estimates(times, {one: of_model[one] for one in used}, used, prices)
    return Built(
        finding,
        (Part("", "Models", table), *([Part(ESTIMATES, "What another model would cost", others)] if others.rows else [])),
        parts_chart(table, "Spend by model (USD)", as_plain_text(finding)),
        table,
        notes=_notes(unknown, has_estimates=bool(others.rows)),
    )


_COLUMNS = (
    Column("name", "Model", "text"),
    Column("amount", "Amount", "money"),
    Column("share", "Share", "share"),
    Column("list_amount", "At list price", "money"),
    Column("per_million_tokens", "Per million tokens", "rate"),
    Column("cache_share", "Input from cache", "ratio"),
    Column("output_share", "Output of all tokens", "ratio"),
    Column("tokens_per_request", "Tokens a request", "mean"),
    Column("list_price", "List price in / out", "text"),
)


def _price_in_words(model: str, times: Times, prices: PriceTable) -> str | None:
    """Return what a million tokens of input and of output cost on the last day, None for what is no model."""
    if not model:
        return None
    found = prices.price(model, times.last)
    return f"{unit_price(found.rates.uncached_input)} / {unit_price(found.rates.output)}" if found else NOT_KNOWN


def _estimates(times: Times, daily: Mapping[str, Sequence[Measures]], used: Sequence[str], prices: PriceTable) -> Table:
    """Return for each model what its tokens would have cost at list price on it, and on each other model that is used.

    A sum of which a part has no known price isn't known. A phone shows three columns, so what matters is among them.
    """
    columns = (
        Column("name", "All tokens of", "text"),
        Column("other", "On", "text"),
        Column("change", "Difference", "change"),
        Column("amount", "Estimate", "money"),
        Column("list_amount", "At its list price", "money"),
    )
    rows: list[Row] = []
    for model in used:
        at_list = _estimate(daily[model], model, prices)
        for other in used:
            on_other = _estimate(daily[model], other, prices)
            if short_model(other) != short_model(model):
                change = None if at_list is None or on_other is None else on_other - at_list
                rows.append((short_model(model), short_model(other), change, on_other, at_list))
    return Table(columns, tuple(rows), times.as_of, bool(times.open_days), are_parts=False)


def _estimate(daily: Sequence[Measures], model: str, prices: PriceTable) -> Decimal | None:
    found = estimate(daily, model, prices)
    return None if found is None or found.days_without_price else found.amount


def _finding(times: Times, sums: Mapping[str, Measures], used: Sequence[str], earlier: Measures | None) -> Markup:
    total = sum((one.amount for one in sums.values()), ZERO)
    change = change_in_words(total, None if earlier is None else earlier.amount, against(times))
    count = len(used or [one for one in sums if one])  # of which no tokens are known, they may have been used all the same
    parts: list[Markup] = [
        f"*{shown(total)}{so_far(times)} on {plural(count, 'model')}* {when(times)}",
        *([change] if change else []),
    ]
    if used:
        top = sums[used[0]]
        parts.append(f"most on {bold(short_model(used[0]))}: {part_of(top.amount, total)}, {_unit(top)} per million tokens")
    cheapest = min(
        (one for one in used if (per_million(sums[one]) or ZERO) > 0), key=lambda one: _cost(sums, one), default=""
    )
    if cheapest and cheapest != used[0]:
        parts.append(f"cheapest per million tokens: {bold(short_model(cheapest))}, {_unit(sums[cheapest])}")
    return " · ".join(parts)


def _cost(sums: Mapping[str, Measures], model: str) -> Decimal:
    return per_million(sums[model]) or ZERO


def _unit(one: Measures) -> Markup:
    price = per_million(one)
    return "no tokens" if price is None else escape(unit_price(price))


def _notes(unknown: Sequence[str], *, has_estimates: bool) -> tuple[Markup, ...]:
    notes: list[Markup] = []
    if unknown:
        names = listed([bold(short_model(one)) for one in unknown])
        notes.append(f"⚠️ I know no list price of {names}, so nothing is estimated with it. That isn't $0")
    if has_estimates:
        notes.append(
            "What another model would have cost is an estimate: the same tokens at its list price, standard tier, without"
            " discounts. Another model uses other numbers of tokens for the same work"
        )
    return tuple(notes)
