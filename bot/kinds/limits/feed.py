"""Whether a spend limit that a person set by hand shows in the activity feed, or has to be believed."""

from datetime import datetime, timedelta
from decimal import Decimal

from bot.admin.model import Activity
from bot.approvals.act import Look, P
from bot.approvals.outcome import Done, Outcome, Waits
from bot.errors import UpstreamAuth, UpstreamError, UpstreamMissing, UpstreamRefused
from bot.words.amounts import exact_amount

_TAKEN_AWAY = ("workspace_spend_limit_deleted", "platform_spend_limit_deleted")
TYPES = ("workspace_spend_limit_created", "platform_spend_limit_created", "platform_spend_limit_updated", *_TAKEN_AWAY)
"""What is told of a limit that is set, or taken away (admin-api.md §4.15)."""
CLOCKS_MAY_DIFFER = timedelta(minutes=2)
SEEN_WITHIN = timedelta(minutes=5)
"""The feed shows within about a minute what was done; so long after somebody's word it is looked for there."""


async def spend_activities(look: Look[P], since: datetime) -> list[Activity] | None:
    """Return what the feed tells of limits that were changed since then, newest first; None where it can't be read."""
    try:
        return [one async for one in look.admin.activities(TYPES, since - CLOCKS_MAY_DIFFER)]
    except (UpstreamAuth, UpstreamMissing, UpstreamRefused):
        return None


async def seen_in_feed(look: Look[P], scope: str | None, amount: Decimal | None) -> Done | Waits | None:
    """Return whether the limit of a workspace, or of the organization (None), was set, or taken away (`amount` None).

    Without proof somebody's word counts: at once where there is no feed, else once the feed has had the time to show it.
    """
    said_at, now = look.request.outcome.said_at, look.now()
    is_late = said_at is not None and now - said_at >= SEEN_WITHIN
    try:
        seen = await spend_activities(look, look.request.approved_at or look.request.created_at)
    except UpstreamError:
        if not is_late:
            raise
        seen = None
    mine = [one for one in seen or () if one.id not in look.request.outcome.known and _is_about(one, scope)]
    newest = max(mine, key=_when, default=None)
    if newest and (done := _otherwise(newest, amount)):
        return Waits(problem=f"{done}, which isn't what was approved.")
    if newest:
        return Done(Outcome(note=_proof(newest)))
    if said_at and (seen is None or is_late):
        return Done(Outcome(is_unproven=True))
    return Waits()


def _is_about(activity: Activity, scope: str | None) -> bool:
    """Tell whether an entry is about a workspace's limit, or the organization's (None)."""
    return activity.workspace_id == scope and activity.type.startswith("workspace_") is (scope is not None)


def _when(activity: Activity) -> tuple[datetime, bool]:
    """Order entries by time. A limit that is replaced may be taken away and set in one moment: then it is set."""
    return activity.created_at, activity.type not in _TAKEN_AWAY


def _otherwise(activity: Activity, amount: Decimal | None) -> str:
    """Return what was done to a limit where that isn't what was wanted. An entry that names no amount may be any."""
    if activity.type in _TAKEN_AWAY:
        return "" if amount is None else "The limit was removed"
    if amount is None:
        return "A limit was set"
    return "" if activity.amount in (None, amount) else f"The limit was set to {exact_amount(activity.amount or amount)}"


def _proof(activity: Activity) -> str:
    by = f" by {activity.actor_email}" if activity.actor_email else ""
    if activity.type in _TAKEN_AWAY:
        return f"The activity feed shows that it was removed{by}."
    amount = "" if activity.amount is not None else " The feed doesn't tell its amount."
    return f"The activity feed shows that it was set{by}.{amount}"
