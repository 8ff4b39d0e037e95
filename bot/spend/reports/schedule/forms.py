"""The form that schedules a report for a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.forms.draw import Frame
from bot.forms.fields import Form, FormField
from bot.slack import ids
from bot.slack.blocks import section
from bot.spend.ask.spans import months_of
from bot.spend.digests.forms import CHANNEL_FIELD, DEFAULT_TIME, ZONE_FIELD, time_field
from bot.spend.model import Period
from bot.spend.reports.model import Wanted
from bot.spend.reports.registry import REPORTS
from bot.spend.reports.schedule.model import CADENCES, Cadence


@dataclass(frozen=True)
class WantedSchedule:
    """What somebody asks for; `tag` is as it was typed, "" for the cost centre or where the report has none."""

    channel: str
    report: str
    tag: str
    cadence: Cadence
    local_time: str
    tz: str


def _wanted(values: Mapping[str, Any]) -> WantedSchedule:
    return WantedSchedule(
        values[ids.SPEND_CHANNEL],
        values[ids.REPORT_NAME],
        values.get(ids.REPORT_TAG_FIELD) or "",
        values[ids.REPORT_CADENCE],
        values[ids.SPEND_TIME],
        values[ids.SPEND_ZONE],
    )


SCHEDULE = Form(
    ids.REPORT_SCHEDULE_FORM,
    "Schedule a report",
    (
        CHANNEL_FIELD,
        FormField(ids.REPORT_NAME, "Report", "choice", choices=tuple((one.name, one.title) for one in REPORTS)),
        FormField(
            ids.REPORT_CADENCE,
            "How often",
            "choice",
            choices=tuple((name, f"{said[0].upper()}{said[1:]}") for name, said in CADENCES.items()),
        ),
        time_field("I post it on the day after the period. If costs aren't complete yet, I wait up to 3 hours."),
        ZONE_FIELD,
        FormField(
            ids.REPORT_TAG_FIELD,
            "Tag",
            optional=True,
            max_length=255,
            placeholder="Cost centre",
            hint="Only for the cost allocation: the workspace tag to add up by. Leave empty for the cost centre.",
        ),
    ),
    reads=_wanted,
    submit="Schedule",
)


def schedule_values(channel: str, tz: str, wanted: Wanted | None) -> dict[str, Any]:
    """Return what the form is filled in with: the report that somebody looks at, as often as its period says."""
    return {
        ids.SPEND_CHANNEL: channel,
        ids.REPORT_NAME: wanted.name if wanted else REPORTS[0].name,
        ids.REPORT_CADENCE: _cadence(wanted.period) if wanted else "weekly",
        ids.SPEND_TIME: DEFAULT_TIME,
        ids.SPEND_ZONE: tz,
        ids.REPORT_TAG_FIELD: wanted.tag if wanted else "",
    }


def _cadence(period: Period) -> Cadence:
    if period in ("today", "yesterday"):
        return "daily"
    return "monthly" if months_of(period) else "weekly"


def schedule_frame() -> Frame:
    """Return what stands around the form's fields."""
    intro = "I post the report in the channel, once for each day, week or month. Everybody there can read it."
    return Frame(above=[section(intro)])
