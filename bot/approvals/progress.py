"""What an effect of several parts has done so far, put on record after each part: a later try goes on from there."""

from bot.approvals import db as requests
from bot.approvals.due import CLAIM_LASTS
from bot.approvals.model import Request
from bot.approvals.outcome import LeaseLost, PartDone
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx


class Progress:
    """A claimed request; `request` is it as it is after the last part that was kept."""

    def __init__(self, rt: Runtime, claimed: Request) -> None:
        self._rt = rt
        self.request = claimed

    async def keep(self, part: PartDone) -> None:
        """Put on record what came of a part, and claim the request for as long again.

        Raises LeaseLost where another process has taken the request over.
        """
        request = self.request
        moved = await self._rt.store.note(CLAIM_LASTS, lambda tx: self._note(tx, request, part))
        if moved is None:
            raise LeaseLost(is_unchanged=False)
        self.request = moved

    def fail(self, part: PartDone) -> None:
        """Remember which part something outside stopped; it goes on record with how the whole try ends."""
        outcome = self.request.outcome.with_failed(part)
        self.request = self.request.model_copy(update={"outcome": outcome})

    async def _note(self, tx: Tx, request: Request, part: PartDone) -> Request | None:
        now, outcome = self._rt.now(), request.outcome.with_part(part)
        moved = await requests.touch(tx, request, with_line=False, outcome=outcome, claimed_at=now)
        if moved:
            detail = part.model_dump(mode="json", exclude_defaults=True)
            tx.audit(now, BOT_ACTOR, AuditAction.REQUEST_PART, request.id, version=moved.version, **detail)
        return moved
