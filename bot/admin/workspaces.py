"""Workspaces and who works in them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.admin import wire
from bot.admin.base import Base
from bot.admin.call import ApiCall, params, segment
from bot.admin.model import Workspace, WorkspaceMember
from bot.errors import UpstreamMissing

DEFAULT_NAME = "Default"


class Workspaces(Base):
    """Calls under `/workspaces`, rate limits apart."""

    async def workspaces(self, include_archived: bool = False) -> AsyncIterator[Workspace]:
        """Iterate over workspaces, the default one included and flagged."""
        default_id = await self.default_workspace_id()
        asked = params(include_archived=include_archived, include_default=True)
        async for found in self._list_by_id("/workspaces", asked, lambda body: wire.workspace(body, default_id)):
            yield found

    async def default_workspace_id(self) -> str | None:
        """Return the default workspace's id, asked once.

        No field marks it. Its name is "Default" and can't be changed, but others may be named so: then it is the one that
        the list leaves out unless it is asked for.
        """
        if self._known.default_workspace_id is None:
            asked = params(include_archived=False, include_default=True)
            named = [w.id async for w in self._list_by_id("/workspaces", asked, wire.workspace) if w.name == DEFAULT_NAME]
            if len(named) > 1:
                ordinary = {w.id async for w in self._list_by_id("/workspaces", (), wire.workspace)}
                named = [workspace_id for workspace_id in named if workspace_id not in ordinary]
            self._known.default_workspace_id = named[0] if named else None
        return self._known.default_workspace_id

    async def workspace(self, workspace_id: str) -> Workspace:
        """Return one workspace."""
        found = await self._ask(ApiCall("GET", f"/workspaces/{segment(workspace_id)}"), wire.workspace)
        is_default = found.name == DEFAULT_NAME and found.id == await self.default_workspace_id()
        return found.model_copy(update={"is_default": is_default})

    async def create_workspace(self, name: str, tags: Mapping[str, str] | None = None) -> Workspace:
        """Create a workspace; names aren't unique, so those that had this one before are remembered for the look-up.

        One that somebody else gives the same name at that moment doesn't have the same tags.
        """
        wanted = dict(tags or {}).items()
        before = {found.id async for found in self.workspaces() if found.name == name}

        async def look() -> Workspace | None:
            named = [found async for found in self.workspaces() if found.name == name and found.id not in before]
            return next((found for found in named if wanted <= found.tags.items()), None)

        call = ApiCall("POST", "/workspaces", body={"name": name, **({"tags": dict(tags)} if tags else {})}, once=True)
        return await self._create(lambda: self._ask(call, wire.workspace), look, counts_twice=True)

    async def update_workspace(
        self,
        workspace_id: str,
        name: str | None = None,
        tags: Mapping[str, str | None] | None = None,
        display_color: str | None = None,
    ) -> Workspace:
        """Rename, re-tag or recolour a workspace. What isn't given stays."""
        given = {"name": name, "display_color": display_color}
        body: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
        if tags is not None:
            body["tags"] = dict(tags)
        return await self._ask(ApiCall("POST", f"/workspaces/{segment(workspace_id)}", body=body), wire.workspace)

    async def archive_workspace(self, workspace_id: str) -> Workspace:
        """Archive a workspace for good."""

        async def look() -> Workspace | None:
            found = await self.workspace(workspace_id)
            return found if found.archived_at is not None else None

        call = ApiCall("POST", f"/workspaces/{segment(workspace_id)}/archive", once=True)
        return await self._create(lambda: self._ask(call, wire.workspace), look)

    def workspace_members(self, workspace_id: str) -> AsyncIterator[WorkspaceMember]:
        """Iterate over the explicit members of a workspace."""
        return self._list_by_id(f"/workspaces/{segment(workspace_id)}/members", (), wire.workspace_member)

    async def workspace_member(self, workspace_id: str, user_id: str) -> WorkspaceMember:
        """Return somebody's role in a workspace; UpstreamMissing where they have none."""
        path = f"/workspaces/{segment(workspace_id)}/members/{segment(user_id)}"
        return await self._ask(ApiCall("GET", path), wire.workspace_member)

    async def add_workspace_member(self, workspace_id: str, user_id: str, workspace_role: str) -> WorkspaceMember:
        """Give a member a role in a workspace."""
        members = f"/workspaces/{segment(workspace_id)}/members"

        async def look() -> WorkspaceMember | None:
            try:
                found = await self.workspace_member(workspace_id, user_id)
            except UpstreamMissing:
                return None
            return found if found.workspace_role == workspace_role else None

        call = ApiCall("POST", members, body={"user_id": user_id, "workspace_role": workspace_role}, once=True)
        return await self._create(lambda: self._ask(call, wire.workspace_member), look)

    async def change_workspace_role(self, workspace_id: str, user_id: str, workspace_role: str) -> WorkspaceMember:
        """Change a member's role in a workspace."""
        path = f"/workspaces/{segment(workspace_id)}/members/{segment(user_id)}"
        return await self._ask(ApiCall("POST", path, body={"workspace_role": workspace_role}), wire.workspace_member)

    async def remove_workspace_member(self, workspace_id: str, user_id: str) -> None:
        """Take a member out of a workspace."""
        path = f"/workspaces/{segment(workspace_id)}/members/{segment(user_id)}"
        await self._delete(ApiCall("DELETE", path, once=True))
