"""What is found now, without what people accepted, and accepting a finding until a day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import NotAllowed, NotFound, UpstreamError
from bot.hygiene import db
from bot.hygiene.load import load_facts
from bot.hygiene.model import Accepted, Finding
from bot.hygiene.registry import findings_in
from bot.people.model import Actor
from bot.people.roles import ADMIN_ROLES
from bot.runtime import Runtime
from bot.spend.phrases import as_plain_text
from bot.store.actions import AuditAction

LOOK_WITHIN = 1.5
"""Seconds that a fresh look may take before a form is opened, for which Slack gives three."""
_OVER = "This finding is gone, or somebody has just accepted it. Nothing was changed."


@dataclass(frozen=True)
class Advice:
    """All findings of a moment: those that are open, the worst first, and those that somebody accepted."""

    now: datetime
    open: Sequence[Finding]
    accepted: Sequence[Accepted]
    as_of: datetime | None = None
    """When the figures were made, None without any; of the 30 days `missing` have none."""
    missing: int = 0


def require_admin(actor: Actor) -> None:
    """Raise NotAllowed unless somebody manages the organization, and so sees all of its figures."""
    if actor.member.role not in ADMIN_ROLES:
        raise NotAllowed("Only admins of the Claude organization see the advice. Nothing was changed.")


async def advice_of(rt: Runtime, now: datetime) -> Advice:
    """Return what is found now; UpstreamError where the organization can't be read."""
    facts = await load_facts(rt, now)
    found = findings_in(facts)
    async with rt.store.read() as tx:
        accepted = await db.accepted(tx, now)
    known = {one.finding for one in accepted}
    return Advice(now, [one for one in found if one.key not in known], accepted, facts.as_of, facts.missing)


async def accepted_now(rt: Runtime) -> list[Accepted]:
    """Return what is accepted, for which nobody else is asked."""
    async with rt.store.read() as tx:
        return await db.accepted(tx, rt.now())


async def check_offered(rt: Runtime, actor: Actor, key: str) -> None:
    """Raise NotFound once a finding was put right or accepted. What can't be seen in time is as it was."""
    require_admin(actor)
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            found = (await advice_of(rt, rt.now())).open
    except (UpstreamError, TimeoutError):
        return
    if key not in {one.key for one in found}:
        raise NotFound("This was fixed or accepted already. Nothing is left to do.")


async def accept(rt: Runtime, actor: Actor, key: str, until: datetime, reason: str) -> Finding:
    """Accept a finding until a moment and put that on record; NotFound for one that isn't found any more."""
    require_admin(actor)
    found = next((one for one in (await advice_of(rt, rt.now())).open if one.key == key), None)
    if found is None:
        raise NotFound(_OVER)
    title = as_plain_text(found.title)
    async with rt.store.write() as tx:
        if not await db.accept(tx, Accepted(key, title, reason, until, actor.slack_id), rt.now()):
            raise NotFound(_OVER)
        detail = {"title": title, "until": until.isoformat(), "reason": reason}
        tx.audit(tx.now, actor.slack_id, AuditAction.ADVICE_ACCEPTED, key, **detail)
    return found


async def take_back(rt: Runtime, actor: Actor, key: str) -> Accepted:
    """Let a finding that was accepted be found again before its day, and put that on record; NotFound where it isn't."""
    require_admin(actor)
    async with rt.store.write() as tx:
        was = await db.take_back(tx, key, rt.now())
        if was is None:
            raise NotFound("This finding isn't accepted any more. Nothing was changed.")
        detail = {"title": was.title, "until": was.until.isoformat(), "reason": was.reason, "accepted_by": was.by}
        tx.audit(tx.now, actor.slack_id, AuditAction.ADVICE_TAKEN_BACK, key, **detail)
    return was
