"""One key: found by what somebody typed, and all that is known of it."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from bot.admin.model import ApiKey
from bot.approvals import queries
from bot.approvals.act import Others
from bot.approvals.cards.lists import Titled
from bot.approvals.extensions import kind_of, may_extend
from bot.approvals.kind import AnyKind, all_kinds
from bot.approvals.model import Request
from bot.approvals.replace import card_address
from bot.approvals.sight import oversees_people
from bot.directory.directory import ORGANIZATION, WORKSPACE
from bot.directory.use import KeyUse
from bot.errors import UpstreamError
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.keys.made_by_hand import SERVICE_ACCOUNT, USER, acting_as
from bot.kinds.keys.owners import may_see_key, mentions_of, owns_key
from bot.organization.key_card import HISTORY, Ask, KeyFacts
from bot.people import db as links
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.markup import Markup, escape
from bot.slack.paging import Page
from bot.spend.visibility import scope_of
from bot.words.reading import as_read

log = structlog.get_logger()
WITHIN = 1.5
"""Seconds that figures may take; the card stands without them."""


async def keys_called(rt: Runtime, actor: Actor, typed: str) -> list[ApiKey]:
    """Return the keys that the actor may see and that have this id or are called so, in any case, newest first."""
    found = await _called(rt, actor, typed, fresh=False)
    return found or await _called(rt, actor, typed, fresh=True)  # it may be a minute old


async def keys_named_first(rt: Runtime, actor: Actor, words: Sequence[str]) -> list[ApiKey]:
    """Return the keys that the actor may see and whose name the words begin with: `ingest-prod until May`."""
    may_see = await may_see_key(rt, actor)
    seen = [key for key in await rt.directory.keys() if may_see(key)]
    for taken in range(len(words), 0, -1):
        start = as_read(" ".join(words[:taken]))
        if found := [key for key in seen if as_read(key.name) == start]:
            return found
    return []


def extendable(rt: Runtime, actor: Actor, facts: KeyFacts) -> str:
    """Return the request that made a key, where the actor may ask for a later end of it; "" otherwise."""
    if facts.made_in is None:
        return ""
    request = facts.made_in[0]
    return request.id if may_extend(kind_of(rt, request), request, actor.who, rt.now()) else ""


async def _called(rt: Runtime, actor: Actor, typed: str, *, fresh: bool) -> list[ApiKey]:
    every = await rt.directory.keys(fresh=fresh)
    may_see = await may_see_key(rt, actor)
    named = [key for key in every if key.id == typed or as_read(key.name) == as_read(typed)]
    return [key for key in named if may_see(key)]


async def key_facts(rt: Runtime, key_id: str) -> KeyFacts:
    """Return what is known of a key as of now; UpstreamMissing where it is gone. Who may see it is the caller's to check."""
    key = await rt.admin.api_key(key_id)
    others = Others(rt.store)
    workspace, use, made_in, granted, handed_over = await asyncio.gather(
        rt.directory.place_of(key),
        _use(rt, key.id),
        _made_in(rt, key.id),
        others.ends_of(CREATE_KEY.name, [key.id]),
        others.handed_over([key.id]),
    )
    heir = handed_over[key.id].owner.slack_id if key.id in handed_over else ""
    owner = heir or (made_in[0].requester.slack_id if made_in else "")
    maker = await _person(rt, key.created_by) if key.created_by else ""
    return KeyFacts(
        key=key,
        workspace=workspace,
        owner=(await mentions_of(rt, [owner]))[owner] if owner else maker,
        maker=maker,
        acts_as=await _acts_as(rt, key),
        ends_at=granted.get(key.id),
        use=use,
        made_in=made_in,
        made_at=await card_address(rt, made_in[0]) if made_in else "",
        asks=asks_for(all_kinds(rt), key),
    )


async def keys_with_use(rt: Runtime, actor: Actor, keys: Sequence[ApiKey]) -> list[str]:
    """Return the ids of those keys whose use and cost an actor may see; none where that can't be asked now."""
    try:
        scope = await scope_of(rt, actor)
        if scope.is_all:
            return [key.id for key in keys]
        homes = await asyncio.gather(*map(rt.directory.home_of, keys))
    except UpstreamError:
        return []
    return [key.id for key, home in zip(keys, homes, strict=True) if scope.has(key.id, home.id if home else "")]


def asks_for(kinds: Mapping[str, AnyKind], key: ApiKey) -> list[Ask]:
    """Return what can be asked for a key in its state; of a scope that isn't known here nobody changes a key."""
    if key.scope not in (WORKSPACE, ORGANIZATION):
        return []
    about = [kind for kind in kinds.values() if any(field.type == "key" for field in kind.form) and kind.rules.takes(key)]
    return [Ask(kind.name, f"{kind.label.split()[0]}…") for kind in about]


async def sees_requests_about(rt: Runtime, actor: Actor, key: ApiKey) -> bool:
    """Tell whether somebody sees all requests about a key, or only their own."""
    is_mine = await owns_key(rt, actor)
    return is_mine(key) or await oversees_people(rt, actor)


async def requests_about(rt: Runtime, actor: Actor, key: ApiKey, cursor: str = "", *, sees_all: bool) -> Page[Titled]:
    """Return the page at a cursor of the requests about a key, newest first: all of them, or the actor's own."""
    page = await queries.about(rt, key.id, cursor, HISTORY, by="" if sees_all else actor.slack_id)
    return page.showing([(request, _title(rt, request)) for request in page.items])


def _title(rt: Runtime, request: Request) -> str:
    return kind_of(rt, request).title(request)


async def _made_in(rt: Runtime, key_id: str) -> Titled | None:
    made = await Others(rt.store).maker_of(CREATE_KEY.name, key_id)
    return (made, _title(rt, made)) if made else None


async def _use(rt: Runtime, key_id: str) -> KeyUse | None:
    try:
        async with asyncio.timeout(WITHIN):
            return await rt.use_of_keys([key_id], rt.now())
    except Exception as error:  # whatever it is, the card says what else is known
        log.info("use_not_known", error=type(error).__name__)
        return None


async def _acts_as(rt: Runtime, key: ApiKey) -> Markup:
    if key.principal_type == USER and key.principal_id:
        return await _person(rt, key.principal_id)
    if key.principal_type == SERVICE_ACCOUNT:
        return escape(acting_as(key, None))
    return escape(acting_as(key, None)) + (": a workspace key" if key.principal_type is None else "")


async def _person(rt: Runtime, member_id: str) -> Markup:
    """Return a member mentioned where they are linked, else by name, else as somebody who isn't a member any more."""
    async with rt.store.read() as tx:
        link = await links.find_one(tx, "", member_id)
    if link:
        return (await mentions_of(rt, [link.slack_id]))[link.slack_id]
    found = next((one.name for one in await rt.directory.members() if one.id == member_id), None)
    return escape(found or f"somebody who is no longer a member ({member_id})")
