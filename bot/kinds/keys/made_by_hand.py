"""Whether a key that a person made in the Console is the one that was asked for, and what differs. Pure.

A key that gives less than was approved, or more only until the bot takes it back, is accepted, and what differs is said: an
expiry can't be changed (admin-api.md §4.6), so refusing it would only make people create another one. An earlier end gives
less. A later one, or none, is cut back by the bot on the day that was approved. A workspace key acts as nobody and outlives
everybody, as keys by API do.

A key that acts as another person than its requester is not accepted: its user would have that person's rights, which
nobody approved, its cost would be theirs, and it would stop when they leave. Nor is one that acts as something that isn't
known here: unknown is never taken for harmless.
"""

from datetime import datetime, timedelta
from typing import Literal

from bot.admin.model import ApiKey
from bot.words.calendars import UTC_DAYS

Use = Literal["", "me", "service"]
"""Who or what uses a key: its requester, something that runs without them, or nobody said."""
USES: tuple[tuple[Use, str], ...] = (("me", "Me, at my desk"), ("service", "Something that runs without me (service, CI)"))
USER, SERVICE_ACCOUNT = "user", "service_account"
AS_TYPED = timedelta(days=3)
"""How much later than asked an expiry may be without a word: the day to type is one that ends it nowhere too early."""


def why_not_accepted(key: ApiKey, requester_id: str, acts_as: str) -> str:
    """Return in one sentence why a key isn't accepted, "" where it is; `acts_as` names its linked account."""
    if key.principal_type in (None, SERVICE_ACCOUNT) or (key.principal_type == USER and key.principal_id == requester_id):
        return ""
    if key.principal_type == USER:
        return f"It acts as {acts_as}, so anyone who uses it would have that person's rights, and it ends when they leave."
    return f"It acts as {acts_as}, and I don't know what that may do."


def differences(key: ApiKey, ends_at: datetime | None, use: Use, requester_name: str) -> str:
    """Return in a sentence or two how an accepted key differs from what was asked, "" where it doesn't."""
    return " ".join(filter(None, [_account(key, use, requester_name), _expiry(key.expires_at, ends_at)]))


def _account(key: ApiKey, use: Use, requester_name: str) -> str:
    if use == "service" and key.principal_type == USER:
        return f"It acts as {requester_name} and stops working when they leave; a service account's key was asked for."
    if use == "service" and key.principal_type is None:
        return "It is a workspace key without a linked account; a service account's key was asked for."
    if use == "me" and key.principal_type == SERVICE_ACCOUNT:
        return f"It acts as a service account; a key that {requester_name} uses alone was asked for."
    return ""


def _expiry(expires_at: datetime | None, ends_at: datetime | None) -> str:
    asked = f"until {UTC_DAYS.written(ends_at)}" if ends_at else "for good"
    if expires_at is None:
        return f"It was created without an expiry; the request says {asked}, so I revoke it then." if ends_at else ""
    written = UTC_DAYS.written(expires_at)
    if ends_at is None or expires_at < ends_at:
        return f"It was created with an earlier end, {written}; the request says {asked}."
    if expires_at - ends_at > AS_TYPED:
        return f"It was created with a later end, {written}; the request says {asked}, so I revoke it then."
    return ""


def handed_over_by(maker: str | None, *, is_own: bool) -> str:
    """Return from whom the requester gets the secret of an accepted key.

    `maker` is the name of who made it, where that is known; `is_own`: they are the requester.
    """
    if not maker:
        return "The person who created it in the Console will give you its secret."
    return f"{maker} created it in the Console and {'has' if is_own else 'will give you'} its secret."


def acting_as(key: ApiKey, name: str | None) -> str:
    """Return what a key acts as, in words; `name` is that of the person or service account, where it is known."""
    if key.principal_type is None:
        return "nobody in particular"
    if key.principal_type == USER:
        return name or f"a person who is no member ({key.principal_id})"
    if key.principal_type == SERVICE_ACCOUNT:
        return f"the service account {name or key.principal_id}"
    return f"{key.principal_type} {key.principal_id or ''}".strip()
