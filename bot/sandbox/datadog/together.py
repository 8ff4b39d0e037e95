"""Both stand-ins at once, with the settings for a bot and a page that shows what it sent."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.datadog.agent import Agent, running_agent
from bot.sandbox.datadog.costs import API_KEY, APP_KEY, Costs, running_costs
from bot.sandbox.datadog.grammar import Metric


@dataclass(frozen=True)
class Datadog:
    """A running Datadog: its page, and the settings with which a bot sends to it."""

    url: str
    settings: Mapping[str, str]


@asynccontextmanager
async def running_datadog(now: Callable[[], datetime]) -> AsyncGenerator[Datadog]:
    """Take live figures and cost files until the block ends."""
    async with running_agent() as agent, running_costs() as costs:
        costs.today = lambda: now().date()
        costs.page = lambda: page(agent, costs)
        keys = {"DATADOG_API_KEY": API_KEY, "DATADOG_APP_KEY": APP_KEY}
        yield Datadog(costs.url, {**keys, "DATADOG_URL": costs.url, "DOGSTATSD_ADDRESS": agent.address})


def page(agent: Agent, costs: Costs) -> str:
    """Return as text what arrived: the total of each day, and the last value of each gauge."""
    days = sorted({line["ChargePeriodStart"] for line in costs.lines()})
    totals = [
        f"{day}  {sum(line['BilledCost'] for line in costs.lines() if line['ChargePeriodStart'] == day)} USD" for day in days
    ]
    return "\n".join(["Custom Costs by day", *totals, "", "DogStatsD, the last values", *_last(agent.metrics), ""])


def _last(metrics: Iterable[Metric]) -> list[str]:
    last = {(one.name, *(f"{name}:{value}" for name, value in one.tags.items())): one.value for one in metrics}
    return sorted(f"{' '.join(key)}  {value}" for key, value in last.items())
