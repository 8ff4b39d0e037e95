"""What is said of an alert: one card, drawn again when somebody looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.posts import db as posts
from bot.posts import undeliverable
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.alerts import db
from bot.spend.alerts.figures import crossing
from bot.spend.alerts.model import Alert, Threshold
from bot.spend.alerts.rules import span_of_key
from bot.spend.alerts.view import alert_lines, render_alert
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

TOPIC = "alert"


def alert_of(channel: str) -> Wanted:
    """Return the alert's card."""
    return Wanted("alert", channel)


@dataclass(frozen=True)
class _Told:
    """One alert as its card tells it; `lines` are empty where its amount isn't reached, or watched, any more."""

    rt: Runtime
    alert: Alert
    threshold: Threshold
    lines: Sequence[Markup]

    def content(self, _post: Post) -> Content | None:
        """Return the card as it stands now."""
        return plain(render_alert(self.lines, self.alert.id, self.alert)) if self.lines else None

    async def sent(self, tx: Tx, _post: Post, ts: str) -> None:
        """Note that it was said, and with which lines."""
        now = self.rt.now()
        await db.alert_sent(tx, self.alert.id, now, ts, self.lines)
        facts = {"channel": self.threshold.channel, "period": self.alert.period_key, "step": self.alert.step}
        tx.audit(now, BOT_ACTOR, AuditAction.ALERT_SENT, self.threshold.id, **facts)
        await posts.forget(tx, undeliverable.TOPIC, self.threshold.channel)

    async def dropped(self, tx: Tx, _post: Post) -> None:
        """Forget an alert that was never said, so that it speaks when the amount is reached again."""
        await db.forget_alert(tx, self.alert.id)
        await posts.forget(tx, TOPIC, str(self.alert.id))


class AlertTopic(Notices):
    """The topic of alerts. Its subject is an alert's id."""

    name = TOPIC
    retake_after = timedelta(minutes=10)

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the alert. What it says comes from the ledger until it was said, and stays so afterwards."""
        async with rt.store.read() as tx:
            found = await db.alert_and_threshold(tx, int(subject))
            is_watched = found is not None and await db.threshold(tx, found[1].id) is not None
        if found is None:
            return None
        alert, threshold = found
        lines: Sequence[Markup] = alert.said
        if alert.sent_at is None:
            span = span_of_key(threshold.period, alert.period_key)
            now_found = await crossing(rt, threshold, span, rt.now()) if is_watched else None
            is_still_so = now_found is not None and now_found.step == alert.step
            lines = alert_lines(now_found) if now_found and is_still_so else ()
        told = _Told(rt, alert, threshold, lines)
        return Drawing(told.content, told.sent, told.dropped, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Let this period pass, and tell the person who set the alert up, once."""
        async with rt.store.read() as tx:
            found = await db.alert_and_threshold(tx, int(post.subject))
        told = await undeliverable.whom_to_tell(rt, found[1].created_by) if found else []
        async with rt.store.write() as tx:
            await db.alert_sent(tx, int(post.subject), rt.now(), None, ())
            await undeliverable.want_told(tx, post.channel, told)
        if told:
            await undeliverable.tell_undeliverable(rt, post.channel)
        return True

    def is_restored(self, post: Post) -> bool:
        """Return True: what was said is kept."""
        return True
