"""What is said of a digest: the message itself, its breakdown in the thread, and corrections when its day is revised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.posts import db as posts
from bot.posts import undeliverable
from bot.posts.charts import charts_refused
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.charts import chart_block
from bot.slack.model import Message
from bot.spend.digests import db
from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.model import Correction, DigestRun, Subscription
from bot.spend.digests.schedule import due
from bot.spend.digests.view import breakdowns_of, digest_chart, render_correction, render_digest, render_thread
from bot.spend.model import Digest
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.words.wording import weekday_day

TOPIC = "digest"
DIGEST, PART, CORRECTION = "digest", "part", "correction"
THREAD_UNTIL = timedelta(hours=6)
"""After so long the breakdown that Slack didn't take isn't worth a message any more."""


def digest_of(channel: str) -> Wanted:
    """Return the digest itself. What it says of an unfinished day is drawn again once that is closed."""
    return Wanted(DIGEST, channel)


def parts_of(digest: Digest, channel: str) -> list[Wanted]:
    """Return the digest's breakdown, a message for each dimension in its thread."""
    return [
        Wanted(f"{PART}:{name}", channel, thread_of=DIGEST) for name in (one.dimension.name for one in breakdowns_of(digest))
    ]


def correction_of(number: int, channel: str) -> Wanted:
    """Return a correction in the digest's thread."""
    return Wanted(f"{CORRECTION}:{number}", channel, thread_of=DIGEST, redraws=False)


@dataclass(frozen=True)
class _Told:
    """One digest as its messages tell it; `is_stopped` when its channel gets no digest any more.

    `has_native_charts`: Slack draws charts itself, so that one can be drawn again.
    """

    rt: Runtime
    run: DigestRun
    subscription: Subscription
    digest: Digest
    corrections: Mapping[int, Correction]
    is_stopped: bool
    has_native_charts: bool

    def content(self, post: Post) -> Content | None:
        """Return what a message says; None for one whose time is over, or that has nothing to say."""
        if self.is_stopped:
            return None
        what, _, which = post.purpose.partition(":")
        now = self.rt.now()
        if what == DIGEST:
            if post.ts:
                return Content(self._draw_again)
            return Content(self._draw, digest_chart(self.digest)) if self._is_in_time(now) else None
        if what == PART:
            return self._part(which, now, is_there=bool(post.ts))
        found = self.corrections.get(int(which))
        if found is None:
            return None
        return plain(render_correction(found.old, found.new, weekday_day(self.run.day), scope=self.digest.scope))

    def _draw(self, chart: dict[str, object] | None) -> Message:
        return render_digest(self.digest, self.run.id, chart)

    def _draw_again(self, _chart: object) -> Message:
        spec = digest_chart(self.digest) if self.has_native_charts else None
        return self._draw(chart_block(spec) if spec else None)

    def _is_in_time(self, now: datetime) -> bool:
        """Tell whether the digest of this day is still the one that the channel should get."""
        wanted = due(self.subscription, now)
        return wanted is not None and wanted.day == self.run.day

    def _is_muted(self) -> bool:
        until = self.subscription.muted_until
        return until is not None and self.rt.now() < until

    def _part(self, dimension: str, now: datetime, *, is_there: bool) -> Content | None:
        since = self.run.settled_at or self.run.sent_at
        if not is_there and (since is None or now - since >= THREAD_UNTIL):
            return None
        return next((plain(message) for name, message in render_thread(self.digest, self.run.id) if name == dimension), None)

    async def sent(self, tx: Tx, post: Post, ts: str) -> None:
        """Note what was said, and want what follows from it."""
        what, _, which = post.purpose.partition(":")
        now, run = self.rt.now(), self.run
        if what == CORRECTION:
            await db.correction_sent(tx, run.id, int(which), now)
        if what != DIGEST:
            return
        is_settled = self.digest.closed or self.digest.nothing_until is not None
        await db.digest_sent(tx, run.id, now, ts, self.digest.total, closed=is_settled)
        tx.audit(now, BOT_ACTOR, AuditAction.DIGEST_SENT, self.subscription.id, channel=run.channel, day=run.day.isoformat())
        await posts.forget(tx, undeliverable.TOPIC, run.channel)
        if self.digest.total is not None:
            await posts.want(tx, TOPIC, post.subject, parts_of(self.digest, run.channel), now)

    async def dropped(self, tx: Tx, post: Post) -> None:
        """Forget a digest or a correction that was never said, so that another one may be begun in its place."""
        what, _, which = post.purpose.partition(":")
        if what == DIGEST:
            await db.forget_run(tx, self.run.id)
            if not self.is_stopped and not self._is_muted() and not self._is_in_time(tx.now):
                named = f"the digest of {weekday_day(self.run.day)}"
                await undeliverable.want_missed(tx, self.run.channel, self.subscription.created_by, named)
        if what == CORRECTION:
            await db.forget_correction(tx, self.run.id, int(which))
        if what != PART:
            await posts.forget_post(tx, post)


class DigestTopic(Notices):
    """The topic of digests. Its subject is a run's id."""

    name = TOPIC
    retake_after = timedelta(minutes=10)

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Build the digest from the ledger as it is now."""
        async with rt.store.read() as tx:
            run = await db.digest_run(tx, int(subject))
            subscription = await db.subscription_behind(tx, run) if run else None
            corrections = await db.corrections(tx, int(subject))
            is_stopped = run is not None and await db.subscription(tx, run.subscription_id) is None
        if run is None or subscription is None:
            return None
        digest = build_digest(await digest_input(rt, subscription, run.day))
        has_charts = not await charts_refused(rt, rt.now())
        told = _Told(rt, run, subscription, digest, {one.number: one for one in corrections}, is_stopped, has_charts)
        return Drawing(told.content, told.sent, told.dropped, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Let it pass; for a whole digest, tell the subscriber once."""
        what, _, which = post.purpose.partition(":")
        async with rt.store.read() as tx:
            run = await db.digest_run(tx, int(post.subject))
            subscription = await db.subscription_behind(tx, run) if run else None
        told = await undeliverable.whom_to_tell(rt, subscription.created_by) if what == DIGEST and subscription else []
        async with rt.store.write() as tx:
            if what == DIGEST:
                await db.digest_sent(tx, int(post.subject), rt.now(), None, None)
                await undeliverable.want_told(tx, post.channel, told)
            if what == CORRECTION:
                await db.correction_sent(tx, int(post.subject), int(which), rt.now())
        if told:
            await undeliverable.tell_undeliverable(rt, post.channel)
        return True
