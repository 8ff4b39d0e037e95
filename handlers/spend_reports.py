"""/claude-spend dashboard and report: figures for one person, as CSV, and shared. What they may see is asked each time."""

from dataclasses import replace

from bot.commands.parse import split_words
from bot.errors import InvalidInput, NotFound
from bot.organization.tags import TAGS
from bot.posts.channels import require_channel
from bot.slack import ids
from bot.slack.markup import Markup, bold, code, truncate
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from bot.spend.ask.when import period_in_title
from bot.spend.dashboard.load import dashboard
from bot.spend.dashboard.model import WINDOWS
from bot.spend.dashboard.view import dashboard_chart, render_dashboard, render_limits
from bot.spend.exports.csv import file_name
from bot.spend.exports.hint import days_typed
from bot.spend.exports.send import Export, File, content_of, send_csv
from bot.spend.reports.allocation import tags_in_use
from bot.spend.reports.ask import report
from bot.spend.reports.export import file_of
from bot.spend.reports.model import Built, Times, Wanted
from bot.spend.reports.phrases import as_of_line
from bot.spend.reports.registry import REPORTS, find_report
from bot.spend.reports.view import (
    is_first_part,
    read_tag_value,
    render_list,
    render_not_read,
    render_report,
    render_shared,
    render_untagged,
)
from bot.spend.reports.words import NotRead, read_wanted
from bot.spend.reports.words import typed as words_of_wanted
from bot.spend.typed import ENDS
from bot.spend.visibility import check_may_share, scope_of
from bot.words.wording import listed
from handlers import spend_scheduled
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.forms import open_form
from handlers.spend_where import in_channel, post_shared, tell_charted, why_directly

COMMANDS = ("dashboard", "report")
SCHEDULE = "schedule"
PARTS = ("first", *(part for one in REPORTS for part in one.parts))
"""How the buttons that lead to the parts of reports end."""


async def reports_command(call: Interaction) -> None:
    """Answer `/claude-spend dashboard` and `/claude-spend report …`."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if name == "dashboard":
        await _asked_dashboard(call)
    elif call.words and call.words[0].lower() == SCHEDULE:
        is_new = call.words[1:] and call.words[1].casefold() not in ENDS  # the list has buttons that end one
        await (spend_scheduled.schedule_named if is_new else spend_scheduled.show_scheduled)(call)
    else:
        await _answer(call, call.words)


async def show_dashboard(call: Interaction) -> None:
    """Show the dashboard for a button elsewhere."""
    await _dashboard(call, WINDOWS[0])


async def _asked_dashboard(call: Interaction) -> None:
    """Show the dashboard of the window that was typed, or say which there are."""
    typed = " ".join(call.words)
    days = next((one for one in WINDOWS if typed.lower() in (str(one), f"{one}d", f"{one} days")), None)
    if typed and days is None:
        asked: list[Markup] = [code(f"/{call.rt.settings.command_prefix}-spend dashboard {one}d") for one in WINDOWS]
        await call.say(plain_answer(f"I don't know {bold(truncate(typed, 100))}. You can type {listed(asked, 'or')}."))
    else:
        await _dashboard(call, days or WINDOWS[0])


async def turn_dashboard(call: Interaction) -> None:
    """Show another window of the dashboard, in its place."""
    days = next((one for one in WINDOWS if str(one) == call.value), None)
    if days is None:
        raise InvalidInput({"value": "I don't know that button. Nothing was changed."})
    await _dashboard(call, days, redraw=True)


async def _dashboard(call: Interaction, days: int, *, redraw: bool = False) -> None:
    found = await dashboard(call.rt, await scope_of(call.rt, call.actor), call.rt.now(), days)
    await tell_charted(
        call, lambda chart: render_dashboard(found, chart), dashboard_chart(found), await why_directly(call), redraw=redraw
    )


async def show_limits(call: Interaction) -> None:
    """Show all limits beside their use."""
    await _limits(call, "")


async def turn_limits(call: Interaction) -> None:
    """Show another page of them, in its place."""
    await _limits(call, read_turn(call.value)[1], redraw=True)


async def _limits(call: Interaction, cursor: str, *, redraw: bool = False) -> None:
    found = await dashboard(call.rt, await scope_of(call.rt, call.actor), call.rt.now())
    message = render_limits(found.limits, cursor)
    await tell_charted(call, lambda _chart: message, None, await why_directly(call), redraw=redraw)


async def _wanted(call: Interaction, words: tuple[str, ...]) -> Wanted | NotRead | None:
    named = find_report(words[0]) if words else None
    return read_wanted(words, await tags_in_use(call.rt) if named and named.has_tag else ())


async def _answer(call: Interaction, words: tuple[str, ...], cursor: str = "", *, redraw: bool = False) -> None:
    wanted, prefix = await _wanted(call, words), call.rt.settings.command_prefix
    if wanted is None:
        await call.say(render_list(prefix))
    elif isinstance(wanted, NotRead):
        tags = await tags_in_use(call.rt) if wanted.is_tag else ()
        await call.say(render_not_read(wanted, prefix, tags))
    else:
        built, times = await _build(call, wanted)
        scope = await scope_of(call.rt, call.actor)
        shareable = scope.is_all and in_channel(call) and await why_directly(call) is None

        def render(chart: dict[str, object] | None) -> Message:
            return render_report(built, times, wanted, chart, cursor, shareable=shareable)

        await tell_charted(
            call, render, built.chart if is_first_part(built, wanted) else None, await why_directly(call), redraw=redraw
        )


async def _build(call: Interaction, wanted: Wanted) -> tuple[Built, Times]:
    return await report(call.rt, wanted, await scope_of(call.rt, call.actor), call.rt.now())


async def _of_button(call: Interaction, typed: str) -> Wanted:
    """Return the report that a button means. What can't be read any more is said."""
    found = await _wanted(call, split_words(typed))
    if not isinstance(found, Wanted):
        raise NotFound("I can't read that report any more. Ask for it again.")
    return found


async def show_list(call: Interaction) -> None:
    """Show which reports there are."""
    await _answer(call, ())


async def show_report(call: Interaction) -> None:
    """Show a report that a button names, as an answer of its own."""
    await _answer(call, split_words(call.value))


async def show_in_place(call: Interaction) -> None:
    """Show another part of a report, or the same by another tag, in its place."""
    await _answer(call, split_words(call.value), redraw=True)


async def turn_report(call: Interaction) -> None:
    """Show another page of a report's table, in its place."""
    typed, cursor = read_turn(call.value)
    await _answer(call, split_words(typed), cursor, redraw=True)


async def show_untagged(call: Interaction) -> None:
    """Show all workspaces without the tag."""
    await _untagged(call, call.value)


async def turn_untagged(call: Interaction) -> None:
    """Show another page of them, in its place."""
    typed, cursor = read_turn(call.value)
    await _untagged(call, typed, cursor, redraw=True)


async def _untagged(call: Interaction, typed: str, cursor: str = "", *, redraw: bool = False) -> None:
    wanted = await _of_button(call, typed)
    built, times = await _build(call, wanted)
    message = render_untagged(built, times, wanted, cursor)
    await tell_charted(call, lambda _chart: message, None, await why_directly(call), redraw=redraw)


async def ask_for_tag(call: Interaction) -> None:
    """Open the form that asks for a workspace's tag, filled in with which one."""
    workspace_id, tag = read_tag_value(call.value)
    workspace = await call.rt.directory.workspace(workspace_id)
    if workspace is None:
        raise NotFound("I don't know that workspace any more. Nothing was sent.")
    values = {"workspace_id": workspace.id, **tag_fields(tag)}
    await open_form(call, "update_workspace", values, {"workspace_id": workspace.name})


def tag_fields(tag: str) -> dict[str, str]:
    """Return what the form of a workspace's details is filled in with, so that only the value is left to type."""
    return {"detail": tag} if tag in TAGS else {"detail": "other", "value": f"{tag}="}


async def report_csv(call: Interaction) -> None:
    """Send all of a report as a file to the person's direct messages."""
    wanted = await _of_button(call, call.value)
    built, times = await _build(call, wanted)
    table = file_of(built, wanted)
    if table is None:
        await call.say(plain_answer("There are no figures to put into a file."))
        return
    named, by = find_report(wanted.name), (built.tag,) if built.tag else ()
    content = await content_of(table)
    title: Markup = named.title if named else "Report"
    title = f"{title} of what you may see" if built.only else title
    file = File(
        file_name("-".join([wanted.name, *([wanted.part] if wanted.part else [])]), times.first, times.last, by),
        content,
        len(table.rows),
        f"{title}, {period_in_title(wanted.period, times.first, times.last, times.today)}",
        as_of_line(times),
    )
    period = days_typed(wanted.period, times.first, times.last)
    asked = words_of_wanted(replace(wanted, period=period)).removeprefix(wanted.name).strip()
    scope = await scope_of(call.rt, call.actor)
    export = Export(wanted.name, times.first, times.last, by, question=asked, is_whole=scope.is_all)
    await call.say(plain_answer(await send_csv(call.rt, call.actor, export, file, call.trigger_id)))


async def share(call: Interaction) -> None:
    """Post a report into the channel where it was asked for, if nobody outside the company can read it."""
    wanted = await _of_button(call, call.value)
    await require_channel(call.rt, call.channel)
    scope = await scope_of(call.rt, call.actor)
    check_may_share(is_whole=scope.is_all)
    built, times = await report(call.rt, wanted, scope, call.rt.now())

    def render(chart: dict[str, object] | None, by: Markup) -> Message:
        return render_shared(built, times, wanted, chart, by=by)

    await post_shared(call, render, built.chart if is_first_part(built, wanted) else None)


FEATURE = Feature(
    actions={
        ids.DASHBOARD: show_dashboard,
        **{f"{ids.DASHBOARD_PREFIX}{days}": turn_dashboard for days in WINDOWS},
        ids.DASHBOARD_LIMITS: show_limits,
        **turns(ids.PAGE_LIMITS, turn_limits),
        ids.REPORT_LIST: show_list,
        ids.REPORT_SHOW: show_report,
        ids.REPORT_ALL: show_report,
        **{f"{ids.REPORT_PART_PREFIX}{name}": show_in_place for name in PARTS},
        ids.REPORT_BY_TAG: show_in_place,
        ids.REPORT_CSV: report_csv,
        ids.REPORT_SHARE: share,
        ids.REPORT_UNTAGGED: show_untagged,
        ids.REPORT_TAG: ask_for_tag,
        **turns(ids.PAGE_REPORT, turn_report),
        **turns(ids.PAGE_UNTAGGED, turn_untagged),
    },
)
