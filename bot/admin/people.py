"""The organization, its members and its invites."""

from collections.abc import AsyncIterator, Sequence

from bot.admin import wire
from bot.admin.base import Base
from bot.admin.call import ApiCall, params, segment
from bot.admin.model import Invite, Member, Organization
from bot.words.addresses import is_same_address


class People(Base):
    """Calls under `/me`, `/users` and `/invites`."""

    async def me(self) -> Organization:
        """Return the organization of the Admin key; the self-test of a credential."""
        return await self._ask(ApiCall("GET", "/me"), wire.organization)

    def users(self, email: str | None = None) -> AsyncIterator[Member]:
        """Iterate over members, newest first."""
        return self._list_by_id("/users", params(email=email), wire.member)

    async def user(self, user_id: str) -> Member:
        """Return one member."""
        return await self._ask(ApiCall("GET", f"/users/{segment(user_id)}"), wire.member)

    async def change_role(self, user_id: str, role: str) -> Member:
        """Give a member an organization role."""
        return await self._ask(ApiCall("POST", f"/users/{segment(user_id)}", body={"role": role}), wire.member)

    async def remove_user(self, user_id: str) -> None:
        """Remove a member from the organization."""
        await self._delete(ApiCall("DELETE", f"/users/{segment(user_id)}", once=True))

    def invites(self, email: str | None = None, statuses: Sequence[str] = ()) -> AsyncIterator[Invite]:
        """Iterate over invites, newest first."""
        return self._list_by_id("/invites", params(email=email, statuses=statuses), wire.invite)

    async def invite(self, email: str, role: str) -> Invite:
        """Invite somebody. A second invite to a pending address is refused by the API, so the look-up can't mistake it."""

        async def look() -> Invite | None:
            # The API's filter takes a+x@ and a@ for the same (admin-api.md §4.2).
            found = [invite async for invite in self.invites(email, ("pending",)) if is_same_address(invite.email, email)]
            return next((invite for invite in found if invite.role == role), None)

        call = ApiCall("POST", "/invites", body={"email": email, "role": role}, once=True, invites=True)
        return await self._create(lambda: self._ask(call, wire.invite), look)

    async def delete_invite(self, invite_id: str) -> None:
        """Withdraw a pending invite."""
        await self._delete(ApiCall("DELETE", f"/invites/{segment(invite_id)}", once=True))
