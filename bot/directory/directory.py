"""The organization as people know it: members by e-mail, workspaces by name, keys by both."""

from collections.abc import Mapping, Sequence
from sys import intern

from bot.admin.errors import contradiction
from bot.admin.model import ApiKey, Invite, Member, Organization, RateLimit, SpendLimit, Workspace
from bot.cache import Cache
from bot.directory.listing import Listing, by_id
from bot.directory.twins import label_among
from bot.errors import PreviewUnavailable
from bot.ports.admin import Admin
from bot.words.addresses import same_form

KEEP_SECONDS = 60.0
CROWD_SECONDS = 0.5
"""A crowd that acts for the first time shares two lists of members a second, each of which is several requests."""
ROLES_KEPT_SECONDS = 300.0
"""Who has which role in a workspace is a list of its own for each: a hundred of them are what a minute's budget allows."""
WORKSPACE, ORGANIZATION = "workspace", "organization"
"""Where a key may work, as far as that is known here (admin-api.md §4.6); of any other scope nobody changes a key."""
_ALL = "all"
"""The only key of a cache that holds one whole list."""


class Directory:
    """Reads of the organization, a minute old at most. Authority is never read from here: see `bot.people.identity`."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._organization = Cache(self._load_organization, 3600.0)
        self._workspaces = Cache(self._load_workspaces, KEEP_SECONDS)
        self._members = Cache(self._load_members, KEEP_SECONDS, apart=CROWD_SECONDS)
        self._keys = Cache(self._load_keys, KEEP_SECONDS)
        self._archived = Cache(self._load_archived, KEEP_SECONDS)
        self._spend_limits = Cache(self._load_spend_limits, KEEP_SECONDS)
        self._rate_limits = Cache(self._load_rate_limits, KEEP_SECONDS)
        self._invites = Cache(self._load_invites, KEEP_SECONDS)
        self._roles_in = Cache(self._load_roles_in, ROLES_KEPT_SECONDS, most=500)

    async def organization(self) -> Organization:
        """Return the organization."""
        return await self._organization.get(_ALL)

    async def workspaces(self, *, fresh: bool = False) -> Sequence[Workspace]:
        """Return the workspaces that are not archived, by name."""
        return await self._workspaces.get(_ALL, fresh=fresh)

    async def members(self, *, fresh: bool = False) -> Listing[Member]:
        """Return all members, by name."""
        return await self._members.get(_ALL, fresh=fresh)

    async def members_by_id(self) -> Mapping[str, Member]:
        """Return all members by their ids."""
        return (await self.members()).once(by_id)

    async def invites(self, *, fresh: bool = False) -> Sequence[Invite]:
        """Return the invites that wait or have expired, newest first."""
        return await self._invites.get(_ALL, fresh=fresh)

    async def keys(self, *, fresh: bool = False) -> Sequence[ApiKey]:
        """Return all keys, newest first."""
        return await self._keys.get(_ALL, fresh=fresh)

    async def archived_workspaces(self) -> Sequence[Workspace]:
        """Return the workspaces that are archived, by name."""
        return await self._archived.get(_ALL)

    async def spend_limits(self) -> Sequence[SpendLimit] | None:
        """Return all spend limits; None where the organization doesn't have that preview."""
        return await self._spend_limits.get(_ALL)

    async def roles_in(self, workspace_id: str) -> Mapping[str, str]:
        """Return who has which role in a workspace, by member; inherited ones too where the API lists them."""
        return await self._roles_in.get(workspace_id)

    def knows_roles_in(self, workspace_id: str) -> bool:
        """Tell whether `roles_in` would answer without asking."""
        return self._roles_in.holds(workspace_id)

    async def rate_limits(self) -> Sequence[RateLimit]:
        """Return the organization's rate limits, in the API's order."""
        return await self._rate_limits.get(_ALL)

    async def workspace(self, workspace_id: str) -> Workspace | None:
        """Return a workspace that is not archived."""
        return next((w for w in await self.workspaces() if w.id == workspace_id), None)

    async def workspace_name(self, workspace_id: str) -> str:
        """Return a workspace's name as people know it, its id where it is not known."""
        found = await self.workspace(workspace_id)
        return found.name if found else workspace_id

    async def label_of(self, workspace: Workspace) -> str:
        """Return what people read of a workspace: its name, with its id where another has that name."""
        return label_among(workspace, await self.workspaces())

    async def home_of(self, key: ApiKey) -> Workspace | None:
        """Return the workspace of a key, None for one that belongs to no single workspace, or to an archived one."""
        if key.scope != WORKSPACE:
            return None
        if key.workspace_id is not None:
            return await self.workspace(key.workspace_id)
        return next((w for w in await self.workspaces() if w.is_default), None)

    async def place_of(self, key: ApiKey) -> str:
        """Return where a key works: a workspace's name, the whole organization, or a scope as the API names it.

        Of an archived workspace it says so: `Research (archived)`.
        """
        if key.scope == ORGANIZATION:
            return "the whole organization"
        if home := await self.home_of(key):
            return await self.label_of(home)
        if not key.workspace_id:
            return f"scope {key.scope}" if key.scope != WORKSPACE else "Default"
        archived = next((one for one in await self.archived_workspaces() if one.id == key.workspace_id), None)
        return f"{archived.name} (archived)" if archived else key.workspace_id

    async def member_by_email(self, email: str) -> Member | None:
        """Return the member with exactly this address, in any case."""
        return (await self.members()).once(_by_address).get(same_form(email))

    def forget_keys(self) -> None:
        """Ask again for keys next time, because one was changed."""
        self._keys.forget(_ALL)

    def note_key(self, key: ApiKey) -> None:
        """Remember a key as the API returned it after a change, so that not all of them are read for one."""

        def noted(keys: Sequence[ApiKey]) -> Sequence[ApiKey]:
            is_known = any(one.id == key.id for one in keys)
            return [key if one.id == key.id else one for one in keys] if is_known else [key, *keys]

        self._keys.change(_ALL, noted)

    def forget_workspaces(self) -> None:
        """Ask again for workspaces next time, because one was changed."""
        self._workspaces.forget(_ALL)
        self._archived.forget(_ALL)

    def forget_spend_limits(self) -> None:
        """Ask again for spend limits next time, because one was changed."""
        self._spend_limits.forget(_ALL)

    def forget_roles_in(self, workspace_id: str) -> None:
        """Ask again who is in a workspace next time, because a role there was changed."""
        self._roles_in.forget(workspace_id)

    def forget_members(self) -> None:
        """Ask again for members next time, because one was changed."""
        self._members.forget(_ALL)

    def forget_invites(self) -> None:
        """Ask again for invites next time, because one was sent or withdrawn."""
        self._invites.forget(_ALL)

    async def _load_organization(self, _: str) -> Organization:
        return await self._admin.me()

    async def _load_workspaces(self, _: str) -> Sequence[Workspace]:
        found = [workspace async for workspace in self._admin.workspaces()]
        return sorted(found, key=lambda workspace: workspace.name.casefold())

    async def _load_archived(self, _: str) -> Sequence[Workspace]:
        found = [one async for one in self._admin.workspaces(include_archived=True) if one.archived_at]
        return sorted(found, key=lambda workspace: workspace.name.casefold())

    async def _load_spend_limits(self, _: str) -> Sequence[SpendLimit] | None:
        try:
            return await self._admin.spend_limits()
        except PreviewUnavailable:
            return None

    async def _load_roles_in(self, workspace_id: str) -> Mapping[str, str]:
        # Members and roles come again and again: one text each, or a large organization fills the memory.
        found = self._admin.workspace_members(workspace_id)
        return {intern(member.user_id): intern(member.workspace_role) async for member in found}

    async def _load_members(self, _: str) -> Listing[Member]:
        found = [one async for one in self._admin.users()]
        if not found:  # somebody made the Admin key; believed, it would say of everybody that they left
            raise contradiction("its list of members is empty")
        return Listing(sorted(found, key=lambda member: member.name.casefold()))

    async def _load_rate_limits(self, _: str) -> Sequence[RateLimit]:
        return await self._admin.rate_limits()

    async def _load_keys(self, _: str) -> Sequence[ApiKey]:
        return [key async for key in self._admin.api_keys()]

    async def _load_invites(self, _: str) -> Sequence[Invite]:
        return [invite async for invite in self._admin.invites(statuses=("pending", "expired"))]


def _by_address(members: Sequence[Member]) -> Mapping[str, Member]:
    return {same_form(one.email): one for one in reversed(members) if one.email.isascii()}
