"""The door of a scrape: which parts of the bot tell figures of the organization."""

from collections.abc import Sequence

from bot.approvals.metrics.waits import Decisions
from bot.claude_code.metrics import CodeMetrics
from bot.kinds.limits.metrics import RateLimits
from bot.runtime import Runtime
from bot.spend.exports.metrics.limits import limits_and_budgets
from bot.spend.exports.metrics.load import Source
from bot.status.health.scrape import scraper
from bot.telemetry.endpoint import Scrape


def sources() -> Sequence[Source]:
    """Return what is told besides the ledger. A new part is one line here."""
    return (limits_and_budgets, Decisions(), RateLimits(), CodeMetrics())


def scrape_of(rt: Runtime) -> Scrape:
    """Return what answers a scrape."""
    return scraper(rt, sources())
