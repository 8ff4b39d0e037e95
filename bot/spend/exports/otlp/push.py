"""Sends finished days to each target: what was written down first, then what the ledger has and the target hasn't.

What is sent is written down before, as a difference to all that was written down for that day. So a target that is away
loses nothing, a revision is a correction, and after a crash the very same points are sent again.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog

from bot import __version__
from bot.runtime import Runtime
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.db import Sending
from bot.spend.exports.otlp.points import from_json, held, missing, points_of, to_json
from bot.spend.ledger.measures.db import measures
from bot.spend.model import ONE_DAY
from bot.store.leases import acquire_lease, release_lease
from bot.store.names import names_of
from bot.store.session import Tx
from bot.telemetry.http import send
from bot.telemetry.otlp import payload
from bot.telemetry.targets import Target, read_targets

log = structlog.get_logger()

LEASE_LASTS = timedelta(minutes=15)
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0


async def due(rt: Runtime, now: datetime) -> Sequence[str]:
    """Return the targets that may be tried now."""
    found: list[str] = []
    async with rt.store.read() as tx:
        for target in read_targets(rt.settings.otlp_targets):
            known = await db.known(tx, target.name)
            if known is None or known.retry_at is None or known.retry_at <= now or known.retry_at > now + LEASE_LASTS * 8:
                found.append(target.name)
    return found


async def push(rt: Runtime, name: str, now: datetime) -> None:
    """Send one target what it hasn't got; one process at a time does."""
    target = next((one for one in read_targets(rt.settings.otlp_targets) if one.name == name), None)
    if target is None:
        return
    lease = f"export:{name}"
    async with rt.store.write() as tx:
        if not await acquire_lease(tx, lease, now, LEASE_LASTS):
            return
    try:
        await push_to(rt, target, now)
    finally:
        async with rt.store.write() as tx:
            await release_lease(tx, lease, now)


async def push_to(rt: Runtime, target: Target, now: datetime) -> None:
    """Send what was left over, then each day that changed; at the first failure the rest waits for the next time."""
    async with rt.store.write() as tx:
        if await db.known(tx, target.name) is None:
            await db.begin(tx, target.name, first_day(now))
        left = await db.unsent(tx, target.name)
    for one in left:
        if not await _send(rt, target, one, now):
            return
    async with rt.store.read() as tx:
        until = await db.written_until(tx)
        known = await db.known(tx, target.name)
        days = await db.days_to_look_at(tx, known.since, known.looked_at) if known else []
    for day in days:
        async with rt.store.write() as tx:
            one = await wanted(tx, target.name, day)
            if one:
                await db.intend(tx, one)
        if one and not await _send(rt, target, one, now):
            return
    async with rt.store.write() as tx:
        await db.looked(tx, target.name, until)


def first_day(now: datetime) -> date:
    """Return the first day that a new target gets: days before are sent when they are asked for."""
    return now.astimezone(UTC).date() - ONE_DAY


async def wanted(tx: Tx, target: str, day: date) -> Sending | None:
    """Return what a target has to get of a day, so that it has what the ledger has; None for nothing."""
    sent = await db.of_day(tx, target, day)
    found = await measures(tx, day, day, (WORKSPACE, MODEL))
    rest = missing(held(found), [from_json(one.content["points"]) for one in sent])
    if not rest:
        return None
    names = await names_of(tx, {key[1] for key in rest})
    return Sending(target, day, db.numbers(sent), {"points": to_json(rest), "names": dict(names)})


def body_of(one: Sending) -> Mapping[str, Any]:
    """Return what is sent; made of what was written down alone, so that it is the same each time."""
    points = points_of(from_json(one.content["points"]), one.content["names"])
    return payload(one.day, one.number, points, __version__)


async def _send(rt: Runtime, target: Target, one: Sending, now: datetime) -> bool:
    settings = rt.settings
    receipt = await send(target, body_of(one), settings.proxy_for(target.url), settings.ssl_cert_file)
    async with rt.store.write() as tx:
        if not receipt.failure:
            await db.arrived(tx, one, now, receipt.rejected)
        else:
            known = await db.known(tx, target.name)
            failures = known.failures + 1 if known else 1
            pause = receipt.retry_after or min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
            await db.failed(tx, target.name, failures, receipt.failure, now + timedelta(seconds=pause))
    if receipt.failure:
        log.warning("export_not_taken", target=target.name, day=one.day.isoformat(), because=receipt.failure)
    if receipt.rejected:
        log.warning("export_rejected_in_part", target=target.name, day=one.day.isoformat(), points=receipt.rejected)
    return not receipt.failure
