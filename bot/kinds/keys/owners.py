"""Whose a key is, and who may see it."""

from collections.abc import Callable

from bot.admin.model import ApiKey
from bot.approvals.act import Others
from bot.kinds.keys.create import CREATE_KEY
from bot.people.identity import ADMIN_ROLES
from bot.people.model import Actor
from bot.runtime import Runtime

_SEE_ALL_KEYS = ADMIN_ROLES | {"developer", "billing"}


async def owns_key(rt: Runtime, actor: Actor) -> Callable[[ApiKey], bool]:
    """Return the test whether a key of the directory is the actor's: the requester owns it, else its maker.

    The API names as maker of a key the owner of the Admin key, or the person at the Console.
    """
    others = Others(rt.store)
    made = [key.id for key in await rt.directory.keys() if key.created_by == actor.member.id]
    asked_for = await others.made_for(CREATE_KEY.name, actor.slack_id)
    for_somebody = await others.requesters_of(CREATE_KEY.name, made)
    mine = asked_for | (frozenset(made) - frozenset(for_somebody))
    return lambda key: key.id in mine


def sees_all_keys(actor: Actor) -> bool:
    """Whether the actor's role shows them the keys of others: roles that only use the Playground don't."""
    return actor.member.role in _SEE_ALL_KEYS


async def may_see_key(rt: Runtime, actor: Actor) -> Callable[[ApiKey], bool]:
    """Return the test whether the actor may see a key: all of them, or their own."""
    return (lambda _key: True) if sees_all_keys(actor) else await owns_key(rt, actor)
