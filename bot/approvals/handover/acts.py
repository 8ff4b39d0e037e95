"""Handing a key's secret over: sealed when made, shown once to its requester alone, wiped then or when its time is over."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from pydantic import SecretStr

from bot.admin.model import ApiKey
from bot.approvals import db as requests
from bot.approvals.handover import db as secrets
from bot.approvals.model import Request
from bot.approvals.outcome import Handover, Outcome
from bot.errors import NotAllowed, NotFound, RequestClosed, UpstreamMissing
from bot.people.model import Actor
from bot.policy.working_hours import WorkingHours
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.store.vault import SecretUnreadable
from bot.timers import db as timers
from bot.words.own import Own

log = structlog.get_logger()
SHOW_WITHIN, SHOW_AT_MOST = timedelta(hours=24), timedelta(hours=72)
SHOWING_LASTS = timedelta(minutes=2)
"""A showing that takes longer was interrupted."""
_ENDED: Final[dict[str, Own]] = {"archived": "was revoked", "expired": "expired"}
"""States of a key that never works again."""
TIMERS, UNSEEN, INTERRUPTED = "secret", "unseen", "interrupted"
"""What is due for a secret: its end when nobody looked, and the end of a showing that nobody finished."""


def show_until(made_at: datetime, hours: WorkingHours) -> datetime:
    """Return until when a secret may be shown: a day, up to three where that has less than a working day in it."""
    working_day = hours.after(made_at, hours.day_length)
    return min(max(made_at + SHOW_WITHIN, working_day), made_at + SHOW_AT_MOST)


async def seal(rt: Runtime, tx: Tx, request_id: str, secret: SecretStr, until: datetime) -> None:
    """Keep a new secret, encrypted and bound to its request, in the transaction that makes the request APPLIED."""
    await secrets.put(tx, request_id, rt.vault.seal(f"secret:{request_id}", secret), until)
    await timers.set_timers(tx, TIMERS, request_id, {UNSEEN: until})


async def find_key(rt: Runtime, request_id: str) -> ApiKey | None:
    """Return the key that a request made as it is now, None where it made none or the key is gone."""
    async with rt.store.read() as tx:
        request = await requests.load(tx, request_id)
    key_id = request.outcome.thing_id if request else None
    try:
        return await rt.admin.api_key(key_id) if key_id else None
    except UpstreamMissing:
        return None


async def begin(rt: Runtime, actor: Actor, request_id: str, key: ApiKey | None) -> SecretStr:
    """Return the secret to the one caller who may show it now; other callers get RequestClosed meanwhile.

    `key` is what `find_key` has just found: the secret of a key that doesn't work is shown to nobody, for it may have been
    revoked because of whom it was for. The caller then says how it went: `shown`, `put_back` or `hand_over_failed`. A caller
    that dies before is found by its timer, and then nobody knows whether the secret was seen.
    """
    now = rt.now()
    async with rt.store.read() as tx:
        _showable(await requests.load(tx, request_id), actor)
    await _check_works(rt, request_id, key)
    async with rt.store.write() as tx:
        request = _showable(await requests.load(tx, request_id), actor)
        ciphertext = await secrets.sealed(tx, request_id, now)
        outcome = request.outcome.updated(Outcome(handover="showing", handover_at=now))
        if ciphertext is None or await requests.touch(tx, request, outcome=outcome) is None:
            raise RequestClosed(
                "You have seen this key already, or its time is over. Lost it? Revoke it and ask for a new one."
            )
        await timers.set_timers(tx, TIMERS, request_id, {INTERRUPTED: now + SHOWING_LASTS})
    try:
        return rt.vault.unseal(f"secret:{request_id}", ciphertext)
    except SecretUnreadable as error:  # another process may have its encryption key, or this one gets it back
        log.error("secret_unreadable", request=request_id, why=str(error))
        await put_back(rt, request_id)
        raise RequestClosed(
            "I can't decrypt this key, so it was not shown; I still keep it. Ask the people who run Quartermaster to put its"
            " key back into ENCRYPTION_KEYS. Then press the button again."
        ) from None


def _showable(request: Request | None, actor: Actor) -> Request:
    """Return the request if this person may see its secret now; otherwise say why not."""
    if request is None:
        raise NotFound("I don't know that request. Nothing was shown.")
    if not actor.who.is_same_person(request.requester):
        raise NotAllowed("Only the person who asked for this key can see it.")
    if request.outcome.handover == "showing":
        raise RequestClosed("This key is already open in another window.")
    if request.outcome.handover != "ready":
        raise RequestClosed("You have seen this key already, or its time is over. Lost it? Revoke it and ask for a new one.")
    return request


async def _check_works(rt: Runtime, request_id: str, key: ApiKey | None) -> None:
    """Raise RequestClosed for a key that doesn't work. The secret of one that never will again is wiped."""
    status = key.status if key else "gone"
    if status == "active":
        return
    if status not in _ENDED:
        state: Own = "is disabled now" if status == "inactive" else "doesn't work now"
        raise RequestClosed(f"This key {state}, so I didn't show its secret. Press the button again once it is enabled.")
    await _settle(rt, request_id, "unseen", BOT_ACTOR, AuditAction.SECRET_WIPED_KEY_ENDED)
    raise RequestClosed(f"This key {_ENDED[status]} meanwhile, so I deleted its secret unseen. Ask for a new key.")


async def shown(rt: Runtime, actor: Actor, request_id: str) -> None:
    """Wipe a secret that its requester has on screen now. That they saw it goes on record also where it is wiped already."""

    async def seen(tx: Tx) -> None:
        request = await requests.load(tx, request_id)
        if request and request.outcome.handover == "failed":  # it took so long that it counted as interrupted
            version = await _note(tx, request, "shown", rt.now())
            hint = request.outcome.hint
            tx.audit(rt.now(), actor.slack_id, AuditAction.SECRET_SHOWN, request_id, hint=hint, version=version)

    if not await _settle(rt, request_id, "shown", actor.slack_id, AuditAction.SECRET_SHOWN):
        await rt.store.note(SHOWING_LASTS, seen)


async def put_back(rt: Runtime, request_id: str) -> None:
    """Note that a secret was certainly not shown, so that its requester may ask for it again."""

    async def ready(tx: Tx) -> None:
        request = await requests.load(tx, request_id)
        if request and request.outcome.handover == "showing":  # else it was wiped meanwhile, as an interrupted one
            await _note(tx, request, "ready", rt.now())
            ends_at = await secrets.ends_at(tx, request_id) or rt.now()
            await timers.set_timers(tx, TIMERS, request_id, {UNSEEN: ends_at})

    await rt.store.note(SHOWING_LASTS, ready)


async def hand_over_failed(rt: Runtime, request_id: str) -> None:
    """Wipe a secret that may or may not have been seen, so that everybody sees that and can repair it."""
    await _settle(rt, request_id, "failed", BOT_ACTOR, AuditAction.SECRET_HAND_OVER_FAILED)


async def wipe(rt: Runtime, request_id: str, what: str) -> None:
    """Wipe a secret that nobody looked at in time, or whose showing was interrupted."""
    async with rt.store.read() as tx:
        request = await requests.load(tx, request_id)
    is_showing = request is not None and request.outcome.handover == "showing"
    if what == INTERRUPTED and is_showing:
        await hand_over_failed(rt, request_id)
    elif what == UNSEEN and not is_showing:
        await _settle(rt, request_id, "unseen", BOT_ACTOR, AuditAction.SECRET_WIPED_UNSEEN)


async def _settle(rt: Runtime, request_id: str, handover: Handover, actor: str, action: AuditAction) -> bool:
    """Wipe a secret and say what became of it, once; False when it was wiped before."""
    now = rt.now()

    async def settle(tx: Tx) -> bool:
        request = await requests.load(tx, request_id)
        if request is None or not await secrets.wipe(tx, request_id, now, shown=handover == "shown"):
            return False
        await timers.set_timers(tx, TIMERS, request_id, {})
        version = await _note(tx, request, handover, now, key_ended=action == AuditAction.SECRET_WIPED_KEY_ENDED)
        tx.audit(now, actor, action, request_id, hint=request.outcome.hint, version=version)
        return True

    return await rt.store.note(SHOWING_LASTS, settle)


async def _note(tx: Tx, request: Request, handover: Handover, now: datetime, *, key_ended: bool = False) -> int:
    """Write the state of the hand-over into the request and return its version. One moved meanwhile is read again."""
    current: Request | None = request
    while current is not None:
        outcome = current.outcome.updated(Outcome(handover=handover, handover_at=now, key_ended=key_ended))
        if touched := await requests.touch(tx, current, outcome=outcome):
            return touched.version
        current = await requests.load(tx, request.id)
    return request.version
