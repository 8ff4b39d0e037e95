"""What is said of a week: one message for each channel and Monday, made of the rows as they are when it is drawn."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.claude_code.digests import corrections, db
from bot.claude_code.digests.corrections import CORRECTION, DIGEST, TOPIC, Said
from bot.claude_code.digests.schedule import LOCAL_TIME, CodeSubscription, DueWeek, due
from bot.claude_code.digests.view import THING, render_correction, render_digest
from bot.claude_code.figures import figures_of
from bot.claude_code.model import DAY, CodeFigures, CodeQuery
from bot.claude_code.people import sight_of
from bot.claude_code.view import code_chart
from bot.posts import db as posts
from bot.posts import undeliverable
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.charts import chart_block
from bot.slack.model import Message
from bot.spend.digests.schedule import moment_of
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.words.wording import weekday_day


def subject_of(channel: str, week: DueWeek) -> str:
    """Return what a post is about: a channel and the Monday on which it is sent."""
    return f"{channel}:{week.monday.isoformat()}"


def wanted(channel: str) -> list[Wanted]:
    """Return the one message of a week."""
    return [Wanted(DIGEST, channel)]


@dataclass(frozen=True)
class _Told:
    """A week as it is told; `subscription` is None once its channel gets no summary any more."""

    rt: Runtime
    subscription: CodeSubscription | None
    week: DueWeek
    figures: CodeFigures
    said: Said | None = None

    def content(self, post: Post) -> Content | None:
        """Return what the message says; None for one whose time is over, or that has nothing to say."""
        if self.subscription is None:
            return None
        if post.purpose == CORRECTION:
            if self.said is None or self.said.new is None:
                return None
            return plain(render_correction(self.said.old, self.said.new, self.week, self.figures.today))
        if post.ts:
            return Content(self._draw_again)
        return Content(self._draw, code_chart(self.figures)) if self._is_in_time() else None

    def _draw(self, chart: dict[str, object] | None) -> Message:
        return render_digest(self.figures, self.week, chart)

    def _draw_again(self, _chart: object) -> Message:
        spec = code_chart(self.figures)
        return self._draw(chart_block(spec) if spec else None)

    def _is_in_time(self) -> bool:
        found = due(self.subscription, self.rt.now()) if self.subscription else None
        return found is not None and found.monday == self.week.monday

    async def sent(self, tx: Tx, post: Post, _ts: str) -> None:
        """Put on record that it was sent, and note what it says. A correction has the last word."""
        if post.purpose == CORRECTION:
            await corrections.forget(tx, [post.subject])
            return
        if self.figures.use is not None:
            await corrections.remember(tx, post.subject, self.figures.use, self.rt.now())
        detail = {"what": TOPIC, "day": self.week.monday.isoformat()}
        tx.audit(self.rt.now(), BOT_ACTOR, AuditAction.DIGEST_SENT, post.channel, **detail)
        await posts.forget(tx, undeliverable.TOPIC, post.channel)

    async def dropped(self, tx: Tx, post: Post) -> None:
        """Forget what was never said; the person who set it up hears of it where it is too late."""
        if post.purpose == CORRECTION:
            await corrections.forget(tx, [post.subject])
        elif self.subscription is not None and self.rt.now() >= self.week.too_late:
            named = f"the {THING} of {weekday_day(self.week.monday)}"
            await undeliverable.want_missed(tx, post.channel, self.subscription.created_by, named)
        await posts.forget_post(tx, post)


class CodeDigestTopic(Notices):
    """The topic of weekly summaries. Its subject is a channel and a Monday."""

    name = TOPIC
    retake_after = timedelta(minutes=10)

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the week, as anybody may see it."""
        channel, _, day = subject.rpartition(":")
        monday = date.fromisoformat(day)
        async with rt.store.read() as tx:
            subscription = await db.subscription_of(tx, channel)
            said = await corrections.said(tx, subject)
        tz = subscription.tz if subscription else "UTC"
        week = DueWeek(monday, moment_of(monday, LOCAL_TIME, tz))
        figures = await figures_of(rt, CodeQuery("last week", DAY), week.days, await sight_of(rt, None))
        told = _Told(rt, subscription, week, figures, said)
        return Drawing(told.content, told.sent, told.dropped, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Let this week pass, and tell the person who set it up once. A correction that can't be said is forgotten."""
        if post.purpose == CORRECTION:
            async with rt.store.write() as tx:
                await corrections.forget(tx, [post.subject])
            return True
        async with rt.store.read() as tx:
            subscription = await db.subscription_of(tx, post.channel)
        told = await undeliverable.whom_to_tell(rt, subscription.created_by) if subscription else []
        async with rt.store.write() as tx:
            await undeliverable.want_told(tx, post.channel, told)
        if told:
            await undeliverable.tell_undeliverable(rt, post.channel)
        return True
