"""What the forms of limits suggest."""

from bot.kinds.limits.groups import groups_of
from bot.slack import ids
from bot.slack.elements import option
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Feature


async def suggest_groups(call: Interaction, query: str) -> list[Json]:
    """Return the groups whose name, or that of one of their models, holds what was typed, with the organization's limits."""
    groups = groups_of(await call.rt.directory.rate_limits())
    return [option(one.name, one.id, one.in_short) for one in groups if one.holds(query)]


FEATURE = Feature(options={ids.RATE_GROUP: suggest_groups})
"""The type-ahead of groups of rate limits."""
