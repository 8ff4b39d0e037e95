"""Keys as lists show them: where they work, whose they are and when they end."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.admin.model import ApiKey, Member
from bot.approvals.act import Others
from bot.errors import NotLinked
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.keys.owners import mentions_of, owns_key
from bot.organization.keys_view import KeyLine
from bot.organization.keys_wanted import Wanted
from bot.people.identity import find_member, member_behind
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.markup import Markup, escape
from bot.slack.paging import SIZE, Page, page_of

_FAR = datetime.max.replace(tzinfo=UTC)


async def page_of_keys(rt: Runtime, keys: Sequence[ApiKey], cursor: str = "", size: int = SIZE) -> Page[KeyLine]:
    """Return the page of keys at a cursor, newest first."""
    page = page_of(keys, _newest_first, cursor, size)
    return page.showing(await _lines(rt, page.items, await ends_of(rt, page.items)))


async def page_of_own(rt: Runtime, actor: Actor, cursor: str = "", size: int = SIZE) -> Page[KeyLine]:
    """Return the page at a cursor of somebody's keys that are not archived."""
    is_mine = await owns_key(rt, actor)
    keys = [key for key in await rt.directory.keys() if key.status != "archived" and is_mine(key)]
    return await page_of_keys(rt, keys, cursor, size)


async def page_of_wanted(rt: Runtime, actor: Actor, wanted: Wanted, cursor: str = "") -> Page[KeyLine]:
    """Return the page at a cursor of the keys that are wanted; those that end are ordered by that, others newest first.

    Whether the actor may see them all is the caller's to check.
    """
    keys = [key for key in await rt.directory.keys() if wanted.takes(key)]
    if wanted.workspace_id:
        homes = await asyncio.gather(*map(rt.directory.home_of, keys))
        keys = [key for key, home in zip(keys, homes, strict=True) if home and home.id == wanted.workspace_id]
    owners = ([actor] if wanted.mine else []) + ([await _person(rt, wanted.owner)] if wanted.owner else [])
    for owner in owners + ([_member(wanted.member)] if wanted.member else []):
        is_theirs = await owns_key(rt, owner)
        keys = [key for key in keys if is_theirs(key)]
    if not wanted.ending:
        return await page_of_keys(rt, keys, cursor)
    ends = await ends_of(rt, keys)
    page = page_of([k for k in keys if k.id in ends], lambda key: _by_moment(ends[key.id], key.id), cursor)
    return page.showing(await _lines(rt, page.items, ends))


def _newest_first(key: ApiKey) -> str:
    return f"{int((_FAR - key.created_at).total_seconds() * 1000):018d}\t{key.id}"


def _by_moment(moment: datetime, key_id: str) -> str:
    return f"{int(moment.timestamp() * 1000):018d}\t{key_id}"


async def ends_of(rt: Runtime, keys: Sequence[ApiKey]) -> dict[str, datetime]:
    """Return when keys end, by id: by themselves, or because the request that made them gave them until then."""
    granted = await Others(rt.store).ends_of(CREATE_KEY.name, [key.id for key in keys])
    ends = {key.id: [end for end in (key.expires_at, granted.get(key.id)) if end] for key in keys}
    return {key_id: min(found) for key_id, found in ends.items() if found}


async def _lines(rt: Runtime, keys: Sequence[ApiKey], ends: dict[str, datetime]) -> list[KeyLine]:
    others, key_ids = Others(rt.store), [key.id for key in keys]
    asked_for = await others.requesters_of(CREATE_KEY.name, key_ids)
    asked_for |= {key_id: one.owner.slack_id for key_id, one in (await others.handed_over(key_ids)).items()}
    members = await rt.directory.members_by_id() if keys else dict[str, Member]()
    mentioned = await mentions_of(rt, set(asked_for.values()))

    def owner(key: ApiKey) -> Markup:
        if slack_id := asked_for.get(key.id):
            return mentioned[slack_id]
        maker = members.get(key.created_by or "")
        return escape(maker.name) if maker else ""

    return [KeyLine(key, await rt.directory.place_of(key), owner(key), ends.get(key.id)) for key in keys]


async def _person(rt: Runtime, slack_id: str) -> Actor:
    """Return somebody who is mentioned, also with an account that isn't active any more: their keys still work.

    Who is no member owns what they asked for when they were one.
    """
    try:
        member = await find_member(rt, slack_id, fresh=False)  # nothing is decided by it
    except NotLinked:
        member_id = await member_behind(rt, slack_id, await rt.directory.members())
        member = _member(member_id or f"unknown:{slack_id}").member
    return Actor(slack_id, member, "")


def _member(member_id: str) -> Actor:
    """Return a member who has no Slack account here: theirs are the keys that they made."""
    return Actor("", Member(id=member_id, email="", name="", role=""), "")
