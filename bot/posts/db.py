"""Which messages were sent about a request, so that each is sent once and all of them are redrawn."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import or_, update
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import RequestRow, SentMessageRow
from bot.store.upsert import insert_into

RETAKE_AFTER = timedelta(minutes=2)
"""A claim whose message never got a timestamp is taken again after this long: its process died in between."""


GIVE_UP_AFTER = timedelta(days=1)
"""What Slack refused for that long after a request closed (its reader left, its channel is gone) is not tried again."""
_CHUNK, _COVERED = 500, -1


class SentMessage(BaseModel):
    """A message about a request; `drawn_version` is the request's version that it shows."""

    model_config = ConfigDict(frozen=True)

    id: int
    request_id: str
    purpose: str
    channel: str
    posted_channel: str | None
    ts: str | None
    drawn_version: int

    @property
    def is_covered(self) -> bool:
        """Whether a reply in a thread was covered for good."""
        return self.drawn_version == _COVERED


async def claim(tx: Tx, request_id: str, purpose: str, channel: str, now: datetime) -> int | None:
    """Take the right to send one message; None when it was sent, or is being sent, by somebody else."""
    values = {"request_id": request_id, "purpose": purpose, "channel": channel, "claimed_at": now, "drawn_version": 0}
    statement = insert_into(tx, SentMessageRow).values(values).on_conflict_do_nothing().returning(col(SentMessageRow.id))
    row_id: int | None = (await tx.execute(statement)).scalar()
    if row_id is not None:
        return row_id
    retake = (
        update(SentMessageRow)
        .where(col(SentMessageRow.request_id) == request_id, col(SentMessageRow.purpose) == purpose)
        .where(col(SentMessageRow.channel) == channel, col(SentMessageRow.ts).is_(None))
        .where(col(SentMessageRow.claimed_at) < now - RETAKE_AFTER)
        .values(claimed_at=now)
        .returning(col(SentMessageRow.id))
    )
    return (await tx.execute(retake)).scalar()


async def release(tx: Tx, message_id: int) -> None:
    """Give a claim back at once, because Slack certainly did not take the message."""
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    statement = update(SentMessageRow).where(col(SentMessageRow.id) == message_id, col(SentMessageRow.ts).is_(None))
    await tx.execute(statement.values(claimed_at=long_ago))


async def record(tx: Tx, message_id: int, channel: str, ts: str, version: int) -> bool:
    """Remember where a claimed message went and what it showed; False when somebody else sent one under the same claim."""
    statement = (
        update(SentMessageRow)
        .where(col(SentMessageRow.id) == message_id)
        .where(or_(col(SentMessageRow.ts).is_(None), col(SentMessageRow.ts) == ts))
    )
    return (await tx.execute(statement.values(posted_channel=channel, ts=ts, drawn_version=version))).rowcount == 1


async def drawn(tx: Tx, message_id: int, version: int) -> bool:
    """Remember that a message now shows this version; False when a later one was drawn meanwhile, perhaps over it."""
    statement = update(SentMessageRow).where(col(SentMessageRow.id) == message_id)
    done = await tx.execute(statement.where(col(SentMessageRow.drawn_version) < version).values(drawn_version=version))
    return done.rowcount == 1


async def adopt(tx: Tx, request_id: str, purpose: str, channel: str, ts: str, now: datetime) -> None:
    """Remember a message that turned out to exist: its sender died before it could be written down.

    Where a claim waits for its timestamp this is the message it was made for, so that no second one is sent.
    """
    claimed = (
        update(SentMessageRow)
        .where(col(SentMessageRow.request_id) == request_id, col(SentMessageRow.purpose) == purpose)
        .where(col(SentMessageRow.channel) == channel, col(SentMessageRow.ts).is_(None))
        .values(posted_channel=channel, ts=ts)
    )
    if (await tx.execute(claimed)).rowcount == 1:
        return
    values = {
        "request_id": request_id, "purpose": f"{purpose}:{ts}", "channel": channel, "posted_channel": channel,
        "ts": ts, "claimed_at": now, "drawn_version": 0,
    }  # fmt: skip
    await tx.execute(insert_into(tx, SentMessageRow).values(values).on_conflict_do_nothing())


async def of_request(tx: Tx, request_id: str) -> list[SentMessage]:
    """Return the messages about a request, oldest first."""
    query = select(SentMessageRow).where(SentMessageRow.request_id == request_id).order_by(col(SentMessageRow.id))
    return [SentMessage.model_validate(row.model_dump()) for row in await tx.session.exec(query)]


async def lagging(tx: Tx, now: datetime, limit: int = 200) -> list[str]:
    """Return the ids of requests with a message that shows an older version than the row has, newest first.

    Given up a day after the request closed, but for those that were marked since.
    """
    query = (
        select(RequestRow.id, RequestRow.created_at)
        .join(SentMessageRow, col(SentMessageRow.request_id) == col(RequestRow.id))
        .where(col(SentMessageRow.ts).is_not(None), col(SentMessageRow.drawn_version) < col(RequestRow.version))
        .where(~col(SentMessageRow.purpose).startswith("line:"))
        .where(
            or_(
                col(RequestRow.closed_at).is_(None),
                col(RequestRow.closed_at) > now - GIVE_UP_AFTER,
                col(RequestRow.ends_at) > now - GIVE_UP_AFTER,
                col(SentMessageRow.drawn_version) == 0,
            )
        )
        .distinct()
        .order_by(col(RequestRow.created_at).desc())
        .limit(limit)
    )
    return [request_id for request_id, _ in await tx.session.exec(query)]


async def unsent(tx: Tx, now: datetime, limit: int = 200) -> list[str]:
    """Return the ids of requests with a message that was claimed and never sent; given up a day after the request closed."""
    query = (
        select(RequestRow.id)
        .join(SentMessageRow, col(SentMessageRow.request_id) == col(RequestRow.id))
        .where(col(SentMessageRow.ts).is_(None), col(SentMessageRow.claimed_at) < now - RETAKE_AFTER)
        .where(or_(col(RequestRow.closed_at).is_(None), col(RequestRow.closed_at) > now - GIVE_UP_AFTER))
        .distinct()
        .limit(limit)
    )
    return list(await tx.session.exec(query))


async def without_card(tx: Tx, limit: int = 200) -> list[str]:
    """Return the ids of pending requests whose card was never posted."""
    posted = (
        select(SentMessageRow.request_id)
        .where(col(SentMessageRow.request_id) == col(RequestRow.id))
        .where(SentMessageRow.purpose == "card", col(SentMessageRow.ts).is_not(None))
    )
    query = select(RequestRow.id).where(RequestRow.status == "pending", ~posted.exists()).limit(limit)
    return list(await tx.session.exec(query))


async def mark_undrawn(tx: Tx, message_ids: Sequence[int]) -> None:
    """Make messages count as out of date."""
    for start in range(0, len(message_ids), _CHUNK):
        some = message_ids[start : start + _CHUNK]
        await tx.execute(update(SentMessageRow).where(col(SentMessageRow.id).in_(some)).values(drawn_version=0))


async def mark_covered(tx: Tx, message_ids: Sequence[int]) -> None:
    """Remember that replies in a thread were covered for good."""
    await tx.execute(update(SentMessageRow).where(col(SentMessageRow.id).in_(message_ids)).values(drawn_version=_COVERED))


async def in_channel(tx: Tx, channel: str, purpose: str) -> list[SentMessage]:
    """Return the messages of a purpose that stand in a channel, newest first."""
    query = (
        select(SentMessageRow)
        .where(SentMessageRow.posted_channel == channel, col(SentMessageRow.purpose).startswith(purpose))
        .order_by(col(SentMessageRow.id).desc())
    )
    return [SentMessage.model_validate(row.model_dump()) for row in await tx.session.exec(query)]


async def channels_with(tx: Tx, purpose: str) -> list[str]:
    """Return the channels in which messages of a purpose stand."""
    query = select(SentMessageRow.posted_channel).where(col(SentMessageRow.purpose).startswith(purpose)).distinct()
    return sorted(channel for channel in await tx.session.exec(query) if channel)


async def is_known(tx: Tx, channel: str, ts: str) -> bool:
    """Tell whether a message was written down, about whatever request."""
    query = select(SentMessageRow.id).where(SentMessageRow.posted_channel == channel, SentMessageRow.ts == ts).limit(1)
    return (await tx.session.exec(query)).first() is not None
