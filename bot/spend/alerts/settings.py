"""What a channel is told of: alerts set up, listed and ended."""

import secrets
from decimal import Decimal

from bot.people.model import Actor
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.spend.alerts import db as threshold_table
from bot.spend.alerts.model import WHOLE, Threshold, ThresholdPeriod
from bot.store.actions import AuditAction


async def watch(
    rt: Runtime,
    actor: Actor,
    channel: str,
    period: ThresholdPeriod,
    amount: Decimal,
    workspace_id: str | None,
    steps: tuple[int, ...] = (WHOLE,),
) -> Threshold:
    """Tell a channel when an amount, or a step on the way to it, is reached; NotAllowed where figures must not be posted."""
    await require_channel(rt, channel)
    now = rt.now()
    wanted = Threshold(f"thr_{secrets.token_hex(8)}", channel, period, workspace_id, amount, actor.slack_id, now, steps)
    async with rt.store.write() as tx:
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
    return saved


async def thresholds_of(rt: Runtime, channel: str) -> list[Threshold]:
    """Return what is watched for a channel, oldest first."""
    async with rt.store.read() as tx:
        return await threshold_table.thresholds(tx, channel)


async def end_threshold(rt: Runtime, actor: Actor, threshold_id: str) -> bool:
    """Stop watching an amount; False when it wasn't watched any more."""
    async with rt.store.write() as tx:
        ended = await threshold_table.end_threshold(tx, threshold_id, rt.now())
        if ended:
            tx.audit(rt.now(), actor.slack_id, AuditAction.THRESHOLD_ENDED, threshold_id)
    return ended
