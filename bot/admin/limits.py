"""Spend limits (a preview that most organizations don't have) and rate limits."""

from collections.abc import Mapping
from decimal import Decimal

from bot.admin import wire
from bot.admin.base import Base
from bot.admin.call import ApiCall, params, segment
from bot.admin.model import RateLimit, SpendLimit, WorkspaceRateLimit

READS_BETA = "spend-limit-reads-2026-09-26"


class Limits(Base):
    """Calls under `/spend_limits`, `/rate_limits` and `/workspaces/{id}/rate_limits`."""

    async def spend_limits(self) -> list[SpendLimit]:
        """Return all spend limits, the read-only cap of the usage tier included."""
        return await self._list_by_token("/spend_limits", (), wire.spend_limit, beta=READS_BETA)

    async def set_spend_limit(self, amount: Decimal, workspace_id: str | None = None, period: str = "monthly") -> SpendLimit:
        """Set a limit in dollars; whole cents only (ValueError). The API replaces an existing one, so it may be repeated."""
        cents = amount.scaleb(2)
        if cents != cents.to_integral_value() or cents < 0:
            raise ValueError("a spend limit is a whole number of cents, not below zero")
        scope = {"type": "workspace", "workspace_id": workspace_id} if workspace_id else {"type": "organization"}
        body = {"scope": scope, "amount": str(int(cents)), "period": period}
        return await self._ask(ApiCall("POST", "/spend_limits", body=body, spend_limits=True), wire.spend_limit)

    async def delete_spend_limit(self, limit_id: str) -> None:
        """Remove a spend limit."""
        await self._delete(ApiCall("DELETE", f"/spend_limits/{segment(limit_id)}", once=True, spend_limits=True))

    async def rate_limits(self) -> list[RateLimit]:
        """Return the organization's rate limits."""
        return await self._list_by_token("/rate_limits", (), wire.rate_limit)

    async def workspace_rate_limits(self, workspace_id: str, include_inherited: bool = False) -> list[WorkspaceRateLimit]:
        """Return a workspace's overrides, with `include_inherited` also what it inherits."""
        path = f"/workspaces/{segment(workspace_id)}/rate_limits"
        asked = params(include_inherited=include_inherited)
        return await self._list_by_token(path, asked, lambda body: wire.workspace_rate_limit(body, workspace_id))

    async def set_workspace_rate_limit(
        self, workspace_id: str, rate_limit_id: str, limits: Mapping[str, int | None]
    ) -> WorkspaceRateLimit:
        """Override limiters of one group; None clears one."""
        path = f"/workspaces/{segment(workspace_id)}/rate_limits/{segment(rate_limit_id)}"
        body = {"limits": [{"type": limiter, "value": value} for limiter, value in limits.items()]}
        return await self._ask(
            ApiCall("POST", path, body=body), lambda found: wire.workspace_rate_limit(found, workspace_id)
        )
