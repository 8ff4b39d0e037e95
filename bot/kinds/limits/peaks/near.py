"""What is told of peaks by itself: a day on which a limit was nearly reached, and each week. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from bot.kinds.limits.groups import LIMITERS
from bot.kinds.limits.peaks.build import Line
from bot.slack import ids
from bot.slack.blocks import actions, section
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
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Near:
    """What a message is about: a group of limits that came near its end on a UTC day."""

    group_id: str
    day: date
    step: int

    @property
    def subject(self) -> str:
        """The same as the subject of a post."""
        return f"near:{self.group_id}:{self.day.isoformat()}:{self.step}"


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
    group, day, step = rest.rsplit(":", 2)
    return Near(group, date.fromisoformat(day), int(step))


def step_of(line: Line) -> int:
    """Return the highest step that a line reached, 0 for none."""
    used = line.used
    return max((step for step in STEPS if used is not None and used * 100 >= step), default=0)


def nears_of(lines: Iterable[Line], day: date) -> list[Near]:
    """Return the step that each group reached on a day, by the limiter that came nearest."""
    highest: dict[str, int] = {}
    for line in lines:
        highest[line.group.id] = max(highest.get(line.group.id, 0), step_of(line))
    return [Near(group, day, step) for group, step in highest.items() if step]


def lower_steps(near: Near) -> list[str]:
    """Return the subjects with which the same was told already: that step, or a higher one."""
    return [Near(near.group_id, near.day, step).subject for step in STEPS if step >= near.step]


def week_due(now: datetime) -> Week | None:
    """Return the week that is summed up now, None while none is."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    at = datetime.combine(monday, TOLD_AT, UTC)
    return Week(monday) if at <= now < at + TOO_LATE else None


def may_wait(week: Week, now: datetime) -> bool:
    """Tell whether a summary still waits for hours that aren't read."""
    return now < datetime.combine(week.monday, TOLD_AT, UTC) + PATIENCE


def render_near(line: Line, near: Near, key: str) -> Message:
    """Return what is told of a day on which a limit was nearly reached, or passed; `key` is the name of its driver."""
    peak, used = line.peak, line.used
    if peak is None or used is None:
        raise ValueError("nothing was reached")
    what = f"{line.group.name} reached {share(used)} of its {LIMITERS[line.limiter][0]}"
    lines: list[Markup] = [
        f"⚠️ {bold(what)} on {weekday_day(near.day)}: {_counted(line)} at {moment(peak.minute)} ({_utc(peak.minute)})."
    ]
    if key:
        part = escape(share(Decimal(peak.driver_value) / peak.value))
        lines.append(f"Key {code(key)} made {part} of it.")
    lines.append("Above the limit requests are answered with 429. Spread the traffic, or ask Anthropic for a higher limit.")
    return _with_button(lines, near.group_id)


def render_week(week: Week, lines: Sequence[Line], names: dict[str, str], missing: int) -> Message:
    """Return the summary: how near each group came to its tightest limit, the nearest first."""
    first, last = week.monday - WEEK, week.monday - ONE_DAY
    said: list[Markup] = [f"📈 *Rate limits* from {weekday_day(first)} to {weekday_day(last)} (UTC): the busiest minutes"]
    seen: set[str] = set()
    for line in lines:
        peak, used = line.peak, line.used
        if peak is None or used is None or line.group.id in seen:
            continue
        seen.add(line.group.id)
        driver: Markup = f", mostly {code(names.get(peak.driver, peak.driver))}" if peak.driver else ""
        text = f"{line.group.name}: {share(used)} of the {LIMITERS[line.limiter][0]}"
        said.append(f"• {escape(text)}, {_counted(line)}, {moment(peak.minute)}{driver}")
    if missing:
        said.append(f"{number(missing)} of these 168 hours aren't known.")
    return _with_button(said, "")


def _utc(minute: datetime) -> Own:
    return own(f"{minute:%H:%M} UTC")


def _counted(line: Line) -> Markup:
    value = line.peak.value if line.peak else 0
    return f"{exact_count(value)} of {exact_count(line.limit or 0)}"


def _with_button(lines: Sequence[Markup], typed: str) -> Message:
    text: Markup = "\n".join(lines)
    return Message(text, [section(text), actions(button("Show limits", ids.LIMITS_SHOW, typed))])
