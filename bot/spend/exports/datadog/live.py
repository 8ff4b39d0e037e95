"""Tells Datadog's Agent how things stand now, every two minutes, by one process at a time.

An Agent adds its host to what it gets: were the process to change from one time to the next, sums would count figures of two
hosts. So the lease is held on, and passes to another process only once this one has stopped.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

import structlog

from bot.runtime import Runtime
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.datadog.gauges import Live, gauges
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import measures
from bot.spend.limits import db as limits
from bot.spend.model import ONE_DAY
from bot.store.leases import acquire_lease, release_lease
from bot.store.names import names_of
from bot.store.session import Tx
from bot.telemetry.dogstatsd import Agent, send
from bot.telemetry.gauge import Gauge
from bot.telemetry.meter import Meter

log = structlog.get_logger()

LEASE, LEASE_LASTS = "dogstatsd", timedelta(minutes=5)
More = Callable[[Runtime, datetime], Awaitable[Sequence[Gauge]]]
"""Further values, of what the ledger doesn't know."""


@dataclass
class _Process:
    """What one process holds: since when the lease, the connection, and the failure that it said."""

    address: str
    agent: Agent
    since: datetime | None = None
    said: str = ""


_processes: WeakKeyDictionary[Meter, _Process] = WeakKeyDictionary()
"""By the meter, of which each process has one."""


async def due(rt: Runtime, _now: datetime) -> Sequence[str]:
    """Return the Agent's address, where one is set."""
    return (rt.settings.dogstatsd_address,) if rt.settings.dogstatsd_address else ()


def telling(*more: More) -> Callable[[Runtime, str, datetime], Awaitable[None]]:
    """Return what tells an Agent all figures, with what else is known."""

    async def tell(rt: Runtime, address: str, now: datetime) -> None:
        process = _processes.get(rt.meter)
        if process is None or process.address != address:
            process = _processes[rt.meter] = _Process(address, Agent(address))
        if not await _is_ours(rt, process, now):
            return
        values = await figures(rt, now, more)
        _say_once(process, await send(process.agent, values) if values else process.said)

    return tell


async def figures(rt: Runtime, now: datetime, more: Sequence[More] = ()) -> list[Gauge]:
    """Return every value as it would be sent now."""
    async with rt.store.read() as tx:
        found = gauges(await load(tx, now), now)
    for one in more:
        found += await one(rt, now)
    return found


async def load(tx: Tx, now: datetime) -> Live:
    """Return what the ledger holds of today and the month."""
    today = now.astimezone(UTC).date()
    first = today.replace(day=1)
    cells = await table.cells(tx, first, today, ("day", WORKSPACE, MODEL))
    kept = {one.workspace_id: one.amount for one in await limits.live(tx)}
    return Live(
        today,
        await table.ledger_days(tx, (first - ONE_DAY).replace(day=1), today),
        cells,
        await measures(tx, today, today, (WORKSPACE, MODEL)),
        kept,
        await names_of(tx, {*(cell.of(WORKSPACE) for cell in cells), *(one for one in kept if one)}),
    )


def missing(rt: Runtime) -> str:
    """Return why the Agent doesn't get what this process last told it, "" where nothing is known of that."""
    process = _processes.get(rt.meter)
    return process.said if process else ""


async def _is_ours(rt: Runtime, process: _Process, now: datetime) -> bool:
    """Take the lease, or hold it further."""
    async with rt.store.write() as tx:
        if process.since:
            await release_lease(tx, LEASE, process.since)
        taken = await acquire_lease(tx, LEASE, now, LEASE_LASTS)
    process.since = now if taken else None
    return taken


def _say_once(process: _Process, failure: str) -> None:
    """Log that an Agent is missing once, and once that it is there again."""
    if failure == process.said:
        return
    process.said = failure
    if failure:
        log.warning("dogstatsd_agent_missing", address=process.address, because=failure)
    else:
        log.info("dogstatsd_agent_there", address=process.address)
