"""Families of calls that are there only where a switch is on; the sandbox has nothing to show in them.

Upstream's webhooks carry no event of keys, members or spend and are not delivered yet; its activity feed is here an empty
one, which is enough to see whether a credential may read it.
"""

from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, not_found

_WEBHOOKS_BETA = "webhooks-2026-10-07"
_NOTHING: dict[str, Any] = {"data": [], "has_more": False, "first_id": None, "last_id": None}


def list_activities(call: Call) -> dict[str, Any]:
    """Return the activity feed; without the switch the key has no right to it."""
    if not call.organization.flags.compliance_enabled:
        raise ApiError(403, "The Compliance API is not enabled for this organization.")
    params.integer(call.query, "limit", 100, 1, 5000)
    params.choice(call.query, "order", ("asc", "desc"))
    return dict(_NOTHING)


def _need_webhooks(call: Call) -> None:
    # Without the beta header, or before Anthropic turned it on, the family answers as if it did not exist.
    if not call.organization.flags.webhooks_enabled or _WEBHOOKS_BETA not in call.betas:
        raise ApiError(404, "Not Found")


def list_webhooks(call: Call) -> dict[str, Any]:
    """List the webhook endpoints: none."""
    _need_webhooks(call)
    params.integer(call.query, "limit", 0, 0, 100)
    return dict(_NOTHING)


def make_webhook(call: Call) -> dict[str, Any]:
    """Refuse a webhook endpoint, as nothing would ever come to it."""
    _need_webhooks(call)
    raise ApiError(403, "The sandbox delivers no webhooks.")


def no_webhook(call: Call) -> dict[str, Any]:
    """Say that there is no such webhook endpoint."""
    _need_webhooks(call)
    raise not_found("Webhook endpoint")


_WEBHOOKS = "/v1/organizations/webhooks"
ENDPOINTS = [
    Endpoint("GET", "/v1/compliance/activities", list_activities),
    Endpoint("GET", _WEBHOOKS, list_webhooks),
    Endpoint("POST", _WEBHOOKS, make_webhook),
    *(Endpoint("*", f"{_WEBHOOKS}{rest}", no_webhook) for rest in ("", "/{webhook_id}", "/{webhook_id}/{act}")),
]
