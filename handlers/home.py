"""The App Home: what waits for you, what you asked for and were given, your keys; for admins all at a glance.

Its parts are read beside each other. What is there soon is shown, what takes longer is shown once it is there, and what
can't be read says so: a slow or broken Claude API leaves the rest as it is.
"""

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.approvals import queries
from bot.approvals.cards.lists import Titled
from bot.approvals.extensions import kind_of
from bot.approvals.model import Request
from bot.errors import QuartermasterError, SlackError, UserError
from bot.hygiene.weekly import last_look
from bot.kinds.keys.lines import page_of_own
from bot.kinds.people.person import given_to
from bot.organization.glance import glance
from bot.organization.places import places_of
from bot.people.identity import resolve_colleague
from bot.people.roles import ADMIN_ROLES
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.paging import Page
from bot.spend.dashboard.load import glance_for
from handlers.edge.guard import said_of
from handlers.edge.interaction import Interaction, text_at
from handlers.edge.offered import refused_kinds
from handlers.edge.register import Feature
from handlers.home_view import SHOWN, HomeParts, Missing, home_view, refused_home

SOON = 1.2
"""Seconds after which the App Home is shown with what is there by then."""
AT_LAST = 15.0
"""Seconds more after which a part that isn't there counts as one that can't be read."""
MOST_READ = 5
"""Lists of workspaces' members that one look reads; each later one, and the card, reads on."""
log = structlog.get_logger()


async def home_opened(call: Interaction) -> None:
    """Draw somebody's App Home when they open it."""
    if text_at(call.payload, "tab") not in ("home", ""):
        return
    try:
        call.set_actor(await resolve_colleague(call.rt, call.user_id, call.team_id))
    except UserError as refusal:
        await call.rt.notifier.publish_home(call.user_id, refused_home(said_of(refusal)))
        return
    await publish(call)


async def publish(
    call: Interaction,
    *,
    waiting_at: str = "",
    held_at: str = "",
    mine_at: str = "",
    keys_at: str = "",
    grants_at: str = "",
) -> None:
    """Draw the App Home of the actor, with what is there soon, and once more with what takes longer.

    The cursors say which page of each list is shown, the first one without.
    """
    rt, actor = call.rt, call.actor
    reads: dict[str, Coroutine[Any, Any, Any]] = {
        "held": _titled(rt, queries.held_by(rt, actor, held_at, SHOWN)),
        "mine": _titled(rt, queries.mine(rt, actor, mine_at, SHOWN)),
        "grants": given_to(rt, actor, actor.slack_id, grants_at),
        "spend": glance_for(rt, actor),
    }
    if actor.member.role:  # else nobody can say now which member they are
        reads |= {
            "waiting": _titled(rt, queries.waiting_for(rt, actor, waiting_at, SHOWN)),
            "keys": page_of_own(rt, actor, keys_at, SHOWN),
            "places": places_of(rt, actor.member, most=MOST_READ),
        }
    if actor.member.role in ADMIN_ROLES:
        reads |= {"glance": glance(rt), "advice": last_look(rt)}
    began = f"{time.monotonic():020.6f}"
    refused = await refused_kinds(rt)
    tasks = {name: asyncio.create_task(_or_unread(name, read)) for name, read in reads.items()}
    try:
        await asyncio.wait(tasks.values(), timeout=SOON)
        await _draw(call, began, tasks, Missing.LOADING, refused)
        if any(not task.done() for task in tasks.values()):
            await asyncio.wait(tasks.values(), timeout=AT_LAST)
            await _draw(call, began, tasks, Missing.UNREAD, refused)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _or_unread(name: str, reading: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await reading
    except QuartermasterError as error:
        log.info("home_part_not_read", part=name, error=type(error).__name__)
    except Exception:  # the other parts are still good
        log.exception("home_part_failed", part=name)
    return Missing.UNREAD


async def _draw(
    call: Interaction, began: str, tasks: dict[str, asyncio.Task[Any]], missing: Missing, refused: frozenset[str]
) -> None:
    """Show what is read by now, unless a later act on this App Home is drawn already."""
    read = {name: task.result() if task.done() else missing for name, task in tasks.items()}
    parts = HomeParts(**dict.fromkeys(("waiting", "keys", "places"), Missing.UNREAD) | read)
    view = home_view(parts, call.rt.settings.command_prefix, call.rt.now(), refused)

    async def show(_seen: str) -> str:
        await call.rt.notifier.publish_home(call.user_id, view)
        return ""

    await call.rt.homes.run(call.user_id, began, "", show)


async def refresh(call: Interaction) -> None:
    """Draw it from its beginning."""
    await publish(call)


def titled(rt: Runtime, page: Page[Request]) -> Page[Titled]:
    """Return a page of requests with the title of each."""
    return page.showing([(request, kind_of(rt, request).title(request)) for request in page.items])


async def _titled(rt: Runtime, reading: Coroutine[Any, Any, Page[Request]]) -> Page[Titled]:
    return titled(rt, await reading)


async def republish(call: Interaction) -> None:
    """Draw it again after an act that is done: where Slack won't, that doesn't undo the act."""
    with contextlib.suppress(SlackError):
        await publish(call)


FEATURE = Feature(actions={ids.HOME_REFRESH: refresh}, events={"app_home_opened": home_opened})
