"""What handlers ask of digests: a channel's subscription, set up, muted and ended, and a digest shown again."""

import secrets
from dataclasses import replace
from datetime import datetime

from bot.errors import NotFound
from bot.people.model import Actor
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.changes.authority import check_may_change
from bot.spend.changes.topic import tell, want_told
from bot.spend.digests import db as subscription_table
from bot.spend.digests.build import WEEK, DigestInput, build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.model import DigestRun, Subscription
from bot.spend.digests.schedule import GRACE, Due, due, next_due, next_midnight
from bot.spend.model import Digest
from bot.store.actions import AuditAction


async def subscribe(
    rt: Runtime, actor: Actor, channel: str, local_time: str, tz: str, workspace_ids: tuple[str, ...], about: Markup = ""
) -> Subscription:
    """Give a channel the daily digest, or change the one it has, which is told with how it is then (`about`).

    NotAllowed where figures must not be posted, or for somebody who may not change it.
    """
    await require_channel(rt, channel)
    known = await subscription_of(rt, channel)
    if known:
        await check_may_change(rt, actor, channel, known.created_by)
    now, told = rt.now(), ""
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
        waits = due(replace(before, local_time=local_time, tz=tz), now) if before else None
        if waits:  # for its day to be closed, or it was sent; new settings change neither
            wanted = replace(wanted, first_day=min(wanted.first_day, waits.day))
        saved = await subscription_table.save_subscription(tx, wanted)
        detail = {"channel": channel, "time": local_time, "tz": tz, "workspaces": list(workspace_ids)}
        tx.audit(now, actor.slack_id, AuditAction.DIGEST_SUBSCRIBED, saved.id, **detail)
        if before and _settings_of(before) != _settings_of(saved):
            told = await want_told(tx, "digest_changed", channel, actor.slack_id, before.created_by, about=about)
    if told:
        await tell(rt, told)
    return saved


def _settings_of(subscription: Subscription) -> tuple[str, str, frozenset[str]]:
    return subscription.local_time, subscription.tz, frozenset(subscription.workspace_ids)


async def next_digest(rt: Runtime, subscription: Subscription) -> Due:
    """Return the digest that comes next: one that is due and waits, else the first of those to come that wasn't sent."""
    now = rt.now()
    coming = due(subscription, now) or next_due(subscription.local_time, subscription.tz, now)
    async with rt.store.read() as tx:
        while await subscription_table.begun_runs(tx, [(subscription.id, coming.day)]):
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
    """Stop a channel's digest, and tell those who rely on it; False when it had none, NotAllowed for others."""
    known = await subscription_of(rt, channel)
    if known is None:
        return False
    await check_may_change(rt, actor, channel, known.created_by)
    told = ""
    async with rt.store.write() as tx:
        ended = await subscription_table.end_subscription(tx, channel, rt.now())
        if ended:
            tx.audit(rt.now(), actor.slack_id, AuditAction.DIGEST_ENDED, channel)
            told = await want_told(tx, "digest_ended", channel, actor.slack_id, known.created_by)
    if told:
        await tell(rt, told)
    return ended


async def mute_digest(rt: Runtime, actor: Actor, subscription: Subscription) -> datetime:
    """Let the next digest of a channel fall out, and tell those who rely on it; returns from when on it speaks again.

    NotAllowed for somebody who may not change it.
    """
    channel, owner = subscription.channel, subscription.created_by
    await check_may_change(rt, actor, channel, owner)
    skipped = (await next_digest(rt, subscription)).since
    # A late one at night may still go out after midnight, so its grace has to be over, too.
    until = max(next_midnight(subscription.tz, skipped), skipped + GRACE)
    async with rt.store.write() as tx:
        if not await subscription_table.mute_subscription(tx, channel, until):
            return until  # somebody has just skipped it
        tx.audit(rt.now(), actor.slack_id, AuditAction.DIGEST_MUTED, subscription.id, until=until.isoformat())
        told = await want_told(tx, "digest_skipped", channel, actor.slack_id, owner, until=until)
    await tell(rt, told)
    return until


async def digest_of_run(rt: Runtime, run_id: int) -> tuple[DigestInput, Digest]:
    """Return what a run's digest is made of and the digest, from today's ledger; NotFound when there is no such run."""
    async with rt.store.read() as tx:
        run = await subscription_table.digest_run(tx, run_id)
        subscription = await subscription_table.subscription_behind(tx, run) if run else None
    if run is None or subscription is None:
        raise NotFound("I don't know that digest any more.")
    given = await digest_input(rt, subscription, run.day, every_key=True)
    return given, build_digest(given)


async def last_digest(rt: Runtime) -> DigestRun | None:
    """Return the latest digest that stands in a channel, None when there was none for a week."""
    async with rt.store.read() as tx:
        runs = await subscription_table.sent_digests(tx, rt.now().date() - WEEK)
    return max(runs, key=lambda run: run.id, default=None)
