"""The Admin client that kinds may reach: reads as they are, and each change only while the request is still ours."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bot.admin.model import (
    ApiKey,
    Invite,
    IssuedKey,
    Member,
    SpendLimit,
    Workspace,
    WorkspaceMember,
    WorkspaceRateLimit,
)
from bot.approvals.outcome import LeaseLost, NeedsPerson
from bot.directory.directory import Directory
from bot.errors import NotLinked, SlackError, UpstreamDown, UserError
from bot.ports.admin import Admin
from bot.runtime import SpendNews

T = TypeVar("T")
ACT_WITHIN = timedelta(minutes=1)
"""A third of what a claim lasts; the rest is for the call that changes something."""


def is_fresh(claimed_at: datetime | None, now: datetime) -> bool:
    """Tell whether a claim is so young that no other process may do the same.

    A process may be paused at any moment, and what it wakes up to do then may have been done, and undone on purpose, by
    others.
    """
    return claimed_at is not None and now - claimed_at <= ACT_WITHIN


class ReadingAdmin:
    """What can be read of the organization. It has no call that changes anything."""

    def __init__(self, admin: Admin) -> None:
        self.users = admin.users
        self.user = admin.user
        self.invites = admin.invites
        self.workspaces = admin.workspaces
        self.workspace = admin.workspace
        self.workspace_members = admin.workspace_members
        self.workspace_member = admin.workspace_member
        self.api_keys = admin.api_keys
        self.api_key = admin.api_key
        self.spend_limits = admin.spend_limits
        self.activities = admin.activities
        self.rate_limits = admin.rate_limits
        self.workspace_rate_limits = admin.workspace_rate_limits


class FencedAdmin(ReadingAdmin):
    """The same with the calls that change something, as `bot.ports.admin` describes them.

    Each checks the lease right before it is sent, and raises LeaseLost where it is too old. It makes the directory forget
    what it changed, also when its answer was lost.
    """

    def __init__(self, admin: Admin, directory: Directory, holds: Callable[[], bool]) -> None:
        super().__init__(admin)
        self._admin = admin
        self._directory = directory
        self._holds = holds
        self._is_unchanged = True

    async def _change_key(self, send: Callable[[], Awaitable[T]], key_of: Callable[[T], ApiKey]) -> T:
        """Change one key. The directory notes it as the answer has it; only where that is lost all are read again."""
        answer: list[T] = []

        def note() -> None:
            if answer:
                self._directory.note_key(key_of(answer[0]))
            else:
                self._directory.forget_keys()

        async def sent() -> T:
            answer.append(await send())
            return answer[0]

        return await self._change(sent, note)

    async def _change(self, send: Callable[[], Awaitable[T]], *forget: Callable[[], None]) -> T:
        if not self._holds():
            raise LeaseLost(is_unchanged=self._is_unchanged)
        self._is_unchanged = False
        try:
            return await send()
        finally:
            for one in forget:
                one()

    async def change_role(self, user_id: str, role: str) -> Member:
        """Give a member an organization role."""
        return await self._change(lambda: self._admin.change_role(user_id, role), self._directory.forget_members)

    async def remove_user(self, user_id: str) -> None:
        """Remove a member from the organization."""
        await self._change(lambda: self._admin.remove_user(user_id), self._directory.forget_members)

    async def invite(self, email: str, role: str) -> Invite:
        """Invite somebody."""
        return await self._change(lambda: self._admin.invite(email, role), self._directory.forget_invites)

    async def delete_invite(self, invite_id: str) -> None:
        """Withdraw a pending invite."""
        await self._change(lambda: self._admin.delete_invite(invite_id), self._directory.forget_invites)

    async def create_workspace(self, name: str, tags: Mapping[str, str] | None = None) -> Workspace:
        """Create a workspace."""
        return await self._change(lambda: self._admin.create_workspace(name, tags), self._directory.forget_workspaces)

    async def update_workspace(
        self,
        workspace_id: str,
        name: str | None = None,
        tags: Mapping[str, str | None] | None = None,
        display_color: str | None = None,
    ) -> Workspace:
        """Rename, re-tag or recolour a workspace."""
        return await self._change(
            lambda: self._admin.update_workspace(workspace_id, name, tags, display_color), self._directory.forget_workspaces
        )

    async def archive_workspace(self, workspace_id: str) -> Workspace:
        """Archive a workspace for good, and with it all its keys."""
        forget = self._directory.forget_workspaces, self._directory.forget_keys
        return await self._change(lambda: self._admin.archive_workspace(workspace_id), *forget)

    async def add_workspace_member(self, workspace_id: str, user_id: str, workspace_role: str) -> WorkspaceMember:
        """Give a member a role in a workspace."""
        return await self._change(
            lambda: self._admin.add_workspace_member(workspace_id, user_id, workspace_role),
            lambda: self._directory.forget_roles_in(workspace_id),
        )

    async def change_workspace_role(self, workspace_id: str, user_id: str, workspace_role: str) -> WorkspaceMember:
        """Change a member's role in a workspace."""
        return await self._change(
            lambda: self._admin.change_workspace_role(workspace_id, user_id, workspace_role),
            lambda: self._directory.forget_roles_in(workspace_id),
        )

    async def remove_workspace_member(self, workspace_id: str, user_id: str) -> None:
        """Take a member out of a workspace."""
        await self._change(
            lambda: self._admin.remove_workspace_member(workspace_id, user_id),
            lambda: self._directory.forget_roles_in(workspace_id),
        )

    async def update_api_key(self, key_id: str, name: str | None = None, status: str | None = None) -> ApiKey:
        """Rename a key or set its status."""
        return await self._change_key(lambda: self._admin.update_api_key(key_id, name, status), lambda key: key)

    async def create_api_key(self, workspace_id: str, name: str, expires_at: datetime | None = None) -> IssuedKey:
        """Create a key where the upstream offers it."""
        return await self._change_key(
            lambda: self._admin.create_api_key(workspace_id, name, expires_at), lambda issued: issued.key
        )

    async def set_spend_limit(self, amount: Decimal, workspace_id: str | None = None, period: str = "monthly") -> SpendLimit:
        """Set the limit in dollars of a workspace, or of the organization."""
        return await self._change(
            lambda: self._admin.set_spend_limit(amount, workspace_id, period), self._directory.forget_spend_limits
        )

    async def delete_spend_limit(self, limit_id: str) -> None:
        """Remove a spend limit."""
        await self._change(lambda: self._admin.delete_spend_limit(limit_id), self._directory.forget_spend_limits)

    async def set_workspace_rate_limit(
        self, workspace_id: str, rate_limit_id: str, limits: Mapping[str, int | None]
    ) -> WorkspaceRateLimit:
        """Override limiters of one group."""
        return await self._change(lambda: self._admin.set_workspace_rate_limit(workspace_id, rate_limit_id, limits))


class ReadingNews:
    """What can be read of what channels are told of spend."""

    def __init__(self, news: SpendNews) -> None:
        self.check_channel = news.check_channel
        self.has_digest = news.has_digest
        self.has_alert = news.has_alert


class FencedNews(ReadingNews):
    """The same with what sets it up, as `bot.runtime.SpendNews` describes it.

    Each checks the lease right before. What somebody may not have is a NeedsPerson; where Slack can't be asked, it is an
    UpstreamError, so that it is tried again.
    """

    def __init__(self, news: SpendNews, holds: Callable[[], bool]) -> None:
        super().__init__(news)
        self._news = news
        self._holds = holds

    async def _start(self, start: Callable[[], Awaitable[None]]) -> None:
        if not self._holds():
            raise LeaseLost(is_unchanged=False)
        try:
            await start()
        except UserError as refusal:
            raise NeedsPerson(refusal.about if isinstance(refusal, NotLinked) else refusal.sentence) from None
        except SlackError as error:
            raise UpstreamDown(error.sentence) from None

    async def start_digest(self, by: str, channel: str, about: Mapping[str, str]) -> None:
        """Give a channel the digest of workspaces."""
        await self._start(lambda: self._news.start_digest(by, channel, about))

    async def start_alert(self, by: str, channel: str, workspace_id: str, amount: Decimal, steps: tuple[int, ...]) -> None:
        """Tell a channel when a workspace reaches an amount."""
        await self._start(lambda: self._news.start_alert(by, channel, workspace_id, amount, steps))
