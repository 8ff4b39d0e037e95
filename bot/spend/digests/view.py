"""The daily digest: the answer in the first line, then why, then the chart. The breakdown stands in its thread. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.charts import ChartSpec
from bot.slack.elements import button, option, overflow
from bot.slack.markup import Markup, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import pager, range_of
from bot.spend.model import ONE_DAY, Breakdown, Digest, Driver, MonthOver
from bot.spend.phrases import (
    as_plain_text,
    change_in_words,
    day_in_words,
    last_weekday,
    month_in_title,
    month_in_words,
    moved,
    movers_in_words,
    of_budget,
    shown,
    sources_in_words,
)
from bot.spend.render import all_rows, chart_of, largest_in_words, page_of_rows, slack_table
from bot.spend.table import Table, breakdown_table, series_table
from bot.words.wording import listed, money, money_change, plural, weekday_day

Json = dict[str, Any]

MUTE, STOP = "mute", "stop"
IN_WORDS = 5
"""As many parts of a breakdown are named in the words of its message."""
CORRECTED_SHARE = Decimal("0.005")
"""A revision below half a percent of what was said would be noise in the channel."""


def render_digest(digest: Digest, run_id: int, chart: Json | None = None) -> Message:
    """Return the digest; `chart` is Slack's chart block or the picture that takes its place, None leaves it out.

    Its buttons carry the run's id and nothing else.
    """
    lines: list[Markup] = [headline(digest)]
    if digest.month_over is not None:
        lines.append(month_over_line(digest.month_over))
    if digest.driver is not None:
        lines.append(driver_line(digest.driver, so_far=not digest.closed))
    movers = _movers_line(digest)
    tail = freshness_line(digest)
    blocks = [section("\n".join(lines))]
    if chart is not None and not digest.is_quiet:
        blocks.append(chart)
    if movers is not None:
        blocks.append(section(movers))
    if digest.total is not None and not digest.is_quiet:
        blocks += [context(tail), _buttons(run_id)]
    said: list[Markup | None] = [*lines, movers, None if digest.is_quiet or digest.total is None else tail]
    text = "\n".join([part for part in said if part])
    metadata = {"event_type": "quartermaster_digest", "event_payload": {"run": str(run_id), "day": digest.day.isoformat()}}
    return Message(text, blocks, metadata)


def headline(digest: Digest) -> Markup:
    """Return the first line, which is the whole answer."""
    where, when = where_in_words(digest.scope), _day(digest)
    if digest.total is None and digest.nothing_until is not None:
        return f"📈 *Nothing has been spent yet*, as of {date(digest.nothing_until)}"
    if digest.total is None:
        nothing: Markup = (
            f"📈 *No figures for {when}{where} yet*: the Claude API hasn't reported them, or I haven't read them."
        )
        return f"{nothing} I'll post here when I have them."
    so_far = "" if digest.closed else " so far"
    parts: list[Markup | None] = [
        f"📈 *{shown(digest.total)}{so_far} on {when}{where}*",
        change_in_words(digest.total, digest.last_week, last_weekday(digest.day)) if digest.closed else None,
        month_in_words(digest),
        f"much like {last_weekday(digest.day)}" if digest.is_quiet and digest.total else None,
        freshness_line(digest) if digest.is_quiet else None,
    ]
    return " · ".join([part for part in parts if part])


def _day(digest: Digest) -> Markup:
    return day_in_words(digest.day, digest.as_of.date() if digest.as_of else None)


def where_in_words(scope: Sequence[str]) -> Markup:
    """Return the workspaces that a digest is about: ` in Production and Research`; nothing for all of them."""
    return f" in {listed([escape(name) for name in scope], most=3)}" if scope else ""


def driver_line(driver: Driver, *, so_far: bool = False) -> Markup:
    """Return what pushed the day up: the workspace, its key, and the models it moved between."""
    both = (driver.change, driver.key_change or Decimal(0))
    up = moved(driver.change, both if driver.key and not (driver.old_model and driver.new_model) else ())
    line = f"⚠️ *{escape(driver.workspace)}* is up {up.lstrip('+')}{' so far' if so_far else ''}"
    if driver.key is None:
        return line
    if driver.old_model and driver.new_model:
        switched = f"moved from {escape(driver.old_model)} to {escape(driver.new_model)}"
        when = f" on {weekday_day(driver.moved_on)}" if driver.moved_on else ""
        return f"{line}: key {code(driver.key)} {switched}{when}"
    return f"{line}: key {code(driver.key)} alone {moved(both[1], both)}"


def month_over_line(month: MonthOver) -> Markup:
    """Return what a month that is over cost: `*Oct 2026 is over*: $8,123.40 · +12 % vs Sep 2026`, and its budget."""
    is_final = not month.missing and not month.open_days
    before = month_in_title(month.first - ONE_DAY)
    parts: list[Markup | None] = [
        f"*{month_in_title(month.first)} is over*: {shown(month.total)}{'' if is_final else ' so far'}",
        change_in_words(month.total, month.before, before) if is_final else None,
        of_budget(month.total, month.budget) if month.budget else None,
        f"{plural(month.missing, 'day')} without data" if month.missing else None,
    ]
    return " · ".join([part for part in parts if part])


def freshness_line(digest: Digest) -> Markup:
    """Return until when the figures reach, and whether they can still change."""
    if digest.as_of is None:
        return "No figures yet"
    told = sources_in_words(digest.sources)
    from_where: Markup = f" · {told}" if told else ""
    if digest.closed:
        return f"As of {date(digest.as_of)}, final{from_where} · days are UTC days"
    return f"As of {date(digest.as_of)}, provisional: the UTC day isn't complete yet{from_where}"


def _movers_line(digest: Digest) -> Markup | None:
    if digest.is_quiet or not digest.movers:
        return None
    return "*Biggest changes*  " + " · ".join(movers_in_words(digest.movers))


def _buttons(run_id: int) -> Json:
    menu = [option("Skip the next digest", f"{MUTE}:{run_id}"), option("Stop the digest here", f"{STOP}:{run_id}")]
    return actions(
        button(
            "Breakdown", ids.SPEND_BREAKDOWN, str(run_id), accessibility_label="Show me alone what is inside each workspace"
        ),
        button("Settings", ids.DIGEST_SETTINGS, str(run_id), accessibility_label="Settings of this channel's digest"),
        overflow(ids.DIGEST_MORE, menu),
    )


def digest_chart(digest: Digest) -> ChartSpec | None:
    """Return the chart of the two weeks up to the day, by workspace; None where there is too little to draw."""
    if digest.series is None or digest.is_quiet:
        return None
    finding = as_plain_text(headline(digest)).removeprefix("📈 ")
    return chart_of(
        series_table(digest.series, digest.as_of, so_far=bool(digest.open_days)),
        "Spend by workspace, last 14 days (USD)",
        f"Two weeks of spend by workspace. {finding}",
        digest.open_days,
        native="Spend per day, last 14 days (USD)",
    )


def render_thread(digest: Digest, run_id: int) -> list[tuple[str, Message]]:
    """Return the breakdown by dimension, a message each because a message holds one table (slack.md §3.1).

    Each names its day and its workspaces, because a reply to a message that was deleted may stand in the channel.
    """
    return [(found.dimension.name, _thread_part(found, digest, run_id)) for found in breakdowns_of(digest)]


def breakdowns_of(digest: Digest) -> list[Breakdown]:
    """Return the breakdowns that stand in a digest's thread."""
    return [found for found in digest.breakdowns if found.slices]


def render_part(digest: Digest, name: str, run_id: int, cursor: str = "") -> Message | None:
    """Return a page of one breakdown for a person alone, who may read it far from the digest: it also names its age."""
    found = next((one for one in breakdowns_of(digest) if one.dimension.name == name), None)
    if found is None:
        return None
    parts = _parts(found, digest)
    page = page_of_rows(parts, cursor)
    title = f"{_part_title(found, digest)} · {freshness_line(digest)}"
    turning = pager(page, ids.PAGE_PART, "the table", f"{run_id}:{name}")
    text = f"{title}: rows {range_of(page)}. {largest_in_words(replace(parts, rows=tuple(page.items)), len(page.items))}"
    return Message(text, [section(title), slack_table(parts, page), *turning])


def _thread_part(found: Breakdown, digest: Digest, run_id: int) -> Message:
    parts, title = _parts(found, digest), _part_title(found, digest)
    text = f"{title}: {largest_in_words(parts, IN_WORDS) or 'nothing was spent'}"
    all_of_it = all_rows(page_of_rows(parts), ids.SPEND_PART, f"{run_id}:{found.dimension.name}")
    return Message(text, [section(title), slack_table(parts), *all_of_it])


def _parts(found: Breakdown, digest: Digest) -> Table:
    return breakdown_table(found, last_weekday(digest.day), digest.as_of, so_far=not digest.closed)


def _part_title(found: Breakdown, digest: Digest) -> Markup:
    so_far = "" if digest.closed else " so far"
    return f"*By {escape(found.dimension.name)}{so_far}* on {_day(digest)}{where_in_words(digest.scope)}"


def render_correction(
    old: Decimal | None, new: Decimal, day_text: Markup, why: Markup = "", scope: Sequence[str] = ()
) -> Message:
    """Return the reply that mends a digest: `Corrected for Fri 20 Nov in Production: $431.20 (+$18.50)`."""
    cause, where = f", {why}" if why else "", where_in_words(scope)
    if old is None:
        text = f"The figures for {day_text}{where} are in: {shown(new)}"
    else:
        change = escape(money_change(new - old, cents=True))
        text = f"Corrected for {day_text}{where}: {shown(new)} ({change}{cause})"
    return Message(text, [section(text)])


def is_worth_correcting(said: Decimal | None, now: Decimal) -> bool:
    """Tell whether a total that was said reads differently by now, and by a share that matters."""
    if said is None:
        return True
    return money(said) != money(now) and abs(now - said) >= CORRECTED_SHARE * abs(said)
