"""Digests on their way: due, wanted once, and corrected when a day is revised.

Everything here may run twice, in several processes, and acts once: a run is a unique row in the store, and its posts are
claimed before they are sent. `now` says what is due; a claim says when it was made, because a job may have waited for others
long before it comes to claim.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bot.errors import UpstreamError
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.runtime import Runtime
from bot.spend import unseen
from bot.spend.digests import db as store
from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input, is_settled, load_for_digest, total_for
from bot.spend.digests.model import DigestRun, Subscription
from bot.spend.digests.schedule import Due, due
from bot.spend.digests.topic import TOPIC, correction_of, digest_of, parts_of
from bot.spend.digests.view import is_worth_correcting
from bot.spend.ledger import db as table
from bot.spend.ledger.lease import LONGEST
from bot.spend.model import LedgerDay
from bot.spend.visibility import may_still_tell
from bot.store.notes import claim_note, note, write_note

log = structlog.get_logger()

CORRECTED_FOR = timedelta(days=35)
"""Figures may be revised for 30 days (admin-api.md §4.10); after an absence that is known later."""
ASK_AGAIN_AFTER = timedelta(minutes=5)


async def digests_due(rt: Runtime, now: datetime) -> list[str]:
    """Return the subscriptions whose digest should be in its channel and was not begun by anybody."""
    async with rt.store.read() as tx:
        everybody = await store.subscriptions(tx)
        coming = {one.id: when for one in everybody if (when := due(one, now)) is not None}
        begun = await store.begun_runs(tx, [(one, when.day) for one, when in coming.items()])
    return sorted(one for one, when in coming.items() if (one, when.day) not in begun)


async def send_digest(rt: Runtime, subscription_id: str, now: datetime) -> None:
    """Send a due digest once its day is closed, or its patience is over."""
    async with rt.store.read() as tx:
        subscription = await store.subscription(tx, subscription_id)
    when = due(subscription, now) if subscription else None
    if subscription is None or when is None or not await is_ready(rt, now, when):
        return
    is_seen = await may_still_tell(rt, subscription.created_by, subscription.workspace_ids)
    run_id = await _begin(rt, subscription, when, is_seen=is_seen)
    if run_id is not None:
        await converge(rt, TOPIC, str(run_id))
    await unseen.tell(rt, _unseen(subscription))


def _unseen(subscription: Subscription) -> str:
    return unseen.subject_of("digest", subscription.id, subscription.channel, subscription.created_by)


async def is_ready(rt: Runtime, now: datetime, when: Due) -> bool:
    """Tell whether a day that something is told of is closed, or was waited for long enough; reads it where it isn't."""
    if await is_settled(rt, when.day):
        return True
    was_read = await _ask_for_day(rt, when)
    return await is_settled(rt, when.day) or (was_read and not when.is_patient(now))


async def _begin(rt: Runtime, subscription: Subscription, when: Due, *, is_seen: bool) -> int | None:
    """Begin a digest's run and want its post, in one transaction; None when somebody else has.

    A digest that its creator may not see is skipped, and they are told that.
    """
    async with rt.store.write() as tx:
        run_id = await store.begin_run(tx, subscription, when.day)
        if run_id is not None and not is_seen:
            await store.digest_sent(tx, run_id, rt.now(), None, None)
            await unseen.want_told(rt, tx, _unseen(subscription))
        elif run_id is not None:
            await unseen.forget(tx, _unseen(subscription))
            await posts.want(tx, TOPIC, str(run_id), [digest_of(subscription.channel)], rt.now())
    return run_id


async def _ask_for_day(rt: Runtime, when: Due) -> bool:
    """Read a day that a digest waits for, every few minutes at most and by one process.

    Tells whether such a reading is over, by any process and with any result: while it runs, or when its process died in
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


async def corrections_due(rt: Runtime, now: datetime) -> list[str]:
    """Return the runs whose day was closed or read since they were sent, so that it may cost something else by now."""
    async with rt.store.read() as tx:
        runs = await store.correctable_digests(tx, (now - CORRECTED_FOR).date(), now - CORRECTED_FOR)
        if not runs:
            return []
        known = await table.ledger_days(tx, min(run.day for run in runs), max(run.day for run in runs))
    return [str(run.id) for run in runs if _may_differ(run, known.get(run.day))]


def _may_differ(run: DigestRun, fact: LedgerDay | None) -> bool:
    if fact is None or not fact.closed:
        return False
    if run.settled_at is None:
        return True
    # A sync is dated by its beginning and may have written for long.
    return not (run.sent_at and fact.synced_at + LONGEST <= run.sent_at)


async def correct(rt: Runtime, run_id: str, _now: datetime) -> None:
    """Say in a digest's thread that its closed day costs something else by now; once per change.

    A digest of an unfinished day is drawn again with all its parts, once that day is closed.
    """
    async with rt.store.read() as tx:
        run = await store.digest_run(tx, int(run_id))
        subscription = await store.subscription_behind(tx, run) if run else None
    if run is None or subscription is None or run.ts is None:
        return
    fact, total = await total_for(rt, subscription, run.day)
    if fact is None or not fact.closed:
        return
    was_settled = await _settle(rt, run, subscription, total) if run.settled_at is None else False
    number = await _begin_correction(rt, run, total)
    if was_settled or number is not None:
        await converge(rt, TOPIC, run_id)


async def _settle(rt: Runtime, run: DigestRun, subscription: Subscription, total: Decimal) -> bool:
    """Have everything that an unfinished day's digest says drawn again; False when somebody else did."""
    digest = build_digest(await digest_input(rt, subscription, run.day))
    async with rt.store.write() as tx:
        # What is worth a correction is said as one, against the total that was named.
        said = run.said if is_worth_correcting(run.said, total) else total
        if not await store.settle_run(tx, run.id, rt.now(), said):
            return False
        await posts.want(tx, TOPIC, str(run.id), parts_of(digest, run.channel), rt.now())
        await posts.touch(tx, TOPIC, str(run.id), rt.now())
    return True


async def _begin_correction(rt: Runtime, run: DigestRun, total: Decimal) -> int | None:
    """Begin to say that a digest's day costs something else, and return the correction's number; None: nobody needs it."""
    if not is_worth_correcting(run.said, total):
        return None
    async with rt.store.write() as tx:
        number = await store.begin_correction(tx, run, total)
        if number is not None:
            await posts.want(tx, TOPIC, str(run.id), [correction_of(number, run.channel)], rt.now())
    return number
