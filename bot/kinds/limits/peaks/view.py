"""The answer to `/claude-limits`: the tightest limit in a sentence, a chart, a table, and what can be done. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.kinds.limits.groups import LIMITERS
from bot.kinds.limits.peaks.asked import Unknown
from bot.kinds.limits.peaks.build import WINDOWS, LimitFigures, Line, hourly_shares
from bot.kinds.limits.peaks.model import Peak
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.charts import ChartSpec, Series
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, code_block, date, escape, within_bold
from bot.slack.model import Message
from bot.slack.paging import pager
from bot.spend.render import page_of_rows, shown_cell, slack_table
from bot.spend.table import Column, Row, Table
from bot.words.counts import exact_count
from bot.words.own import Own
from bot.words.wording import calendar_day, listed, plural, share

Json = dict[str, Any]
_COLUMNS = (
    Column("group", "Models", "text"),
    Column("limiter", "Limit of", "text"),
    Column("limit", "Per minute", "count"),
    Column("whose", "Set for", "text"),
    *(Column(name, f"Peak in {words}", "count") for name, words, _ in WINDOWS),
    Column("when", "Highest at", "text"),
    Column("key", "Driven by", "text"),
    Column("headroom", "Headroom", "share"),
)
_IN_WORDS = 3
_NO_LIMIT: Own = "no limit"


def render_limits(figures: LimitFigures, chart: Json | None = None, cursor: str = "") -> Message:
    """Return an answer, with the page of its table at a cursor."""
    said: list[Markup] = [headline(figures), *_about(figures)]
    blocks: list[Json] = [section("\n".join(said))]
    if chart is not None:
        blocks.append(chart)
    found = limits_table(figures)
    if found.rows:
        page = page_of_rows(found, cursor)
        blocks.append(slack_table(found, page) if page.is_whole else _part(found, page.items))
        blocks += pager(page, ids.PAGE_RATE_LIMITS, "the limits", figures.asked.typed)
    notes = _notes(figures)
    blocks += [context(*notes), *_buttons(figures)]
    return Message("\n".join([*said, *_tight_in_words(figures), *notes]), blocks)


def _part(found: Table, rows: Any) -> Json:
    """Return a page of the table: limits don't add up, so the others are no row of it."""
    return slack_table(Table(found.columns, tuple(rows), found.as_of))


def headline(figures: LimitFigures) -> Markup:
    """Return the answer in its first sentence."""
    where: Markup = within_bold(figures.workspace_name) if figures.workspace_name else "the organization"
    if not figures.lines:
        return f"The Claude API shows no rate limits of models for *{where}*."
    if figures.as_of is None:
        return f"*Rate limits of {where}*: I don't know its traffic by minute yet. That isn't zero: I'm still reading it."
    line = figures.tightest
    if line is None or line.peak is None or line.used is None:
        return f"*Rate limits of {where}*: no traffic{_by_whom(figures)} in the hours that I know."
    what = f"{line.group.name}, {LIMITERS[line.limiter][0]}"
    sign: Markup = "⚠️ " if line.used >= Decimal("0.8") else ""
    reached = f"reached {escape(share(line.used))} of {bold(what)}"
    whose: Markup = "Your busiest key" if figures.level == "key" else "The busiest minute"
    return f"{sign}*Rate limits of {where}*: {whose} {reached}, {_peak_in_words(figures, line.peak)}"


def _by_whom(figures: LimitFigures) -> Markup:
    return " of your keys" if figures.level == "key" else ""


def _peak_in_words(figures: LimitFigures, peak: Peak) -> Markup:
    """Return a peak with when it was and which key drove it."""
    driver = _driver(figures, peak)
    part: Markup = ""
    if driver and figures.level != "key":
        part = f", most of it by {code(driver)} ({escape(share(Decimal(peak.driver_value) / peak.value))})"
    return f"{exact_count(peak.value)} at {date(peak.minute)}{part}."


def _driver(figures: LimitFigures, peak: Peak) -> str:
    """Return the name of the key that drove a peak, "" where there was none."""
    return figures.names.get(peak.driver, peak.driver)


def _about(figures: LimitFigures) -> list[Markup]:
    """Return the tier that the limits suggest, and what of the headroom is worth knowing."""
    lines: list[Markup] = []
    if figures.tier:
        lines.append(f"These limits look like the tier *{figures.tier}*. That is a guess: the API doesn't name it.")
    line = figures.tightest
    if line is not None and line.headroom is not None and line.headroom <= 0:
        lines.append("Requests above the limit are answered with 429 until the next minute.")
    return lines


def limits_table(figures: LimitFigures) -> Table:
    """Return the limits with their peaks; a count that isn't known is empty."""
    return Table(_COLUMNS, tuple(_row(figures, line) for line in figures.lines), figures.as_of)


def _row(figures: LimitFigures, line: Line) -> Row:
    peak = line.peak
    peaks = [_value(line.peaks, name) for name, _, _ in WINDOWS]
    return (
        line.group.name,
        LIMITERS[line.limiter][0].removesuffix(" per minute"),
        _NO_LIMIT if line.limit is None else line.limit,
        "this workspace" if line.is_own else "the organization",
        *peaks,
        _minute(peak) if peak else None,
        (_driver(figures, peak) or "no key") if peak else None,
        line.headroom,
    )


def _value(peaks: Mapping[str, Peak | None] | None, window: str) -> int | None:
    if peaks is None or window not in peaks:
        return None
    peak = peaks[window]
    return peak.value if peak else 0


def _tight_in_words(figures: LimitFigures) -> list[Markup]:
    """Return the tightest limits for those who hear the answer."""
    said: list[Markup] = [
        escape(
            f"{line.group.name}, {LIMITERS[line.limiter][0]}: {shown_cell(_COLUMNS[2], line.limit)},"
            f" headroom {share(line.headroom)}"
        )
        for line in figures.lines[:_IN_WORDS]
        if line.headroom is not None and line.limit is not None
    ]
    return ["; ".join(said)] if said else []


def _notes(figures: LimitFigures) -> list[Markup]:
    """Return as of when the peaks are, and what of them isn't known."""
    notes: list[Markup] = [f"As of {date(figures.as_of)}" if figures.as_of else "No data yet"]
    if figures.as_of and figures.missing:
        notes.append(f"{plural(figures.missing, 'hour')} of the last 30 days not known yet")
    if not figures.requests_known:
        notes.append("requests aren't known: the organization's report doesn't count them")
    if figures.level == "key":
        notes.append("you see your own keys; the limits hold for all traffic together")
    if figures.level == "workspace" and not all(line.is_own for line in figures.lines):
        notes.append("where the limit is the organization's, all workspaces share it")
    if figures.unmatched:
        notes.append(f"no limit names {listed([code(model) for model in figures.unmatched], most=3)}")
    notes.append("batches have limits of their own and aren't counted")
    joined: Markup = " · ".join(notes)
    return [joined]


def _buttons(figures: LimitFigures) -> list[Json]:
    line, typed = figures.tightest or next(iter(figures.lines), None), figures.asked.typed
    if line is None:
        return []
    found: list[Json] = []
    if figures.may_ask:
        what = f"{figures.asked.workspace_id or '-'} {line.group.id} {line.limiter}"
        found.append(button("Ask for a workspace limit", ids.LIMITS_ASK, what))
    if figures.tightest is not None and figures.level != "key":
        found.append(button("What to tell Anthropic", ids.LIMITS_TELL, typed))
    return [actions(*found)] if found else []


def limits_chart(figures: LimitFigures) -> ChartSpec | None:
    """Return the hourly peaks of the tightest limit in percent of it, None with fewer than two hours."""
    line = figures.tightest
    if line is None or not line.limit or len(figures.hours) < 2:
        return None
    found = hourly_shares(figures.hours, figures.bars, line.limit)
    top_hour, top = max(found, key=lambda one: one[1])
    what = f"{line.group.name}, {LIMITERS[line.limiter][0]}"
    return ChartSpec(
        kind="bar",
        title=f"{what}: hourly peak in % of the limit",
        native_title="Hourly peak in % of the limit",
        categories=tuple(_hour(hour) for hour, _ in found),
        series=(Series(name=what, values=tuple(value for _, value in found)),),
        y_label="% of the limit",
        alt_text=f"{what}: the highest hourly peak of these hours was {top} % of the limit, {_hour(top_hour)} UTC.",
    )


def _hour(hour: datetime) -> str:
    return f"{calendar_day(hour).rpartition(' ')[0]} {hour:%H:%M}"


def render_for_anthropic(figures: LimitFigures) -> Message:
    """Return what to write to Anthropic to ask for a higher limit, as text to copy."""
    text: Markup = "Copy this into the Console's request for higher limits, or write it to your contact at Anthropic."
    rows = [_plea(line) for line in figures.lines if line.used]
    if figures.as_of is None or not rows:
        nothing: Markup = "I know of no traffic beside these limits, so there is nothing to tell yet."
        return Message(nothing, [section(nothing)])
    block = code_block("\n".join([*rows, f"Peaks of one minute, as of {_moment(figures.as_of)}."]))
    return Message(f"{text}\n{block}", [section(text), section(block)])


def _plea(line: Line) -> str:
    peak, used = line.peak, line.used
    if peak is None or used is None or line.limit is None:
        return ""
    when = _moment(peak.minute)
    limit, value = exact_count(line.limit), exact_count(peak.value)
    return f"{line.group.name}: limit {limit} {LIMITERS[line.limiter][0]}, peak {value} ({share(used)}) at {when}"


def _minute(peak: Peak) -> str:
    return f"{_hour(peak.minute)} UTC"


def _moment(at: datetime) -> str:
    return f"{calendar_day(at)}, {at:%H:%M} UTC"


def render_unknown(problem: Unknown, prefix: str) -> Message:
    """Return which words name nothing known, and the nearest names as buttons."""
    text: Markup = f"I know no workspace and no model {bold(problem.words)}."
    if not problem.nearest:
        text += f" {code(f'/{prefix}-limits')} shows all limits."
        return Message(text, [section(text)])
    names = listed([bold(label) for label, _ in problem.nearest], "or")
    text += f" Did you mean {names}?"
    buttons = [button(label, f"{ids.LIMITS_RETRY_PREFIX}{n}", typed) for n, (label, typed) in enumerate(problem.nearest)]
    return Message(text, [section(text), actions(*buttons)])
