"""What metrics remember in the database: since when they count, and the highest value that each counter was told with."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.spend.exports.metrics.families import COUNTERS, DEFAULT, NO_MODEL, Count, Shown
from bot.store.notes import note, write_note
from bot.store.session import Tx
from bot.store.tables import LedgerDayRow, MetricPeakRow
from bot.store.upsert import insert_into
from bot.telemetry.model import OTHER

_EPOCH = "metrics_epoch"
FIRST_TOLD_FOR = timedelta(minutes=1)
"""For how long a new series is told as 0."""

Stamp = tuple[datetime | None, datetime | None]
"""When days and their parts were last written; figures are the same as long as it is."""


async def stamp(tx: Tx) -> Stamp:
    """Return when the ledger was last written."""
    newest = select_columns(func.max(LedgerDayRow.synced_at), func.max(LedgerDayRow.parts_at))
    row = tuple((await tx.execute(newest)).one())
    return row[0], row[1]


async def epoch(tx: Tx, now: datetime) -> date:
    """Return the day since which counters count: the first of the month in which that was first asked."""
    if found := await note(tx, _EPOCH):
        return date.fromisoformat(found[0]["day"])
    first = now.date().replace(day=1)
    await write_note(tx, _EPOCH, {"day": first.isoformat()}, now)
    return first


async def told_before(tx: Tx) -> Shown:
    """Return the ids of the workspaces and models that counters were told of."""
    found = await tx.execute(
        select_columns(col(MetricPeakRow.labels)).where(col(MetricPeakRow.name).in_(COUNTERS)).distinct()
    )
    labels: list[list[str]] = [json.loads(row[0]) for row in found]
    workspaces, models = ({each[at] for each in labels} - {OTHER} for at in (0, 1))
    return Shown(
        frozenset("" if one == DEFAULT else one for one in workspaces),
        frozenset("" if one == NO_MODEL else one for one in models),
    )


async def raise_peaks(tx: Tx, counted: Mapping[Count, int], names: Collection[str]) -> dict[Count, int]:
    """Return each counter as it is told, which is the highest value that it ever had, and remember those that rose.

    `names` are those of all counters that are counted here. A series that is new is told as 0 at first, because the growth
    of a counter is only seen from its first value on.
    """
    columns = (col(MetricPeakRow.name), col(MetricPeakRow.labels), col(MetricPeakRow.value))
    found = await tx.execute(select_columns(*columns).where(col(MetricPeakRow.name).in_(names)))
    rows: list[tuple[str, str, int]] = [tuple(row) for row in found.all()]
    known: dict[Count, int] = {(name, tuple(json.loads(labels))): value for name, labels, value in rows}
    begun = _begun(known)
    # What all others are told as takes over what those had that lose their own label, which is no growth.
    counted = {
        key: 0 if key not in known and key[0] in begun and OTHER not in key[1] else value for key, value in counted.items()
    }
    rose = {key: value for key, value in counted.items() if key not in known or value > known[key]}
    raised = [{"name": name, "labels": json.dumps(labels), "value": value} for (name, labels), value in rose.items()]
    if raised:
        statement = insert_into(tx, MetricPeakRow)
        changed = {"value": statement.excluded["value"]}
        higher = changed["value"] > col(MetricPeakRow.value)
        await tx.execute(
            statement.on_conflict_do_update(index_elements=["name", "labels"], set_=changed, where=higher), raised
        )
    return {key: max(value, known.get(key, value)) for key, value in counted.items()}


def _begun(known: Collection[Count]) -> set[str]:
    """Return the counters of which a series that wasn't told yet is new.

    Where small ones are told as one, it may have been among those, and had its growth there.
    """
    return {name for name, _ in known} - {name for name, labels in known if OTHER in labels}


def is_whole(counted: Mapping[Count, int], told: Mapping[Count, int]) -> bool:
    """Tell whether counters are told with all that was counted, and none waits at 0."""
    return all(value <= told[key] for key, value in counted.items())
