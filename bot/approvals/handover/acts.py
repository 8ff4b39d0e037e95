"""Handing a key's secret over: sealed when made, shown once to its requester alone, wiped then or after a day."""

from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.approvals import db as requests
from bot.approvals.handover import db as secrets
from bot.approvals.model import Request
from bot.approvals.outcome import Handover, Outcome
from bot.errors import NotAllowed, NotFound, RequestClosed
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.store.session import Tx
from bot.store.vault import SecretUnreadable

SHOW_WITHIN = timedelta(hours=24)
SHOWING_LASTS = timedelta(minutes=2)
"""A showing that takes longer was interrupted."""


async def seal(rt: Runtime, tx: Tx, request_id: str, secret: SecretStr, now: datetime) -> None:
    """Keep a new secret, encrypted and bound to its request, in the transaction that makes the request APPLIED."""
    await secrets.put(tx, request_id, rt.vault.seal(f"secret:{request_id}", secret), now + SHOW_WITHIN)


async def begin(rt: Runtime, actor: Actor, request_id: str) -> SecretStr:
    """Return the secret to the one caller who may show it now; whoever else asks meanwhile is refused in words.

    The caller then says how it went: `shown`, `put_back` or `hand_over_failed`. A caller that dies before is found by
    `wipe_due`, and then nobody knows whether the secret was seen.
    """
    now = rt.now()
    async with rt.store.write() as tx:
        request = _showable(await requests.load(tx, request_id), actor)
        ciphertext = await secrets.sealed(tx, request_id, now)
        outcome = request.outcome.updated(Outcome(handover="showing", handover_at=now))
        if ciphertext is None or await requests.touch(tx, request, outcome=outcome) is None:
            raise RequestClosed("This key was just shown, or its day is over. Lost it? Revoke it and ask for a new one.")
    try:
        return rt.vault.unseal(f"secret:{request_id}", ciphertext)
    except SecretUnreadable:
        await hand_over_failed(rt, request_id)
        raise RequestClosed("I can't decrypt this key any more. Revoke it and ask for a new one.") from None


def _showable(request: Request | None, actor: Actor) -> Request:
    """Return the request if this person may see its secret now; otherwise say why not."""
    if request is None:
        raise NotFound("I don't know that request. Nothing was shown.")
    if not actor.who.is_same_person(request.requester):
        raise NotAllowed("Only the person who asked for a key can see it.")
    if request.outcome.handover == "showing":
        raise RequestClosed("I'm showing you this key already, in another window.")
    if request.outcome.handover != "ready":
        raise RequestClosed("This key was shown already, or its day is over. Lost it? Revoke it and ask for a new one.")
    return request


async def shown(rt: Runtime, actor: Actor, request_id: str) -> None:
    """Wipe a secret that its requester has on screen now; that they saw it goes on record also where it is wiped already."""
    if not await _settle(rt, request_id, "shown", actor.slack_id, "secret.shown"):
        async with rt.store.write() as tx:
            request = await requests.load(tx, request_id)
            if request and request.outcome.handover == "failed":  # it took so long that it counted as interrupted
                await _note(tx, request, "shown", rt.now())
                tx.audit(rt.now(), actor.slack_id, "secret.shown", request_id, hint=request.outcome.hint)


async def put_back(rt: Runtime, request_id: str) -> None:
    """Note that a secret was certainly not shown, so that its requester may ask for it again."""
    async with rt.store.write() as tx:
        request = await requests.load(tx, request_id)
        if request and request.outcome.handover == "showing":  # else it was wiped meanwhile, as an interrupted one
            await _note(tx, request, "ready", rt.now())


async def hand_over_failed(rt: Runtime, request_id: str) -> None:
    """Wipe a secret that may or may not have been seen, so that everybody sees that and can repair it."""
    await _settle(rt, request_id, "failed", "quartermaster", "secret.hand_over_failed")


async def wipe_due(rt: Runtime) -> list[str]:
    """Wipe the secrets that nobody looked at within a day, or whose showing was interrupted; returns their requests."""
    now, due = rt.now(), list[str]()
    async with rt.store.read() as tx:
        expired, kept = await secrets.expired(tx, now), await secrets.kept(tx)
        found = [request for request_id in kept if (request := await requests.load(tx, request_id))]
    for request in found:
        is_showing = request.outcome.handover == "showing"
        since = request.outcome.handover_at
        if is_showing and since and since < now - SHOWING_LASTS:
            await hand_over_failed(rt, request.id)
        elif request.id in expired and not is_showing:
            await _settle(rt, request.id, "unseen", "quartermaster", "secret.wiped_unseen")
        else:
            continue
        due.append(request.id)
    return due


async def _settle(rt: Runtime, request_id: str, handover: Handover, actor: str, action: str) -> bool:
    """Wipe a secret and say what became of it, once; False when it was wiped before."""
    now = rt.now()
    async with rt.store.write() as tx:
        request = await requests.load(tx, request_id)
        if request is None or not await secrets.wipe(tx, request_id, now, shown=handover == "shown"):
            return False
        await _note(tx, request, handover, now)
        tx.audit(now, actor, action, request_id, hint=request.outcome.hint)
        return True


async def _note(tx: Tx, request: Request, handover: Handover, now: datetime) -> None:
    """Write the state of the hand-over into the request; whoever moved it meanwhile is read again."""
    current: Request | None = request
    while current is not None:
        outcome = current.outcome.updated(Outcome(handover=handover, handover_at=now))
        if await requests.touch(tx, current, outcome=outcome):
            return
        current = await requests.load(tx, request.id)
