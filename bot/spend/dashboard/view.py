"""The dashboard as a private answer, and its first lines as the App Home shows them. Pure."""

from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.charts import ChartSpec, Series
from bot.slack.elements import button
from bot.slack.markup import Markup, date, escape
from bot.slack.model import Message
from bot.slack.paging import numbered, pager, range_of
from bot.spend.aggregate import day_bars
from bot.spend.ask.grammar import words_of
from bot.spend.dashboard.model import (
    DAY,
    MONTH,
    WINDOWS,
    Dashboard,
    Glance,
    Limits,
    LimitUse,
    Today,
    Window,
    as_of,
    percent_used,
)
from bot.spend.model import ZERO, Breakdown, Slice, SpendQuery
from bot.spend.phrases import NOT_YET, as_plain_text, bar_in_words, change_in_words, shown, width_in_words
from bot.spend.reports.phrases import against, as_of_line, no_figures, part_of
from bot.words.own import Own
from bot.words.wording import listed, number, plural, share, weekday_day

Json = dict[str, Any]
TOP = 5
SHOWN_LIMITS = 5
NO_LIMIT: Own = "No spend limit is known."
_PER: dict[str, Markup] = {DAY: "today", MONTH: "this month"}


def render_dashboard(found: Dashboard, chart: Json | None = None) -> Message:
    """Return the dashboard; `chart` is Slack's chart block or the picture in its place, None leaves it out."""
    head = "\n".join(_head(found.today, found.windows, found.days))
    if as_of(found.today, found.windows) is None:
        text: Markup = f"📈 *Dashboard*\n{no_figures(found.drawn.times)}"
        return Message(text, [section(text), actions(*_buttons(found.days))])
    blocks = [section(f"📈 *Dashboard*\n{head}"), *([chart] if chart else [])]
    said: list[Markup] = ["📈 *Dashboard*", head]
    for top in found.tops:
        words = _top_in_words(top, found.days)
        blocks.append(section(words, accessory=_all(top, found.days)))
        said.append(words)
    (limits, drawn), tail = _limits(found.limits), _tail(found)
    blocks += [*drawn, context(tail), actions(*_buttons(found.days))]
    return Message("\n".join([*said, limits, tail]), blocks)


def _head(today: Today, windows: tuple[Window, ...], days: int = 0) -> list[Markup]:
    """Return today so far and a line for each window. The one that is drawn is marked in words."""
    lines: list[Markup] = [_today(today)]
    for one in windows:
        count = len(one.times.days)
        shows: Markup = " (shown below)" if count == days else ""
        lines.append(f"*{number(count)} days*{shows} {_total(one)}")
    return lines


def _today(today: Today) -> Markup:
    if today.fact is None or today.amount is None:
        return f"*Today so far*: no figures of {weekday_day(today.day)} (UTC) yet. That isn't $0"
    return f"*Today so far*: {shown(today.amount)}, {weekday_day(today.day)} (UTC) up to {date(today.fact.refreshed_at)}"


def _total(one: Window) -> Markup:
    if one.total is None:
        return "no figures yet"
    change = change_in_words(one.total, one.before, against(one.times))
    missing = one.times.missing
    parts: list[Markup | None] = [
        f"{shown(one.total)}{' so far' if one.times.open_days else ''}",
        change,
        f"{plural(len(missing), 'day')} without data" if missing else None,
    ]
    return " · ".join([part for part in parts if part])


def _top_in_words(top: Breakdown, days: int) -> Markup:
    """Return the largest parts with their shares, and how much the others are together."""
    few = numbered(top.slices, size=TOP)
    lines: list[Markup] = [f"{escape(one.name)} {part_of(one.amount, top.total)}" for one in few.items]
    if rest := (few.total or 0) - len(few.items):
        amount = top.total - sum((one.amount for one in few.items), ZERO)
        lines.append(f"{number(rest)} more {part_of(amount, top.total)}")
    head: Markup = f"*By {escape(top.dimension.name)}*, {number(days)} days"
    if not lines:
        lines.append("nothing was spent")
    return "\n".join([head, *lines])


def _all(top: Breakdown, days: int) -> Json:
    """Return the button that leads to all parts, with what each was before."""
    name = top.dimension.name
    query = words_of(SpendQuery(f"{days}d", top.dimension))
    return button(f"By {name}", ids.SPEND_ALL, query, accessibility_label=f"Show all by {name}, {days} days")


def _limits(limits: Limits) -> tuple[Markup, list[Json]]:
    """Return the most used limits in words, and blocks with a button that leads to all of them."""
    few = numbered(limits.uses, size=SHOWN_LIMITS)
    lines: list[Markup] = ["*Limits beside their use*", *(_use(one) for one in few.items)]
    everything = button(f"All {few.total} limits", ids.DASHBOARD_LIMITS, accessibility_label="Show all limits")
    if rest := (few.total or 0) - len(few.items):
        lines.append(f"{number(rest)} more, each less used")
    if limits.unread:
        lines.append("The organization's limits can't be read now")
    elif not limits.uses:
        lines.append(NO_LIMIT)
    text = "\n".join(lines)
    return text, [section(text), *([] if few.is_whole else [actions(everything)])]


def render_limits(limits: Limits, cursor: str = "") -> Message:
    """Return a page of all limits, the most used first."""
    page = numbered(limits.uses, cursor)
    head: Markup = f"*Limits beside their use*: {range_of(page)}"
    lines: list[Markup] = [_use(one) for one in page.items] or [NO_LIMIT]
    if limits.unread:
        lines.append("The organization's limits can't be read now")
    text = "\n".join([head, *lines])
    return Message(text, [section(text), *pager(page, ids.PAGE_LIMITS, "the limits")])


def _use(one: LimitUse) -> Markup:
    whose: Markup = "kept by me" if one.is_own else "set in the organization"
    per = _PER.get(one.per)
    if one.used is None or per is None:
        return f"{escape(one.name)}: {shown(one.amount)} {escape(one.per)}, {whose}; how much is used isn't known"
    part, left = percent_used(one), one.left or ZERO
    used: Markup = f"{shown(one.used)} of {shown(one.amount)} {per}"
    rest: Markup = f"{shown(left)} left" if left >= 0 else f"{shown(-left)} over"
    missing: Markup = f", {plural(one.missing, 'day')} without data" if one.missing else ""
    warns: Markup = "⚠️ " if part is not None and part >= 1 else ""
    percent: Markup = f" ({escape(share(part))})" if part is not None else ""
    return f"{warns}{escape(one.name)}: {used}{percent}, {rest}; {whose}{missing}"


def _tail(found: Dashboard) -> Markup:
    tail = as_of_line(found.drawn.times, beside_today=True)
    return f"{tail} · {found.only}" if found.only else tail


def _buttons(days: int) -> list[Json]:
    windows = [
        button(
            f"{one} days",
            f"{ids.DASHBOARD_PREFIX}{one}",
            str(one),
            style="primary" if one == days else None,
            accessibility_label=f"Show {one} days",
        )
        for one in WINDOWS
    ]
    return [*windows, button("Reports", ids.REPORT_LIST, accessibility_label="Show which reports there are")]


def dashboard_chart(found: Dashboard) -> ChartSpec | None:
    """Return the days of the window as one series of bars, None with fewer than two that have data."""
    times = found.drawn.times
    by_day = {cell.day: cell.amount for cell in found.cells}
    bars = [bar for bar in day_bars(times.days) if any(day in times.known for day in bar)]
    if len(bars) < 2:
        return None
    values = tuple(sum((by_day.get(day, ZERO) for day in bar), ZERO) for bar in bars)
    return ChartSpec(
        kind="bar",
        title=f"Spend, {found.days} days{width_in_words(bars)} (USD)",
        categories=tuple(bar_in_words(bar, times.open_days) for bar in bars),
        series=(Series(name="Spend", values=values),),
        y_label="USD",
        alt_text=as_plain_text(f"Spend in {number(found.days)} days: {_total(found.drawn)}"),
    )


def glance_blocks(found: Glance) -> list[Json]:
    """Return what the App Home says of spend, with the buttons that lead on."""
    lines: list[Markup] = _head(found.today, found.windows)
    if as_of(found.today, found.windows) is None:
        lines = [f"*Spend* no figures yet. {NOT_YET}"]
    largest = numbered(found.top.slices, size=3)
    if largest.items:
        lines.append(f"*Largest workspaces*, 30 days: {listed([_part(one, found.top) for one in largest.items])}")
    if found.only:
        lines.append(f"You see {found.only}")
    times = found.windows[0].times
    return [
        section("\n".join(lines)),
        *_limits(found.limits)[1],
        context(as_of_line(times, beside_today=True)),
        actions(button("Dashboard", ids.DASHBOARD), button("Reports", ids.REPORT_LIST)),
    ]


def _part(one: Slice, top: Breakdown) -> Markup:
    return f"{escape(one.name)} {part_of(one.amount, top.total)}"
