"""Who gets the daily digest, and which digests and corrections were sent.

A digest is begun by its unique row (subscription, day); its posts say what stands of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.spend.digests.model import Correction, DigestRun, Subscription
from bot.spend.model import dollars, nanos
from bot.store.session import Tx
from bot.store.tables import CorrectionRow, DigestRunRow, RevisionRow, SubscriptionRow
from bot.store.upsert import insert_into

_REVISED_DAYS = 35
_STANDING = (
    select(DigestRunRow)
    .join(SubscriptionRow)
    .where(col(DigestRunRow.ts).is_not(None), col(SubscriptionRow.ended_at).is_(None))
)


async def save_subscription(tx: Tx, wanted: Subscription) -> Subscription:
    """Subscribe a channel, or change the subscription that it has. A channel has one at most."""
    values = {
        "id": wanted.id,
        "channel": wanted.channel,
        "local_time": wanted.local_time,
        "tz": wanted.tz,
        "workspace_ids": list(wanted.workspace_ids),
        "created_by": wanted.created_by,
        "created_at": wanted.created_at,
        "first_day": wanted.first_day,
    }
    # Two people may start it at the same moment; the second one changes what the first one has made.
    await tx.execute(insert_into(tx, SubscriptionRow).values(values).on_conflict_do_nothing())
    # Read again, because the session may hold the row from before somebody else changed it.
    statement = select(SubscriptionRow).where(SubscriptionRow.channel == wanted.channel)
    row = (await tx.session.exec(statement, execution_options={"populate_existing": True})).one()
    row.local_time, row.tz, row.workspace_ids = wanted.local_time, wanted.tz, list(wanted.workspace_ids)
    row.created_by, row.first_day = wanted.created_by, wanted.first_day
    row.muted_until = row.ended_at = None
    tx.session.add(row)
    await tx.session.flush()
    return _subscription(row)


async def subscriptions(tx: Tx) -> list[Subscription]:
    """Return every subscription that hasn't ended, the muted ones too."""
    found = await tx.session.exec(select(SubscriptionRow).where(col(SubscriptionRow.ended_at).is_(None)))
    return [_subscription(row) for row in found.all()]


async def subscription_of(tx: Tx, channel: str) -> Subscription | None:
    """Return a channel's subscription, None when it has none."""
    statement = select(SubscriptionRow).where(SubscriptionRow.channel == channel, col(SubscriptionRow.ended_at).is_(None))
    row = (await tx.session.exec(statement)).first()
    return None if row is None else _subscription(row)


async def end_subscription(tx: Tx, channel: str, now: datetime) -> bool:
    """Stop a channel's digest; False when there was none to stop."""
    statement = update(SubscriptionRow).where(
        col(SubscriptionRow.channel) == channel, col(SubscriptionRow.ended_at).is_(None)
    )
    return (await tx.execute(statement.values(ended_at=now))).rowcount == 1


async def mute_subscription(tx: Tx, channel: str, until: datetime | None) -> bool:
    """Keep a channel's digest quiet until then (None: speak again); False when it is already, or there is none."""
    statement = update(SubscriptionRow).where(
        col(SubscriptionRow.channel) == channel,
        col(SubscriptionRow.ended_at).is_(None),
        col(SubscriptionRow.muted_until).is_distinct_from(until),
    )
    return (await tx.execute(statement.values(muted_until=until))).rowcount == 1


async def subscription(tx: Tx, subscription_id: str) -> Subscription | None:
    """Return a subscription that hasn't ended."""
    row = await tx.session.get(SubscriptionRow, subscription_id)
    return None if row is None or row.ended_at is not None else _subscription(row)


async def begun_runs(tx: Tx, wanted: Sequence[tuple[str, date]]) -> set[tuple[str, date]]:
    """Return those (subscription id, day) whose digest somebody has begun."""
    if not wanted:
        return set()
    statement = select(DigestRunRow).where(col(DigestRunRow.day).in_({day for _, day in wanted}))
    return {(row.subscription_id, row.day) for row in await tx.session.exec(statement)} & set(wanted)


async def begin_run(tx: Tx, subscription: Subscription, day: date) -> int | None:
    """Begin a digest and return its run's id; None when somebody else has."""
    what = {"channel": subscription.channel, "workspace_ids": list(subscription.workspace_ids)}
    values = {"subscription_id": subscription.id, "day": day, **what}
    insert = insert_into(tx, DigestRunRow).values(values).on_conflict_do_nothing().returning(col(DigestRunRow.id))
    return (await tx.execute(insert)).scalar()


async def digest_sent(
    tx: Tx, run_id: int, now: datetime, ts: str | None, total: Decimal | None, *, closed: bool = True
) -> None:
    """Mark a digest as sent (`ts` None: it must not be sent at all), with the total that it named."""
    statement = update(DigestRunRow).where(col(DigestRunRow.id) == run_id)
    amount = None if total is None else nanos(total)
    await tx.execute(statement.values(sent_at=now, ts=ts, total_nanos=amount, settled_at=now if closed else None))


async def settle_run(tx: Tx, run_id: int, now: datetime, said: Decimal | None) -> bool:
    """Mark a digest as made of figures of a closed day, with the total that it names; False when somebody else has."""
    open_run = (col(DigestRunRow.id) == run_id, col(DigestRunRow.settled_at).is_(None))
    amount = None if said is None else nanos(said)
    return (await tx.execute(update(DigestRunRow).where(*open_run).values(settled_at=now, total_nanos=amount))).rowcount == 1


async def forget_run(tx: Tx, run_id: int) -> None:
    """Forget a digest that was begun and never sent."""
    await tx.execute(delete(DigestRunRow).where(col(DigestRunRow.id) == run_id, col(DigestRunRow.sent_at).is_(None)))


async def sent_digests(tx: Tx, since: date) -> list[DigestRun]:
    """Return the digests that stand in a channel which still gets them, of days from `since` on."""
    return [_run(row) for row in await tx.session.exec(_STANDING.where(col(DigestRunRow.day) >= since))]


async def correctable_digests(tx: Tx, since: date, revised_since: datetime) -> list[DigestRun]:
    """Return the digests that stand, of days from `since` on, and older ones that weren't final or were revised lately.

    Of what was revised before `since`, the newest days: a source that tells years anew would correct years of digests.
    """
    day, revised, lately = col(DigestRunRow.day), col(RevisionRow.day), col(RevisionRow.at) >= revised_since
    newest = select_columns(revised).where(lately, revised < since).distinct().order_by(revised.desc()).limit(_REVISED_DAYS)
    wanted = _STANDING.where(or_(day >= since, col(DigestRunRow.settled_at).is_(None), day.in_(newest)))
    return [_run(row) for row in await tx.session.exec(wanted)]


async def digest_run(tx: Tx, run_id: int) -> DigestRun | None:
    """Return one digest."""
    row = await tx.session.get(DigestRunRow, run_id)
    return None if row is None else _run(row)


async def subscription_behind(tx: Tx, run: DigestRun) -> Subscription | None:
    """Return the subscription of a digest, ended or not, for the workspaces that the digest was about."""
    row = await tx.session.get(SubscriptionRow, run.subscription_id)
    return None if row is None else replace(_subscription(row), workspace_ids=run.workspace_ids)


async def begin_correction(tx: Tx, run: DigestRun, new: Decimal) -> int | None:
    """Begin to say in a digest's thread that its total is `new`, and return the correction's number; None: somebody does.

    Corrections are numbered; the next can be begun only when the one before has been sent, and only by somebody who knows
    what it said.
    """
    statement = select(CorrectionRow).where(CorrectionRow.digest_run_id == run.id).order_by(col(CorrectionRow.number).desc())
    last = (await tx.session.exec(statement.limit(1))).first()
    old = None if run.said is None else nanos(run.said)
    # Looked up after the last correction, because that one and what it said are written together: a reader who sees it
    # sent, but holds the total from before it, would say the same again under the next number.
    said = await tx.execute(select_columns(col(DigestRunRow.total_nanos)).where(col(DigestRunRow.id) == run.id))
    if said.scalar() != old or (last is not None and last.sent_at is None):
        return None
    number = 1 if last is None else last.number + 1
    values = {"digest_run_id": run.id, "number": number, "old_nanos": old, "new_nanos": nanos(new)}
    insert = insert_into(tx, CorrectionRow).values(values).on_conflict_do_nothing().returning(col(CorrectionRow.number))
    return (await tx.execute(insert)).scalar()


async def corrections(tx: Tx, run_id: int) -> list[Correction]:
    """Return the corrections of a digest, sent or not."""
    found = await tx.session.exec(select(CorrectionRow).where(CorrectionRow.digest_run_id == run_id))
    return [
        Correction(row.number, None if row.old_nanos is None else dollars(row.old_nanos), dollars(row.new_nanos))
        for row in found
    ]


async def correction_sent(tx: Tx, run_id: int, number: int, now: datetime) -> None:
    """Mark a correction as sent; from now on its total is what the digest has said."""
    mine = (col(CorrectionRow.digest_run_id) == run_id, col(CorrectionRow.number) == number)
    sent = update(CorrectionRow).where(*mine).values(sent_at=now).returning(col(CorrectionRow.new_nanos))
    total = (await tx.execute(sent)).scalar()
    await tx.execute(update(DigestRunRow).where(col(DigestRunRow.id) == run_id).values(total_nanos=total))


async def forget_correction(tx: Tx, run_id: int, number: int) -> None:
    """Forget a correction that was begun and never sent."""
    mine = (col(CorrectionRow.digest_run_id) == run_id, col(CorrectionRow.number) == number)
    await tx.execute(delete(CorrectionRow).where(*mine, col(CorrectionRow.sent_at).is_(None)))


def _subscription(row: SubscriptionRow) -> Subscription:
    return Subscription(
        id=row.id,
        channel=row.channel,
        local_time=row.local_time,
        tz=row.tz,
        workspace_ids=tuple(row.workspace_ids),
        created_by=row.created_by,
        created_at=row.created_at,
        first_day=row.first_day,
        muted_until=row.muted_until,
    )


def _run(row: DigestRunRow) -> DigestRun:
    said = None if row.total_nanos is None else dollars(row.total_nanos)
    return DigestRun(
        id=row.id or 0,
        subscription_id=row.subscription_id,
        day=row.day,
        channel=row.channel,
        sent_at=row.sent_at,
        ts=row.ts,
        said=said,
        workspace_ids=tuple(row.workspace_ids),
        settled_at=row.settled_at,
    )
