"""Live figures for Datadog, made of what the ledger holds: bounded in number, exact, and absent where nothing is known.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.spend.dimensions import WORKSPACE
from bot.spend.exports.metrics.families import TOKEN_COUNTS, Shown, shown
from bot.spend.model import ZERO, Cell, LedgerDay, Measures
from bot.telemetry.gauge import Gauge

COST_TODAY, COST_MONTH = "claude.org.cost.today", "claude.org.cost.month_to_date"
ALL_TODAY, ALL_MONTH = "claude.org.all_cost.today", "claude.org.all_cost.month_to_date"
TOKENS_TODAY, REQUESTS_TODAY = "claude.org.tokens.today", "claude.org.requests.today"
LIMIT, LIMIT_LEFT = "claude.org.spend_limit", "claude.org.spend_limit.left"
REPORT_AGE = "claude.org.report_age"
NAMES = {
    COST_TODAY: "dollars of the running UTC day by workspace and model",
    COST_MONTH: "dollars of the running UTC month by workspace and model",
    ALL_TODAY: "dollars of the running UTC day, all together",
    ALL_MONTH: "dollars of the running UTC month, all together",
    TOKENS_TODAY: "tokens of the running UTC day by workspace, model and type of token",
    REQUESTS_TODAY: "requests of the running UTC day by workspace and model, where the report tells them",
    LIMIT: "dollars of a monthly limit that the bot keeps, by workspace; workspace_id:all is the organization's",
    LIMIT_LEFT: "dollars that are left of it; below zero once it is passed",
    REPORT_AGE: "seconds since the end of what the cost report covers",
}
"""What each name means."""
_EVERYTHING = "all"


@dataclass(frozen=True)
class Live:
    """What the ledger holds at one moment.

    `days` is what is known since the first of the month before. `cells` is the money of the month by day, workspace and
    model, `usage` today's tokens and requests by workspace and model, `limits` is by workspace id, None for all.
    """

    today: date
    days: Mapping[date, LedgerDay]
    cells: Sequence[Cell]
    usage: Sequence[Measures] = ()
    limits: Mapping[str | None, Decimal] = field(default_factory=dict[str | None, Decimal])
    names: Mapping[str, str] = field(default_factory=dict[str, str])


def gauges(live: Live, now: datetime) -> list[Gauge]:
    """Return every value. Those of a window of which nothing is known are absent."""
    who, today = shown(live.cells), [one for one in live.cells if one.day == live.today]
    found = list[Gauge]()
    if live.today in live.days:
        found += [*_money(COST_TODAY, today, who, live.names), Gauge(ALL_TODAY, _sum(today))]
        found += _counts(live.usage, who, live.names)
    if any(day >= live.today.replace(day=1) for day in live.days):
        found += [*_money(COST_MONTH, live.cells, who, live.names), Gauge(ALL_MONTH, _sum(live.cells)), *_limits(live)]
    if live.days:
        as_of = max(one.refreshed_at for one in live.days.values())
        found.append(Gauge(REPORT_AGE, int((now - as_of).total_seconds())))
    return found


def _sum(cells: Iterable[Cell]) -> Decimal:
    return sum((one.amount for one in cells), ZERO)


def _tags(one: Cell | Measures, who: Shown, names: Mapping[str, str]) -> dict[str, str]:
    workspace = who.workspace(one)
    return {"workspace_id": workspace, "workspace": _name(workspace, names), "model": who.model(one)}


def _name(workspace: str, names: Mapping[str, str]) -> str:
    return names.get(workspace) or workspace


def _money(name: str, cells: Iterable[Cell], who: Shown, names: Mapping[str, str]) -> list[Gauge]:
    totals: dict[tuple[tuple[str, str], ...], Decimal] = {}
    for cell in cells:
        tags = tuple(_tags(cell, who, names).items())
        totals[tags] = totals.get(tags, ZERO) + cell.amount
    return [Gauge(name, amount, dict(tags)) for tags, amount in totals.items()]


def _counts(usage: Iterable[Measures], who: Shown, names: Mapping[str, str]) -> list[Gauge]:
    totals: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}

    def add(name: str, tags: Mapping[str, str], count: int) -> None:
        key = (name, tuple(tags.items()))
        totals[key] = totals.get(key, 0) + count

    for one in usage:
        tags = _tags(one, who, names)
        for kind, count in TOKEN_COUNTS.items():
            add(TOKENS_TODAY, {**tags, "token_type": kind}, count(one))
        if one.requests is not None:
            add(REQUESTS_TODAY, tags, one.requests)
    return [Gauge(name, count, dict(tags)) for (name, tags), count in totals.items()]


def _limits(live: Live) -> list[Gauge]:
    found = list[Gauge]()
    for workspace, amount in live.limits.items():
        spent = _sum(one for one in live.cells if workspace is None or one.of(WORKSPACE) == workspace)
        named = workspace or _EVERYTHING
        tags = {"workspace_id": named, "workspace": _name(named, live.names)}
        found += [Gauge(LIMIT, amount, tags), Gauge(LIMIT_LEFT, amount - spent, tags)]
    return found
