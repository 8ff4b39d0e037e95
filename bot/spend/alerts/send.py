"""Alerts on their way: a threshold that was passed is said once per period, claimed before it is sent."""

from datetime import datetime

import structlog

from bot.errors import NotFound, SlackError
from bot.posts.deliver import is_gone, why_blocked
from bot.posts.undeliverable import speaks_again, tell_blocked
from bot.runtime import Runtime
from bot.spend.alerts import db as store
from bot.spend.alerts.figures import crossing
from bot.spend.alerts.model import Alert, Crossing, Threshold
from bot.spend.alerts.rules import spans_to_watch
from bot.spend.alerts.view import alert_lines, render_alert

log = structlog.get_logger()


async def run_alerts(rt: Runtime, now: datetime) -> int:
    """Say every threshold that was passed and wasn't said in its period; returns how many this call said."""
    async with rt.store.read() as tx:
        watched = await store.thresholds(tx)
        pairs = [(one, span) for one in watched for span in spans_to_watch(one, now)]
        spoken = await store.spoken_alerts(tx, [(one.id, span.key) for one, span in pairs], now)
    said = 0
    for threshold, span in pairs:
        if (threshold.id, span.key) in spoken:
            continue
        try:
            found = await crossing(rt, threshold, span, now)
            said += found is not None and await _say(rt, now, found)
        except SlackError as error:
            log.warning("alert_not_sent", threshold=threshold.id, error=type(error).__name__, code=error.code)
        except Exception:  # one threshold's failure must not silence the others
            log.exception("alert_failed", threshold=threshold.id)
    return said


async def _say(rt: Runtime, now: datetime, found: Crossing) -> bool:
    threshold, lines = found.threshold, alert_lines(found)
    # Asked before the claim: while Slack doesn't answer, the claim isn't used up.
    blocked = await why_blocked(rt, threshold.channel)
    async with rt.store.write() as tx:
        alert_id = await store.claim_alert(tx, threshold.id, found.period_key, lines, rt.now())
    if alert_id is None:
        return False
    if blocked is not None:
        await _give_up(rt, now, threshold, alert_id, blocked)
        return False
    try:
        sent = await rt.notifier.send(threshold.channel, render_alert(lines, alert_id))
    except SlackError as error:
        if not is_gone(error):
            raise
        await _give_up(rt, now, threshold, alert_id, f"Slack says {error.code}.")
        return False
    async with rt.store.write() as tx:
        await store.alert_sent(tx, alert_id, rt.now(), sent.ts)
        tx.audit(now, "bot", "alert.sent", threshold.id, channel=threshold.channel, period=found.period_key)
    await speaks_again(rt, threshold.channel)
    return True


async def _give_up(rt: Runtime, now: datetime, threshold: Threshold, alert_id: int, reason: str) -> None:
    async with rt.store.write() as tx:
        await store.alert_sent(tx, alert_id, rt.now(), None)
    await tell_blocked(rt, now, threshold.channel, threshold.created_by, reason)


async def acknowledge(rt: Runtime, alert_id: int, slack_id: str, now: datetime) -> Alert:
    """Note that somebody looks after an alert and return it as it is now; the first one stays. NotFound: no such alert."""
    async with rt.store.write() as tx:
        if await store.acknowledge_alert(tx, alert_id, slack_id, now):
            tx.audit(now, slack_id, "alert.acknowledged", str(alert_id))
        found = await store.alert(tx, alert_id)
    if found is None:
        raise NotFound("I don't know that alert any more.")
    return found
