"""/claude-requests: what waits for a person, what they do by hand, and what they asked for."""

from bot.approvals import queries
from bot.approvals.cards.lists import BOTH, request_list
from bot.slack import ids
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from handlers import home
from handlers.edge.guard import not_here
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature

_SAY_NOTHING = frozenset({"requests", "request", "my", "for", "me"})
"""Words that narrow nothing: `my requests`, `waiting for me`."""


async def requests_command(call: Interaction) -> None:
    """Answer /claude-requests with what waits for the person and what they asked for."""
    which = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if any(word.casefold() not in (*_SAY_NOTHING, which) for word in call.words):
        await call.say(not_here(call))
        return
    await call.say(await lists(call, waits=which != "mine", mine=which != "waiting"))


async def lists(
    call: Interaction, *, waits: bool, mine: bool, waiting_at: str = "", held_at: str = "", mine_at: str = ""
) -> Message:
    """Return what waits for the person, what they asked for, or both, each at its cursor."""
    rt, actor = call.rt, call.actor
    return request_list(
        home.titled(rt, await queries.waiting_for(rt, actor, waiting_at)) if waits else None,
        home.titled(rt, await queries.mine(rt, actor, mine_at)) if mine else None,
        rt.settings.command_prefix,
        home.titled(rt, await queries.held_by(rt, actor, held_at)) if waits else None,
    )


async def turn_waiting(call: Interaction) -> None:
    """Show another page of what waits for the person's decision, where they turned it."""
    beside, cursor = read_turn(call.value)
    if call.in_home:
        await home.publish(call, waiting_at=cursor)
        return
    await call.say_in_place(await lists(call, waits=True, mine=beside == BOTH, waiting_at=cursor))


async def turn_held(call: Interaction) -> None:
    """Show another page of what the person does by hand, where they turned it."""
    beside, cursor = read_turn(call.value)
    if call.in_home:
        await home.publish(call, held_at=cursor)
        return
    await call.say_in_place(await lists(call, waits=True, mine=beside == BOTH, held_at=cursor))


async def turn_mine(call: Interaction) -> None:
    """Show another page of what the person asked for, where they turned it."""
    beside, cursor = read_turn(call.value)
    if call.in_home:
        await home.publish(call, mine_at=cursor)
        return
    await call.say_in_place(await lists(call, waits=beside == BOTH, mine=True, mine_at=cursor))


async def show_waiting(call: Interaction) -> None:
    """Answer the help's button "What waits for me"."""
    await call.say(await lists(call, waits=True, mine=True))


FEATURE = Feature(
    commands={"requests": requests_command},
    actions={
        ids.HELP_WAITING: show_waiting,
        **turns(ids.PAGE_WAITING, turn_waiting),
        **turns(ids.PAGE_HELD, turn_held),
        **turns(ids.PAGE_MINE, turn_mine),
    },
)
