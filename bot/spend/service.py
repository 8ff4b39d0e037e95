"""What listeners and jobs ask of spend: figures, subscriptions, thresholds, and the three jobs that keep them going."""

import secrets
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.errors import NotFound
from bot.identity import Actor
from bot.runtime import Runtime
from bot.spend.alerts import acknowledge, run_alerts
from bot.spend.delivery import deliver, require_channel
from bot.spend.digest import WEEK, build_digest
from bot.spend.digests import run_corrections, run_digests
from bot.spend.figures import digest_input, figures
from bot.spend.ledger import sync_costs
from bot.spend.model import ONE_DAY, Digest
from bot.spend.names import sync_names, workspaces
from bot.spend.schedule import GRACE, Due, due, next_due, next_midnight
from bot.spend.standing import DigestRun, Subscription, Threshold, ThresholdPeriod
from bot.store import ledger as ledger_table
from bot.store import subscriptions as subscription_table
from bot.store import thresholds as threshold_table

__all__ = [
    "acknowledge",
    "deliver",
    "digest_of_run",
    "end_digest",
    "end_threshold",
    "figures",
    "figures_as_of",
    "last_digest",
    "mute_digest",
    "next_digest",
    "require_channel",
    "run_alerts",
    "run_corrections",
    "run_digests",
    "subscribe",
    "subscription_of",
    "subscription_of_run",
    "sync_costs",
    "sync_names",
    "thresholds_of",
    "watch",
    "workspaces",
]


async def subscribe(
    rt: Runtime, actor: Actor, channel: str, local_time: str, tz: str, workspace_ids: tuple[str, ...]
) -> Subscription:
    """Give a channel the daily digest, or change the one it has; NotAllowed where figures must not be posted."""
    await require_channel(rt, channel)
    now = rt.now()
    async with rt.store.write() as tx:
        before = await subscription_table.subscription_of(tx, channel)
        wanted = Subscription(
            id=f"dig_{secrets.token_hex(8)}",
            channel=channel,
            local_time=local_time,
            tz=tz,
            workspace_ids=workspace_ids,
            created_by=actor.slack_id,
            created_at=now,
            first_day=next_due(local_time, tz, now).day,
        )
        waits = before and due(replace(before, local_time=local_time, tz=tz), now)
        if waits:  # for its day to be closed, or it was sent; new settings change neither
            wanted = replace(wanted, first_day=min(wanted.first_day, waits.day))
        saved = await subscription_table.save_subscription(tx, wanted)
        detail = {"channel": channel, "time": local_time, "tz": tz, "workspaces": list(workspace_ids)}
        tx.audit(now, actor.slack_id, "digest.subscribed", saved.id, **detail)
    return saved


async def next_digest(rt: Runtime, subscription: Subscription) -> Due:
    """Return the digest that comes next: one that is due and waits, else the first of those to come that wasn't sent."""
    now = rt.now()
    coming = due(subscription, now) or next_due(subscription.local_time, subscription.tz, now)
    async with rt.store.read() as tx:
        while not await subscription_table.unclaimed_days(tx, [(subscription.id, coming.day)], now):
            coming = next_due(subscription.local_time, subscription.tz, max(now, coming.since))
    return coming


async def subscription_of(rt: Runtime, channel: str) -> Subscription | None:
    """Return the digest that a channel gets, None where it gets none."""
    async with rt.store.read() as tx:
        return await subscription_table.subscription_of(tx, channel)


async def subscription_of_run(rt: Runtime, run_id: int) -> Subscription:
    """Return the subscription behind a digest; NotFound when there is none any more."""
    async with rt.store.read() as tx:
        run = await subscription_table.digest_run(tx, run_id)
        found = None if run is None else await subscription_table.subscription_of(tx, run.channel)
    if found is None:
        raise NotFound("This channel doesn't get the digest any more.")
    return found


async def end_digest(rt: Runtime, actor: Actor, channel: str) -> bool:
    """Stop a channel's digest; False when it had none."""
    async with rt.store.write() as tx:
        ended = await subscription_table.end_subscription(tx, channel, rt.now())
        if ended:
            tx.audit(rt.now(), actor.slack_id, "digest.ended", channel)
    return ended


async def mute_digest(rt: Runtime, actor: Actor, subscription: Subscription) -> datetime:
    """Let the next digest of a channel fall out; returns from when on it speaks again."""
    skipped = (await next_digest(rt, subscription)).since
    # A late one at night may still go out after midnight, so its grace has to be over, too.
    until = max(next_midnight(subscription.tz, skipped), skipped + GRACE)
    async with rt.store.write() as tx:
        await subscription_table.mute_subscription(tx, subscription.channel, until)
        tx.audit(rt.now(), actor.slack_id, "digest.muted", subscription.id, until=until.isoformat())
    return until


async def digest_of_run(rt: Runtime, run_id: int) -> Digest:
    """Return the digest of a run from today's ledger; NotFound when there is no such run."""
    async with rt.store.read() as tx:
        run = await subscription_table.digest_run(tx, run_id)
        subscription = run and await subscription_table.subscription_behind(tx, run)
    if run is None or subscription is None:
        raise NotFound("I don't know that digest any more.")
    return build_digest(await digest_input(rt, subscription, run.day))


async def figures_as_of(rt: Runtime) -> datetime | None:
    """Return the moment up to which the ledger's figures reach, None while it is empty."""
    async with rt.store.read() as tx:
        edges = await ledger_table.ledger_edges(tx)
        # The newest day isn't always the freshest: the one before is read again until it is closed.
        known = await ledger_table.ledger_days(tx, edges[1] - ONE_DAY, edges[1]) if edges else {}
    return max((day.refreshed_at for day in known.values()), default=None)


async def last_digest(rt: Runtime) -> DigestRun | None:
    """Return the latest digest that stands in a channel, None when there was none for a week."""
    async with rt.store.read() as tx:
        runs = await subscription_table.sent_digests(tx, rt.now().date() - WEEK)
    return max(runs, key=lambda run: run.id, default=None)


async def watch(
    rt: Runtime, actor: Actor, channel: str, period: ThresholdPeriod, amount: Decimal, workspace_id: str | None
) -> Threshold:
    """Tell a channel when an amount is passed; NotAllowed where figures must not be posted."""
    await require_channel(rt, channel)
    now = rt.now()
    wanted = Threshold(f"thr_{secrets.token_hex(8)}", channel, period, workspace_id, amount, actor.slack_id, now)
    async with rt.store.write() as tx:
        saved = await threshold_table.save_threshold(tx, wanted)
        detail = {"channel": channel, "period": period, "amount": str(amount), "workspace": workspace_id}
        tx.audit(now, actor.slack_id, "threshold.set", saved.id, **detail)
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
            tx.audit(rt.now(), actor.slack_id, "threshold.ended", threshold_id)
    return ended
