"""Sends finished hours and days to each target: what was written down first, then what the ledger has and the target hasn't.

What is sent is written down before, as a difference to all that was written down for that day. So a target that is away
loses nothing, a revision is a correction, and after a crash the very same points are sent again.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import structlog

from bot import __version__
from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.db import Sending
from bot.spend.exports.otlp.points import points_of
from bot.spend.exports.otlp.wanted import days_to_tell, sendings_of
from bot.spend.model import ONE_DAY
from bot.store.held import NotHeld
from bot.store.leases import hold_lease
from bot.store.notes import note, write_note
from bot.store.session import Tx
from bot.telemetry import names as metrics
from bot.telemetry.targets import Target, read_targets
from bot.telemetry.wire import Receipt, Verdict, Way, post

log = structlog.get_logger()

WITHIN = timedelta(minutes=9)
"""How long one round may take, which is less than a job is given."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
LONGEST_WAIT = timedelta(seconds=2 * LONGEST_PAUSE)
"""A target that seems to wait for longer waits for no longer: the clock was set back."""
REFUSED_AGAIN_AFTER = timedelta(days=1)
NOTED_WITHIN = timedelta(minutes=2)
"""How patiently it is noted what a target answered."""
_MOVED = "It gets only what is new. Give another receiver another name."
Tell = Callable[[int, int], None]
"""Hears how many days of how many are done."""


class Pushed(StrEnum):
    """How a round ended.

    ALL: the target has everything. WAITS: all but days whose hours are still to come. MORE: the time was over. AWAY: the
    target didn't take something. BUSY: another process is at it.
    """

    ALL = "all"
    WAITS = "waits"
    MORE = "more"
    AWAY = "away"
    BUSY = "busy"


async def due(rt: Runtime, now: datetime) -> Sequence[str]:
    """Return the targets that may be tried now. Of one that was taken out of the file metrics tell nothing more."""
    found: list[str] = []
    try:
        targets = read_targets(rt.settings.otlp_targets)
    except QuartermasterError as error:
        log.warning("targets_not_read", because=error.sentence)
        return found
    async with rt.store.read() as tx:
        for target in targets:
            known = await db.known(tx, target.name)
            if known is None or known.retry_at is None or known.retry_at <= now or known.retry_at > now + LONGEST_WAIT:
                found.append(target.name)
        gone = set(await db.names(tx)) - {target.name for target in targets}
    for name in gone:
        rt.meter.forget(metrics.PUSHED, name)
    return found


async def push(rt: Runtime, name: str, now: datetime) -> None:
    """Send one target what it hasn't got. One process at a time does."""
    target = next((one for one in read_targets(rt.settings.otlp_targets) if one.name == name), None)
    if target is not None:
        await push_alone(rt, target, now)


async def push_alone(rt: Runtime, target: Target, now: datetime, tell: Tell = lambda _done, _of: None) -> Pushed:
    """Do it while no other process does."""
    try:
        async with hold_lease(rt.store, f"export:{target.name}") as is_ours:
            return await _push_to(rt, target, now, tell) if is_ours else Pushed.BUSY
    except NotHeld:
        return Pushed.BUSY


async def _push_to(rt: Runtime, target: Target, now: datetime, tell: Tell) -> Pushed:
    """Send what was left over, then each day that changed. Where the target is away the rest waits for the next time."""
    async with rt.store.write() as tx:
        if await db.known(tx, target.name) is None:
            await db.begin(tx, target.name, first_day(now))
    await _note_place(rt, target, now)
    reasons = set[str]()
    if (ended := await _send_left_over(rt, target, now, reasons)) is not Pushed.ALL:
        return ended
    async with rt.store.read() as tx:
        until = await db.written_until(tx)
        known = await db.known(tx, target.name)
        facts = await db.days_to_look_at(tx, known.since, known.looked_at) if known else []
    days, put_off = days_to_tell(facts, rt.settings.hours_kept, now)
    for number, fact in enumerate(days, 1):
        if rt.now() - now > WITHIN:
            return Pushed.MORE
        async with rt.store.write() as tx:
            sendings = await sendings_of(tx, target.name, fact)
            await db.intend(tx, sendings)
        for one in sendings:
            if await _send(rt, target, one, reasons) not in (Verdict.TAKEN, Verdict.REFUSED):
                return Pushed.AWAY
        tell(number, len(days))
    if put_off:
        return Pushed.WAITS
    async with rt.store.write() as tx:
        await db.looked(tx, target.name, until)
    return Pushed.ALL


async def _note_place(rt: Runtime, target: Target, now: datetime) -> None:
    """Log where a target answers elsewhere than before: who is new there lacks the days to which it gets differences."""
    key, host = f"export_at:{target.name}", urlsplit(target.url).hostname or ""
    async with rt.store.write() as tx:
        before = await note(tx, key)
        if before is None or before[0]["host"] != host:
            await write_note(tx, key, {"host": host}, now)
    if before and before[0]["host"] != host:
        log.warning("export_target_moved", target=target.name, before=before[0]["host"], now=host, mend=_MOVED)


async def _send_left_over(rt: Runtime, target: Target, now: datetime, reasons: set[str]) -> Pushed:
    """Send what is written down and didn't arrive. What was refused as it is once a day."""
    async with rt.store.read() as tx:
        left = await db.unsent(tx, target.name)
        known = await db.known(tx, target.name)
    again_at = known.refused_again_at if known else None
    tries_refused = again_at is None or again_at <= now or again_at > now + REFUSED_AGAIN_AFTER
    for one in left:
        if rt.now() - now > WITHIN:
            return Pushed.MORE
        if one.refused and not tries_refused:
            continue
        if await _send(rt, target, one, reasons) not in (Verdict.TAKEN, Verdict.REFUSED):
            return Pushed.AWAY
    return Pushed.ALL


def first_day(now: datetime) -> date:
    """Return the first day that a new target gets: days before are sent when they are asked for."""
    return now.astimezone(UTC).date() - ONE_DAY


def body_of(one: Sending) -> bytes:
    """Return what is sent; made of what was written down alone, so that it is the same each time."""
    from bot.telemetry.otlp import metrics_request

    return metrics_request(points_of(one.day, one.content), __version__)


async def _send(rt: Runtime, target: Target, one: Sending, reasons: set[str]) -> Verdict:
    """Send one piece. Why it isn't taken is logged once: `reasons` are those of this round, to which it is added."""
    settings = rt.settings
    async with rt.store.write() as tx:
        await db.begun(tx, one)
    way = Way(settings.proxy_for(target.url), settings.ssl_cert_file)
    receipt = await post(target, target.url, body_of(one), way)
    await rt.store.note(NOTED_WITHIN, lambda tx: _note(tx, one, receipt, rt.now()))
    outcome = "done" if receipt.verdict is Verdict.TAKEN else "failed"
    for told in (outcome, "rejected") if receipt.rejected else (outcome,):
        rt.meter.set(metrics.PUSHED, rt.now().timestamp(), target.name, told)
    _tell_log(one, receipt, reasons)
    return receipt.verdict


async def _note(tx: Tx, one: Sending, receipt: Receipt, now: datetime) -> None:
    if receipt.verdict is Verdict.TAKEN:
        await db.arrived(tx, one, now, receipt.rejected, receipt.because)
    elif receipt.verdict is Verdict.REFUSED:
        await db.refused(tx, one, receipt.because, now + REFUSED_AGAIN_AFTER)
    else:
        known = await db.known(tx, one.target)
        failures = known.failures + 1 if known else 1
        pause = receipt.retry_after or min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
        is_unknown = receipt.verdict is Verdict.UNKNOWN
        retry_at = now + timedelta(seconds=pause)
        await db.failed(tx, one, failures, receipt.because, retry_at, is_unknown=is_unknown)


def _tell_log(one: Sending, receipt: Receipt, reasons: set[str]) -> None:
    what = {"target": one.target, "day": one.day.isoformat(), "number": one.number}
    if receipt.verdict is not Verdict.TAKEN:
        if receipt.because not in reasons:
            log.warning("export_not_taken", **what, verdict=receipt.verdict.value, because=receipt.because)
        reasons.add(receipt.because)
        return
    if receipt.rejected:
        log.warning("export_rejected_in_part", **what, points=receipt.rejected, because=receipt.because)
    if one.doubts:
        log.warning("export_may_be_there_twice", **what, times=one.doubts)
