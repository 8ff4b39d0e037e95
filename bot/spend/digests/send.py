"""Digests on their way: due, claimed, sent, completed in their thread, and corrected when a day is revised.

Everything here may run twice, in several processes, and acts once: the claim is a unique row in the store. `now` says what
is due; a claim says when it was made, because a job may have waited for others long before it comes to claim.
"""

from datetime import datetime, timedelta

import structlog

from bot.errors import SlackError, UpstreamError
from bot.posts.deliver import deliver, is_gone, why_blocked
from bot.posts.undeliverable import speaks_again, tell_blocked
from bot.runtime import Runtime
from bot.spend.digests import db as store
from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input, is_settled, load_for_digest, total_for
from bot.spend.digests.model import DigestRun, Subscription
from bot.spend.digests.schedule import Due, due
from bot.spend.digests.thread import finish_threads, send_thread
from bot.spend.digests.view import digest_chart, render_correction, render_digest
from bot.spend.ledger import db as table
from bot.spend.ledger.sync import LEASE_LASTS
from bot.store.notes import claim_note, note, write_note
from bot.words.wording import weekday_day

log = structlog.get_logger()

CORRECTED_FOR = timedelta(days=35)
"""Figures may be revised for 30 days (admin-api.md §4.10)."""
ASK_AGAIN_AFTER = timedelta(minutes=5)


async def run_digests(rt: Runtime, now: datetime) -> int:
    """Send every digest whose time has come and that nobody has sent; returns how many this call sent.

    One channel's failure doesn't keep the others from theirs. Also repairs threads and says corrections.
    """
    async with rt.store.read() as tx:
        everybody = await store.subscriptions(tx)
        coming = {one.id: (one, when) for one in everybody if (when := due(one, now)) is not None}
        wanted = await store.unclaimed_days(tx, [(one.id, when.day) for one, when in coming.values()], now)
    sent = 0
    for subscription_id, _ in sorted(wanted):
        subscription, when = coming[subscription_id]
        try:
            sent += await _send_when_ready(rt, now, subscription, when)
        except SlackError as error:
            log.warning("digest_not_sent", subscription=subscription.id, error=type(error).__name__, code=error.code)
        except Exception:  # one channel's failure must not silence the others
            log.exception("digest_failed", subscription=subscription.id)
    await finish_threads(rt, now, await _standing_runs(rt, now))
    await run_corrections(rt, now)
    return sent


async def _send_when_ready(rt: Runtime, now: datetime, subscription: Subscription, when: Due) -> bool:
    """Send a due digest once its day is closed, or its patience is over; tells whether it was sent."""
    if not await is_settled(rt, when.day):
        was_read = await _ask_for_day(rt, when)
        if not await is_settled(rt, when.day) and (when.is_patient(now) or not was_read):
            return False
    # Asked before the claim: while Slack doesn't answer, the claim isn't used up.
    blocked = await why_blocked(rt, subscription.channel)
    async with rt.store.write() as tx:
        run_id = await store.claim_digest(tx, subscription, when.day, rt.now())
    if run_id is None:
        return False
    if blocked is not None:
        await _give_up(rt, now, subscription, run_id, blocked)
        return False
    return await _send(rt, now, subscription, when, run_id)


async def _ask_for_day(rt: Runtime, when: Due) -> bool:
    """Read a day that a digest waits for, every few minutes at most and by one process.

    Tells whether such a reading is over, whoever did it and however it went: while it goes on, or when its process died in
    it, nobody can say that there are no figures.
    """
    key, now = f"sync:{when.day.isoformat()}", rt.now()
    async with rt.store.write() as tx:
        if not await claim_note(tx, key, now, ASK_AGAIN_AFTER):
            reading = await note(tx, key)
            return reading is not None and bool(reading[0].get("done"))
    try:
        await load_for_digest(rt, now, when.day)
    except UpstreamError as error:
        log.warning("day_not_read", day=when.day.isoformat(), status=error.status, request_id=error.request_id)
    async with rt.store.write() as tx:
        await write_note(tx, key, {"done": True}, rt.now())
    return True


async def _send(rt: Runtime, now: datetime, subscription: Subscription, when: Due, run_id: int) -> bool:
    digest = build_digest(await digest_input(rt, subscription, when.day))
    try:
        delivered = await deliver(
            rt,
            now,
            lambda chart: render_digest(digest, run_id, chart),
            digest_chart(digest),
            lambda message: rt.notifier.send(subscription.channel, message),
        )
    except SlackError as error:
        if not is_gone(error):
            raise
        await _give_up(rt, now, subscription, run_id, f"Slack says {error.code}.")
        return False
    ts = delivered.sent.ts if delivered.sent else None
    async with rt.store.write() as tx:
        await store.digest_sent(tx, run_id, rt.now(), ts, digest.total)
        tx.audit(now, "bot", "digest.sent", subscription.id, channel=subscription.channel, day=when.day.isoformat())
    await speaks_again(rt, subscription.channel)
    if ts is not None:
        await send_thread(rt, subscription.channel, ts, run_id, digest, delivered.picture)
    return True


async def _give_up(rt: Runtime, now: datetime, subscription: Subscription, run_id: int, reason: str) -> None:
    """Let this day pass without a digest, and tell the subscriber why, once."""
    async with rt.store.write() as tx:
        await store.digest_sent(tx, run_id, rt.now(), None, None)
    await tell_blocked(rt, now, subscription.channel, subscription.created_by, reason)


async def run_corrections(rt: Runtime, now: datetime) -> int:
    """Say in a digest's thread that its closed day costs something else by now; once per change. Returns how many."""
    runs = await _standing_runs(rt, now)
    if not runs:
        return 0
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, min(run.day for run in runs), max(run.day for run in runs))
    said = 0
    for run in runs:
        fact = known.get(run.day)
        # A sync is dated by its beginning and may have written until its turn was over.
        if fact is None or not fact.closed or (run.sent_at and fact.synced_at + LEASE_LASTS <= run.sent_at):
            continue
        try:
            said += await _correct(rt, run)
        except SlackError as error:
            log.warning("correction_not_sent", run=run.id, error=type(error).__name__, code=error.code)
    return said


async def _correct(rt: Runtime, run: DigestRun) -> bool:
    async with rt.store.read() as tx:
        subscription = await store.subscription_behind(tx, run)
    if subscription is None or run.ts is None:
        return False
    _, total = await total_for(rt, subscription, run.day)
    if run.said is not None and round(run.said, 2) == round(total, 2):
        return False
    blocked = await why_blocked(rt, run.channel)
    async with rt.store.write() as tx:
        correction_id = await store.claim_correction(tx, run, total, rt.now())
    if correction_id is None:
        return False
    if blocked is None:
        message = render_correction(run.said, total, weekday_day(run.day))
        await rt.notifier.send(run.channel, message, thread_ts=run.ts)
    async with rt.store.write() as tx:
        await store.correction_sent(tx, correction_id, run.id, total, rt.now())
    return blocked is None


async def _standing_runs(rt: Runtime, now: datetime) -> list[DigestRun]:
    async with rt.store.read() as tx:
        return await store.sent_digests(tx, (now - CORRECTED_FOR).date())
