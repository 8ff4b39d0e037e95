"""The sync as the schedule takes it. It may run twice, in several processes, and acts once."""

from datetime import datetime

import structlog

from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.ledger.doubts import db as doubts
from bot.spend.ledger.sync import sync_costs

log = structlog.get_logger()


async def sync(rt: Runtime, _key: str, now: datetime) -> None:
    """Bring the ledger up to date. A failing Admin API is a log line, the next run tries again."""
    try:
        loaded = await sync_costs(rt, now)
    except UpstreamError as error:
        log.warning("costs_not_synced", status=error.status, code=error.error_code, request_id=error.request_id)
        return
    async with rt.store.read() as tx:
        doubtful = sorted(day.isoformat() for day in await doubts.doubts(tx))
    if doubtful:
        log.warning("figures_fell_and_are_read_again", days=doubtful)
    if loaded is not None:
        revised = [revision.day.isoformat() for revision in loaded.revisions]
        log.info("costs_synced", days=len(loaded.days), revised=revised)
