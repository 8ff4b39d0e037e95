"""Timers in the database: set and cleared with what causes them, claimed by a guarded update."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, func, null, or_, update
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import TimerRow
from bot.store.upsert import insert_for
from bot.timers.model import Timer, TimerTopic

LONGEST = timedelta(minutes=30)
"""No pause after a failure, or between looks that come often, is longer: a later moment is of a clock that ran ahead."""
MOST_DUE = 500
"""Rows that one look returns at most."""


_OTHERS = delete(TimerRow).where(
    col(TimerRow.topic) == bindparam("of_topic"),
    col(TimerRow.subject) == bindparam("of_subject"),
    col(TimerRow.what).not_in(bindparam("wanted", expanding=True)),
)
_OF_SUBJECT = select(TimerRow.what).where(
    col(TimerRow.topic) == bindparam("of_topic"), col(TimerRow.subject) == bindparam("of_subject")
)


@cache
def _set(dialect: str) -> Any:
    statement = insert_for(dialect, TimerRow)
    changed = {"due_at": statement.excluded["due_at"], "tries": 0, "claim": null(), "claimed_until": null()}
    return statement.on_conflict_do_update(index_elements=["topic", "subject", "what"], set_=changed)


async def set_timers(tx: Tx, topic: str, subject: str, wanted: Mapping[str, datetime]) -> None:
    """Make these the timers of a subject. Those that aren't wanted any more are cleared."""
    await tx.execute(_OTHERS, {"of_topic": topic, "of_subject": subject, "wanted": list(wanted)})
    await add_timers(tx, topic, subject, wanted)


async def add_timers(tx: Tx, topic: str, subject: str, wanted: Mapping[str, datetime]) -> None:
    """Set these timers of a subject; its others stay."""
    rows: list[dict[str, Any]] = [
        {"topic": topic, "subject": subject, "what": what, "due_at": due_at, "tries": 0} for what, due_at in wanted.items()
    ]
    if rows:
        await tx.execute(_set(tx.dialect), rows)


async def set_first(tx: Tx, topic: str, subject: str, what: str, due_at: datetime) -> None:
    """Make this the timer of a subject that has none. One that it has stays."""
    found = await tx.execute(_OF_SUBJECT, {"of_topic": topic, "of_subject": subject})
    if found.first() is None:
        await add_timers(tx, topic, subject, {what: due_at})


async def clear(tx: Tx, topic: str, subject: str, what: str) -> bool:
    """Clear a timer, claimed or not; False where it isn't there any more. Of several that do so at once, one gets True."""
    return (await tx.execute(delete(TimerRow).where(*_named(topic, subject, what)))).rowcount == 1


async def is_set(tx: Tx, timer: Timer) -> bool:
    """Tell whether a timer is still there, claimed or not."""
    return await has(tx, timer.topic, timer.subject, timer.what)


async def has(tx: Tx, topic: str, subject: str, what: str) -> bool:
    """Tell whether a subject has this timer, claimed or not."""
    found = select(TimerRow.what).where(*_named(topic, subject, what))
    return (await tx.session.exec(found)).first() is not None


async def due(tx: Tx, now: datetime, topics: Mapping[str, TimerTopic]) -> list[Timer]:
    """Return the timers of these topics that are due and that nobody works on: of each sort one, the longest waiting first,
    then of each the second, and so on.

    There may be more: the caller asks again, and those that fail are due later, so that none starves.
    """
    topic, due_at = col(TimerRow.topic), col(TimerRow.due_at)
    sort = case((topic.in_([name for name, one in topics.items() if one.has_sorts]), col(TimerRow.what)), else_="")
    number = func.row_number().over(partition_by=[topic, sort], order_by=due_at)
    query = select(TimerRow).where(_is_due(now, topics), topic.in_(topics)).order_by(number, due_at)
    return [_timer(row) for row in await tx.session.exec(query.limit(MOST_DUE))]


async def claim(tx: Tx, timer: Timer, token: str, now: datetime, until: datetime) -> Timer | None:
    """Take a timer that was found due until then; None when somebody else has it, or it was set again since."""
    as_found = *_key(timer), _is_free(now), col(TimerRow.due_at) == timer.due_at, col(TimerRow.tries) == timer.tries
    claimed = await tx.execute(update(TimerRow).where(*as_found).values(claim=token, claimed_until=until))
    return timer if claimed.rowcount == 1 else None


async def are_claims_ahead(tx: Tx, now: datetime, lasts: timedelta) -> bool:
    """Tell whether a claim ends later than one that is made now may: the clock was set back since it was made."""
    query = select(TimerRow.subject).where(_is_ahead(now, lasts)).limit(1)
    return (await tx.session.exec(query)).first() is not None


async def bound_claims(tx: Tx, now: datetime, lasts: timedelta) -> None:
    """Let claims from before the clock was set back end once `lasts` have passed from now.

    They aren't free at once: who made one may be at work, and has the whole time for which it was made.
    """
    await tx.execute(update(TimerRow).where(_is_ahead(now, lasts)).values(claimed_until=now + lasts))


async def finish(tx: Tx, timer: Timer, token: str) -> None:
    """Clear a timer that is done, unless it was set again meanwhile."""
    await tx.execute(delete(TimerRow).where(*_key(timer), col(TimerRow.claim) == token))


async def again(tx: Tx, timer: Timer, token: str, at: datetime, *, failed: bool) -> None:
    """Let a timer be due again then, unless it was set again meanwhile."""
    mine = update(TimerRow).where(*_key(timer), col(TimerRow.claim) == token)
    tries = TimerRow.tries + 1 if failed else 0
    await tx.execute(mine.values(due_at=at, tries=tries, claim=None, claimed_until=None))


def _is_due(now: datetime, topics: Mapping[str, TimerTopic]) -> Any:
    """Tell whether a timer is due and nobody works on it."""
    due_at = col(TimerRow.due_at)
    often = [and_(col(TimerRow.topic) == name, col(TimerRow.what).in_(one.often)) for name, one in topics.items()]
    is_ahead = and_(or_(col(TimerRow.tries) > 0, *often), due_at > now + LONGEST)
    return and_(_is_free(now), or_(due_at <= now, is_ahead))


def _is_free(now: datetime) -> Any:
    until = col(TimerRow.claimed_until)
    return or_(until.is_(None), until <= now)


def _is_ahead(now: datetime, lasts: timedelta) -> Any:
    """Tell whether a claim ends too late. The clocks of two processes may differ by as much as a claim lasts."""
    return col(TimerRow.claimed_until) > now + 2 * lasts


def _key(timer: Timer) -> tuple[Any, ...]:
    return _named(timer.topic, timer.subject, timer.what)


def _named(topic: str, subject: str, what: str) -> tuple[Any, ...]:
    return col(TimerRow.topic) == topic, col(TimerRow.subject) == subject, col(TimerRow.what) == what


def _timer(row: TimerRow) -> Timer:
    return Timer(topic=row.topic, subject=row.subject, what=row.what, due_at=row.due_at, tries=row.tries)
