"""What is told of peaks by itself: a day on which a limit was nearly reached, and each week. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.kinds.limits.groups import LIMITERS
from bot.kinds.limits.peaks.build import Line, Place
from bot.slack import ids
from bot.slack.blocks import actions, paragraphs
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, escape
from bot.slack.markup import date as moment
from bot.slack.model import Message
from bot.words.counts import exact_count
from bot.words.own import Own, own
from bot.words.wording import number, share, weekday_day

STEPS = (80, 95)
"""Percents of a limit at which is told."""
TOLD_AT, PATIENCE, TOO_LATE = time(9, 0), timedelta(hours=6), timedelta(hours=24)
"""When on Monday (UTC) the week is summed up, how long it waits for its last hours, and when it isn't said any more."""
_MOST = 15
"""Lines of a summary."""
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
HOURS_OF_A_WEEK = 168


@dataclass(frozen=True)
class Near:
    """What a message is about: a group of limits that came near its end on a UTC day.

    They are the organization's, or those that a workspace has of its own.
    """

    group_id: str
    day: date
    step: int
    workspace_id: str = ""

    @property
    def subject(self) -> str:
        """The same as the subject of a post."""
        return f"near:{self.workspace_id}:{self.group_id}:{self.day.isoformat()}:{self.step}"


@dataclass(frozen=True)
class Week:
    """What a summary is about: the seven UTC days before a Monday."""

    monday: date

    @property
    def subject(self) -> str:
        """The same as the subject of a post."""
        return f"week:{self.monday.isoformat()}"

    @property
    def ends(self) -> datetime:
        """The end of its last day."""
        return datetime.combine(self.monday, time(), UTC)


def read_subject(subject: str) -> Near | Week:
    """Return what a post is about."""
    kind, _, rest = subject.partition(":")
    if kind == "week":
        return Week(date.fromisoformat(rest))
    workspace, _, rest = rest.partition(":")
    group, day, step = rest.rsplit(":", 2)
    return Near(group, date.fromisoformat(day), int(step), workspace)


def step_of(line: Line) -> int:
    """Return the highest step that a line reached, 0 for none."""
    used = line.used
    return max((step for step in STEPS if used is not None and used * 100 >= step), default=0)


def nears_of(places: Iterable[Place], day: date) -> list[Near]:
    """Return the step that each group of each place reached on a day, by the limiter that came nearest."""
    highest: dict[tuple[str, str], int] = {}
    for place in places:
        for line in place.lines:
            at = (place.workspace_id, line.group.id)
            highest[at] = max(highest.get(at, 0), step_of(line))
    return [Near(group, day, step, workspace) for (workspace, group), step in highest.items() if step]


def lower_steps(near: Near) -> list[str]:
    """Return the subjects with which the same was told already: that step, or a higher one."""
    return [replace(near, step=step).subject for step in STEPS if step >= near.step]


def week_due(now: datetime) -> Week | None:
    """Return the week that is summed up now, None while none is."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    at = datetime.combine(monday, TOLD_AT, UTC)
    return Week(monday) if at <= now < at + TOO_LATE else None


def may_wait(week: Week, now: datetime) -> bool:
    """Tell whether a summary still waits for hours that aren't read."""
    return now < datetime.combine(week.monday, TOLD_AT, UTC) + PATIENCE


def render_near(place: Place, line: Line, near: Near, key: str) -> Message:
    """Return what is told of a day on which a limit was nearly reached, or passed; `key` is the name of its driver."""
    peak, used = line.peak, line.used
    if peak is None or used is None:
        raise ValueError("nothing was reached")
    what = _reached(place, line, share(used))
    lines: list[Markup] = [
        f"⚠️ {bold(what)} on {weekday_day(near.day)}: {_counted(line)} ({moment(peak.minute)}, {_utc(peak.minute)})."
    ]
    if key:
        part = escape(share(Decimal(peak.driver_value) / peak.value))
        lines.append(f"Key {code(key)} made {part} of it.")
    whose = [button("Show the key", ids.SHOW_KEY, peak.driver)] if key else []
    refused: Markup = "Above the limit, requests fail with error 429. Spread the traffic, or ask"
    if not place.workspace_id:
        return _with_buttons([*lines, f"{refused} Anthropic for a higher limit."], near.group_id, *whose)
    ask = button("Ask for a higher limit", ids.LIMITS_ASK, f"{place.workspace_id} {near.group_id} {line.limiter}")
    lines.append(f"{refused} for a higher limit: this one is the workspace's own.")
    return _with_buttons(lines, f"{place.workspace_id} {near.group_id}", ask, *whose)


def _reached(place: Place, line: Line, part: str) -> str:
    """Return what reached how much: `Opus reached 85 % of its output tokens per minute`."""
    words = LIMITERS[line.limiter][0]
    if place.workspace_id:
        return f"{place.name} reached {part} of its own limit for {line.group.name}, {words}"
    return f"{line.group.name} reached {part} of its {words}"


def render_week(week: Week, places: Iterable[Place], names: Mapping[str, str], missing: int) -> Message:
    """Return the summary: how near each group came to its tightest limit, the nearest first."""
    first, last = week.monday - WEEK, week.monday - ONE_DAY
    head: Markup = (
        f"📈 *Rate limits* from {weekday_day(first)} to {weekday_day(last)} (UTC): the busiest minutes{_in_known(missing)}"
    )
    found = [one for place in places for one in _nearest(place)]
    found.sort(key=lambda one: one[1].used or 0, reverse=True)
    if not found:
        return _with_buttons([f"{head}. There was no traffic."], "")
    said: list[Markup] = [head, *(_row(place, line, names) for place, line in found[:_MOST])]
    if len(found) > _MOST:
        said.append(f"• and {number(len(found) - _MOST)} more, none of them nearer")
    return _with_buttons(said, "")


def _in_known(missing: int) -> Markup:
    return f" in the {number(HOURS_OF_A_WEEK - missing)} of {number(HOURS_OF_A_WEEK)} hours that I know" if missing else ""


def _nearest(place: Place) -> list[tuple[Place, Line]]:
    """Return the line of each group with traffic that came nearest to its limit."""
    found: dict[str, Line] = {}
    for line in place.lines:
        if line.used:
            found.setdefault(line.group.id, line)
    return [(place, line) for line in found.values()]


def _row(place: Place, line: Line, names: Mapping[str, str]) -> Markup:
    where: Markup = f"{bold(place.name)}, its own limit for " if place.workspace_id else ""
    text = f"{line.group.name}: {share(line.used or Decimal(0))} of the {LIMITERS[line.limiter][0]}"
    said: Markup = f"• {where}{escape(text)}, {_counted(line)}"
    if line.change:
        said = f"{said} (since the limit changed from {_limit(line.change.before)}, {moment(line.change.at)})"
    if line.peak is None:
        return said
    driver: Markup = f", mostly {code(names.get(line.peak.driver, line.peak.driver))}" if line.peak.driver else ""
    return f"{said}, {moment(line.peak.minute)}{driver}"


def _utc(minute: datetime) -> Own:
    return own(f"{minute:%H:%M} UTC")


def _limit(limit: int | None) -> Markup:
    none: Markup = "none"
    return none if limit is None else exact_count(limit)


def _counted(line: Line) -> Markup:
    value = line.peak.value if line.peak else 0
    return f"{exact_count(value)} of {exact_count(line.limit or 0)}"


def _with_buttons(lines: Sequence[Markup], typed: str, *more: dict[str, Any]) -> Message:
    text: Markup = "\n".join(lines)
    return Message(text, [*paragraphs(lines), actions(button("Show limits", ids.LIMITS_SHOW, typed), *more)])
