"""Yesterday in one look: what it cost, against the same weekday before, who moved it, and how the month stands. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.spend.aggregate import breakdown, days_between, series, sum_by, total_of
from bot.spend.dimensions import DIMENSIONS, KEY, MODEL, UNREPORTED, WORKSPACE, Dimension
from bot.spend.ledger.sources import are_comparable
from bot.spend.model import ZERO, Breakdown, Cell, Digest, Driver, LedgerDay, MonthOver, Slice
from bot.spend.unlisted import Unlisted

CHART_DAYS = 14
WEEK = timedelta(days=7)
MOVERS = 3
SMALLEST_MOVE = Decimal(1)
NOTABLE = (Decimal(10), Decimal("0.1"))
"""A workspace is worth a warning when it is up by this much and by this share of the day (platform.md B2)."""
QUIET = (Decimal(5), Decimal("0.02"))


@dataclass(frozen=True)
class Keys:
    """The largest keys of a day and of its week before (None: nothing to compare with), and what isn't listed of others.

    `behind` and `behind_before` are the cells, in full detail, of those keys that may have pushed the day up.
    """

    listed: Sequence[Cell]
    before: Sequence[Cell] | None
    unlisted: Unlisted | None
    behind: Sequence[Cell] = ()
    behind_before: Sequence[Cell] = ()


@dataclass(frozen=True)
class DigestInput:
    """Everything that a digest is made of.

    `cells` are the day's, `week_ago` those of seven days before, in full detail, or without keys where the largest `keys`
    are all that is told of them; `week` are the days between by model, of the key that pushed the day up, `recent` the
    chart's by workspace, `month` the sum since the first; `month_over` is there where a month has just ended.
    """

    day: date
    known: Mapping[date, LedgerDay]
    cells: Sequence[Cell]
    week_ago: Sequence[Cell]
    week: Sequence[Cell]
    recent: Sequence[Cell]
    month: Decimal
    names: Mapping[str, str]
    budget: Decimal | None = None
    scope: tuple[str, ...] = ()
    nothing_until: datetime | None = None
    month_over: MonthOver | None = None
    keys: Keys | None = None


def build_digest(given: DigestInput, dimensions: Sequence[Dimension] = DIMENSIONS) -> Digest:
    """Return the digest of a day. Without data for the day, it says so and nothing else."""
    fact = given.known.get(given.day)
    if fact is None:
        return Digest(given.day, None, None, None, given.budget, False, None, given.scope, nothing_until=given.nothing_until)
    compared = given.week_ago if _is_final(given, given.day - WEEK) else None
    breakdowns = tuple(_breakdown(one, given, compared) for one in dimensions)
    total = total_of(given.cells)
    last_week = None if compared is None else total_of(compared)
    # Of a day that isn't closed only a rise is certain; what looks like a fall may not have been reported yet.
    movers = find_movers(_breakdown(WORKSPACE, given, compared)) if fact.closed else ()
    driver = _driver(given, compared, total)
    month_days = days_between(given.day.replace(day=1), given.day)
    digest = Digest(
        day=given.day,
        total=total,
        last_week=last_week,
        month=given.month,
        budget=given.budget,
        closed=fact.closed,
        as_of=fact.refreshed_at,
        scope=given.scope,
        movers=movers,
        driver=driver,
        series=series(WORKSPACE, chart_days(given.day), given.known, given.recent, given.names),
        breakdowns=breakdowns,
        month_missing=sum(day not in given.known for day in month_days),
        open_days=tuple(day for day in sorted({*month_days, *chart_days(given.day)}) if _is_open(given, day)),
        month_over=given.month_over,
        sources=frozenset({fact.source}),
    )
    return digest if not _is_quiet(digest) else _quietened(digest)


def _is_final(given: DigestInput, day: date) -> bool:
    """Tell whether a day can be compared with: hours of a day would read as a rise."""
    return day in given.known and given.known[day].closed


def _is_open(given: DigestInput, day: date) -> bool:
    return day in given.known and not given.known[day].closed


def _breakdown(dimension: Dimension, given: DigestInput, compared: Sequence[Cell] | None) -> Breakdown:
    """Return the day by one dimension, without the week before where its report can't split by it and the other can."""
    alike = are_comparable(dimension, given.known, (given.day - WEEK, given.day))
    if dimension is KEY and given.keys is not None:
        found = breakdown(KEY, given.keys.listed, given.keys.before, given.names)
        return replace(found, unlisted=given.keys.unlisted)
    return breakdown(dimension, given.cells, compared if alike else None, given.names)


def _driver(given: DigestInput, compared: Sequence[Cell] | None, total: Decimal) -> Driver | None:
    """Return the workspace that is up most, if that is notable, with the key behind it and the models it moved between.

    Without the key where one report tells of keys and the other doesn't.
    """
    pushing = None if compared is None else most_up(given.cells, compared, total)
    if compared is None or pushing is None:
        return None
    keys = given.keys
    cells, before = (given.cells, compared) if keys is None else (keys.behind, keys.behind_before)
    driver = explain(*pushing, cells, before, given.week, given.names)
    if not are_comparable(KEY, given.known, (given.day - WEEK, given.day)):
        return Driver(driver.workspace, None, driver.change)
    alike_since = are_comparable(KEY, given.known, days_between(given.day - WEEK, given.day))
    return driver if alike_since else replace(driver, moved_on=None)


def chart_days(day: date) -> list[date]:
    """Return the two weeks that end with a day."""
    return days_between(day - timedelta(days=CHART_DAYS - 1), day)


def find_movers(workspaces: Breakdown) -> tuple[Slice, ...]:
    """Return the parts that changed most in dollars, up or down, largest change first."""
    moved = [part for part in workspaces.slices if abs(part.change or ZERO) >= SMALLEST_MOVE]
    moved.sort(key=lambda part: (-abs(part.change or ZERO), part.name))
    return tuple(moved[:MOVERS])


def most_up(cells: Sequence[Cell], before: Sequence[Cell], total: Decimal) -> tuple[str, Decimal] | None:
    """Return the workspace that is up most, and by how much, if that is notable."""
    change_by = _changes(sum_by(cells, WORKSPACE), sum_by(before, WORKSPACE))
    if not change_by:
        return None
    workspace_id = max(change_by, key=lambda one: change_by[one])
    change = change_by[workspace_id]
    return None if change < max(NOTABLE[0], NOTABLE[1] * total) else (workspace_id, change)


def key_behind(
    workspace_id: str, change: Decimal, cells: Sequence[Cell], before: Sequence[Cell]
) -> tuple[str, Decimal] | None:
    """Return the key that carries at least half of a workspace's change, and its own change."""
    change_by = _changes(
        sum_by((cell for cell in cells if cell.of(WORKSPACE) == workspace_id), KEY),
        sum_by((cell for cell in before if cell.of(WORKSPACE) == workspace_id), KEY),
    )
    key_id = max(change_by, key=lambda one: change_by[one], default=None)
    if not key_id or key_id == UNREPORTED or change_by[key_id] * 2 < change:
        return None
    return key_id, change_by[key_id]


def explain(
    workspace_id: str,
    change: Decimal,
    cells: Sequence[Cell],
    before: Sequence[Cell],
    week: Sequence[Cell],
    names: Mapping[str, str],
) -> Driver:
    """Return which key of a workspace carries at least half of its change, and whether that key changed its model."""
    workspace = WORKSPACE.label(workspace_id, names)
    behind = key_behind(workspace_id, change, cells, before)
    if behind is None:
        return Driver(workspace, None, change)
    key_id, key_change = behind
    now, then = [
        sum_by((one for one in side if one.of(WORKSPACE) == workspace_id and one.of(KEY) == key_id), MODEL)
        for side in (cells, before)
    ]
    switch, key = model_switch(now, then), KEY.label(key_id, names)
    if switch is None:
        return Driver(workspace, key, change, key_change)
    old, new = switch
    moved_on = first_day_on(new, [cell for cell in week if cell.of(KEY) == key_id])
    return Driver(workspace, key, change, key_change, MODEL.label(old, names), MODEL.label(new, names), moved_on)


def first_day_on(model: str, cells: Sequence[Cell]) -> date | None:
    """Return the day since which a model has carried most of the spend of `cells`, None when it doesn't any more."""
    since: date | None = None
    for day in sorted({cell.day for cell in cells}):
        of_day = sum_by((cell for cell in cells if cell.day == day), MODEL)
        leads = of_day.get(model, ZERO) * 2 >= sum(of_day.values(), ZERO)
        since = (since or day) if leads else None
    return since


def model_switch(now: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> tuple[str, str] | None:
    """Return (old, new) when most of the spend is on a model that had little of it before, else None."""
    total, total_before = sum(now.values(), ZERO), sum(before.values(), ZERO)
    if total <= 0 or total_before <= 0:
        return None
    new = max(now, key=lambda model: now[model])
    old = max(before, key=lambda model: before[model])
    mostly_new = now[new] * 2 >= total
    little_before = before.get(new, ZERO) * 4 < total_before
    return (old, new) if MODEL.label(new, {}) != MODEL.label(old, {}) and mostly_new and little_before else None


def _changes(now: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {one: now.get(one, ZERO) - before.get(one, ZERO) for one in {**now, **before}}


def _is_quiet(digest: Digest) -> bool:
    """Tell whether a closed day was so much like its weekday before that one line says it all."""
    if digest.total is None or not digest.closed or digest.driver is not None:
        return False
    if digest.total == 0:
        return not digest.last_week
    limit = max(QUIET[0], QUIET[1] * digest.total)
    before = digest.last_week or ZERO
    small = abs(digest.total - before) < QUIET[1] * before
    return small and all(abs(mover.change or ZERO) < limit for mover in digest.movers)


def _quietened(digest: Digest) -> Digest:
    return Digest(
        day=digest.day,
        total=digest.total,
        last_week=digest.last_week,
        month=digest.month,
        budget=digest.budget,
        closed=digest.closed,
        as_of=digest.as_of,
        scope=digest.scope,
        breakdowns=digest.breakdowns,
        month_missing=digest.month_missing,
        open_days=digest.open_days,
        month_over=digest.month_over,
        is_quiet=True,
        sources=digest.sources,
    )
