"""The organization's things as the rest of the bot knows them, in one shape for all versions of the API.

Enumerations are plain strings: the API may add values at any time. Times are aware UTC. Report rows are in `rows.py`,
because tens of thousands of them are read at once.

Pure.
"""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Organization(_Frozen):
    """The organization that the Admin key belongs to."""

    id: str
    name: str


class Member(_Frozen):
    """A person in the organization. `role`: admin, developer, billing, claude_code_user, user, or one that comes later."""

    id: str
    email: str
    name: str
    role: str
    added_at: datetime | None = None


class Invite(_Frozen):
    """An invitation; membership starts when it is accepted. `status`: pending, accepted, expired, deleted."""

    id: str
    email: str
    role: str
    status: str
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None


class Workspace(_Frozen):
    """A workspace. The default one can't be renamed, archived or limited."""

    id: str
    name: str
    created_at: datetime
    archived_at: datetime | None = None
    is_default: bool = False
    tags: dict[str, str] = Field(default_factory=dict[str, str])
    display_color: str | None = None

    @property
    def is_claude_code(self) -> bool:
        """Whether this is the workspace of Claude Code sign-ins. Only its name tells."""
        return self.name == "Claude Code"


class WorkspaceMember(_Frozen):
    """A member's explicit role in a workspace; organization admins and billing members have theirs without one."""

    user_id: str
    workspace_id: str
    workspace_role: str


class ApiKey(_Frozen):
    """An API key's metadata. Its secret is never part of it.

    `status`: active, inactive, archived, expired. `scope`: workspace, organization, or what a later API names. The
    `workspace_id` of a workspace's key is None for the default workspace in the old shape (2023-06-01); no other key has
    one. `principal_type`: user, service_account or None for a classic key.
    """

    id: str
    name: str
    status: str
    workspace_id: str | None
    created_at: datetime
    scope: str = "workspace"
    created_by: str | None = None
    expires_at: datetime | None = None
    hint: str | None = None
    principal_type: str | None = None
    principal_id: str | None = None


class IssuedKey(_Frozen):
    """A key that was just created, with the secret that no later call will show again."""

    key: ApiKey
    secret: SecretStr


class SpendLimit(_Frozen):
    """A monthly, weekly or daily limit in dollars. `scope_type`: organization, workspace, usage_tier (read-only), …"""

    id: str
    scope_type: str
    workspace_id: str | None = None
    amount: Decimal | None
    currency: str = "USD"
    period: str
    is_enabled: bool = True


class Activity(_Frozen):
    """Something that somebody did in the organization, from its activity feed.

    `workspace_id`, `amount` (dollars) and `actor_email` are None where the entry doesn't say.
    """

    id: str
    type: str
    created_at: datetime
    workspace_id: str | None = None
    amount: Decimal | None = None
    actor_email: str | None = None


class MonthSpend(_Frozen):
    """What a workspace, or the organization, spent in the UTC month so far, and the limit that the bot keeps for it.

    `spent` is dollars in the days that are known, None without a known day; of those before today `missing` are not known.
    `limit` is dollars a month, None where there is none.
    """

    spent: Decimal | None = None
    missing: int = 0
    as_of: datetime | None = None
    limit: Decimal | None = None


class RateLimitGroup(_Frozen):
    """What a rate limit counts: a group of models, batches, files, …; `id` is missing in the old shape."""

    type: str
    id: str | None = None
    display_name: str | None = None


class RateLimit(_Frozen):
    """The organization's limits for one group; `limits` maps a limiter's type to its value."""

    id: str | None
    group: RateLimitGroup
    models: tuple[str, ...] = ()
    limits: dict[str, int | None]


class WorkspaceRateLimit(_Frozen):
    """A workspace's limits for one group; `organization_limits` holds what applies above them.

    `rate_limit_id` is the organization entry's id, which is what a change needs. `overridden` names the limiters that the
    workspace sets itself.
    """

    workspace_id: str
    rate_limit_id: str | None
    group: RateLimitGroup
    models: tuple[str, ...] = ()
    limits: dict[str, int | None]
    organization_limits: dict[str, int | None]
    overridden: frozenset[str] = frozenset()
