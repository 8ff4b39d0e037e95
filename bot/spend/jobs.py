"""The bodies of the spend jobs as the schedule takes them; each may run twice, in several processes, and acts once."""

from datetime import datetime

import structlog

from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.alerts.send import run_alerts
from bot.spend.digests.send import run_digests
from bot.spend.ledger.sync import sync_costs

log = structlog.get_logger()


async def sync(rt: Runtime, now: datetime) -> None:
    """Bring the ledger up to date; a failing Admin API is a log line, the next run tries again."""
    try:
        loaded = await sync_costs(rt, now)
    except UpstreamError as error:
        log.warning("costs_not_synced", status=error.status, code=error.error_code, request_id=error.request_id)
        return
    if loaded is not None:
        revised = [revision.day.isoformat() for revision in loaded.revisions]
        log.info("costs_synced", days=len(loaded.days), revised=revised)


async def digests(rt: Runtime, now: datetime) -> None:
    """Send what digests are due."""
    await run_digests(rt, now)


async def alerts(rt: Runtime, now: datetime) -> None:
    """Say what thresholds were passed."""
    await run_alerts(rt, now)
