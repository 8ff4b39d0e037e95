"""What is read of the organization where a list that is read anyway will do: many values are looked at with few calls."""

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from bot.admin.model import ApiKey, Invite, Member, Workspace, WorkspaceMember
from bot.approvals.fence import ReadingAdmin
from bot.directory.directory import Directory
from bot.errors import UpstreamMissing
from bot.ports.admin import Admin
from bot.words.addresses import is_same_address

T = TypeVar("T")


class ListedAdmin(ReadingAdmin):
    """The same reads with single things looked up in the directory's lists, as old as those are.

    What isn't in its list is UpstreamMissing, as for the API. What no list has is asked for.
    """

    def __init__(self, admin: Admin, directory: Directory) -> None:
        super().__init__(admin)
        self._directory = directory
        self.user = self._user
        self.users = self._users
        self.invites = self._invites
        self.workspace = self._workspace
        self.workspace_member = self._workspace_member
        self.api_key = self._api_key

    async def _user(self, user_id: str) -> Member:
        return _there((await self._directory.members_by_id()).get(user_id))

    async def _users(self, email: str | None = None) -> AsyncIterator[Member]:
        for one in await self._directory.members():
            if email is None or is_same_address(one.email, email):
                yield one

    async def _invites(self, email: str | None = None, statuses: Sequence[str] = ()) -> AsyncIterator[Invite]:
        for one in await self._directory.invites():
            if (email is None or is_same_address(one.email, email)) and (not statuses or one.status in statuses):
                yield one

    async def _workspace(self, workspace_id: str) -> Workspace:
        return _there(await self._directory.workspace(workspace_id))

    async def _workspace_member(self, workspace_id: str, user_id: str) -> WorkspaceMember:
        role = (await self._directory.roles_in(workspace_id)).get(user_id)
        return WorkspaceMember(user_id=user_id, workspace_id=workspace_id, workspace_role=_there(role))

    async def _api_key(self, key_id: str) -> ApiKey:
        return _there(next((one for one in await self._directory.keys() if one.id == key_id), None))


def _there(found: T | None) -> T:
    if found is None:
        raise UpstreamMissing("It isn't in the list.", status=404)
    return found
