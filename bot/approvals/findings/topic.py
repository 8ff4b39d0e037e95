"""What is said of findings, and the look whether one is put right; one call each, ever more rarely."""

from datetime import datetime, timedelta

from bot.approvals import db as requests
from bot.approvals.cards.plan import TOPIC as REQUEST
from bot.approvals.cards.topic import refresh
from bot.approvals.findings import db
from bot.approvals.findings.model import Finding, Settled
from bot.approvals.findings.view import render_finding, render_settled
from bot.approvals.kind import all_kinds, find_kind, undo_of
from bot.approvals.lookups import db as lookups
from bot.errors import UpstreamMissing
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.timers.model import Timer, TimerTopic

SOON, LATER = timedelta(minutes=1), timedelta(minutes=30)
"""How long until the next look: in the first hour, and after it."""


class FindingTopic(Notices):
    """The topic of findings. Its subject is a finding's id. All go to people."""

    name = db.TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the finding."""
        async with rt.store.read() as tx:
            finding = await db.load(tx, subject)
            request = await requests.load(tx, finding.request_id) if finding else None
        if finding is None or request is None:
            return None
        undo = undo_of(all_kinds(rt), find_kind(rt, request.kind))

        def content(post: Post) -> Content | None:
            if post.meant_for == db.SETTLED:
                return plain(render_settled(finding)) if finding.settled_at else None
            return plain(render_finding(finding, undo)) if post.ts or not finding.settled_at else None

        return Drawing(content, is_over=finding.settled_at is not None)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Give up telling somebody whom Slack doesn't let the bot write to. The status names the finding."""
        return True


async def _look(rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
    async with rt.store.read() as tx:
        finding = await db.load(tx, timer.subject)
    if finding is None or finding.settled_at:
        return None
    await converge(rt, db.TOPIC, finding.id)
    how, now = await _how_settled(rt, finding), rt.now()
    if how is None:
        return now + (SOON if now - finding.found_at < timedelta(hours=1) else LATER)
    async with rt.store.write() as tx:
        if await db.settle(tx, finding, how, now):
            await posts.touch(tx, REQUEST, finding.request_id, now)
    await converge(rt, db.TOPIC, finding.id)
    await refresh(rt, finding.request_id)
    return None


async def _how_settled(rt: Runtime, finding: Finding) -> Settled | None:
    """Return how a finding was put right, None while its thing is there and is nobody's: what is disabled can be enabled."""
    async with rt.store.read() as tx:
        request = await requests.load(tx, finding.request_id)
        owner = await lookups.maker_of(tx, request.kind, finding.thing_id) if request else None
    if owner:
        return "adopted"
    try:
        key = await rt.admin.background().api_key(finding.thing_id)
    except UpstreamMissing:
        return "gone"
    match key.status:
        case "archived" | "expired":
            return key.status
        case _:
            return None


FINDINGS = TimerTopic(db.TOPIC, _look)
