"""Spend limits set and taken away, by API or by hand in the Console. Each leaves an entry in the activity feed."""

import secrets

from bot.sandbox.claude.errors import invalid, not_found
from bot.sandbox.claude.organization import TIER_CAP_CENTS, ClaudeOrganization
from bot.sandbox.claude.records import SpendLimit, User, tagged_id


def put_limit(organization: ClaudeOrganization, workspace_id: str | None, amount: object, by: User | None) -> SpendLimit:
    """Set the monthly limit of a workspace, or of the organization, in whole cents. An existing one is overwritten."""
    if not isinstance(amount, str) or not (amount.isascii() and amount.isdigit()):
        raise invalid("amount: Input should be a non-negative integer decimal string")
    if len(amount.lstrip("0")) > len(TIER_CAP_CENTS) or int(amount) > int(TIER_CAP_CENTS):
        raise invalid("amount: cannot exceed the cap of the usage tier")
    if workspace_id is not None:
        workspace = organization.workspaces.get(workspace_id)
        if workspace is None:
            raise not_found("Workspace")
        if workspace.is_default or workspace.archived_at is not None:
            raise invalid("Spend limits cannot be set on the default workspace or an archived one.")
    now, found = organization.clock.now(), limit_of(organization, workspace_id)
    kind = "workspace" if workspace_id else "organization"
    limit = found or SpendLimit(tagged_id("spl", secrets.token_hex(16)), kind, workspace_id, amount, now, now)
    limit.amount, limit.updated_at = amount, now
    organization.spend_limits[limit.id] = limit
    # Upstream knows no update of a workspace's limit, only `created` and `deleted` (admin-api.md §4.15).
    act = "created" if workspace_id or found is None else "updated"
    _note(organization, limit, act, by)
    return limit


def drop_limit(organization: ClaudeOrganization, limit: SpendLimit, by: User | None) -> None:
    """Take a limit away. A workspace then has the organization's. Anthropic's own cap can't be taken away."""
    if limit.scope == "usage_tier":
        raise invalid("The cap of the usage tier is read-only.")
    del organization.spend_limits[limit.id]
    _note(organization, limit, "deleted", by)


def limit_of(organization: ClaudeOrganization, workspace_id: str | None) -> SpendLimit | None:
    """Return the limit that somebody set for a workspace, or for the organization (None)."""
    kind = "workspace" if workspace_id else "organization"
    limits = organization.spend_limits.values()
    return next((one for one in limits if one.scope == kind and one.workspace_id == workspace_id), None)


def _note(organization: ClaudeOrganization, limit: SpendLimit, act: str, by: User | None) -> None:
    """Leave an entry. That it names no amount is a guess: which fields it has isn't documented."""
    if limit.workspace_id:
        organization.note_activity(f"workspace_spend_limit_{act}", by, workspace_id=limit.workspace_id)
    else:
        organization.note_activity(f"platform_spend_limit_{act}", by)
