"""Amounts at whose passing a channel is told, and what it was told.

An alert is begun by its unique row (threshold, period, step); its post says whether it stands.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.spend.alerts.model import WHOLE, Alert, Threshold, ThresholdPeriod
from bot.spend.model import dollars, nanos
from bot.store.session import Tx
from bot.store.tables import AlertRow, ThresholdRow
from bot.store.upsert import insert_into
from bot.words.own import own

AlertKey = tuple[str, str, int]
"""(threshold id, period key, step)."""
_TRIES = 5


async def save_threshold(tx: Tx, wanted: Threshold) -> Threshold:
    """Watch an amount and return the threshold that is watched.

    Several may stand beside each other for one channel, period and workspace. One of the same amount stays, because what it
    has said is said; it takes over the steps.
    """
    for _ in range(_TRIES):
        live = await live_threshold(tx, wanted)
        if live is not None:
            return await _with_steps(tx, live, wanted.steps)
        values = _values(wanted)
        # Somebody may save another at this moment; the unique index lets one in, and the other looks again.
        insert = insert_into(tx, ThresholdRow).values(values).on_conflict_do_nothing().returning(col(ThresholdRow.id))
        if (await tx.execute(insert)).scalar() is not None:
            return wanted
    raise RuntimeError("a threshold could not be saved because others of its kind were saved all the time")


async def live_threshold(tx: Tx, wanted: Threshold) -> Threshold | None:
    """Return what is watched for the same channel, period, workspace and amount."""
    statement = select(ThresholdRow).where(
        ThresholdRow.channel == wanted.channel,
        ThresholdRow.period == wanted.period,
        ThresholdRow.workspace_id == wanted.workspace_id,
        ThresholdRow.amount_nanos == nanos(wanted.amount),
        col(ThresholdRow.ended_at).is_(None),
    )
    row = (await tx.session.exec(statement)).first()
    return None if row is None else _threshold(row)


async def _with_steps(tx: Tx, live: Threshold, steps: tuple[int, ...]) -> Threshold:
    if live.steps != steps:
        await tx.execute(update(ThresholdRow).where(col(ThresholdRow.id) == live.id).values(steps=list(steps)))
    return replace(live, steps=steps)


def _values(threshold: Threshold) -> dict[str, Any]:
    return {
        "id": threshold.id,
        "channel": threshold.channel,
        "period": threshold.period,
        "workspace_id": threshold.workspace_id,
        "amount_nanos": nanos(threshold.amount),
        "created_by": threshold.created_by,
        "created_at": threshold.created_at,
        "steps": list(threshold.steps),
    }


async def thresholds(tx: Tx, channel: str | None = None) -> list[Threshold]:
    """Return the thresholds that are watched, of one channel or of all, oldest first."""
    statement = select(ThresholdRow).where(col(ThresholdRow.ended_at).is_(None)).order_by(col(ThresholdRow.created_at))
    if channel is not None:
        statement = statement.where(ThresholdRow.channel == channel)
    return [_threshold(row) for row in (await tx.session.exec(statement)).all()]


async def end_threshold(tx: Tx, threshold_id: str, now: datetime) -> bool:
    """Stop watching an amount; False when it wasn't watched any more."""
    statement = update(ThresholdRow).where(col(ThresholdRow.id) == threshold_id, col(ThresholdRow.ended_at).is_(None))
    return (await tx.execute(statement.values(ended_at=now))).rowcount == 1


async def threshold(tx: Tx, threshold_id: str) -> Threshold | None:
    """Return a threshold that is watched."""
    row = await tx.session.get(ThresholdRow, threshold_id)
    return None if row is None or row.ended_at is not None else _threshold(row)


async def begun_alerts(tx: Tx, keys: Sequence[AlertKey]) -> set[AlertKey]:
    """Return what was said or is being said of these thresholds in these periods, also of steps that they no longer have."""
    if not keys:
        return set()
    periods = {(threshold_id, period) for threshold_id, period, _ in keys}
    wanted = col(AlertRow.threshold_id).in_({threshold_id for threshold_id, _ in periods})
    lately = col(AlertRow.period_key).in_({period for _, period in periods})
    rows = await tx.session.exec(select(AlertRow).where(wanted, lately))
    return {(row.threshold_id, row.period_key, row.step) for row in rows if (row.threshold_id, row.period_key) in periods}


async def begin_alert(tx: Tx, threshold_id: str, period_key: str, step: int = WHOLE) -> int | None:
    """Begin to say an alert and return its id; None when it was said, or somebody is saying it."""
    values: dict[str, Any] = {"threshold_id": threshold_id, "period_key": period_key, "step": step, "said": {"lines": []}}
    insert = insert_into(tx, AlertRow).values(values).on_conflict_do_nothing().returning(col(AlertRow.id))
    return (await tx.execute(insert)).scalar()


async def alert_sent(tx: Tx, alert_id: int, now: datetime, ts: str | None, lines: Sequence[str]) -> None:
    """Mark an alert as said with these lines; `ts` None: it must not be said at all."""
    statement = update(AlertRow).where(col(AlertRow.id) == alert_id)
    await tx.execute(statement.values(sent_at=now, ts=ts, said={"lines": list(lines)}))


async def forget_alert(tx: Tx, alert_id: int) -> None:
    """Forget an alert that was begun and never said."""
    await tx.execute(delete(AlertRow).where(col(AlertRow.id) == alert_id, col(AlertRow.sent_at).is_(None)))


async def acknowledge_alert(tx: Tx, alert_id: int, slack_id: str, now: datetime) -> bool:
    """Note who looks after an alert; False when somebody does already, or there is no such alert."""
    statement = update(AlertRow).where(col(AlertRow.id) == alert_id, col(AlertRow.acknowledged_by).is_(None))
    return (await tx.execute(statement.values(acknowledged_by=slack_id, acknowledged_at=now))).rowcount == 1


async def alert_and_threshold(tx: Tx, alert_id: int) -> tuple[Alert, Threshold] | None:
    """Return one alert with its threshold."""
    statement = select(AlertRow, ThresholdRow).join(ThresholdRow).where(col(AlertRow.id) == alert_id)
    found = (await tx.session.exec(statement)).first()
    if found is None:
        return None
    row, behind = found
    alert = Alert(
        id=alert_id,
        threshold_id=row.threshold_id,
        channel=behind.channel,
        period_key=row.period_key,
        ts=row.ts,
        sent_at=row.sent_at,
        said=tuple(own(line) for line in row.said.get("lines", ())),
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        step=row.step,
    )
    return alert, _threshold(behind)


def _threshold(row: ThresholdRow) -> Threshold:
    return Threshold(
        id=row.id,
        channel=row.channel,
        period=cast("ThresholdPeriod", row.period),
        workspace_id=row.workspace_id,
        amount=dollars(row.amount_nanos),
        created_by=row.created_by,
        created_at=row.created_at,
        steps=tuple(row.steps),
    )


async def budget_of(tx: Tx, channel: str | None, workspace_ids: tuple[str, ...]) -> Decimal | None:
    """Return the largest monthly amount that a channel watches for exactly this scope, None where it watches none."""
    if channel is None or len(workspace_ids) > 1:
        return None
    wanted = workspace_ids[0] if workspace_ids else None
    found = [one.amount for one in await thresholds(tx, channel) if one.period == "monthly" and one.workspace_id == wanted]
    return max(found, default=None)
