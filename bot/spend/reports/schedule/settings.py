"""What handlers ask of scheduled reports: set up, skipped, ended, listed. Who may is looked up at the act."""

import secrets
from dataclasses import replace
from datetime import datetime

from bot.errors import NotAllowed, NotFound
from bot.people.model import Actor
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.spend.changes.authority import check_may_change
from bot.spend.changes.model import What
from bot.spend.changes.topic import tell, want_told
from bot.spend.reports.schedule import db
from bot.spend.reports.schedule.model import Cadence, ReportSubscription
from bot.spend.reports.schedule.view import report_in_words, schedule_in_words
from bot.spend.reports.schedule.when import DueReport, first_day_for, next_report, report_due
from bot.spend.visibility import scope_of
from bot.store.actions import AuditAction
from bot.store.session import Tx


async def schedule(
    rt: Runtime, actor: Actor, channel: str, report: str, tag: str, cadence: Cadence, local_time: str, tz: str
) -> ReportSubscription:
    """Give a channel a report again and again, or change how it gets it, which the channel is told.

    NotAllowed where figures must not be posted, for somebody who doesn't see all figures, or may not change it.
    """
    await require_channel(rt, channel)
    await _check_sees_all(rt, actor)
    async with rt.store.read() as tx:
        known = await db.of_channel(tx, channel, report, tag)
    if known:
        await check_may_change(rt, actor, channel, known.created_by)
    now, told = rt.now(), ""
    async with rt.store.write() as tx:
        before = await db.of_channel(tx, channel, report, tag)
        wanted = ReportSubscription(
            id=f"rep_{secrets.token_hex(8)}",
            channel=channel,
            report=report,
            tag=tag,
            cadence=cadence,
            local_time=local_time,
            tz=tz,
            created_by=actor.slack_id,
            created_at=now,
            first_day=first_day_for(local_time, tz, now),
        )
        is_as_often = before is not None and before.cadence == cadence
        waits = report_due(replace(before, local_time=local_time, tz=tz), now) if before and is_as_often else None
        if waits:  # for its days to be closed, or it was sent; another time or zone changes neither
            wanted = replace(wanted, first_day=min(wanted.first_day, waits.last))
        saved = await db.save(tx, wanted)
        detail = {"channel": channel, "report": report, "tag": tag, "cadence": cadence, "time": local_time, "tz": tz}
        tx.audit(now, actor.slack_id, AuditAction.REPORT_SCHEDULED, saved.id, **detail)
        if before and schedule_in_words(before) != schedule_in_words(saved):
            about = schedule_in_words(saved)
            told = await want_told(tx, "report_changed", channel, actor.slack_id, before.created_by, about=about)
    if told:
        await tell(rt, told)
    return saved


async def _check_sees_all(rt: Runtime, actor: Actor) -> None:
    """Raise NotAllowed for somebody who sees only a part: the channel would read more than they may."""
    if not (await scope_of(rt, actor)).is_all:
        raise NotAllowed(
            "A scheduled report shows the figures of the whole organization, and you see only your own."
            " Ask an organization admin to schedule it. Nothing was changed."
        )


async def scheduled_in(rt: Runtime, channel: str) -> list[ReportSubscription]:
    """Return the reports that a channel gets."""
    async with rt.store.read() as tx:
        return await db.subscriptions(tx, channel)


async def scheduled_by(rt: Runtime, slack_id: str) -> list[ReportSubscription]:
    """Return the reports that somebody set up, in any channel."""
    async with rt.store.read() as tx:
        return [one for one in await db.subscriptions(tx) if one.created_by == slack_id]


async def end_report(rt: Runtime, actor: Actor, subscription_id: str) -> ReportSubscription:
    """Stop a report and tell those who rely on it; NotFound when it had ended, NotAllowed for others."""
    known = await _allowed(rt, actor, subscription_id)
    async with rt.store.write() as tx:
        if not await db.end(tx, known.id, rt.now()):
            raise NotFound("Somebody has already ended that report.")
        tx.audit(rt.now(), actor.slack_id, AuditAction.REPORT_ENDED, known.id, channel=known.channel)
        told = await _told(tx, "report_ended", actor, known)
    await tell(rt, told)
    return known


async def skip_report(rt: Runtime, actor: Actor, subscription_id: str) -> tuple[ReportSubscription, datetime]:
    """Let the next report fall out and tell those who rely on it; returns from when on it speaks again."""
    known = await _allowed(rt, actor, subscription_id)
    until = (await coming(rt, known)).until
    async with rt.store.write() as tx:
        if not await db.mute(tx, known.id, until):
            if await db.subscription(tx, known.id) is None:
                raise NotFound("Somebody has already ended that report.")
            return known, until  # somebody has just skipped it
        tx.audit(rt.now(), actor.slack_id, AuditAction.REPORT_MUTED, known.id, until=until.isoformat())
        told = await _told(tx, "report_skipped", actor, known, until)
    await tell(rt, told)
    return known, until


async def coming(rt: Runtime, wanted: ReportSubscription) -> DueReport:
    """Return the report that comes next: one that is due and waits, else the first to come that wasn't begun."""
    now = rt.now()
    found = report_due(wanted, now) or next_report(wanted, now)
    async with rt.store.read() as tx:
        while await db.begun(tx, [(wanted.id, found.first, found.last)]):
            found = next_report(wanted, max(now, found.since))
    return found


async def _allowed(rt: Runtime, actor: Actor, subscription_id: str) -> ReportSubscription:
    async with rt.store.read() as tx:
        known = await db.subscription(tx, subscription_id)
    if known is None:
        raise NotFound("Somebody has already ended that report.")
    await check_may_change(rt, actor, known.channel, known.created_by)
    return known


async def _told(tx: Tx, what: What, actor: Actor, known: ReportSubscription, until: datetime | None = None) -> str:
    about = report_in_words(known.report, known.tag)
    return await want_told(tx, what, known.channel, actor.slack_id, known.created_by, about=about, until=until)
