"""Whose a key is, and who may see it."""

from collections.abc import Callable, Collection
from typing import Any

from bot.admin.model import ApiKey, Member
from bot.approvals.act import Reading
from bot.approvals.concerned import Remedy
from bot.approvals.parts import Concerns
from bot.approvals.sight import sees_all_keys
from bot.approvals.snapshot import keys_of
from bot.errors import UpstreamMissing
from bot.kinds.keys.create import CREATE_KEY
from bot.people import db as links
from bot.people.model import Actor, Who
from bot.runtime import Runtime
from bot.slack.markup import Markup, mention


async def owners_of_key(reading: Reading, key_id: str) -> tuple[Who, ...]:
    """Return whose a key is: whom it was handed to, else its requester on record, else its maker as the API names them."""
    handed_over = (await reading.others.handed_over([key_id])).get(key_id)
    if handed_over:
        return (handed_over.owner,)
    asked = await reading.others.asked_for(CREATE_KEY.name, key_id)
    if asked:
        return (asked,)
    key = next((one for one in await reading.directory.keys() if one.id == key_id), None)
    try:
        key = key or await reading.admin.api_key(key_id)
    except UpstreamMissing:
        return ()
    return (Who(slack_id="", member_id=key.created_by, email=""),) if key.created_by else ()


def concerns_of_key(remedy: Remedy) -> Concerns[Any]:
    """Return whose thing a change of a key concerns: its owner hears of it before and after."""
    return Concerns(find=owners_of_key, field="key_id", thing="key", remedy=remedy)


async def owns_key(rt: Runtime, actor: Actor) -> Callable[[ApiKey], bool]:
    """Return the test whether a key of the directory is the actor's: the requester owns it, else its maker."""
    mine = await keys_of(rt, actor)
    return lambda key: key.id in mine


async def may_see_key(rt: Runtime, actor: Actor) -> Callable[[ApiKey], bool]:
    """Return the test whether the actor may see a key: all of them, or their own."""
    return (lambda _key: True) if sees_all_keys(actor) else await owns_key(rt, actor)


async def mentions_of(rt: Runtime, slack_ids: Collection[str]) -> dict[str, Markup]:
    """Return people mentioned, by Slack id, with a word where they were members and are none any more."""
    async with rt.store.read() as tx:
        linked = await links.find_all(tx, slack_ids)
    members = await rt.directory.members_by_id() if linked else dict[str, Member]()
    left = {one.slack_id for one in linked.values() if one.member_id not in members}
    return {one: f"{mention(one)}{' (no longer a member)' if one in left else ''}" for one in slack_ids}
