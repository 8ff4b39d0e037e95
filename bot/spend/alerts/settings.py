"""What a channel is told of: alerts set up, listed and ended."""

import secrets
from decimal import Decimal

from bot.people.model import Actor
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.spend.alerts import db as threshold_table
from bot.spend.alerts.forms import amount_in_words, threshold_in_words
from bot.spend.alerts.model import WHOLE, Threshold, ThresholdPeriod
from bot.spend.changes.authority import check_may_change
from bot.spend.changes.topic import tell, want_told
from bot.spend.visibility import may_still_tell
from bot.store.actions import AuditAction
from bot.store.names import names_of


async def watch(
    rt: Runtime,
    actor: Actor,
    channel: str,
    period: ThresholdPeriod,
    amount: Decimal,
    workspace_id: str | None,
    steps: tuple[int, ...] = (WHOLE,),
) -> Threshold:
    """Tell a channel when an amount, or a step on the way to it, is reached; NotAllowed where figures must not be posted.

    One of the same amount stays. Where it is silent, because its creator may not see it any more, it begins again.
    """
    await require_channel(rt, channel)
    now, told = rt.now(), ""
    wanted = Threshold(f"thr_{secrets.token_hex(8)}", channel, period, workspace_id, amount, actor.slack_id, now, steps)
    live = await _live(rt, wanted)
    is_silent = live is not None and not await may_still_tell(rt, live.created_by, [workspace_id] if workspace_id else [])
    silent, live = (live, None) if is_silent else (None, live)
    if live and live.steps != steps:
        await check_may_change(rt, actor, channel, live.created_by)
    async with rt.store.write() as tx:
        if silent and await threshold_table.end_threshold(tx, silent.id, now):
            tx.audit(now, actor.slack_id, AuditAction.THRESHOLD_ENDED, silent.id)
        saved = await threshold_table.save_threshold(tx, wanted)
        percents = ", ".join(map(str, steps))
        detail = {
            "channel": channel,
            "period": period,
            "amount": str(amount),
            "workspace": workspace_id,
            "percents": percents,
        }
        tx.audit(now, actor.slack_id, AuditAction.THRESHOLD_SET, saved.id, **detail)
        if live and live.steps != steps:
            about = threshold_in_words(saved, await names_of(tx, [saved.workspace_id or ""]))
            told = await want_told(tx, "alert_changed", channel, actor.slack_id, live.created_by, about=about)
    if told:
        await tell(rt, told)
    return saved


async def _live(rt: Runtime, wanted: Threshold) -> Threshold | None:
    """Return what a channel is told already of the same amount."""
    async with rt.store.read() as tx:
        return await threshold_table.live_threshold(tx, wanted)


async def thresholds_of(rt: Runtime, channel: str) -> list[Threshold]:
    """Return what is watched for a channel, oldest first."""
    async with rt.store.read() as tx:
        return await threshold_table.thresholds(tx, channel)


async def end_threshold(rt: Runtime, actor: Actor, threshold_id: str) -> bool:
    """Stop watching an amount, and tell those who rely on it; False when it wasn't watched, NotAllowed for others."""
    async with rt.store.read() as tx:
        known = await threshold_table.threshold(tx, threshold_id)
    if known is None:
        return False
    await check_may_change(rt, actor, known.channel, known.created_by)
    told = ""
    async with rt.store.write() as tx:
        ended = await threshold_table.end_threshold(tx, threshold_id, rt.now())
        if ended:
            tx.audit(rt.now(), actor.slack_id, AuditAction.THRESHOLD_ENDED, threshold_id)
            about = amount_in_words(known, await names_of(tx, [known.workspace_id or ""]))
            told = await want_told(tx, "alert_ended", known.channel, actor.slack_id, known.created_by, about=about)
    if told:
        await tell(rt, told)
    return ended
