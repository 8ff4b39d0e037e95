"""What is said of a scheduled report: the report itself, from the ledger as it is when it is sent."""

from dataclasses import dataclass
from datetime import timedelta

from bot.posts import db as posts
from bot.posts import undeliverable
from bot.posts.charts import charts_refused
from bot.posts.model import Content, Drawing, Post, Wanted
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.charts import chart_block
from bot.slack.model import Message
from bot.spend.phrases import days_in_words
from bot.spend.reports.ask import report
from bot.spend.reports.model import Built, Times
from bot.spend.reports.schedule import db
from bot.spend.reports.schedule.model import ReportRun, ReportSubscription
from bot.spend.reports.schedule.view import render_scheduled, report_in_words
from bot.spend.reports.schedule.when import report_due
from bot.spend.scope import EVERYTHING
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

TOPIC = "report"
REPORT = "report"


def post_of(channel: str) -> Wanted:
    """Return the report. One of days that aren't closed is drawn again once they are."""
    return Wanted(REPORT, channel)


@dataclass(frozen=True)
class _Told:
    """One report as it is told; `subscription` is None when its channel gets it no more.

    `has_native_charts`: Slack draws charts itself, so that one can be drawn again.
    """

    rt: Runtime
    run: ReportRun
    subscription: ReportSubscription | None
    created_by: str
    built: Built
    times: Times
    has_native_charts: bool

    def content(self, post: Post) -> Content | None:
        """Return the report; None for one whose time is over, or that was ended."""
        if post.ts:
            return Content(self._draw_again)
        return Content(self._draw, self.built.chart) if self._is_in_time() else None

    def _draw(self, chart: dict[str, object] | None) -> Message:
        return render_scheduled(self.built, self.times, self.run, chart)

    def _draw_again(self, _chart: object) -> Message:
        spec = self.built.chart if self.has_native_charts else None
        return self._draw(chart_block(spec) if spec else None)

    def _is_in_time(self) -> bool:
        """Tell whether the report of these days is still the one that the channel should get."""
        due = report_due(self.subscription, self.rt.now()) if self.subscription else None
        return due is not None and (due.first, due.last) == (self.run.first, self.run.last)

    def _is_muted(self) -> bool:
        until = self.subscription.muted_until if self.subscription else None
        return until is not None and self.rt.now() < until

    async def sent(self, tx: Tx, _post: Post, ts: str) -> None:
        """Note that it was said."""
        run, now = self.run, self.rt.now()
        is_final = not self.times.open_days and not self.times.missing
        await db.sent(tx, run.id, now, ts, is_final=is_final)
        detail = {"channel": run.channel, "report": run.report, "first": run.first.isoformat(), "last": run.last.isoformat()}
        tx.audit(now, BOT_ACTOR, AuditAction.REPORT_SENT, run.subscription_id, **detail)
        await posts.forget(tx, undeliverable.TOPIC, run.channel)

    async def dropped(self, tx: Tx, post: Post) -> None:
        """Forget a report that was never said; the person who set it up hears where its time has passed."""
        await db.forget(tx, self.run.id)
        if self.subscription is not None and not self._is_muted() and not self._is_in_time():
            named = f"{report_in_words(self.run.report, self.run.tag)} of {days_in_words(self.run.first, self.run.last)}"
            await undeliverable.want_missed(tx, self.run.channel, self.created_by, named)
        await posts.forget_post(tx, post)


class ReportTopic(Notices):
    """The topic of scheduled reports. Its subject is a run's id."""

    name = TOPIC
    retake_after = timedelta(minutes=10)

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Build the report from the ledger as it is now."""
        async with rt.store.read() as tx:
            run = await db.run(tx, int(subject))
            if run is None:
                return None
            subscription = await db.subscription(tx, run.subscription_id)
            created_by = await db.creator_of(tx, run.subscription_id)
        built, times = await report(rt, run.wanted, EVERYTHING, rt.now())
        told = _Told(rt, run, subscription, created_by or "", built, times, not await charts_refused(rt, rt.now()))
        return Drawing(told.content, told.sent, told.dropped, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Let it pass, and tell the person who set it up once."""
        async with rt.store.read() as tx:
            run = await db.run(tx, int(post.subject))
            created_by = await db.creator_of(tx, run.subscription_id) if run else None
        told = await undeliverable.whom_to_tell(rt, created_by) if created_by else []
        async with rt.store.write() as tx:
            await db.sent(tx, int(post.subject), rt.now(), None)
            await undeliverable.want_told(tx, post.channel, told)
        if told:
            await undeliverable.tell_undeliverable(rt, post.channel)
        return True
