"""Alerts on their way: each step of a threshold that was reached is said once per period."""

from datetime import datetime

from bot.errors import NotFound
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.runtime import Runtime
from bot.spend import unseen
from bot.spend.alerts import db as store
from bot.spend.alerts.figures import crossing
from bot.spend.alerts.model import Alert
from bot.spend.alerts.rules import span_of_key, spans_to_watch
from bot.spend.alerts.topic import TOPIC, alert_of
from bot.spend.visibility import may_still_tell
from bot.store.actions import AuditAction


async def alerts_due(rt: Runtime, now: datetime) -> list[store.AlertKey]:
    """Return the steps of thresholds that may be reached and were not said, nor begun, in their period, nor a higher one."""
    async with rt.store.read() as tx:
        watched = await store.thresholds(tx)
        keys = [(one.id, span.key, step) for one in watched for span in spans_to_watch(one, now) for step in one.steps]
        begun = await store.begun_alerts(tx, keys)
    highest: dict[tuple[str, str], int] = {}
    for threshold_id, period, step in begun:
        highest[threshold_id, period] = max(step, highest.get((threshold_id, period), 0))
    # Figures that are revised downward don't bring a lower step back.
    return [key for key in keys if key[2] > highest.get(key[:2], 0)]


async def alert(rt: Runtime, key: store.AlertKey, now: datetime) -> None:
    """Say that a step of a threshold was reached in a period, if it is the highest that was."""
    threshold_id, period_key, step = key
    async with rt.store.read() as tx:
        threshold = await store.threshold(tx, threshold_id)
    if threshold is None:
        return
    found = await crossing(rt, threshold, span_of_key(threshold.period, period_key), now)
    if found is None or found.step != step:
        return
    about = [threshold.workspace_id] if threshold.workspace_id else []
    is_seen = await may_still_tell(rt, threshold.created_by, about)
    hidden = unseen.subject_of("alert", threshold_id, threshold.channel, threshold.created_by)
    async with rt.store.write() as tx:
        alert_id = await store.begin_alert(tx, threshold_id, period_key, step)
        if alert_id is not None and not is_seen:
            await store.alert_sent(tx, alert_id, rt.now(), None, ())
            await unseen.want_told(rt, tx, hidden)
        elif alert_id is not None:
            await unseen.forget(tx, hidden)
            await posts.want(tx, TOPIC, str(alert_id), [alert_of(threshold.channel)], rt.now())
    if alert_id is not None:
        await converge(rt, TOPIC, str(alert_id))
    await unseen.tell(rt, hidden)


async def acknowledge(rt: Runtime, alert_id: int, slack_id: str, now: datetime) -> tuple[Alert, bool]:
    """Note that somebody looks after an alert; the first one stays. NotFound: no such alert.

    Returns the alert as it is now, and whether its card shows it.
    """
    async with rt.store.write() as tx:
        is_first = await store.acknowledge_alert(tx, alert_id, slack_id, now)
        await posts.touch(tx, TOPIC, str(alert_id), now)
        found = await store.alert_and_threshold(tx, alert_id)
        if is_first and found:
            alert, threshold = found
            facts = {"channel": threshold.channel, "period": alert.period_key, "step": alert.step}
            tx.audit(now, slack_id, AuditAction.ALERT_ACKNOWLEDGED, threshold.id, **facts)
    if found is None:
        raise NotFound("I don't know that alert any more.")
    return found[0], await converge(rt, TOPIC, str(alert_id))
