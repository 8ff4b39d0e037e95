"""The headroom of the organization's rate limits as live values for Datadog."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import structlog

from bot.errors import QuartermasterError
from bot.kinds.limits.groups import groups_of, labels_of
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.build import WINDOWS, Line, lines_of
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.holding import ORGANIZATION, by_start, holding
from bot.kinds.limits.peaks.places import peaks_under
from bot.runtime import Runtime
from bot.telemetry.gauge import Gauge

log = structlog.get_logger()

LIMIT, PEAK, HEADROOM = "claude.org.rate_limit", "claude.org.rate_limit.peak", "claude.org.rate_limit.headroom"
NAMES = {
    LIMIT: "per minute, what the organization may use of a group of models",
    PEAK: "the busiest minute of the last 24 hours that were read; after a change of the limit, since then",
    HEADROOM: "the part of the limit that was left in that minute, 0.2 for 20 %",
}
"""What each name means; tags are model_group and limiter."""
_WINDOW, _, _SPAN = WINDOWS[0]
_STEP = Decimal("0.0001")


async def gauges(rt: Runtime, now: datetime) -> Sequence[Gauge]:
    """Return limits, peaks and headroom; none while the limits can't be read."""
    try:
        groups = groups_of(await rt.directory.rate_limits())
    except QuartermasterError as error:
        log.info("rate_limits_unknown", error=repr(error))
        return ()
    async with rt.store.read() as tx:
        read = await db.hours_read(tx, now - _SPAN)
        held = holding(await own_limits.kept(tx), groups, (now - _SPAN, None), now)
        of_all = {at: one for at, one in held.items() if at[0] == ORGANIZATION}
        found = [one for start, ats in by_start(of_all).items() for one in await peaks_under(tx, start, ats)]
    peaks = {(one.which.group_id, one.which.limiter): one for one in found}
    requests_known = all(one.source != "legacy" for one in read.values())
    unknown = {at[1:] for at, one in of_all.items() if not any(hour >= one.start for hour in read)}
    known = {_WINDOW: bool(read)}
    lines = lines_of(groups, {}, {_WINDOW: peaks}, known, requests_known=requests_known, unknown=unknown)
    labels = labels_of(groups)
    return [gauge for line in lines for gauge in gauges_of(line, labels[line.group.id])]


def gauges_of(line: Line, label: str) -> list[Gauge]:
    """Return the values of one limiter of the group with a label.

    Without a limit, or without an hour that was read, there is no headroom.
    """
    tags = {"model_group": label, "limiter": line.limiter}
    found = [] if line.limit is None else [Gauge(LIMIT, line.limit, tags)]
    if line.peaks:
        found.append(Gauge(PEAK, line.peak.value if line.peak else 0, tags))
    if line.headroom is not None:
        found.append(Gauge(HEADROOM, line.headroom.quantize(_STEP), tags))
    return found
