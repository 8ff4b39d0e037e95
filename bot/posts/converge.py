"""Making Slack show what it should: what is missing is sent, what is older is redrawn, each by one process at a time.

The cause of a post calls `converge` right after the commit; the job of each minute calls it for what was left behind.
Every duty is a row before the first call goes out, and every drawing reads everything again.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from bot.posts import db
from bot.posts.claim import Claim
from bot.posts.looked import Looked
from bot.posts.model import Result, Topic
from bot.runtime import Runtime

_MOST_ROUNDS = 20


def topic_of(rt: Runtime, name: str) -> Topic:
    """Return a topic of the running bot by its name."""
    return cast("Mapping[str, Topic]", rt.topics)[name]


async def converge(rt: Runtime, topic: str, subject: str, *, only_due: bool = False, looked: Looked | None = None) -> bool:
    """Send and redraw what a subject's posts want. What fails outside is logged and tried again later.

    Tells whether all that this call could take was done. `looked` spares asking about a channel once more.
    """
    with rt.meter.spans.span("post", request=subject, topic=topic):
        return await _converge(rt, topic, subject, only_due=only_due, looked=looked)


async def _converge(rt: Runtime, topic: str, subject: str, *, only_due: bool, looked: Looked | None) -> bool:
    claim = Claim(rt, topic_of(rt, topic), subject, secrets.token_hex(8), looked=looked)
    left = set[int]()
    is_done = await _rounds(rt, claim, left, only_due=only_due)
    if left:
        async with rt.store.write() as tx:
            await db.draw_again_at(tx, sorted(left), rt.now() + claim.topic.retake_after)
    return is_done


async def _rounds(rt: Runtime, claim: Claim, left: set[int], *, only_due: bool) -> bool:
    """Work off the posts; `left` gets those that somebody else was at, whose drawing may come behind this one."""
    topic, subject = claim.topic.name, claim.subject
    for _ in range(_MOST_ROUNDS):
        async with rt.store.write() as tx:
            now = rt.now()
            until = now + claim.topic.retake_after
            left.update(await db.left_behind(tx, topic, subject, now) if only_due else ())
            held = await db.claim(tx, topic, subject, claim.token, now, until, only_due=only_due)
            known = await db.of_subject(tx, topic, subject) if held else []
        result = await claim.work(held, known, now) if held else Result.DONE
        if result is not Result.MORE:
            return result is Result.DONE
    return False


async def due(rt: Runtime, now: datetime) -> list[tuple[str, str]]:
    """Return the topics and subjects of which a post is due. A topic of another version is left to that one."""
    lasts = {name: topic.retake_after for name, topic in cast("Mapping[str, Topic]", rt.topics).items()}
    async with rt.store.read() as tx:
        found = await db.due(tx, now, list(lasts))
        is_clock_back = await db.are_claims_ahead(tx, now, lasts)
    if is_clock_back:
        async with rt.store.write() as tx:
            await db.bound_claims(tx, now, lasts)
    return found


async def repair(rt: Runtime, key: tuple[str, str], _now: datetime) -> None:
    """Finish what a dead process, a silent Slack or an unreachable API left behind of one subject's posts."""
    await converge(rt, *key, only_due=True)
