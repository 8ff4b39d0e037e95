"""API keys: their metadata, and their creation where the upstream offers it."""

from collections.abc import AsyncIterator
from datetime import datetime

from bot.admin import wire
from bot.admin.base import Base
from bot.admin.call import ApiCall, params, segment, stamp
from bot.admin.model import ApiKey, IssuedKey
from bot.errors import PreviewUnavailable, UpstreamDown, UpstreamError, UpstreamMissing

CREATION_UNAVAILABLE = "This organization's API can't create keys; they are created in the Claude Console."


class Keys(Base):
    """Calls under `/api_keys`."""

    def api_keys(
        self, workspace_id: str | None = None, status: str | None = None, created_by: str | None = None
    ) -> AsyncIterator[ApiKey]:
        """Iterate over API keys."""
        asked = params(workspace_id=workspace_id, status=status, created_by_user_id=created_by)
        return self._list_by_id("/api_keys", asked, wire.api_key)

    async def api_key(self, key_id: str) -> ApiKey:
        """Return one key's metadata."""
        return await self._ask(ApiCall("GET", f"/api_keys/{segment(key_id)}"), wire.api_key)

    async def update_api_key(self, key_id: str, name: str | None = None, status: str | None = None) -> ApiKey:
        """Rename a key or set its status."""
        changes = {field: value for field, value in (("name", name), ("status", status)) if value is not None}
        return await self._ask(ApiCall("POST", f"/api_keys/{segment(key_id)}", body=changes), wire.api_key)

    async def create_api_key(self, workspace_id: str, name: str, expires_at: datetime | None = None) -> IssuedKey:
        """Create a key. A second try would make a second key whose secret nobody holds, so there is none."""
        body = {"workspace_id": workspace_id, "name": name}
        if expires_at is not None:
            body["expires_at"] = stamp(expires_at)
        try:
            return await self._ask(ApiCall("POST", "/api_keys", body=body, once=True), wire.issued_key)
        except UpstreamError as error:
            if error.status not in (404, 405) or isinstance(error, UpstreamDown):
                raise
            refusal = error
        if isinstance(refusal, UpstreamMissing):
            # A 404 is the missing endpoint or the missing workspace; asking for the workspace tells which.
            await self._ask(ApiCall("GET", f"/workspaces/{segment(workspace_id)}"), wire.workspace)
        raise PreviewUnavailable(CREATION_UNAVAILABLE, status=refusal.status, request_id=refusal.request_id)
