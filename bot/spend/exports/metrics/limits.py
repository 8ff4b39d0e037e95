"""What may be spent in a month beside what was: limits that the bot keeps, and amounts that channels watch."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from bot.runtime import Runtime
from bot.spend.alerts import db as watched
from bot.spend.alerts.model import Threshold
from bot.spend.dimensions import WORKSPACE
from bot.spend.ledger import db as table
from bot.spend.ledger.names import archived_ids
from bot.spend.limits import db as kept
from bot.spend.limits.model import Limit
from bot.spend.model import ZERO
from bot.telemetry import names as are
from bot.telemetry.model import Family, Labels, Metric, Part, Value

MOST_SCOPES = 50
"""Limits and amounts that have a series of their own: those of the organization, then the largest."""
ORGANIZATION = "organization"
Spent = Mapping[str | None, Decimal]
"""What a month cost so far by workspace, and in all (None)."""


async def limits_and_budgets(rt: Runtime, now: datetime) -> Part:
    """Return limits and amounts with the part of each that the running UTC month has taken."""
    today = now.astimezone(UTC).date()
    first = today.replace(day=1)
    async with rt.store.read() as tx:
        archived = await archived_ids(tx)
        limits = await kept.live(tx)
        thresholds = [one for one in await watched.thresholds(tx) if one.workspace_id not in archived]
        if not limits and not thresholds:
            return Part(())
        known = await table.ledger_days(tx, first, today)
        cells = await table.cells(tx, first, today, (WORKSPACE,)) if known else []
    spent: dict[str | None, Decimal] = {}
    for cell in cells:
        spent[cell.of(WORKSPACE)] = spent.get(cell.of(WORKSPACE), ZERO) + cell.amount
    return Part(limit_families(limits, thresholds, {**spent, None: sum(spent.values(), ZERO)} if known else None))


def limit_families(limits: Iterable[Limit], thresholds: Iterable[Threshold], spent: Spent | None) -> list[Family]:
    """Return the families. Of a month without figures (None) no part is known."""
    allowed, budgets = dict[str | None, Decimal](), dict[str | None, Decimal]()
    for limit in limits:
        allowed[limit.workspace_id] = limit.amount
    for one in thresholds:
        if one.period == "monthly":
            budgets[one.workspace_id] = max(one.amount, budgets.get(one.workspace_id, ZERO))
    return [
        *_beside(are.SPEND_LIMIT, are.SPEND_LIMIT_USED, allowed, spent, _scope_of_limit),
        *_beside(are.BUDGET, are.BUDGET_USED, budgets, spent, lambda scope: (scope or ORGANIZATION,)),
    ]


def _scope_of_limit(workspace_id: str | None) -> Labels:
    return ("workspace", workspace_id) if workspace_id else (ORGANIZATION, "")


def _beside(
    amount: Metric, used: Metric, amounts: Spent, spent: Spent | None, labels: Callable[[str | None], Labels]
) -> list[Family]:
    order = sorted(amounts, key=lambda scope: (scope is not None, -amounts[scope], scope or ""))[:MOST_SCOPES]
    parts: dict[Labels, Value] = {}
    for scope in order if spent is not None else ():
        if amounts[scope]:
            parts[labels(scope)] = (spent or {}).get(scope, ZERO) / amounts[scope]
    return [Family(amount, {labels(scope): amounts[scope] for scope in order}), Family(used, parts)]
