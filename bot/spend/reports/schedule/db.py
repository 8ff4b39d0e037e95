"""Which channels get which reports, and which reports were sent.

A report is begun by its unique row (subscription, days); its post says what stands of it. A channel has one subscription at
most to a report (by a tag); one that ended is taken up again, so that the same days are never said twice.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.spend.reports.schedule.model import Cadence, ReportRun, ReportSubscription
from bot.store.session import Tx
from bot.store.tables import ReportRunRow, ReportSubscriptionRow
from bot.store.upsert import insert_into

RunKey = tuple[str, date, date]
"""(subscription id, first day, last day)."""


async def save(tx: Tx, wanted: ReportSubscription) -> ReportSubscription:
    """Subscribe a channel to a report, or change the subscription that it has."""
    values: dict[str, Any] = {
        "id": wanted.id,
        "channel": wanted.channel,
        "report": wanted.report,
        "tag": wanted.tag,
        "cadence": wanted.cadence,
        "local_time": wanted.local_time,
        "tz": wanted.tz,
        "created_by": wanted.created_by,
        "created_at": wanted.created_at,
        "first_day": wanted.first_day,
        "muted_until": None,
        "ended_at": None,
    }
    changed = {name: value for name, value in values.items() if name not in ("id", "channel", "report", "tag", "created_at")}
    insert = insert_into(tx, ReportSubscriptionRow).values(values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["channel", "report", "tag"], set_=changed))
    found = await of_channel(tx, wanted.channel, wanted.report, wanted.tag)
    assert found is not None  # noqa: S101 - saved just now
    return found


async def subscriptions(tx: Tx, channel: str | None = None) -> list[ReportSubscription]:
    """Return every subscription that hasn't ended, the muted ones too; of one channel or of all, in a fixed order."""
    table = ReportSubscriptionRow
    statement = select(table).where(col(table.ended_at).is_(None))
    if channel is not None:
        statement = statement.where(table.channel == channel)
    statement = statement.order_by(col(table.channel), col(table.report), col(table.tag))
    found = await tx.session.exec(statement, execution_options={"populate_existing": True})
    return [_subscription(row) for row in found.all()]


async def of_channel(tx: Tx, channel: str, report: str, tag: str) -> ReportSubscription | None:
    """Return a channel's subscription to a report by a tag, None where it has none."""
    found = await subscriptions(tx, channel)
    return next((one for one in found if (one.report, one.tag) == (report, tag)), None)


async def subscription(tx: Tx, subscription_id: str) -> ReportSubscription | None:
    """Return a subscription that hasn't ended."""
    row = await tx.session.get(ReportSubscriptionRow, subscription_id)
    return None if row is None or row.ended_at is not None else _subscription(row)


async def creator_of(tx: Tx, subscription_id: str) -> str | None:
    """Return the Slack id of the person who set up a subscription, ended or not."""
    row = await tx.session.get(ReportSubscriptionRow, subscription_id)
    return None if row is None else row.created_by


async def end(tx: Tx, subscription_id: str, now: datetime) -> bool:
    """Stop a report; False when it had ended already."""
    return (await tx.execute(_live(subscription_id).values(ended_at=now))).rowcount == 1


async def mute(tx: Tx, subscription_id: str, until: datetime) -> bool:
    """Keep a report quiet until then; False when it is already, or has ended."""
    is_news = col(ReportSubscriptionRow.muted_until).is_distinct_from(until)
    return (await tx.execute(_live(subscription_id).where(is_news).values(muted_until=until))).rowcount == 1


def _live(subscription_id: str) -> Any:
    table = ReportSubscriptionRow
    return update(table).where(col(table.id) == subscription_id, col(table.ended_at).is_(None))


async def begun(tx: Tx, keys: Sequence[RunKey]) -> set[RunKey]:
    """Return those reports that somebody has begun."""
    if not keys:
        return set()
    statement = select(ReportRunRow).where(col(ReportRunRow.last).in_({last for *_, last in keys}))
    return {(row.subscription_id, row.first, row.last) for row in await tx.session.exec(statement)} & set(keys)


async def begin(tx: Tx, wanted: ReportSubscription, first: date, last: date) -> int | None:
    """Begin a report and return its run's id; None when somebody else has."""
    values = {
        "subscription_id": wanted.id,
        "channel": wanted.channel,
        "report": wanted.report,
        "tag": wanted.tag,
        "first": first,
        "last": last,
    }
    insert = insert_into(tx, ReportRunRow).values(values).on_conflict_do_nothing().returning(col(ReportRunRow.id))
    return (await tx.execute(insert)).scalar()


async def run(tx: Tx, run_id: int) -> ReportRun | None:
    """Return one report."""
    row = await tx.session.get(ReportRunRow, run_id)
    return None if row is None else _run(row)


async def sent(tx: Tx, run_id: int, now: datetime, ts: str | None, *, is_final: bool = True) -> None:
    """Mark a report as sent; `ts` None: it must not be sent at all."""
    values = {"sent_at": now, "ts": ts, "settled_at": now if is_final else None}
    await tx.execute(update(ReportRunRow).where(col(ReportRunRow.id) == run_id).values(**values))


async def unsettled(tx: Tx) -> list[ReportRun]:
    """Return the reports that say that their figures may change."""
    table = ReportRunRow
    waits = col(table.ts).is_not(None), col(table.settled_at).is_(None)
    return [_run(row) for row in await tx.session.exec(select(table).where(*waits).order_by(col(table.id)))]


async def settle(tx: Tx, run_id: int, now: datetime) -> bool:
    """Mark a report as made of final figures; False when somebody else has."""
    mine = col(ReportRunRow.id) == run_id, col(ReportRunRow.settled_at).is_(None)
    return (await tx.execute(update(ReportRunRow).where(*mine).values(settled_at=now))).rowcount == 1


async def forget(tx: Tx, run_id: int) -> None:
    """Forget a report that was begun and never sent."""
    await tx.execute(delete(ReportRunRow).where(col(ReportRunRow.id) == run_id, col(ReportRunRow.sent_at).is_(None)))


def _subscription(row: ReportSubscriptionRow) -> ReportSubscription:
    return ReportSubscription(
        id=row.id,
        channel=row.channel,
        report=row.report,
        tag=row.tag,
        cadence=cast("Cadence", row.cadence),
        local_time=row.local_time,
        tz=row.tz,
        created_by=row.created_by,
        created_at=row.created_at,
        first_day=row.first_day,
        muted_until=row.muted_until,
    )


def _run(row: ReportRunRow) -> ReportRun:
    return ReportRun(
        id=row.id or 0,
        subscription_id=row.subscription_id,
        channel=row.channel,
        report=row.report,
        tag=row.tag,
        first=row.first,
        last=row.last,
        sent_at=row.sent_at,
        ts=row.ts,
        settled_at=row.settled_at,
    )
