"""Calls about service accounts: identities of workloads, which only the OAuth token may see and change."""

import re
import secrets
from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint, Handler
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.paging import opaque_page
from bot.sandbox.claude.records import ServiceAccount, tagged_id
from bot.sandbox.claude.shapes import service_account_json

_SLUG = re.compile(r"[a-z0-9-]+")
_ROLES = ("developer", "admin")


def by_oauth(handler: Handler) -> Handler:
    """Return a handler that lets the OAuth token in only, and says so before anything else."""

    def guarded(call: Call) -> dict[str, Any]:
        if not call.by_oauth:
            raise ApiError(403, "This endpoint requires an OAuth token with the scope org:admin.")
        return handler(call)

    return guarded


def no_such_call(_: Call) -> dict[str, Any]:
    """Refuse a method that a known path doesn't have."""
    raise ApiError(405, "Method Not Allowed")


def find_account(call: Call, account_id: str) -> ServiceAccount:
    """Return a service account, archived or not; 404 when there is none."""
    account = call.organization.service_accounts.get(account_id)
    if account is None:
        raise not_found("Service account")
    return account


def list_accounts(call: Call) -> dict[str, Any]:
    """List service accounts, newest first; archived ones only when asked for."""
    archived = params.boolean(call.query, "include_archived")
    limit = params.integer(call.query, "limit", 20, 1, 100)
    accounts = call.organization.service_accounts.values()
    rows = [account for account in accounts if archived or account.archived_at is None]
    rows.sort(key=lambda account: (account.created_at, account.id), reverse=True)
    page, next_page = opaque_page(rows, call.query, limit)
    return {"data": [service_account_json(account) for account in page], "next_page": next_page}


def get_account(call: Call) -> dict[str, Any]:
    """Return one service account."""
    return service_account_json(find_account(call, call.path["account_id"]))


def create_account(call: Call) -> dict[str, Any]:
    """Make a service account. The name is there once in the organization, also after its archival."""
    organization, now = call.organization, call.organization.clock.now()
    params.only(call.body, "name", "description", "organization_role")
    name = params.text(call.body, "name", 255, required=True) or ""
    if not _SLUG.fullmatch(name):
        raise invalid("name: String should match pattern '^[a-z0-9-]+$'")
    description, role = _description(call), params.option(call.body, "organization_role", _ROLES)
    if any(account.name == name for account in organization.service_accounts.values()):
        raise ApiError(409, "A service account with this name already exists.")
    account_id = tagged_id("svac", secrets.token_hex(16))
    account = ServiceAccount(account_id, name, now, now, organization.admin_key_owner, description or "")
    account.organization_role = role or "developer"
    organization.service_accounts[account.id] = account
    return service_account_json(account)


def update_account(call: Call) -> dict[str, Any]:
    """Change the description or the role; the name stays."""
    account = find_account(call, call.path["account_id"])
    params.only(call.body, "description", "organization_role")
    if account.archived_at is not None:
        raise invalid("An archived service account cannot be changed.")
    role = None
    if call.body.get("organization_role") is not None:
        role = params.option(call.body, "organization_role", _ROLES)
    if "description" in call.body:
        account.description = _description(call) or ""
    account.organization_role = role or account.organization_role
    account.updated_at, account.updated_by = call.organization.clock.now(), call.organization.admin_key_owner
    return service_account_json(account)


def _description(call: Call) -> str | None:
    description = call.body.get("description")
    if description is not None and not isinstance(description, str):
        raise invalid("description: Input should be a valid string")
    return description


def archive_account(call: Call) -> dict[str, Any]:
    """Archive a service account for good. A second time changes nothing."""
    account = find_account(call, call.path["account_id"])
    if account.archived_at is None:
        account.archived_at = account.updated_at = call.organization.clock.now()
        account.archived_by = call.organization.admin_key_owner
    return service_account_json(account)


_ROOT = "/v1/organizations/service_accounts"
ENDPOINTS = [
    Endpoint("GET", _ROOT, by_oauth(list_accounts)),
    Endpoint("POST", _ROOT, by_oauth(create_account)),
    Endpoint("GET", f"{_ROOT}/{{account_id}}", by_oauth(get_account)),
    Endpoint("POST", f"{_ROOT}/{{account_id}}", by_oauth(update_account)),
    Endpoint("POST", f"{_ROOT}/{{account_id}}/archive", by_oauth(archive_account)),
    *(Endpoint("*", f"{_ROOT}{rest}", by_oauth(no_such_call)) for rest in ("", "/{account_id}", "/{account_id}/archive")),
]
