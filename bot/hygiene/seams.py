"""Facts that other parts of the bot will tell; until they do, nobody knows them and their rules are silent."""

from collections.abc import Sequence
from datetime import datetime

from bot.hygiene.model import Peak
from bot.runtime import Runtime


async def peaks_of(_rt: Runtime, _now: datetime) -> Sequence[Peak]:
    """Return the busiest minutes of the last week by workspace and rate limit."""
    return ()


def exports_of(_rt: Runtime) -> Sequence[str] | None:
    """Return the observability platforms that are set up; None while the bot has no setting for them."""
    return None
