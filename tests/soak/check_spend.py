"""The ledger says of each day, key and model what the organization reports, to the nano-dollar; the audit chain holds."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import select

from bot.approvals.audit_facts import told_by_requests
from bot.sandbox.claude.report import collect
from bot.sandbox.claude.usage import UsageBook
from bot.store.audit import verify_chain
from bot.store.tables import CostDayRow, LedgerDayRow
from tests.soak.world import Soak

DAY = timedelta(days=1)
UNITS = 10**5
"""The report's units (10⁻¹² cent) in a nano-dollar."""
Figures = Counter[tuple[str, str, str, str]]


async def check_spend(soak: Soak) -> list[str]:
    """Return in sentences where the ledger and the organization differ, for all days that are closed."""
    async with soak.rt.store.read() as tx:
        closed = [row.day for row in await tx.session.exec(select(LedgerDayRow).where(LedgerDayRow.closed))]
        rows = list(await tx.session.exec(select(CostDayRow)))
    if len(closed) < 30:
        return [f"only {len(closed)} days are closed in the ledger"]
    days = set(closed)
    ours: Figures = Counter()
    for row in rows:
        if row.day in days:
            ours[row.day.isoformat(), row.workspace_id, row.model, row.api_key_id] += row.nanos
    theirs = _report(soak, min(closed), max(closed), {day.isoformat() for day in days})
    soak.events["figures compared"] += len(theirs)
    return [
        f"{key}: the ledger says {ours[key]}, the organization {theirs[key]}"
        for key in sorted({*ours, *theirs})
        if ours[key] != theirs[key]
    ]


def _report(soak: Soak, first: date, last: date, days: set[str]) -> Figures:
    """Return what the organization reports, made from its own books and not through the bot."""
    starts, ends = (datetime.combine(day, time(), UTC) for day in (first, last))
    until = soak.fleet.sandbox.clock.now()
    book = UsageBook(soak.claude)
    by = ["workspace_id", "model", "api_key_id"]
    found: Figures = Counter()
    for row in collect(book, soak.claude, starts, ends + DAY, DAY, by, lambda _stream: True, until):
        day = row.start.date().isoformat()
        workspace, model, api_key = (str(value or "") for value in row.values)
        if day in days:
            found[day, workspace, model, api_key] += sum(row.costs)
    return Counter({key: units // UNITS for key, units in found.items()})


async def check_audit(soak: Soak) -> list[str]:
    """Return where the audit chain breaks."""
    async with soak.rt.store.read() as tx:
        proof = await verify_chain(tx, soak.rt.store.audit_key, told=await told_by_requests(tx))
    soak.events["audit entries"] += proof.entries
    return [] if proof.broken_seq is None else [f"audit entry {proof.broken_seq}: {proof.reason}"]
