"""Posts in the database: wanted in the transaction that causes them, claimed before they are sent or redrawn."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, null, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.posts.model import Post, Wanted
from bot.posts.statements import db as statements
from bot.store.session import Tx
from bot.store.tables import PostRow
from bot.store.upsert import insert_new

FIRST_RIGHT = timedelta(seconds=3)
"""The cause of a post works on it at once; after this long any process may."""
MOST_DUE = 500
"""Rows that one look returns at most."""
_AT_ONCE = 500
"""Posts that one statement names: databases take some ten thousand parameters, and a channel may hold more posts."""


async def want(tx: Tx, topic: str, subject: str, wanted: Sequence[Wanted], now: datetime) -> None:
    """Write down which messages should stand in Slack; one that is known already stays as it is."""
    rows = [
        {
            "topic": topic,
            "subject": subject,
            "purpose": one.purpose,
            "channel": one.channel,
            "thread_of": one.thread_of,
            "redraws": one.redraws,
            "wanted_version": 1,
            "drawn_version": 0,
            "tries": 0,
            "due_at": now + FIRST_RIGHT,
        }
        for one in wanted
    ]
    if rows:
        await tx.execute(insert_new(tx, PostRow), rows)


async def touch(tx: Tx, topic: str, subject: str, now: datetime) -> None:
    """Make every post of a subject that follows it out of date."""
    await tx.execute(statements.TOUCHED, {"of_topic": topic, "of_subject": subject, "soon": now + FIRST_RIGHT})


async def touch_posts(tx: Tx, ids: Sequence[int], now: datetime, *, redacted: bool | None = None) -> None:
    """Make posts out of date; with `redacted` also say whether they should be drawn as such from now on."""
    statement = statements.OUTDATED
    if redacted is not None:
        statement = statement.values(redacted_at=now if redacted else None)
    for start in range(0, len(ids), _AT_ONCE):
        some = statement.where(col(PostRow.id).in_(ids[start : start + _AT_ONCE]))
        await tx.execute(some, {"soon": now + FIRST_RIGHT})


async def claim(
    tx: Tx, topic: str, subject: str, token: str, now: datetime, until: datetime, *, only_due: bool = False
) -> list[Post]:
    """Take the posts of a subject that have to be sent or redrawn, and that nobody else works on; oldest first.

    They are the caller's until `until`. `only_due` leaves out those that their cause may be about to send.
    """
    given = {"of_topic": topic, "of_subject": subject, "token": token, "until": until, **statements.moments(now)}
    claimed = await tx.execute(statements.CLAIMED_IF_DUE if only_due else statements.CLAIMED, given)
    return sorted((_post(row) for row in claimed.mappings()), key=lambda post: post.id)


async def left_behind(tx: Tx, topic: str, subject: str, now: datetime) -> list[int]:
    """Return the posts of a subject that stand and whose claim is over: what its holder has sent may still arrive."""
    is_over = col(PostRow.claim).is_not(None), col(PostRow.due_at) <= now, col(PostRow.ts).is_not(None)
    found = select(PostRow.id).where(*_of(topic, subject), *is_over, col(PostRow.redraws))
    return [one for one in await tx.session.exec(found) if one is not None]


async def draw_again_at(tx: Tx, ids: Sequence[int], at: datetime) -> None:
    """Have posts that nobody works on drawn once more then."""
    again = update(PostRow).where(col(PostRow.id).in_(ids), col(PostRow.redraws), col(PostRow.claim).is_(None))
    await tx.execute(again.values(wanted_version=PostRow.wanted_version + 1, due_at=at))


async def renew(tx: Tx, held: Sequence[Post], token: str, until: datetime) -> list[Post]:
    """Hold claimed posts until then and return those that are still the caller's."""
    mine = update(PostRow).where(col(PostRow.id).in_([post.id for post in held]), col(PostRow.claim) == token)
    kept = {row[0] for row in await tx.execute(mine.values(due_at=until).returning(col(PostRow.id)))}
    return [post for post in held if post.id in kept]


async def of_subject(tx: Tx, topic: str, subject: str) -> list[Post]:
    """Return the posts about a subject, oldest first."""
    found = await tx.execute(statements.OF_SUBJECT, {"of_topic": topic, "of_subject": subject})
    return [_post(row) for row in found.mappings()]


async def told_of(tx: Tx, topic: str, subjects: Sequence[str]) -> set[str]:
    """Return those subjects about which a post is wanted or was sent."""
    found = select(PostRow.subject).where(PostRow.topic == topic, col(PostRow.subject).in_(subjects)).distinct()
    return set(await tx.session.exec(found)) if subjects else set()


async def note_sent(
    tx: Tx, post: Post, token: str, channel: str, ts: str, now: datetime, file_id: str | None = None
) -> bool | None:
    """Write down where a claimed post stands, and the file with its picture.

    None when somebody else sent one under the same claim; True when it has to be redrawn already.
    """
    stands = {"in_channel": channel, "at_ts": ts, "its_file": file_id}
    is_held = await _note(tx, post, token, statements.SENT, stands)
    if is_held is None:
        mine = update(PostRow).where(col(PostRow.id) == post.id, statements.IS_OURS).values(statements.STANDS)
        if (await tx.execute(mine, stands)).rowcount != 1:
            return None
        await _draw_again(tx, post, now)
    return bool(is_held)


async def note_drawn(
    tx: Tx, post: Post, token: str, now: datetime, *, redacted: bool | None = None, for_good: bool = False
) -> bool:
    """Write down that a claimed post shows what was wanted when it was claimed; True when more is wanted by now.

    Then the claim stays, else `redacted` says whether it stands redacted, where that is known, and `for_good` that it is
    never drawn in full again.
    """
    statement = statements.DRAWN
    if redacted is not None:
        at = case((statements.IS_NEWEST, now if redacted else null()), else_=col(PostRow.redacted_at))
        statement = statement.values(file_id=null() if redacted else PostRow.file_id, redacted_at=at)
        if redacted and for_good:
            statement = statement.values(redraws=case((statements.IS_NEWEST, False), else_=col(PostRow.redraws)))
    is_held = await _note(tx, post, token, statement)
    if is_held is None:
        await _draw_again(tx, post, now)
    return bool(is_held)


async def _note(tx: Tx, post: Post, token: str, statement: Any, given: Mapping[str, Any] | None = None) -> bool | None:
    """Write down a drawing; the claim ends, or is held where more is wanted by now. None where it was lost."""
    about = {"its_id": post.id, "token": token, "shown": post.wanted_version}
    row = (await tx.execute(statement, about | dict(given or {}))).first()
    return None if row is None else row[0] is not None


async def _draw_again(tx: Tx, post: Post, now: datetime) -> None:
    """Have a post drawn once more: where its claim was lost two may have drawn, and either drawing may be the last."""
    due_at = case((col(PostRow.claim).is_(None), now), else_=col(PostRow.due_at))
    again = update(PostRow).where(col(PostRow.id) == post.id, col(PostRow.redraws))
    await tx.execute(again.values(wanted_version=PostRow.wanted_version + 1, due_at=due_at))


async def note_failed(tx: Tx, post: Post, token: str, again_at: datetime) -> None:
    """Give a claim back: certainly nothing was sent, and it is tried again then."""
    await tx.execute(_mine(post, token).values(claim=None, due_at=again_at, tries=PostRow.tries + 1))


async def note_unknown(tx: Tx, post: Post, token: str) -> None:
    """Keep a claim until it expires: what was sent may still arrive."""
    await tx.execute(_mine(post, token).values(tries=PostRow.tries + 1))


async def give_up(tx: Tx, post: Post, token: str, now: datetime) -> bool:
    """Stop trying, because the post can't be sent or shouldn't be any more; False when it is somebody else's by now."""
    return (await tx.execute(_mine(post, token).values(claim=None, due_at=None, given_up_at=now))).rowcount == 1


async def adopt(tx: Tx, topic: str, subject: str, purpose: str, channel: str, ts: str, now: datetime) -> None:
    """Remember a message that turned out to exist: its sender died before it could be written down.

    Where a post waits for its timestamp this is it, so that no second one is sent.
    """
    waiting = (
        update(PostRow)
        .where(*_of(topic, subject), col(PostRow.purpose) == purpose, col(PostRow.channel) == channel)
        .where(col(PostRow.ts).is_(None))
        .values(posted_channel=channel, ts=ts, claim=None, due_at=now, tries=0)
    )
    if (await tx.execute(waiting)).rowcount == 1:
        return
    await _add_copy(tx, _copy(topic, subject, purpose, channel, ts) | {"redraws": True, "due_at": now})


async def adopt_copy(tx: Tx, post: Post, channel: str, ts: str, now: datetime, file_id: str | None) -> None:
    """Remember a second message that was sent for one post; what doesn't redraw is known for being redacted."""
    more = {"redraws": post.redraws, "due_at": now if post.redraws else None, "file_id": file_id}
    await _add_copy(tx, _copy(post.topic, post.subject, post.purpose, channel, ts) | more)


def _copy(topic: str, subject: str, purpose: str, channel: str, ts: str) -> dict[str, Any]:
    return {
        "topic": topic, "subject": subject, "purpose": f"{purpose}:{ts}", "channel": channel, "thread_of": None,
        "posted_channel": channel, "ts": ts, "wanted_version": 1, "drawn_version": 0, "tries": 0,
    }  # fmt: skip


async def _add_copy(tx: Tx, copy: Mapping[str, Any]) -> None:
    await tx.execute(insert_new(tx, PostRow), copy)


async def is_known(tx: Tx, channel: str, ts: str) -> bool:
    """Tell whether a message is known, for any topic."""
    return (await tx.execute(statements.AT, {"in_channel": channel, "at_ts": ts})).first() is not None


async def due(tx: Tx, now: datetime, topics: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the (topic, subject) with posts that are due, the longest waiting first; of `topics`, or of all."""
    first = select_columns(col(PostRow.topic), col(PostRow.subject)).where(statements.IS_DUE)
    if topics:
        first = first.where(col(PostRow.topic).in_(topics))
    found = await tx.execute(first.order_by(col(PostRow.due_at)).limit(MOST_DUE), statements.moments(now))
    return list(dict.fromkeys((str(row.topic), str(row.subject)) for row in found))


async def standing_in(tx: Tx, channel: str, *, redacted: bool) -> list[Post]:
    """Return the posts that stand in a channel and are redacted, or aren't, newest first."""
    is_redacted = col(PostRow.redacted_at).is_not(None)
    query = select(PostRow).where(PostRow.posted_channel == channel, is_redacted if redacted else ~is_redacted)
    return [_post(row.model_dump()) for row in await tx.session.exec(query.order_by(col(PostRow.id).desc()))]


async def channels(tx: Tx) -> list[str]:
    """Return the channels, direct messages apart, in which something may have to be redacted or restored.

    What is redacted for good, as everything in threads is, needs no look any more.
    """
    is_open = or_(col(PostRow.redacted_at).is_(None), col(PostRow.redraws))
    query = select(PostRow.posted_channel).where(
        col(PostRow.posted_channel).is_not(None), col(PostRow.posted_channel).not_like("D%"), is_open
    )
    return sorted(channel for channel in await tx.session.exec(query.distinct()) if channel)


async def forget(tx: Tx, topic: str, subject: str) -> None:
    """Drop the posts about a subject, so that the next occasion is told again."""
    await tx.execute(delete(PostRow).where(*_of(topic, subject)))


async def forget_post(tx: Tx, post: Post) -> None:
    """Drop one post, so that it may be wanted again."""
    await tx.execute(delete(PostRow).where(col(PostRow.id) == post.id))


async def are_claims_ahead(tx: Tx, now: datetime, lasts: Mapping[str, timedelta]) -> bool:
    """Tell whether a claim ends later than one that is made now may; `lasts` says by topic how long one holds."""
    ahead = or_(*(_is_ahead(topic, now, span) for topic, span in lasts.items()))
    return bool(lasts) and (await tx.session.exec(select(PostRow.id).where(ahead).limit(1))).first() is not None


async def bound_claims(tx: Tx, now: datetime, lasts: Mapping[str, timedelta]) -> None:
    """Let claims from before the clock was set back end once the time for which they were made has passed from now.

    They aren't free at once: who made one may be sending, and what is sent twice stands twice.
    """
    for topic, span in lasts.items():
        await tx.execute(update(PostRow).where(_is_ahead(topic, now, span)).values(due_at=now + span))


def _is_ahead(topic: str, now: datetime, span: timedelta) -> Any:
    """Tell whether a claim ends too late; the clocks of two processes may differ by as much as a claim lasts."""
    return and_(col(PostRow.topic) == topic, col(PostRow.claim).is_not(None), col(PostRow.due_at) > now + 2 * span)


def _mine(post: Post, token: str) -> Any:
    return update(PostRow).where(col(PostRow.id) == post.id, col(PostRow.claim) == token)


def _of(topic: str, subject: str) -> Iterable[Any]:
    return (col(PostRow.topic) == topic, col(PostRow.subject) == subject)


def _post(row: Mapping[Any, Any]) -> Post:
    return Post(
        **{name: row[name] for name in Post.model_fields if not name.startswith("is_")},
        is_redacted=row["redacted_at"] is not None,
        is_given_up=row["given_up_at"] is not None,
    )
