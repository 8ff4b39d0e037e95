"""The App Home: what waits for you, what you asked for, your keys."""

import contextlib

from bot.approvals import queries
from bot.approvals.cards.lists import Titled
from bot.approvals.kind import find_kind
from bot.approvals.model import Request
from bot.errors import QuartermasterError, SlackError, UserError
from bot.people.identity import resolve_actor
from bot.runtime import Runtime
from bot.slack import ids
from handlers.edge.guard import said_of
from handlers.edge.interaction import Interaction, text_at
from handlers.edge.register import Feature
from handlers.home_view import home_view, refused_home
from handlers.keys import keys_of_actor

WAITING_SHOWN = 40
MINE_SHOWN = 10


async def home_opened(call: Interaction) -> None:
    """Draw somebody's App Home when they open it."""
    if text_at(call.payload, "tab") not in ("home", ""):
        return
    try:
        call.set_actor(await resolve_actor(call.rt, call.user_id, call.team_id))
    except UserError as refusal:
        await call.rt.notifier.publish_home(call.user_id, refused_home(said_of(refusal)))
        return
    await publish(call)


async def publish(call: Interaction) -> None:
    """Draw the App Home of the actor; where a part can't be read, that part says so."""
    rt, prefix = call.rt, call.rt.settings.command_prefix
    mine = _titled(rt, (await queries.mine(rt, call.actor, size=MINE_SHOWN)).requests)
    try:
        page = await queries.waiting_for(rt, call.actor, size=WAITING_SHOWN)
        keys = await keys_of_actor(call)
    except QuartermasterError:
        await rt.notifier.publish_home(call.user_id, home_view(None, mine, None, prefix, rt.now()))
        return
    view = home_view(_titled(rt, page.requests), mine, keys, prefix, rt.now(), more_wait=bool(page.last))
    await rt.notifier.publish_home(call.user_id, view)


def _titled(rt: Runtime, requests: list[Request]) -> list[Titled]:
    return [(request, find_kind(rt, request.kind).title(request)) for request in requests]


async def republish(call: Interaction) -> None:
    """Draw it again after an act that is done: where Slack won't, that doesn't undo the act."""
    with contextlib.suppress(SlackError):
        await publish(call)


FEATURE = Feature(actions={ids.HOME_REFRESH: publish}, events={"app_home_opened": home_opened})
