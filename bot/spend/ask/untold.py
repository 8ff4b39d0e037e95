"""What people ask for and no answer tells, with the reason. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.slack.markup import Markup
from bot.spend.ask.idioms import left_out
from bot.spend.ask.spans import WEEKDAY_NAMES


class Untold(NamedTuple):
    """How many words ask for it, why it isn't told, and whether the question without it is worth offering."""

    taken: int
    sentence: Markup
    has_near: bool = False


_REGION: Markup = "I don't read figures by region. *reconcile* tells what inference in the US only added to a month."
_SPEED: Markup = "I don't read figures by speed. *reconcile* names the models whose bill fast mode may explain."
FISCAL = ("fiscal", "financial", "fy")
_FISCAL: Markup = "I count in calendar years and quarters."
_LEFT_OUT: Markup = "I can leave out workspaces, models, keys, people and tags by name, such as *without model haiku*."
_SMALLEST: Markup = "I show the largest first. The CSV has all."
_LESS: Markup = "I can only show what is over an amount, such as *over $50*."
_DAYS: Markup = "I need the first and the last day, such as *1 Nov to 15 Nov*, or *since 1 Nov*."
_ALIKE: Markup = "I don't add up the same weekdays or hours."
_HOURS: Markup = "I count whole UTC days. *by hour* shows each hour of a day."
_RATIOS: Markup = (
    "*report models* tells what a million tokens cost, the tokens of a request, and how much came from the cache."
)
_FAILURES: Markup = "The Claude API's reports tell neither errors nor response times."
_MINUTES: Markup = "I keep hours, not minutes."
_CURRENCY: Markup = "The Claude API bills in US dollars, and I know no other currency."
_AVERAGE: Markup = "I show sums, not averages."
_FORECAST: Markup = "I don't forecast."
_BUDGET: Markup = (
    "The answer for *month* says how much of a budget is used, where a monthly alert sets one. *dashboard* shows the limits."
)
_INVOICE: Markup = "The Claude API tells me no invoices and no credits. *reconcile* explains a month."
_LIST_PRICES: Markup = "*reconcile* compares a month with its list prices."
_SAVED: Markup = "*reconcile* says what batches and discounts took off a month's list price."
_UNTAGGED: Markup = "*report allocation* says what has no tag."
_UNTAGGED_PAIRS = ("not tagged", "no tag", "no tags", "without tag", "without tags", "without untagged", "not allocated")
_FILES: Markup = "Every answer has a *CSV* button below it."
_WORDS: dict[str, Untold] = {
    **dict.fromkeys(
        (
            "region",
            "regions",
            "geo",
            "geos",
            "inference geo",
            "inference_geo",
            "data residency",
            "country",
            "us-only",
            "us only",
        ),
        Untold(1, _REGION),
    ),
    **dict.fromkeys(("speed", "speeds", "fast", "fast mode"), Untold(1, _SPEED)),
    **dict.fromkeys(FISCAL, Untold(1, _FISCAL, has_near=True)),
    **dict.fromkeys(("bottom", "least", "lowest", "smallest", "cheapest", "unused"), Untold(1, _SMALLEST)),
    **dict.fromkeys(("less", "under", "below", "<", "at least", ">=", "at most", "<="), Untold(1, _LESS)),
    **dict.fromkeys(("until", "till", "before", "after", "up to", "day before"), Untold(1, _DAYS)),
    **dict.fromkeys(
        (
            *(f"{one}s" for one in WEEKDAY_NAMES),
            "weekday",
            "weekdays",
            "day of week",
            "day of the week",
            "day of month",
            "day of the month",
        ),
        Untold(1, _ALIKE),
    ),
    **dict.fromkeys(("hour of day", "hour of the day", "time of day"), Untold(1, _ALIKE)),
    **dict.fromkeys(
        ("this morning", "morning", "afternoon", "this afternoon", "evening", "tonight", "noon", "midnight"),
        Untold(1, _HOURS, has_near=True),
    ),
    **dict.fromkeys(("minute", "minutes", "seconds", "by second", "per second"), Untold(1, _MINUTES)),
    **dict.fromkeys(
        (
            "per token",
            "per million",
            "per 1m",
            "per thousand",
            "per 1k",
            "per request",
            "unit cost",
            "unit costs",
            "per unit",
            "cost/request",
            "cost/token",
            "cache hit",
            "hit rate",
            "cache share",
            "cached share",
        ),
        Untold(1, _RATIOS),
    ),
    **dict.fromkeys(
        ("error", "errors", "failures", "error rate", "latency", "latencies", "response time", "response times", "uptime"),
        Untold(1, _FAILURES),
    ),
    **dict.fromkeys(("average", "averages", "avg", "mean", "median"), Untold(1, _AVERAGE, has_near=True)),
    **dict.fromkeys(("eur", "euro", "euros", "gbp", "pounds", "chf", "jpy", "yen", "inr"), Untold(1, _CURRENCY)),
    **dict.fromkeys(("forecast", "projection", "projected", "run rate", "burn rate"), Untold(1, _FORECAST, has_near=True)),
    **dict.fromkeys(("budget", "budgets", "remaining", "left"), Untold(1, _BUDGET)),
    **dict.fromkeys(
        ("invoice", "invoices", "credit", "credits", "balance", "tax", "vat", "refund", "refunds"), Untold(1, _INVOICE)
    ),
    **dict.fromkeys(
        ("discount", "discounts", "before discount", "before discounts", "gross", "net", "list price", "list prices"),
        Untold(1, _LIST_PRICES),
    ),
    **dict.fromkeys(("early", "mid", "middle of", "late", "end of", "month end"), Untold(1, _DAYS, has_near=True)),
    **dict.fromkeys(("saving", "savings", "saved"), Untold(1, _SAVED)),
    **dict.fromkeys(("untagged", "unallocated", "unassigned", *_UNTAGGED_PAIRS), Untold(1, _UNTAGGED)),
    **dict.fromkeys(("csv", "as csv", "excel", "xlsx", "spreadsheet", "file", "download"), Untold(1, _FILES, has_near=True)),
}
_AFTER_IN = frozenset({"us", "usa", "eu", "europe"})
_BEFORE = frozenset(
    {
        "by",
        "per",
        "in",
        "for",
        "on",
        "at",
        "since",
        "from",
        "between",
        "over",
        "above",
        "each",
        "this",
        "last",
        "vs",
        "versus",
        "against",
    }
)
_CLOCK = r"(?:\d{1,2}(?::\d\d)?(?:am|pm)|\d{1,2}:\d\d(?::\d\d)?)"
_TIME = re.compile(rf"{_CLOCK}(?:[-–]{_CLOCK})?|\d{{4}}-\d\d-\d\dt.*")
_FOREIGN = re.compile(r".*[€£¥₹].*")
_BETWEEN_AMOUNTS = re.compile(r"<=?\$?\d.*|\$\d[\d.,]*[-–]\$?\d.*|\d+(?:\.\d+)?%")


def untold(words: Sequence[str]) -> Untold | None:
    """Return why no answer tells what the words begin with; None where there is no such reason."""
    lower = [word.casefold() for word in words[:5]]
    if " ".join(lower[:2]) in _UNTAGGED_PAIRS and (len(lower) == 2 or lower[1] not in ("tag", "tags")):
        return Untold(2, _UNTAGGED)
    if lower[0] == "between" and lower[1:] and lower[1][0] == "$":
        return Untold(2, _LESS)
    if leaving := left_out(words):
        return Untold(min(leaving[0] + 1, len(words)), _LEFT_OUT, has_near=True)
    is_after = lower[0] in _BEFORE and len(words) > 1
    where = [one for one in lower[1:] if one != "the"]
    if lower[0] == "in" and where and where[0] in _AFTER_IN and where[1:2] != ["dollars"]:
        return Untold(lower.index(where[0]) + 1, _REGION)
    for skipped in (0, 1) if is_after else (0,):
        rest = lower[skipped : skipped + 4]
        for taken in range(len(rest), 0, -1):
            if found := _WORDS.get(" ".join(rest[:taken])):
                return found._replace(taken=skipped + taken)
        if found := _by_form(rest[0]):
            return found._replace(taken=skipped + 1)
    return None


def _by_form(word: str) -> Untold | None:
    if word[:2] == "fy" and word[2:].strip("'’").isdecimal():
        return Untold(1, _FISCAL, has_near=True)
    if _TIME.fullmatch(word):
        return Untold(1, _HOURS, has_near=True)
    if _FOREIGN.fullmatch(word):
        return Untold(1, _CURRENCY)
    return Untold(1, _LESS) if _BETWEEN_AMOUNTS.fullmatch(word) else None
