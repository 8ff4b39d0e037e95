"""What forms offer while somebody types: members of the organization, and what may happen to each key of one who leaves."""

from collections.abc import Sequence

from bot.admin.model import ApiKey
from bot.kinds.keys.owners import may_see_key
from bot.kinds.people.leaving import FATES, KEY_FATES, choice_of, keys_left
from bot.slack import ids
from bot.slack.elements import option
from bot.slack.markup import keep_ends
from bot.words.folded import folded
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Feature


async def suggest_members(call: Interaction, query: str) -> list[Json]:
    """Return the members whose name or address holds what was typed, by name."""
    wanted = folded(query).strip()
    found = [one for one in await call.rt.directory.members() if wanted in folded(f"{one.name}\n{one.email}")]
    found.sort(key=lambda one: (one.name.casefold(), one.id))
    return [option(one.name or one.email, one.id, one.email) for one in found]


async def suggest_fates(call: Interaction, query: str) -> list[Json]:
    """Return, for each key of the member who is chosen that the person may see, the choices for that key alone."""
    member, may_see = call.values.get("member_id"), await may_see_key(call.rt, call.actor)
    left: Sequence[ApiKey] = await keys_left(call.rt, member) if isinstance(member, str) and member else ()
    wanted = folded(query).strip()
    keys = [key for key in left if may_see(key) and wanted in folded(key.name)]
    return [
        option(f"{keep_ends(key.name, 50)}: {word}", choice_of(key.id, fate)) for key in keys for fate, word in FATES.items()
    ]


FEATURE = Feature(options={ids.PICK_MEMBER: suggest_members, KEY_FATES: suggest_fates})
