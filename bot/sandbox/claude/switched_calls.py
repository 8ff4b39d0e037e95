"""Families of calls that are there only where a switch is on.

Upstream's webhooks carry no event of keys, members or spend and are not delivered yet; its activity feed tells here of spend
limits only.
"""

from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.records import Activity
from bot.sandbox.claude.shapes import activity_json

_WEBHOOKS_BETA = "webhooks-2026-10-07"
_NOTHING: dict[str, Any] = {"data": [], "has_more": False, "first_id": None, "last_id": None}


def list_activities(call: Call) -> dict[str, Any]:
    """Return the activity feed. Without the switch the key has no right to it."""
    if not call.organization.flags.compliance_enabled:
        raise ApiError(403, "The Compliance API is not enabled for this organization.")
    limit = params.integer(call.query, "limit", 100, 1, 5000)
    order = params.choice(call.query, "order", ("asc", "desc"))
    found = [one for one in call.organization.activities if _is_asked(call, one)]
    if order != "asc":
        found.reverse()
    if after := call.query.get("after_id"):
        at = next((n for n, one in enumerate(found) if one.id == after), None)
        if at is None:
            raise invalid(f"after_id: '{after}' is not a valid cursor.")
        found = found[at + 1 :]
    page = found[:limit]
    return {
        "data": [activity_json(one, call.organization.id) for one in page],
        "has_more": len(found) > limit,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def _is_asked(call: Call, activity: Activity) -> bool:
    types, without = (params.many(call.query, name) for name in ("activity_types", "exclude_activity_types"))
    at = activity.created_at
    bounds = {name: params.moment(call.query, f"created_at.{name}") for name in ("gte", "gt", "lte", "lt")}
    is_within = (
        (bounds["gte"] is None or at >= bounds["gte"])
        and (bounds["gt"] is None or at > bounds["gt"])
        and (bounds["lte"] is None or at <= bounds["lte"])
        and (bounds["lt"] is None or at < bounds["lt"])
    )
    return is_within and (types is None or activity.type in types) and activity.type not in (without or ())


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
