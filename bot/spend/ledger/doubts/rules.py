"""When a reading isn't believed at once: a day's figures fell, to nothing or by much, and no second reading said so yet.

Amounts are integer nano-dollars by scope: the whole day, and each workspace. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.spend.model import LedgerDay

WHOLE = "*"
"""The scope of the whole day; no id of a workspace is like it."""
DOUBTED_FALL = 20
"""Percent; see the setting of this name."""
READ_AGAIN_AFTER = timedelta(minutes=30)
"""A second reading sooner than this may be the same odd answer."""
_SMALL = 1_000_000_000
"""A workspace's fall below a dollar a day isn't waited for while the day as a whole doesn't fall."""
Sums = Mapping[str, int]


@dataclass(frozen=True)
class Doubt:
    """A day of which a reading said much less than the ledger; `seen` are the scopes that fell, and to which amount."""

    day: date
    since: datetime
    seen: Sums

    def may_be_settled(self, now: datetime) -> bool:
        """Tell whether a reading now counts as a second one; a first one of a clock that ran ahead keeps nothing waiting."""
        return abs(now - self.since) >= READ_AGAIN_AFTER


def sums_of(parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the amounts by scope of (workspace, amount) pairs."""
    sums = {WHOLE: 0}
    for workspace, amount in parts:
        sums[workspace] = sums.get(workspace, 0) + amount
        sums[WHOLE] += amount
    return sums


def fallen(old: Sums, new: Sums, percent: int) -> dict[str, int]:
    """Return the scopes whose amount fell to nothing, or by so many percent, with what they fell to.

    What was nothing, or below it because of credits, can't fall by a share.
    """
    return {
        scope: now
        for scope, before in old.items()
        if (now := new.get(scope, 0)) < before
        and before > (0 if scope == WHOLE else _SMALL)
        and (now == 0 or _is_fall(before, now, percent))
    }


def is_confirmed(doubt: Doubt | None, new: LedgerDay, fell: Sums, percent: int) -> bool:
    """Tell whether a reading is the second one, and says what the first one said. An open day may have grown meanwhile."""
    if doubt is None or not doubt.may_be_settled(new.synced_at):
        return False
    return all(scope in doubt.seen and _agree(doubt.seen[scope], now, percent, new.closed) for scope, now in fell.items())


def _agree(first: int, second: int, percent: int, closed: bool) -> bool:
    if first == second or (not closed and second > first >= 0):
        return True
    return min(first, second) > 0 and not _is_fall(max(first, second), min(first, second), percent)


def _is_fall(before: int, now: int, percent: int) -> bool:
    return (before - now) * 100 >= before * percent
