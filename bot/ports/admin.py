"""What the bot needs from the Claude organization, on one page."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol, Self

from bot.admin.budget import Use
from bot.admin.model import (
    Activity,
    ApiKey,
    Invite,
    IssuedKey,
    Member,
    Organization,
    RateLimit,
    SpendLimit,
    Workspace,
    WorkspaceMember,
    WorkspaceRateLimit,
)
from bot.admin.rows import ClaudeCodeRow, CostBucket, CostRow, Report, UsageRow

Bucket = Literal["1m", "1h", "1d"]
Filters = Mapping[str, Sequence[str]]
"""Report filters by their parameter's name without brackets, for instance `{"workspace_ids": ["wrkspc_…"]}`."""


class Admin(Protocol):
    """The Claude organization. Every call may raise an UpstreamError; lists are read page by page as they are consumed.

    Calls that create something look it up before they repeat it; `create_api_key` is never repeated.
    """

    def background(self) -> Self:
        """Return the same organization for work that nobody waits for: it queues behind people and waits longer."""
        ...

    async def me(self) -> Organization:
        """Return the organization; fails with UpstreamAuth when the Admin key isn't good."""
        ...

    def users(self, email: str | None = None) -> AsyncIterator[Member]:
        """Iterate over members, newest first; `email` is matched by the API without regard to case."""
        ...

    async def user(self, user_id: str) -> Member:
        """Return one member; UpstreamMissing when there is none."""
        ...

    async def change_role(self, user_id: str, role: str) -> Member:
        """Give a member an organization role; `admin` can't be given or taken by API (UpstreamRefused)."""
        ...

    async def remove_user(self, user_id: str) -> None:
        """Remove a member from the organization. Only a new invite brings them back."""
        ...

    def invites(self, email: str | None = None, statuses: Sequence[str] = ()) -> AsyncIterator[Invite]:
        """Iterate over invites, newest first; `statuses` of pending, accepted, expired (none: all)."""
        ...

    async def invite(self, email: str, role: str) -> Invite:
        """Invite somebody; membership starts when they accept within 21 days."""
        ...

    async def delete_invite(self, invite_id: str) -> None:
        """Withdraw a pending invite."""
        ...

    def workspaces(self, include_archived: bool = False) -> AsyncIterator[Workspace]:
        """Iterate over workspaces, the default one included and flagged."""
        ...

    async def workspace(self, workspace_id: str) -> Workspace:
        """Return one workspace; UpstreamMissing when there is none."""
        ...

    async def create_workspace(self, name: str, tags: Mapping[str, str] | None = None) -> Workspace:
        """Create a workspace."""
        ...

    async def update_workspace(
        self,
        workspace_id: str,
        name: str | None = None,
        tags: Mapping[str, str | None] | None = None,
        display_color: str | None = None,
    ) -> Workspace:
        """Rename, re-tag or recolour a workspace (`#6C5BB9`). A tag of None goes away, what isn't given stays."""
        ...

    async def archive_workspace(self, workspace_id: str) -> Workspace:
        """Archive a workspace for good. All its keys are revoked at once."""
        ...

    def workspace_members(self, workspace_id: str) -> AsyncIterator[WorkspaceMember]:
        """Iterate over the explicit members of a workspace. The default workspace has none of its own."""
        ...

    async def workspace_member(self, workspace_id: str, user_id: str) -> WorkspaceMember:
        """Return somebody's role in a workspace, an inherited one where the API names it; UpstreamMissing without one."""
        ...

    async def add_workspace_member(self, workspace_id: str, user_id: str, workspace_role: str) -> WorkspaceMember:
        """Give a member a role in a workspace."""
        ...

    async def change_workspace_role(self, workspace_id: str, user_id: str, workspace_role: str) -> WorkspaceMember:
        """Change a member's role in a workspace."""
        ...

    async def remove_workspace_member(self, workspace_id: str, user_id: str) -> None:
        """Take a member out of a workspace."""
        ...

    def api_keys(
        self, workspace_id: str | None = None, status: str | None = None, created_by: str | None = None
    ) -> AsyncIterator[ApiKey]:
        """Iterate over API keys; `status` of active, inactive, archived, expired; `created_by` is a user id."""
        ...

    async def api_key(self, key_id: str) -> ApiKey:
        """Return one key's metadata; UpstreamMissing when there is none."""
        ...

    async def update_api_key(self, key_id: str, name: str | None = None, status: str | None = None) -> ApiKey:
        """Rename a key or set its status to active, inactive or archived (for good)."""
        ...

    async def create_api_key(self, workspace_id: str, name: str, expires_at: datetime | None = None) -> IssuedKey:
        """Create a key where the upstream offers it (the public API doesn't: PreviewUnavailable).

        Never repeated: when the outcome is unknown it raises with `may_have_happened`.
        """
        ...

    async def spend_limits(self) -> list[SpendLimit]:
        """Return all spend limits; PreviewUnavailable where the preview is off."""
        ...

    async def set_spend_limit(self, amount: Decimal, workspace_id: str | None = None, period: str = "monthly") -> SpendLimit:
        """Set the limit in dollars of a workspace, or of the organization. An existing one is replaced."""
        ...

    async def delete_spend_limit(self, limit_id: str) -> None:
        """Remove a spend limit."""
        ...

    def activities(self, types: Sequence[str] = (), since: datetime | None = None) -> AsyncIterator[Activity]:
        """Iterate over the activity feed's entries since then, newest first; UpstreamAuth where the key may not read it."""
        ...

    @property
    def use(self) -> Use:
        """How much of the bot's share of requests the last minute took."""
        ...

    async def rate_limits(self) -> list[RateLimit]:
        """Return the organization's rate limits, one entry per group."""
        ...

    async def workspace_rate_limits(self, workspace_id: str, include_inherited: bool = False) -> list[WorkspaceRateLimit]:
        """Return a workspace's overrides, with `include_inherited` also what it inherits."""
        ...

    async def set_workspace_rate_limit(
        self, workspace_id: str, rate_limit_id: str, limits: Mapping[str, int | None]
    ) -> WorkspaceRateLimit:
        """Override limiters of one group; None clears one, unnamed ones stay. In effect within about an hour."""
        ...

    async def usage(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = (),
        bucket: Bucket | None = None,
        filters: Filters | None = None,
    ) -> Report[UsageRow]:
        """Return tokens and requests in [starts, ends); groups without usage are absent.

        With `bucket` None there is one row per group and 31 days.
        """
        ...

    async def cost(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = (),
        bucket: Bucket | None = None,
        filters: Filters | None = None,
    ) -> Report[CostRow]:
        """Return cost in [starts, ends); groups without cost are absent.

        With `bucket` None there is one row per group and 31 days.
        """
        ...

    def cost_buckets(
        self, starts: datetime, ends: datetime, group_by: tuple[str, ...], bucket: Bucket, in_order: bool = False
    ) -> AsyncIterator[Report[CostBucket]]:
        """Iterate over the pages of `cost` as a ledger takes them: each summed by bucket and group.

        For loads too large to hold; the next page is fetched while one is handled. `in_order` forgets a bucket once the next
        has begun, and is OutOfOrder where the report comes back to it. A group is its ids in the order of
        `group_by`, "" for none; a report that can't split by all of them leaves some "". Where the source of pages changes,
        the new one tells everything again, and the pages before it don't count.
        """
        ...

    async def claude_code(self, day: date) -> list[ClaudeCodeRow]:
        """Return one UTC day of Claude Code activity. The last hour is always missing."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...
