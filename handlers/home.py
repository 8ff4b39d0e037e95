"""The App Home: what waits for you, what you asked for, your keys."""

import contextlib

from bot.approvals import queries
from bot.approvals.cards.lists import Titled
from bot.approvals.extensions import kind_of
from bot.approvals.model import Request
from bot.errors import QuartermasterError, SlackError, UserError
from bot.kinds.keys.lines import page_of_own
from bot.people.identity import resolve_actor
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.paging import Page
from handlers.edge.guard import said_of
from handlers.edge.interaction import Interaction, text_at
from handlers.edge.register import Feature
from handlers.home_view import home_view, refused_home


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


async def publish(call: Interaction, *, waiting_at: str = "", mine_at: str = "", keys_at: str = "") -> None:
    """Draw the App Home of the actor; where a part can't be read, that part says so.

    The cursors say which page of each list is shown, the first one without.
    """
    rt, prefix = call.rt, call.rt.settings.command_prefix
    mine = titled(rt, await queries.mine(rt, call.actor, mine_at))
    try:
        waiting = titled(rt, await queries.waiting_for(rt, call.actor, waiting_at))
        keys = await page_of_own(rt, call.actor, keys_at)
    except QuartermasterError:
        await rt.notifier.publish_home(call.user_id, home_view(None, mine, None, prefix, rt.now()))
        return
    await rt.notifier.publish_home(call.user_id, home_view(waiting, mine, keys, prefix, rt.now()))


async def refresh(call: Interaction) -> None:
    """Draw it from its beginning."""
    await publish(call)


def titled(rt: Runtime, page: Page[Request]) -> Page[Titled]:
    """Return a page of requests with the title of each."""
    return page.showing([(request, kind_of(rt, request).title(request)) for request in page.items])


async def republish(call: Interaction) -> None:
    """Draw it again after an act that is done: where Slack won't, that doesn't undo the act."""
    with contextlib.suppress(SlackError):
        await publish(call)


FEATURE = Feature(actions={ids.HOME_REFRESH: refresh}, events={"app_home_opened": home_opened})
