"""The sentences in which a reconciliation says what explains a difference. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from bot.slack.markup import Markup, bold, escape
from bot.spend.aggregate import growth
from bot.spend.dimensions import MODEL
from bot.spend.model import ZERO
from bot.spend.phrases import budget_share, shown
from bot.spend.prices.model import PriceTable
from bot.spend.reconcile.model import NOT_SURE, Line, Reason, Reconciliation
from bot.words.wording import listed, money, money_change, percent, plural, share

NAMES: Mapping[Reason, str] = {
    Reason.DISCOUNT: "the discount",
    Reason.BATCH: "batch",
    Reason.US_INFERENCE: "US inference",
    Reason.LONG_PROMPTS: "long prompts",
    Reason.FAST: "fast mode",
    Reason.WEB_SEARCH: "web searches",
    Reason.TOOLS: "tools",
    Reason.OTHER_TIER: "priority and flex tiers",
    Reason.NO_PRICE: "models without a known price",
}
_NAMED, _UNPRICED, _ALARMS = 4, 10, 5
"""How many of each are named in words; the table has all of them."""
_FACTORS: Mapping[Reason, Markup] = {
    Reason.BATCH: "Batch requests",
    Reason.US_INFERENCE: "Inference in the US only",
    Reason.FAST: "Fast mode",
}
_SENTENCES: Mapping[Reason, tuple[Markup, Markup]] = {
    Reason.LONG_PROMPTS: ("Long prompts", "Some models cost more for requests with long prompts."),
    Reason.TOOLS: ("Cost without a model", "Code execution and other tools: they have no tokens."),
    Reason.OTHER_TIER: ("Priority and flex tiers", "Their prices are in no public table."),
    Reason.NO_LIST: (
        "Older cost report",
        "It has no list price, so I can't tell a discount from batch, US inference or anything else.",
    ),
    Reason.NO_TOKENS: ("Billed without tokens", "The usage report has no tokens for it yet."),
    Reason.NOT_BILLED: ("Tokens that cost nothing", "The usage report counts them, the cost report doesn't bill them."),
    Reason.NOT_SPLIT: (
        "Can't be told apart",
        "Batch, US inference or long prompts can explain it, but the figures aren't split by them.",
    ),
    Reason.NOT_FINAL: ("Days that aren't final", "Cost and tokens may be known up to different times. Look again later."),
    Reason.ROUNDING: ("Rounding", "Amounts have fractions of a cent."),
    Reason.UNEXPLAINED: ("Not explained", "Neither the price table nor the reports say why."),
}


def finding(total: Line) -> Markup:
    """Return what explains the difference, and how much isn't explained, as the end of a sentence."""
    if not total.difference and not total.parts:
        return "that is what was billed"
    sure = [reason for reason in total.parts if reason in NAMES]
    unsure = sum((total.of(reason) for reason in NOT_SURE), ZERO)
    said: list[Markup] = []
    if sure:
        sure.sort(key=lambda reason: -abs(total.of(reason)))
        amount = shown(abs(sum((total.of(reason) for reason in sure), ZERO)))
        names = listed([NAMES[reason] for reason in sure], most=_NAMED)
        said.append(f"{escape(names)} {'explains' if sure == [Reason.DISCOUNT] else 'explain'} {amount}")
    if unsure:
        said.append(f"{shown(abs(unsure))} can't be told for sure")
    rest = total.of(Reason.UNEXPLAINED)
    said.append(f"{shown(abs(rest))} isn't explained" if rest else "nothing is left unexplained")
    return ", ".join(said)


def part_in_words(reason: Reason, found: Reconciliation, prices: PriceTable) -> Markup:
    """Return one line: what a reason explains, and why."""
    amount = found.total.of(reason)
    if reason is Reason.DISCOUNT:
        return _line("Discount", amount, _discount(found.total, amount))
    if reason in _FACTORS:
        title, factor = _FACTORS[reason], _factor(reason, prices)
        more = "less" if factor < 1 else "more"
        return _line(title, amount, f"Each token costs {escape(share(abs(factor - 1)))} {more} there.")
    if reason is Reason.WEB_SEARCH:
        searches = plural(int(amount / prices.web_search), "search", "searches")
        return _line("Web search", amount, f"{searches} at {shown(prices.web_search * 1000)} per 1,000.")
    if reason is Reason.NO_PRICE:
        return _line("No price known", amount, f"{_unpriced(found)}. They are not in list price × tokens.")
    title, why = _SENTENCES[reason]
    if reason is Reason.UNEXPLAINED and (models := _may_be_fast(found, prices)):
        names: Markup = escape(listed(models, most=_NAMED))
        why = f"{why} On {names} some requests may have used fast mode: the figures aren't split by speed."
    return _line(title, amount, why)


def _may_be_fast(found: Reconciliation, prices: PriceTable) -> list[str]:
    """Return the models of which more was billed than is explained, and that have a fast mode that would cost so much."""
    models = [
        model
        for model, line in found.models.items()
        if (price := prices.price(model, found.last)) is not None
        and price.fast is not None
        and line.computed is not None
        and 0 < line.of(Reason.UNEXPLAINED) <= line.computed * (price.fast - 1)
    ]
    return [MODEL.label(one, {}) for one in models]


def _factor(reason: Reason, prices: PriceTable) -> Decimal:
    return {Reason.BATCH: prices.batch, Reason.US_INFERENCE: prices.us_inference, Reason.FAST: prices.fast}[reason]


def _line(title: Markup, amount: Decimal, why: Markup) -> Markup:
    return f"{bold(title)} {escape(money_change(amount, cents=True))}. {why}"


def _discount(total: Line, amount: Decimal) -> Markup:
    ratio = growth(total.at_list + amount, total.at_list) if total.at_list else None
    of_list = "" if ratio is None else f" ({escape(percent(ratio))})"
    return f"Billed, against the list price that the cost report gives{of_list}."


def _unpriced(found: Reconciliation) -> Markup:
    """Return the models without a price, each with its bill and its tokens."""
    said = [
        f"{MODEL.label(model, {})} {money(found.models[model].billed)} for {plural(found.models[model].tokens, 'token')}"
        for model in found.unpriced
    ]
    return escape(listed(said, most=_UNPRICED))


def alarms_in_words(found: Reconciliation) -> list[Markup]:
    """Return an alarm for each model of which too much isn't explained, the largest bill first; many are counted."""
    said: list[Markup] = [_alarm(model, found.models[model]) for model in found.alarming[:_ALARMS]]
    if (rest := len(found.alarming) - _ALARMS) > 0:
        said.append(f"⚠️ {plural(rest, 'more model')} like it: the table and the CSV file have all of them.")
    return said


def _alarm(model: str, line: Line) -> Markup:
    rest = line.of(Reason.UNEXPLAINED)
    found = budget_share(abs(rest), line.billed)
    part: Markup = f" ({found} of its bill)" if found else ""
    return (
        f"⚠️ *{escape(MODEL.label(model, {}))}*: {escape(money_change(rest, cents=True))}{part} isn't explained."
        " Its price may have changed: compare the price table with the pricing page, or ask Anthropic."
    )


def wholes_in_words(found: Reconciliation) -> Markup:
    """Return whether every way of adding up gives the same total. Another one is a fault of the ledger."""
    if not found.faults:
        return f"The sums by {escape(listed(['model', *(one.by for one in found.wholes)]))} are all the same."
    wrong = listed([f"{money(one.amount)} by {one.by}" for one in found.faults])
    return (
        f"⚠️ The sums don't agree: {escape(money(found.total.billed))} by model, but {escape(wrong)}."
        " The ledger is broken: don't use these figures, and tell the people who run Quartermaster."
    )
