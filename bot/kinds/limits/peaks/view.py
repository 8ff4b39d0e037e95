"""The answer to `/claude-limits`: the tightest limit in a sentence, a chart, a table, and what can be done. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.errors import NotAllowed
from bot.kinds.limits.groups import LIMITERS
from bot.kinds.limits.peaks.asked import Unknown
from bot.kinds.limits.peaks.build import WINDOWS, LimitFigures, Line, hourly_shares
from bot.kinds.limits.peaks.model import Peak
from bot.kinds.limits.peaks.phrases import about, driver, headline, notes, tight_in_words
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.charts import MAX_LABEL, ChartSpec, Series
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, code_block, truncate
from bot.slack.model import Message
from bot.slack.paging import numbered, pager
from bot.spend.render import slack_table
from bot.spend.table import Column, Row, Table
from bot.words.counts import exact_count
from bot.words.own import Own
from bot.words.wording import calendar_day, listed, share

Json = dict[str, Any]
_LIMIT = Column("limit", "Per minute", "count")
_WHOSE = Column("whose", "Set for", "text")
_COLUMNS = (
    Column("group", "Models", "text"),
    Column("limiter", "Limit of", "text"),
    Column("headroom", "Headroom", "share"),
    _LIMIT,
    _WHOSE,
    *(Column(name, f"Peak in {words}", "count") for name, words, _ in WINDOWS),
    Column("when", "Highest at", "text"),
    Column("key", "Driven by", "text"),
)
"""A phone shows the first three at once."""
_ROWS = 12
_NO_LIMIT: Own = "no limit"


def render_limits(figures: LimitFigures, chart: Json | None = None, cursor: str = "", key_id: str = "") -> Message:
    """Return an answer, with the page of its table at a cursor, and a button for the key that drove it, if it is given."""
    said: list[Markup] = [headline(figures), *about(figures)]
    blocks: list[Json] = [section("\n".join(said))]
    if chart is not None:
        blocks.append(chart)
    found = limits_table(figures)
    if found.rows:
        page = numbered(found.rows, cursor, _ROWS)
        blocks.append(slack_table(found, page) if page.is_whole else _part(found, page.items))
        blocks += pager(page, ids.PAGE_RATE_LIMITS, "the limits", figures.asked.typed)
    known = notes(figures)
    blocks += [context(*known), *_buttons(figures, key_id)]
    return Message("\n".join([*said, *tight_in_words(figures), *known]), blocks)


def _part(found: Table, rows: Any) -> Json:
    """Return a page of the table: limits don't add up, so the others are no row of it."""
    return slack_table(Table(found.columns, tuple(rows), found.as_of))


def limits_table(figures: LimitFigures) -> Table:
    """Return the limits with their peaks; a count that isn't known is empty. Whose a limit is matters in a workspace."""
    shown = [n for n, column in enumerate(_COLUMNS) if column is not _WHOSE or figures.asked.workspace_id]
    rows = [_row(figures, line) for line in figures.lines]
    chosen = tuple(tuple(row[n] for n in shown) for row in rows)
    return Table(tuple(_COLUMNS[n] for n in shown), chosen, figures.as_of)


def _row(figures: LimitFigures, line: Line) -> Row:
    peak = line.peak
    peaks = [_value(line.peaks, name) for name, _, _ in WINDOWS]
    return (
        line.group.name,
        LIMITERS[line.limiter][0].removesuffix(" per minute"),
        Decimal(0) if line.limit == 0 else line.headroom,
        _NO_LIMIT if line.limit is None else line.limit,
        "this workspace" if line.is_own else "the organization",
        *peaks,
        _minute(peak) if peak else None,
        (driver(figures, peak) or "no key") if peak else None,
    )


def _value(peaks: Mapping[str, Peak | None] | None, window: str) -> int | None:
    if peaks is None or window not in peaks:
        return None
    peak = peaks[window]
    return peak.value if peak else 0


def _buttons(figures: LimitFigures, key_id: str) -> list[Json]:
    line = next(iter(figures.shut), None) or figures.tightest or next(iter(figures.lines), None)
    typed = figures.asked.typed
    if line is None:
        return []
    found: list[Json] = []
    if figures.may_ask:
        what = f"{figures.asked.workspace_id or '-'} {line.group.id} {line.limiter}"
        found.append(button("Ask for a workspace limit", ids.LIMITS_ASK, what))
    if figures.tightest is not None and figures.sees_all and not figures.tightest.is_own:
        found.append(button("What to tell Anthropic", ids.LIMITS_TELL, typed))
    if key_id:
        found.append(button("Show the key", ids.SHOW_KEY, key_id))
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
        title=f"{what}: hourly peak in % of the limit (UTC)",
        native_title="Hourly peak in % of the limit (UTC)",
        categories=tuple(_hour(hour) for hour, _ in found),
        series=(Series(name=_short(line), values=tuple(value for _, value in found)),),
        y_label="% of the limit",
        alt_text=f"{what}: the highest hourly peak of these hours was {top} % of the limit, {_hour(top_hour)} UTC.",
    )


def _short(line: Line) -> str:
    """Return a limit's name as a chart's legend holds it: `Haiku 5.x, output`; only its group's is ever cut."""
    limited = f", {LIMITERS[line.limiter][0].partition(' ')[0]}"
    return f"{truncate(line.group.name.removeprefix('Claude '), MAX_LABEL - len(limited))}{limited}"


def _hour(hour: datetime) -> str:
    return f"{calendar_day(hour).rpartition(' ')[0]} {hour:%H:%M}"


def render_for_anthropic(figures: LimitFigures) -> Message:
    """Return what to write to Anthropic to ask for a higher limit, as text to copy.

    NotAllowed to who doesn't see all traffic: a part of it would be told as the whole.
    """
    if figures.level != "organization":
        raise NotAllowed(
            "Anthropic needs the whole organization's traffic, and you see only a part of it. Ask an organization admin."
        )
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
    text = f"I show one workspace at a time: {names}?" if problem.is_another else f"{text} Did you mean {names}?"
    buttons = [button(label, f"{ids.LIMITS_RETRY_PREFIX}{n}", typed) for n, (label, typed) in enumerate(problem.nearest)]
    return Message(text, [section(text), actions(*buttons)])
