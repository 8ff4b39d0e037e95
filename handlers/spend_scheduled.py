"""`/claude-spend report schedule`: which reports a channel gets, and the form that schedules one."""

from dataclasses import replace

from bot.commands.parse import split_words
from bot.errors import InvalidInput
from bot.forms.draw import Frame
from bot.forms.fields import FormInput
from bot.slack import ids
from bot.slack.markup import channel_mention, date
from bot.slack.paging import read_turn, turns
from bot.spend.reports.allocation import COST_CENTRE, tags_in_use
from bot.spend.reports.model import Wanted
from bot.spend.reports.registry import find_report
from bot.spend.reports.schedule.forms import SCHEDULE, WantedSchedule, schedule_frame, schedule_values
from bot.spend.reports.schedule.settings import coming, end_report, schedule, scheduled_by, scheduled_in, skip_report
from bot.spend.reports.schedule.view import render_schedule, report_in_words, scheduled_in_words
from bot.spend.reports.words import NotRead, read_wanted
from bot.spend.typed import Typed, schedule_starts, schedule_typed
from bot.spend.unread import noting
from handlers.edge.form import Door, Tell
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.spend_where import in_channel


async def show_scheduled(call: Interaction) -> None:
    """Show the reports that this channel gets; elsewhere, those that the person set up."""
    await _show(call, "")


async def turn_scheduled(call: Interaction) -> None:
    """Show another page of them, in its place."""
    await _show(call, read_turn(call.value)[1], redraw=True)


async def _show(call: Interaction, cursor: str, *, redraw: bool = False) -> None:
    here = in_channel(call)
    found = await (scheduled_in(call.rt, call.channel) if here else scheduled_by(call.rt, call.actor.slack_id))
    listed = [(one, await coming(call.rt, one)) for one in found]
    message = render_schedule(listed, call.rt.now(), call.rt.settings.command_prefix, cursor)
    await (call.say_in_place(message) if redraw else call.say(message))


async def schedule_named(call: Interaction) -> None:
    """Open the form, filled in with what was typed after `schedule`."""
    wanted, typed = _typed(call)
    await _open(call, wanted, typed)


def _typed(call: Interaction) -> tuple[Wanted | None, Typed]:
    """Return the report that the words after `schedule` begin with, and what the others say of when and where."""
    named = call.words[1:]
    for count in range(schedule_starts(named), 0, -1):
        found = read_wanted(named[:count])
        if isinstance(found, Wanted) and replace(found, tag="") == Wanted(found.name):
            return found, schedule_typed(named[count:])
    return None, schedule_typed(named)


async def open_schedule_form(call: Interaction) -> None:
    """Open the form, filled in with the report that somebody looks at."""
    wanted = read_wanted(split_words(call.value))
    await _open(call, wanted if isinstance(wanted, Wanted) else None, Typed())


async def _open(call: Interaction, wanted: Wanted | None, typed: Typed) -> None:
    channel = call.channel if in_channel(call) else ""
    await SCHEDULE_DOOR.open(call, schedule_values(channel, call.calendar.name, wanted) | typed.values)


async def _frame(call: Interaction, _held: FormInput) -> Frame:
    return noting(schedule_frame(), _typed(call)[1])


async def _save(call: Interaction, wanted: WantedSchedule, _held: FormInput, tell: Tell) -> None:
    """Schedule the report and say when the first one comes."""
    tag = await _tag(call, wanted)
    given = (wanted.channel, wanted.report, tag, wanted.cadence, wanted.local_time, wanted.tz)
    saved = await schedule(call.rt, call.actor, *given)
    await tell(scheduled_in_words(saved, await coming(call.rt, saved), call.rt.now()))


async def _tag(call: Interaction, wanted: WantedSchedule) -> str:
    """Return the tag that was typed as the workspaces have it, "" for a report without one."""
    report = find_report(wanted.report)
    if report is None or not report.has_tag:
        return ""
    if not wanted.tag:
        return COST_CENTRE
    found = read_wanted((report.name, "by", wanted.tag), await tags_in_use(call.rt))
    if not isinstance(found, Wanted) or not found.tag:
        known = found.suggestion if isinstance(found, NotRead) else ""
        meant = f" Did you mean {known.rpartition('by ')[2]}?" if known else ""
        raise InvalidInput({ids.REPORT_TAG_FIELD: f"No workspace has that tag.{meant}"})
    return found.tag


async def skip(call: Interaction) -> None:
    """Let the next report fall out."""
    known, until = await skip_report(call.rt, call.actor, call.value)
    what = report_in_words(known.report, known.tag)
    await call.say(plain_answer(f"{channel_mention(known.channel)} gets no {what} until {date(until)}."))


async def end(call: Interaction) -> None:
    """End a scheduled report."""
    known = await end_report(call.rt, call.actor, call.value)
    what = report_in_words(known.report, known.tag)
    await call.say(plain_answer(f"{channel_mention(known.channel)} gets no {what} any more."))


SCHEDULE_DOOR = Door(SCHEDULE, _save, _frame, lambda _call: schedule_frame(), working="Saving…")
FEATURE = Feature(
    actions={
        ids.REPORT_SCHEDULE: open_schedule_form,
        ids.REPORT_SCHEDULED: show_scheduled,
        ids.REPORT_SKIP: skip,
        ids.REPORT_END: end,
        **turns(ids.PAGE_SCHEDULED, turn_scheduled),
    },
    views={SCHEDULE.id: SCHEDULE_DOOR.view},
)
