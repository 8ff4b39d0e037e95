"""Reads what those who decide should know, once, while it is checked whether something may be asked."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel

from bot.admin.model import ApiKey
from bot.approvals.act import Others
from bot.approvals.kind import AnyKind, all_kinds
from bot.approvals.known import Asker, Known, KnownKey, Use
from bot.people.model import Actor
from bot.runtime import Runtime

log = structlog.get_logger()

WITHIN = 1.5
"""Seconds; whoever asks doesn't wait longer for what is only good to know."""
T = TypeVar("T")


async def beside(check: Awaitable[None], looking: Coroutine[Any, Any, T]) -> T:
    """Return what is looked up while a check runs; what the check raises ends both."""
    task = asyncio.create_task(looking)
    try:
        await check
        return await task
    finally:
        task.cancel()


async def known_of(rt: Runtime, kind: AnyKind, actor: Actor, payload: BaseModel) -> Known:
    """Return what can be known now of whoever asks and of the key that it is about; never raises."""
    asker, key = await asyncio.gather(
        _or_none(_asker(rt, actor)), _or_none(_key(rt, next(iter(keys_in(kind, payload)), "")))
    )
    return Known(asker=asker or Asker(role=actor.member.role), key=key)


def keys_in(kind: AnyKind, payload: BaseModel) -> list[str]:
    """Return the ids of the keys that a form of this kind names."""
    return [str(getattr(payload, field.name)) for field in kind.form if field.type == "key"]


async def _or_none(looking: Coroutine[Any, Any, T]) -> T | None:
    try:
        async with asyncio.timeout(WITHIN):
            return await looking
    except Exception as error:  # whatever it is, the request goes on
        log.info("not_known_at_the_ask", error=type(error).__name__)
        return None


async def _asker(rt: Runtime, actor: Actor) -> Asker:
    keys = await _keys_of(rt, actor)
    use = await _use(rt, [key.id for key in keys]) if keys else None
    return Asker(role=actor.member.role, keys=len(keys), use=use)


async def _key(rt: Runtime, key_id: str) -> KnownKey | None:
    if not key_id:
        return None
    keys, askers, use = await asyncio.gather(rt.directory.keys(), _askers(rt, [key_id]), _use(rt, [key_id]))
    key = next((one for one in keys if one.id == key_id), None)
    made_by = key.created_by if key and key_id not in askers else None
    maker = next((m for m in await rt.directory.members() if m.id == made_by), None) if made_by else None
    return KnownKey(owner=askers.get(key_id, ""), maker=maker.name if maker else "", use=use)


async def _keys_of(rt: Runtime, actor: Actor) -> list[ApiKey]:
    """Return somebody's active keys: those that they asked for, and those that they made for nobody else."""
    active = [key for key in await rt.directory.keys() if key.status == "active"]
    askers = await _askers(rt, [key.id for key in active])
    return [
        key
        for key in active
        if askers.get(key.id, "") == actor.slack_id or (key.id not in askers and key.created_by == actor.member.id)
    ]


async def _askers(rt: Runtime, key_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in all_kinds(rt).values():
        if kind.issues_keys:
            found |= await Others(rt.store).requesters_of(kind.name, key_ids)
    return found


async def _use(rt: Runtime, key_ids: Sequence[str]) -> Use | None:
    used = await _or_none(rt.use_of_keys(key_ids, rt.now())) if key_ids else None
    if used is None or used.as_of is None:
        return None
    return Use(cost=used.cost, is_whole=used.is_whole, last_day=used.last_day, days=used.days, as_of=used.as_of)
