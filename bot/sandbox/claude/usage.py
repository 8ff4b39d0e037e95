"""Cuts usage out of the streams: any span of minutes, exact to the token, computed when asked and kept by day.

A day's total is drawn from the stream's name and the day. An hour's share and a minute's share are differences of a
rising whole-number curve over that total, so minutes add up to hours, hours to days, and a day that is still open grows.
"""

import operator
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import prod

from bot.sandbox.claude.curves import HOUR_CURVES, Counters, curve_at, day_factor, slice_of
from bot.sandbox.claude.extras import extra_streams, extra_switches
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.prices import unit_prices
from bot.sandbox.claude.revisions import Revision
from bot.sandbox.claude.timeline import Stream, build_streams

DAY_MINUTES = 1440
_NOTHING = (0,) * 24

_KEPT_STREAM_DAYS = 50_000
"""How many whole days of streams are kept: all of a usual company, two months of the large one."""

State = tuple[tuple[Revision, ...], tuple[bool, ...]]
"""The revisions in force, and the switches that add streams."""
Cell = tuple[datetime, date, Stream, Counters]
"""The start of a bucket, the UTC day (its prices count), a stream, and what the stream did."""


class UsageBook:
    """The usage of one organization, by day. Reports are made in threads, hence the lock."""

    def __init__(self, organization: ClaudeOrganization) -> None:
        self._organization = organization
        self._streams: dict[tuple[bool, ...], list[Stream]] = {}
        """By the switches that add some; none is ever dropped, because reports in the making know streams by identity."""
        self._days: OrderedDict[date, list[tuple[Stream, Counters]]] = OrderedDict()
        self._state: State = ((), ())
        self._lock = threading.RLock()

    def state(self) -> State:
        """Return what the figures of past days depend on: as long as it stays the same, they do."""
        organization = self._organization
        return organization.revisions.in_force(organization.clock.now()), extra_switches(organization)

    @property
    def streams(self) -> list[Stream]:
        """Every stream, built when first asked for."""
        with self._lock:
            on = extra_switches(self._organization)
            if on not in self._streams:
                self._streams[on] = [*build_streams(self._organization), *extra_streams(self._organization)]
            return self._streams[on]

    def day(self, day: date) -> list[tuple[Stream, Counters]]:
        """Return the streams that run on a UTC day and what each would do on all of it, revisions included."""
        with self._lock:
            state = self.state()
            if state != self._state:
                self._days.clear()
                self._state = state
            if day not in self._days:
                begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
                end = begin + timedelta(days=1)
                running = [s for s in self.streams if s.start < end and (s.until is None or s.until > begin)]
                revised = [one for one in state[0] if one.day == day]
                self._days[day] = [(stream, self._whole_day(stream, day, revised)) for stream in running]
                while sum(map(len, self._days.values())) > _KEPT_STREAM_DAYS and len(self._days) > 1:
                    self._days.popitem(last=False)
            return self._days[day]

    def _whole_day(self, stream: Stream, day: date, revisions: list[Revision]) -> Counters:
        factor = day_factor(stream.seed, stream.rhythm, day, self._organization.seed_day.date())
        totals = tuple([int(value * factor) for value in stream.typical])
        of_this = [one.factor for one in revisions if one.concerns(stream.workspace_id, stream.key_id, stream.model)]
        return tuple(int(total * prod(of_this)) for total in totals) if of_this else totals

    def cells(
        self, start: datetime, end: datetime, width: timedelta | None, keep: Callable[[Stream], bool]
    ) -> Iterator[Cell]:
        """Yield the non-empty cells of `start`…`end` in buckets of `width`: 1 min, 1 h, 1 d, None for one."""
        kept: dict[int, bool] = {}
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < end:
            low, high = _minute_of(day, start), _minute_of(day, end)
            for stream, totals in self.day(day.date()):
                wanted = kept.get(id(stream))
                if wanted is None:
                    wanted = kept[id(stream)] = keep(stream)
                if wanted:
                    for first, last in self._spans(stream, day, low, high):
                        yield from _cut(stream, totals, day, first, last, width, start)
            day += timedelta(days=1)

    def _spans(self, stream: Stream, day: datetime, low: int, high: int) -> list[tuple[int, int]]:
        """Return the minutes of the day in which the stream ran: its own span, without the times its key was out of use."""
        low = max(low, _minute_of(day, stream.start))
        high = high if stream.until is None else min(high, _minute_of(day, stream.until))
        key = None if stream.key_id is None else self._organization.keys.get(stream.key_id)
        spans = [(low, high)]
        if key is not None and (key.pauses or key.expires_at is not None):
            gaps = [*key.pauses, *([] if key.expires_at is None else [(key.expires_at, None)])]
            for begin, until in gaps:
                a, b = _minute_of(day, begin), DAY_MINUTES if until is None else _minute_of(day, until)
                spans = [part for x, y in spans for part in ((x, min(y, a)), (max(x, b), y))]
        return [(a, b) for a, b in spans if a < b]


def _minute_of(day: datetime, moment: datetime) -> int:
    """Return which minute of `day` a moment is, 0 when it is before the day and 1440 when after."""
    return max(0, min(DAY_MINUTES, int((moment - day).total_seconds() // 60)))


def _cut(
    stream: Stream, totals: Counters, day: datetime, first: int, last: int, width: timedelta | None, start: datetime
) -> Iterator[Cell]:
    if width is None or width >= timedelta(days=1):
        whole = first == 0 and last == DAY_MINUTES
        counters = totals if whole else slice_of(stream.rhythm, totals, first, last)
        if any(counters):
            yield (start if width is None else day), day.date(), stream, counters
        return
    step = int(width.total_seconds() // 60)
    if step == 60 and first == 0 and last == DAY_MINUTES:
        for begins, counters in zip(_hours_of(day), _by_hour(stream.rhythm, totals), strict=True):
            if any(counters):
                yield begins, day.date(), stream, counters
        return
    before = curve_at(stream.rhythm, totals, first)
    at = first
    while at < last:
        upto = min(last, at - at % step + step)
        after = curve_at(stream.rhythm, totals, upto)
        counters = tuple(map(operator.sub, after, before))
        if any(counters):
            yield day + timedelta(minutes=at - at % step), day.date(), stream, counters
        at, before = upto, after


@lru_cache(maxsize=64)
def _hours_of(day: datetime) -> list[datetime]:
    return [day + timedelta(hours=hour) for hour in range(24)]


def _by_hour(rhythm: str, totals: Counters) -> list[Counters]:
    """Return the counters of each hour of a whole day, counter by counter: what `curve_at` says, several times faster."""
    curve = HOUR_CURVES[rhythm]
    whole = curve[-1]
    columns: list[Sequence[int]] = []
    for total in totals:
        grown = [total * low // whole for low in curve] if total else ()
        columns.append([after - before for before, after in pairwise(grown)] if total else _NOTHING)
    return list(zip(*columns, strict=True))


def cost_units(stream: Stream, day: date, counters: Counters) -> Counters:
    """Return a cell's cost at list price by component, as the counters stand, in units of 10⁻¹² cent: exactly."""
    prices = unit_prices(stream.model, day, stream.tier, stream.geo, stream.long_prompts)
    return tuple(map(operator.mul, counters, prices))
