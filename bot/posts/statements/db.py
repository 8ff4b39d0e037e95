"""Statements about posts that each click runs, made once: making one takes several times as long as running it."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, bindparam, case, null, or_, select, update
from sqlmodel import col

from bot.posts.tries import CLOCKS_DIFFER, LONGEST_PAUSE, OFTEN, TRIED_AGAIN_AFTER
from bot.store.tables import PostRow
from bot.store.types import UTCTime

_ROW: Any = PostRow
_COLUMNS = _ROW.__table__.c
_IS_FREE = col(PostRow.claim).is_(None)
_OF = (col(PostRow.topic) == bindparam("of_topic"), col(PostRow.subject) == bindparam("of_subject"))
OF_SUBJECT = select(*_COLUMNS).where(*_OF).order_by(col(PostRow.id))
AT = select(col(PostRow.id)).where(
    col(PostRow.posted_channel) == bindparam("in_channel"), col(PostRow.ts) == bindparam("at_ts")
)

OUTDATED = update(PostRow).values(
    wanted_version=PostRow.wanted_version + 1,
    due_at=case((_IS_FREE, bindparam("soon", type_=UTCTime)), else_=col(PostRow.due_at)),
    tries=0,
    given_up_at=None,
)
TOUCHED = OUTDATED.where(*_OF, col(PostRow.redraws))

# A pause that ends too late was written before the clock was set back.
_ENDS_TOO_LATE = or_(
    col(PostRow.due_at) > bindparam("latest"),
    and_(col(PostRow.tries) <= OFTEN, col(PostRow.due_at) > bindparam("latest_at_first")),
)
IS_DUE = or_(col(PostRow.due_at) <= bindparam("now"), and_(_IS_FREE, _ENDS_TOO_LATE))
_MAY_BE_TAKEN = or_(IS_DUE, col(PostRow.claim) == bindparam("token"))
_TAKEN = (
    cast("Any", update(PostRow))
    .where(*_OF, col(PostRow.due_at).is_not(None))
    .values(claim=bindparam("token"), due_at=bindparam("until"))
    .returning(*_COLUMNS)
)
CLAIMED_IF_DUE = _TAKEN.where(_MAY_BE_TAKEN)
# A first try that nobody has begun is taken early; after a failure the pause is kept.
CLAIMED = _TAKEN.where(or_(_MAY_BE_TAKEN, _IS_FREE & (col(PostRow.tries) == 0)))

IS_NEWEST = col(PostRow.wanted_version) <= bindparam("shown")
IS_OURS = or_(col(PostRow.ts).is_(None), col(PostRow.ts) == bindparam("at_ts"))
STANDS: dict[str, Any] = {
    "posted_channel": bindparam("in_channel"),
    "ts": bindparam("at_ts"),
    "file_id": bindparam("its_file"),
}
DRAWN = (
    cast("Any", update(PostRow))
    .where(col(PostRow.id) == bindparam("its_id"), col(PostRow.claim) == bindparam("token"))
    .values(drawn_version=bindparam("shown"), tries=0)
    .values(
        claim=case((IS_NEWEST, null()), else_=col(PostRow.claim)),
        due_at=case((IS_NEWEST, null()), else_=col(PostRow.due_at)),
    )
    .returning(col(PostRow.claim))
)
SENT = DRAWN.where(IS_OURS).values(STANDS)


def moments(now: datetime) -> dict[str, datetime]:
    """Return what `IS_DUE` is given."""
    latest = now + CLOCKS_DIFFER
    return {"now": now, "latest": latest + LONGEST_PAUSE, "latest_at_first": latest + TRIED_AGAIN_AFTER}
