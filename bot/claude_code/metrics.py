"""Claude Code's daily report as metrics: by terminal or model alone, because people never have a label.

Their prefix isn't that of Claude Code's own telemetry, to whose live figures dashboards would add those of the days.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from bot.claude_code import db
from bot.claude_code.build import as_of
from bot.claude_code.db import Key
from bot.claude_code.model import MODEL, TERMINAL, Use
from bot.runtime import Runtime
from bot.spend.exports.metrics.db import FIRST_TOLD_FOR, epoch, is_whole, raise_peaks
from bot.spend.model import dollars
from bot.telemetry import names as are
from bot.telemetry.model import OTHER, Family, Labels, Metric, Part, Value, largest

MOST_TERMINALS = MOST_MODELS = 20
_BY_TERMINAL: Mapping[Metric, str] = {
    are.CODE_SESSIONS: "sessions",
    are.CODE_COMMITS: "commits",
    are.CODE_PULL_REQUESTS: "pull_requests",
    are.CODE_ADDED: "lines_added",
    are.CODE_REMOVED: "lines_removed",
    are.CODE_ACCEPTS: "accepted",
    are.CODE_REJECTS: "rejected",
}
_BY_MODEL: Mapping[Metric, str] = {are.CODE_COST: "nanos"}
_EVERY = (*_BY_TERMINAL, *_BY_MODEL)
Counted = dict[tuple[str, Labels], int]


class CodeMetrics:
    """The report's counters, read again once a day of it was read again."""

    def __init__(self) -> None:
        self._read: tuple[object, Part] | None = None
        self._again_at: datetime | None = None

    async def __call__(self, rt: Runtime, now: datetime) -> Part:
        """Return the counters since the epoch. None where no day was read."""
        today = now.astimezone(UTC).date()
        async with rt.store.read() as tx:
            stamp = (today, await db.last_read(tx))
        waits = self._again_at is None or self._again_at - FIRST_TOLD_FOR <= now < self._again_at
        if self._read is None or self._read[0] != stamp or not waits:
            part, is_whole = await _load(rt, today, now)
            self._read, self._again_at = (stamp, part), None if is_whole else now + FIRST_TOLD_FOR
        return self._read[1]


async def _load(rt: Runtime, today: date, now: datetime) -> tuple[Part, bool]:
    async with rt.store.write() as tx:
        since = await epoch(tx, now)
    async with rt.store.read() as tx:
        known = await db.read_days(tx, since, today)
        terminals = await db.uses(tx, since, today, TERMINAL)
        models = await db.uses(tx, since, today, MODEL)
    if not known:
        return Part(()), True
    counted = code_counts(terminals, models)
    async with rt.store.write() as tx:
        told = await raise_peaks(tx, counted, [one.name for one in _EVERY])
    values = dict[str, dict[Labels, Value]]()
    for (name, labels), value in told.items():
        values.setdefault(name, {})[labels] = dollars(value) if name == are.CODE_COST.name else value
    families = [Family(one, values.get(one.name, {})) for one in _EVERY]
    return Part(families, {"claude_code": as_of(known, since, today)}), is_whole(counted, told)


def code_counts(terminals: Mapping[Key, Use], models: Mapping[Key, Use]) -> Counted:
    """Return what was counted by terminal, and nano-dollars by model. What isn't among the largest is `other`."""
    found = Counted()
    for counts, uses, most in ((_BY_TERMINAL, terminals, MOST_TERMINALS), (_BY_MODEL, models, MOST_MODELS)):
        size = "nanos" if counts is _BY_MODEL else "sessions"
        shown = largest({str(key[0]): getattr(use, size) for key, use in uses.items()}, most)
        for key, use in uses.items():
            label = (str(key[0]) or "none") if str(key[0]) in shown else OTHER
            for metric, count in counts.items():
                at = (metric.name, (label,))
                found[at] = found.get(at, 0) + getattr(use, count)
    return found
