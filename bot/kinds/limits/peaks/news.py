"""News of peaks on the desk of posts: each limit that was nearly reached once a day and step, each week once.

Everything here may run twice, in several processes, and acts once: a message is one row in the store.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.near import (
    HOURS_OF_A_WEEK,
    ONE_DAY,
    WEEK,
    Near,
    Week,
    lower_steps,
    may_wait,
    nears_of,
    read_subject,
    render_near,
    render_week,
    week_due,
)
from bot.kinds.limits.peaks.places import key_names, read_places
from bot.policy.contacts import admins_of
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.model import Message
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

TOPIC = "peaks"


async def news_due(rt: Runtime, now: datetime) -> list[str]:
    """Return the subjects of what should be told now and wasn't: of today and the day before, because data comes late."""
    today = now.astimezone(UTC).date()
    nears = [near for day in (today - ONE_DAY, today) for near in nears_of(await read_places(rt, *_of(day)), day)]
    week = week_due(now)
    subjects = [one for near in nears for one in lower_steps(near)] + ([week.subject] if week else [])
    async with rt.store.read() as tx:
        told = await posts.told_of(tx, TOPIC, subjects)
    due = [near.subject for near in nears if not told & set(lower_steps(near))]
    return [*due, week.subject] if week and week.subject not in told and await _is_known(rt, week, now) else due


async def _is_known(rt: Runtime, week: Week, now: datetime) -> bool:
    """Tell whether a week may be summed up: its hours are read, or its patience is over and some of them are."""
    hours = await _hours(rt, week)
    return bool(hours) and (hours == HOURS_OF_A_WEEK or not may_wait(week, now))


async def _hours(rt: Runtime, week: Week) -> int:
    async with rt.store.read() as tx:
        return sum(hour < week.ends for hour in await db.hours_read(tx, week.ends - WEEK))


async def tell_news(rt: Runtime, subject: str, _now: datetime) -> None:
    """Tell the admins of the policy, where they are told everything that concerns the whole organization."""
    async with rt.store.write() as tx:
        wanted = [Wanted(one, one, redraws=False) for one in admins_of(rt.policy)]
        await posts.want(tx, TOPIC, subject, wanted, rt.now())
    await converge(rt, TOPIC, subject)


def _of(day: date) -> tuple[datetime, datetime]:
    """Return the begin and the end of a UTC day."""
    starts = datetime.combine(day, time(), UTC)
    return starts, starts + ONE_DAY


@dataclass(frozen=True)
class _Told:
    """What is told, None where it isn't so any more, such as under a higher limit."""

    rt: Runtime
    about: Near | Week
    message: Message | None

    def content(self, _post: Post) -> Content | None:
        """Return what a post says now."""
        return plain(self.message) if self.message else None

    async def sent(self, tx: Tx, post: Post, _ts: str) -> None:
        """Put on record that it was told."""
        now, about = self.rt.now(), self.about
        if isinstance(about, Week):
            tx.audit(now, BOT_ACTOR, AuditAction.RATE_LIMITS_TOLD, post.channel, day=about.monday.isoformat())
            return
        detail = {"channel": post.channel, "day": about.day.isoformat(), "percent": about.step}
        if about.workspace_id:
            detail["workspace_id"] = about.workspace_id
        tx.audit(now, BOT_ACTOR, AuditAction.RATE_LIMIT_NEAR, about.group_id, **detail)

    async def dropped(self, tx: Tx, post: Post) -> None:
        """Forget what was never told."""
        await posts.forget_post(tx, post)


class PeakTopic(Notices):
    """The topic of these messages. Its subject is a workspace or none, a group, a day and a step, or a Monday."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the limits and the peaks as they are now."""
        about = read_subject(subject)
        message = await (_week(rt, about) if isinstance(about, Week) else _near(rt, about))
        told = _Told(rt, about, message)
        return Drawing(told.content, told.sent, told.dropped, is_over=True)


async def _week(rt: Runtime, week: Week) -> Message:
    places = await read_places(rt, week.ends - WEEK, week.ends)
    return render_week(week, places, await key_names(rt), HOURS_OF_A_WEEK - await _hours(rt, week))


async def _near(rt: Runtime, near: Near) -> Message | None:
    places = await read_places(rt, *_of(near.day))
    place = next((one for one in places if one.workspace_id == near.workspace_id), None)
    line = next((one for one in place.lines if one.group.id == near.group_id and one.used), None) if place else None
    if place is None or line is None or near not in nears_of([replace(place, lines=(line,))], near.day):
        return None
    driver = line.peak.driver if line.peak else ""
    return render_near(place, line, near, (await key_names(rt)).get(driver, driver))
