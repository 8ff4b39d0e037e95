"""Scheduled reports on their way: due, begun once, and wanted as a post in the same transaction.

Everything here may run twice, in several processes, and acts once: a run is a unique row in the store, and its post is
claimed before it is sent.
"""

from datetime import datetime

from bot.posts import db as posts
from bot.posts.converge import converge
from bot.runtime import Runtime
from bot.spend import unseen
from bot.spend.aggregate import days_between
from bot.spend.digests.schedule import Due
from bot.spend.digests.send import is_ready
from bot.spend.ledger import db as table
from bot.spend.reports.schedule import db
from bot.spend.reports.schedule.model import ReportSubscription
from bot.spend.reports.schedule.topic import TOPIC, post_of
from bot.spend.reports.schedule.when import DueReport, report_due
from bot.spend.visibility import may_still_tell


async def reports_due(rt: Runtime, now: datetime) -> list[str]:
    """Return the subscriptions whose report should be in its channel and was not begun by anybody."""
    async with rt.store.read() as tx:
        everybody = await db.subscriptions(tx)
        coming = {one.id: when for one in everybody if (when := report_due(one, now)) is not None}
        begun = await db.begun(tx, [(one, when.first, when.last) for one, when in coming.items()])
    return sorted(one for one, when in coming.items() if (one, when.first, when.last) not in begun)


async def send_report(rt: Runtime, subscription_id: str, now: datetime) -> None:
    """Send a due report once its last day is closed, or its patience is over."""
    async with rt.store.read() as tx:
        wanted = await db.subscription(tx, subscription_id)
    when = report_due(wanted, now) if wanted else None
    if wanted is None or when is None or not await is_ready(rt, now, Due(when.last, when.since)):
        return
    run_id = await _begin(rt, wanted, when, is_seen=await may_still_tell(rt, wanted.created_by))
    if run_id is not None:
        await converge(rt, TOPIC, str(run_id))
    await unseen.tell(rt, _unseen(wanted))


def _unseen(wanted: ReportSubscription) -> str:
    return unseen.subject_of("report", wanted.id, wanted.channel, wanted.created_by)


async def reports_to_settle(rt: Runtime, _now: datetime) -> list[str]:
    """Return the runs that say that their figures may change, and whose days are all closed by now."""
    async with rt.store.read() as tx:
        waiting = await db.unsettled(tx)
        if not waiting:
            return []
        known = await table.ledger_days(tx, min(one.first for one in waiting), max(one.last for one in waiting))
    closed = {day for day, fact in known.items() if fact.closed}
    return [str(one.id) for one in waiting if closed.issuperset(days_between(one.first, one.last))]


async def settle_report(rt: Runtime, run_id: str, _now: datetime) -> None:
    """Have a report drawn again from final figures, once."""
    async with rt.store.write() as tx:
        if not await db.settle(tx, int(run_id), rt.now()):
            return
        await posts.touch(tx, TOPIC, run_id, rt.now())
    await converge(rt, TOPIC, run_id)


async def _begin(rt: Runtime, wanted: ReportSubscription, when: DueReport, *, is_seen: bool) -> int | None:
    """Begin a report's run and want its post, in one transaction; None when somebody else has.

    A report that its creator may not see is skipped, and they are told that.
    """
    async with rt.store.write() as tx:
        run_id = await db.begin(tx, wanted, when.first, when.last)
        if run_id is not None and not is_seen:
            await db.sent(tx, run_id, rt.now(), None)
            await unseen.want_told(rt, tx, _unseen(wanted))
        elif run_id is not None:
            await unseen.forget(tx, _unseen(wanted))
            await posts.want(tx, TOPIC, str(run_id), [post_of(wanted.channel)], rt.now())
    return run_id
