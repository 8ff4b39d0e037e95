"""Handing a key's secret over: sealed when made, shown once to its requester alone, wiped then or after a day."""

from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.approvals.model import Request
from bot.errors import NotAllowed, NotFound, RequestClosed
from bot.identity import Actor
from bot.runtime import Runtime
from bot.store import requests, secrets
from bot.store.session import Tx
from bot.store.vault import SecretUnreadable

SHOW_WITHIN = timedelta(hours=24)


async def seal(rt: Runtime, tx: Tx, request_id: str, secret: SecretStr, now: datetime) -> None:
    """Keep a new secret, encrypted and bound to its request, in the transaction that makes the request APPLIED."""
    await secrets.put(tx, request_id, rt.vault.seal(f"secret:{request_id}", secret), now + SHOW_WITHIN)


async def check_may_see(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Return the request if this person may see its secret now; otherwise say why not."""
    async with rt.store.read() as tx:
        request = await requests.load(tx, request_id)
    if request is None:
        raise NotFound("I don't know that request. Nothing was shown.")
    if not actor.who.is_same_person(request.requester):
        raise NotAllowed("Only the person who asked for a key can see it.")
    if request.outcome.get("handover") != "ready":
        raise RequestClosed("This key was shown already, or its day is over. Lost it? Revoke it and ask for a new one.")
    return request


async def reveal(rt: Runtime, actor: Actor, request_id: str) -> SecretStr:
    """Return the secret and wipe it: one caller, one time. Raises as `check_may_see` does."""
    request = await check_may_see(rt, actor, request_id)
    now = rt.now()
    async with rt.store.write() as tx:
        ciphertext = await secrets.take(tx, request_id, now)
        if ciphertext is None:
            raise RequestClosed("This key was shown already. Lost it? Revoke it and ask for a new one.")
        await _note(tx, request, "shown", now)
        tx.audit(now, actor.slack_id, "secret.shown", request_id, hint=request.outcome.get("hint"))
    try:
        return rt.vault.unseal(f"secret:{request_id}", ciphertext)
    except SecretUnreadable:
        raise RequestClosed("I can't decrypt this key any more. Revoke it and ask for a new one.") from None


async def hand_over_failed(rt: Runtime, request_id: str) -> None:
    """Note that a secret was taken out but didn't reach its requester, so that everybody sees it and can repair it."""
    now = rt.now()
    async with rt.store.write() as tx:
        request = await requests.load(tx, request_id)
        if request:
            await _note(tx, request, "failed", now)
            tx.audit(now, "quartermaster", "secret.hand_over_failed", request_id)


async def wipe_expired(rt: Runtime) -> list[str]:
    """Wipe the secrets that nobody looked at within a day; returns the requests concerned."""
    now = rt.now()
    async with rt.store.read() as tx:
        due = await secrets.expired(tx, now)
    for request_id in due:
        async with rt.store.write() as tx:
            request = await requests.load(tx, request_id)
            if request and await secrets.wipe(tx, request_id, now):
                await _note(tx, request, "unseen", now)
                tx.audit(now, "quartermaster", "secret.wiped_unseen", request_id)
    return due


async def _note(tx: Tx, request: Request, handover: str, now: datetime) -> None:
    """Write the state of the hand-over into the request; whoever moved it meanwhile is read again."""
    current: Request | None = request
    while current is not None:
        outcome = current.outcome | {"handover": handover, "handover_at": now.isoformat()}
        if await requests.touch(tx, current, outcome=outcome):
            return
        current = await requests.load(tx, request.id)
