"""Reads what those who decide should know, once, while it is checked whether something may be asked."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel

from bot.admin.model import ApiKey, Member
from bot.approvals.act import Others
from bot.approvals.kind import AnyKind, all_kinds
from bot.approvals.known import Asker, Known, KnownKey, KnownKeys, NamedKey, Use
from bot.directory.directory import Directory
from bot.directory.twins import is_twin
from bot.directory.use import KeyUse
from bot.people.model import Actor
from bot.runtime import Runtime

log = structlog.get_logger()

WITHIN = 1.5
"""Seconds; the person who asks doesn't wait longer for what is only good to know."""
SHOWN_KEYS, MOST_KEPT = 8, 500
"""Keys that are named one by one, and as many as are kept with a request that ends them."""
ALIVE = ("active", "inactive")
"""The statuses of a key that works or could work again."""
T = TypeVar("T")


async def beside(check: Awaitable[None], looking: Coroutine[Any, Any, T]) -> T:
    """Return what is looked up while a check runs. What the check raises ends both."""
    task = asyncio.create_task(looking)
    try:
        await check
        return await task
    finally:
        task.cancel()


async def known_of(rt: Runtime, kind: AnyKind, actor: Actor, payload: BaseModel) -> Known:
    """Return what can be known now of the person who asks and of the key that it is about; never raises."""
    workspace_id = str(getattr(payload, "workspace_id", ""))
    asker, key, ending, twin = await asyncio.gather(
        _or_none(_asker(rt, actor)),
        _or_none(_key(rt, next(iter(keys_in(kind, payload)), ""))),
        _or_none(keys_in_workspace(rt, workspace_id, most=MOST_KEPT)) if kind.rules.ends_keys else _nothing(),
        _or_none(_has_twin(rt, workspace_id)) if workspace_id else _nothing(),
    )
    keys = (ending or KnownKeys()) if kind.rules.ends_keys else None
    return Known(asker=asker or Asker(role=actor.member.role), key=key, keys=keys, twin=bool(twin))


async def _has_twin(rt: Runtime, workspace_id: str) -> bool:
    found = await rt.directory.workspace(workspace_id)
    return found is not None and is_twin(found, await rt.directory.workspaces())


async def _nothing() -> None:
    return None


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
    mine = await keys_of(rt, actor)
    active = [key.id for key in await rt.directory.keys() if key.status == "active" and key.id in mine]
    return Asker(role=actor.member.role, keys=len(active), use=await _use(rt, active))


async def _key(rt: Runtime, key_id: str) -> KnownKey | None:
    key = next((one for one in await rt.directory.keys() if one.id == key_id), None) if key_id else None
    return KnownKey(use=await _use(rt, [key_id], key)) if key_id else None


async def keys_in_workspace(
    rt: Runtime, workspace_id: str, may_see: Callable[[ApiKey], bool] = lambda _key: True, most: int = SHOWN_KEYS
) -> KnownKeys:
    """Return the keys of a workspace that work or could work again, those with the most use first; `most` of them named."""
    keys = [key for key in await living_keys(rt.directory, workspace_id) if may_see(key)]
    ids = [key.id for key in keys]
    together, each = await asyncio.gather(_use(rt, ids), _or_none(rt.use_of_each(ids, rt.now())))
    uses = {key.id: _as_use(each[key.id], key) for key in keys if key.id in each} if each else {}
    keys.sort(key=lambda key: _by_use(key, uses.get(key.id)))
    first = keys[:most]
    accounts, members = await _accounts_of(rt, [key.id for key in first]), await rt.directory.members_by_id()
    return KnownKeys(
        total=len(keys),
        active=sum(key.status == "active" for key in keys),
        use=together,
        first=tuple(
            NamedKey(
                name=key.name,
                status=key.status,
                owner=accounts.get(key.id, ""),
                maker=_name_of(members.get(key.created_by or "")),
                use=uses.get(key.id),
            )
            for key in first
        ),
    )


def _name_of(member: Member | None) -> str:
    return (member.name or member.email) if member else ""


def _by_use(key: ApiKey, use: Use | None) -> tuple[bool, Decimal, str]:
    """Return the place of a key: those that work first, and of those what cost most."""
    return key.status != "active", -(use.cost or Decimal(0)) if use else Decimal(0), key.name


async def living_keys(directory: Directory, workspace_id: str) -> list[ApiKey]:
    """Return the keys of a workspace that work or could work again, at most a minute old."""
    alive = [key for key in await directory.keys() if key.status in ALIVE]
    homes = await asyncio.gather(*map(directory.home_of, alive))
    return [key for key, home in zip(alive, homes, strict=True) if home and home.id == workspace_id]


async def _accounts_of(rt: Runtime, key_ids: Sequence[str]) -> dict[str, str]:
    """Return by id the Slack account of whom a key was handed to, else of its requester on record."""
    found, others = dict[str, str](), Others(rt.store)
    for kind in all_kinds(rt).values():
        if kind.issues_keys:
            found |= await others.requesters_of(kind.name, key_ids)
    return found | {key_id: one.owner.slack_id for key_id, one in (await others.handed_over(key_ids)).items()}


async def keys_of(rt: Runtime, actor: Actor) -> frozenset[str]:
    """Return the ids of somebody's keys; see `keys_of_person`."""
    return await keys_of_account(rt, actor.slack_id, actor.member.id)


async def keys_of_account(rt: Runtime, slack_id: str, member_id: str) -> frozenset[str]:
    """Return the same of a Slack account and the member that it is."""
    issuing = [kind.name for kind in all_kinds(rt).values() if kind.issues_keys]
    return await keys_of_person(Others(rt.store), await rt.directory.keys(), issuing, slack_id, member_id)


async def keys_of_person(
    others: Others, keys: Sequence[ApiKey], issuing: Sequence[str], slack_id: str, member_id: str
) -> frozenset[str]:
    """Return the ids of somebody's keys: those that they asked for, that they made for nobody else, or that they were given.

    A key that was handed over is its new owner's alone. `issuing` are the kinds that make keys. The API names as maker of
    a key the owner of the Admin key, or the person at the Console.
    """
    made = [key.id for key in keys if key.created_by == member_id]
    asked_for, for_somebody = frozenset[str](), frozenset[str]()
    for kind in issuing:
        asked_for |= await others.made_for(kind, slack_id) if slack_id else frozenset()
        for_somebody |= frozenset(await others.requesters_of(kind, made))
    theirs = asked_for | (frozenset(made) - for_somebody)
    handed_over = await others.handed_over(sorted(theirs))
    return (theirs - handed_over.keys()) | await others.handed_to(slack_id)


async def _use(rt: Runtime, key_ids: Sequence[str], key: ApiKey | None = None) -> Use | None:
    used = await _or_none(rt.use_of_keys(key_ids, rt.now())) if key_ids else None
    return _as_use(used, key) if used else None


def _as_use(used: KeyUse, key: ApiKey | None) -> Use | None:
    """Return the use of keys as it is kept with a request; `key` where it is that of one."""
    if used.as_of is None:
        return None
    return Use(
        cost=used.cost,
        is_whole=used.is_whole,
        last_day=used.last_day,
        days=used.days,
        as_of=used.as_of,
        newest=used.newest,
        is_final=used.is_final,
        is_never=key is not None and used.last_day is None and used.is_known_since(key.created_at),
    )
