"""How often requests were decided, by kind and verdict, and how long each decision took."""

from datetime import datetime

from bot.approvals.metrics import db
from bot.approvals.model import Verdict
from bot.runtime import Runtime
from bot.store.session import Tx
from bot.telemetry import names as are
from bot.telemetry.model import Family, Labels, Part, Value

OUTCOMES = {Verdict.APPROVE.value: "approved", Verdict.DENY.value: "denied"}


class Decisions:
    """All decisions, counted; each is read once by a process."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._last = self._number = 0
        self._counts: dict[Labels, Value] = {}
        self._seconds: dict[Labels, float] = {}
        self._waits: dict[Labels, int] = {}

    async def __call__(self, rt: Runtime, now: datetime) -> Part:
        """Return the counters, at 0 for each kind before its first decision.

        All is counted again where a decision was missed, or is gone.
        """
        async with rt.store.read() as tx:
            await self._read_on(tx)
            if await db.decisions(tx) != self._number:
                self._forget()
                await self._read_on(tx)
        kinds = {(kind,): 0 for kind in rt.kinds}
        outcomes = {(kind, one): 0 for kind in rt.kinds for one in OUTCOMES.values()}
        seconds = Family(are.APPROVAL_WAIT, {**kinds, **self._seconds}, {**kinds, **self._waits})
        return Part((Family(are.APPROVALS, {**outcomes, **self._counts}), seconds))

    async def _read_on(self, tx: Tx) -> None:
        while found := await db.decided_after(tx, self._last):
            for one in found:
                self._add(one)

    def _add(self, one: db.Decided) -> None:
        self._last, self._number = one.id, self._number + 1
        outcome, kind = (one.kind, OUTCOMES.get(one.verdict, one.verdict)), (one.kind,)
        self._counts[outcome] = self._counts.get(outcome, 0) + 1
        self._seconds[kind] = self._seconds.get(kind, 0) + (one.at - one.asked_at).total_seconds()
        self._waits[kind] = self._waits.get(kind, 0) + 1
