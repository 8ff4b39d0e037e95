"""/claude-limits: what may be done per minute, beside the busiest minutes, as far as the person who asks may see them."""

import asyncio

from bot.kinds.keys.owners import may_see_key
from bot.kinds.limits.groups import groups_of
from bot.kinds.limits.peaks.asked import Asked, read_asked
from bot.kinds.limits.peaks.build import LimitFigures
from bot.kinds.limits.peaks.figures import limit_figures
from bot.kinds.limits.peaks.view import limits_chart, render_for_anthropic, render_limits, render_unknown
from bot.posts.charts import deliver
from bot.slack import ids
from bot.slack.model import Message, Sent
from bot.slack.paging import read_turn, turns
from bot.spend.visibility import scope_of
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.forms import open_form
from handlers.spend_where import tell_alone, why_directly


async def limits_command(call: Interaction) -> None:
    """Answer /claude-limits."""
    await _answer(call, call.words)


async def _answer(call: Interaction, words: tuple[str, ...], *, cursor: str = "", redraw: bool = False) -> None:
    asked = await _asked(call, words, redraw=redraw)
    if asked is None:
        return
    figures = await limit_figures(call.rt, asked, await scope_of(call.rt, call.actor), call.rt.now())
    directly, key_id = await why_directly(call), await _driver(call, figures)

    def render(chart: dict[str, object] | None) -> Message:
        return render_limits(figures, chart, cursor, key_id)

    async def send(message: Message) -> Sent | None:
        if directly is not None:
            return await call.rt.notifier.send(call.user_id, message)
        await (call.say_in_place(message) if redraw else call.say(message))
        return None

    await deliver(call.rt, call.rt.now(), render, limits_chart(figures), send)
    if directly is not None:
        await call.say(plain_answer(directly))


async def _driver(call: Interaction, figures: LimitFigures) -> str:
    """Return the key that drove the busiest minute, "" for one of which the person may not see whose it is."""
    peak = figures.tightest.peak if figures.tightest else None
    if peak is None or not peak.driver:
        return ""
    may_see = await may_see_key(call.rt, call.actor)
    return next((key.id for key in await call.rt.directory.keys() if key.id == peak.driver and may_see(key)), "")


async def _asked(call: Interaction, words: tuple[str, ...], *, redraw: bool) -> Asked | None:
    """Return what is asked for, None once it was said that it isn't known."""
    directory = call.rt.directory
    workspaces, limits = await asyncio.gather(directory.workspaces(), directory.rate_limits())
    asked = read_asked(words, {one.id: one.name for one in workspaces}, groups_of(limits))
    if isinstance(asked, Asked):
        return asked
    message = render_unknown(asked, call.rt.settings.command_prefix)
    await (call.say_in_place(message) if redraw else call.say(message))
    return None


async def retry(call: Interaction) -> None:
    """Show what was probably meant."""
    await _answer(call, tuple(call.value.split()), redraw=True)


async def turn(call: Interaction) -> None:
    """Show another page of the limits, where it was turned. Who may see which peaks is asked now."""
    typed, cursor = read_turn(call.value)
    await _answer(call, tuple(typed.split()), cursor=cursor, redraw=True)


async def show(call: Interaction) -> None:
    """Answer a button under a message that others read, too: with what the person who presses it may see."""
    await _answer(call, tuple(call.value.split()))


async def ask(call: Interaction) -> None:
    """Open the form for a limit of a workspace, filled in with what the answer was about."""
    workspace_id, _, which = call.value.partition(" ")
    group_id, _, limiter = which.partition(" ")
    workspace = await call.rt.directory.workspace(workspace_id)
    groups = groups_of(await call.rt.directory.rate_limits())
    values, labels = dict[str, str](), dict[str, str]()
    if workspace is not None:
        values["workspace_id"], labels["workspace_id"] = workspace.id, workspace.name
    for group in groups:
        if group.id == group_id:
            values |= {ids.RATE_GROUP: group.id, "limiter": limiter}
            labels[ids.RATE_GROUP] = group.name
    await open_form(call, "set_rate_limit", values, labels)


async def tell(call: Interaction) -> None:
    """Show what to tell Anthropic: the whole organization's traffic, because it gives limits to the organization."""
    asked = await _asked(call, tuple(call.value.split()), redraw=False)
    if asked is not None:
        of_all = Asked(group_ids=asked.group_ids)
        figures = await limit_figures(call.rt, of_all, await scope_of(call.rt, call.actor), call.rt.now())
        await tell_alone(call, render_for_anthropic(figures), redraw=False)


FEATURE = Feature(
    commands={"limits": limits_command},
    actions={
        **{f"{ids.LIMITS_RETRY_PREFIX}{n}": retry for n in range(3)},
        **turns(ids.PAGE_RATE_LIMITS, turn),
        ids.LIMITS_SHOW: show,
        ids.LIMITS_ASK: ask,
        ids.LIMITS_TELL: tell,
    },
)
