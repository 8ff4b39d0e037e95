"""A report as people see it: one sentence, a chart, a page of its table, as-of line, and buttons to go on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import MOST_TYPED, button, option, static_select
from bot.slack.markup import Markup, bold, code, escape, truncate
from bot.slack.model import Message
from bot.slack.paging import numbered, pager, range_of
from bot.spend.render import all_rows, page_of_rows, shown_cell, slack_table
from bot.spend.reports.allocation import words_of_tag
from bot.spend.reports.model import Built, Part, Times, Untagged, Wanted
from bot.spend.reports.phrases import as_of_line
from bot.spend.reports.registry import REPORTS, find_report
from bot.spend.reports.words import NotRead, typed
from bot.spend.table import Table

Json = dict[str, Any]
SHOWN_UNTAGGED = 4
"""Workspaces without a tag that a report names with a button each; another button leads to all."""
_MOST_OPTIONS, _LONGEST_OPTION = 100, 150


def render_report(
    built: Built, times: Times, wanted: Wanted, chart: Json | None = None, cursor: str = "", *, shareable: bool = True
) -> Message:
    """Return a report for one person alone, with the page of its table at a cursor.

    `shareable` adds the button that posts it in the channel.
    """
    title = f"{_title(wanted)} of what you may see" if built.only else _title(wanted)
    lines: list[Markup] = [title, built.finding]
    if not built.parts:
        return Message("\n".join(lines), [section("\n".join(lines)), actions(_all_reports())])
    part = part_of_report(built, wanted)
    page = page_of_rows(part.table, cursor)
    tail = _tail(built, times)
    blocks = [section("\n".join(lines)), *([chart] if chart else [])]
    blocks += [slack_table(part.table, page), *pager(page, ids.PAGE_REPORT, "the table", typed(wanted))]
    blocks += [*_untagged(built, wanted), context(tail), *_buttons(built, wanted, part, shareable=shareable)]
    return Message("\n".join([*lines, *_rows_in_words(part.table, cursor), tail]), blocks)


def render_shared(built: Built, times: Times, wanted: Wanted, chart: Json | None = None, *, by: Markup = "") -> Message:
    """Return a report that others read, too: without what only one person may do; `by` says who shared it."""
    lines: list[Markup] = [_title(wanted), built.finding]
    tail = _tail(built, times)
    blocks = [section("\n".join(lines)), *([chart] if chart else [])]
    rows: list[Markup] = []
    if built.parts:
        part = part_of_report(built, wanted)
        blocks += [slack_table(part.table), *all_rows(page_of_rows(part.table), ids.REPORT_ALL, typed(wanted))]
        rows = _rows_in_words(part.table)
    blocks += [context(tail), *([context(by)] if by else [])]
    return Message("\n".join([*lines, *rows, tail, *([by] if by else [])]), blocks)


def part_of_report(built: Built, wanted: Wanted) -> Part:
    """Return the table that is asked for, the first one where there is none of that name now."""
    return next((one for one in built.parts if one.name == wanted.part), built.parts[0])


def is_first_part(built: Built, wanted: Wanted) -> bool:
    """Tell whether the table that is asked for is the one that the chart draws."""
    return not built.parts or part_of_report(built, wanted) is built.parts[0]


def _title(wanted: Wanted) -> Markup:
    report = find_report(wanted.name)
    return f"📈 *{report.title if report else 'Report'}*"


def _tail(built: Built, times: Times) -> Markup:
    only: list[Markup] = [built.only] if built.only else []
    return " · ".join([*built.notes, *only, as_of_line(times)])


def _rows_in_words(table: Table, cursor: str = "") -> list[Markup]:
    """Return the first rows of a page for those who hear it."""
    page = page_of_rows(table, cursor)
    few = numbered(page.items, size=5)
    head: Markup = f"Rows {range_of(page)}:" if not page.is_whole else ""
    said: list[Markup] = [
        escape(", ".join([shown_cell(table.columns[0], row[0]), *_cells(table, row)])) for row in few.items
    ]
    return [*([head] if head else []), *said]


def _cells(table: Table, row: Sequence[Any]) -> list[str]:
    found = [(column, value) for column, value in zip(table.columns, row, strict=True)]
    return [f"{column.heading} {shown_cell(column, value)}" for column, value in found if column is not table.columns[0]]


def _untagged(built: Built, wanted: Wanted) -> list[Json]:
    """Return the first workspaces without the tag with a button each, and one that leads to all of them."""
    if not built.untagged:
        return []
    few = numbered(built.untagged, size=SHOWN_UNTAGGED)
    blocks = [_untagged_line(one, built.tag) for one in few.items]
    if not few.is_whole:
        label = f"All {few.total} workspaces without it"
        blocks.append(actions(button(label, ids.REPORT_UNTAGGED, typed(wanted), accessibility_label=label)))
    return [section(f"*Without a {escape(words_of_tag(built.tag))}*"), *blocks]


def _untagged_line(one: Untagged, tag: str) -> Json:
    text: Markup = f"{bold(one.name)} {one.amount_shown}"
    if not one.is_taggable:
        return section(text)
    label = truncate(f"Ask to tag {one.name}", 75)
    return section(text, accessory=button("Tag…", ids.REPORT_TAG, tag_value(one.id, tag), accessibility_label=label))


def tag_value(workspace_id: str, tag: str) -> str:
    """Return what the button carries that asks for a tag: `read_tag_value` reads it."""
    return f"{workspace_id}:{tag}"


def read_tag_value(value: str) -> tuple[str, str]:
    """Return the workspace's id and the tag."""
    workspace_id, _, tag = value.partition(":")
    return workspace_id, tag


def render_untagged(built: Built, times: Times, wanted: Wanted, cursor: str = "") -> Message:
    """Return a page of all workspaces without the tag, with a button for each."""
    if not built.untagged:
        return Message(built.finding, [section(built.finding)])
    page = numbered(built.untagged, cursor)
    title: Markup = f"*Workspaces without a {escape(words_of_tag(built.tag))}*: {range_of(page)}"
    lines = [_untagged_line(one, built.tag) for one in page.items]
    turning = pager(page, ids.PAGE_UNTAGGED, "the workspaces", typed(wanted))
    said: list[Markup] = [f"{bold(one.name)} {one.amount_shown}" for one in page.items]
    tail = as_of_line(times)
    return Message("\n".join([title, *said, tail]), [section(title), *lines, *turning, context(tail)])


def _buttons(built: Built, wanted: Wanted, part: Part, *, shareable: bool) -> list[Json]:
    words = typed(replace(wanted, part=part.name))
    others = [one for one in built.parts if one.name != part.name]
    first = [
        button(one.title, f"{ids.REPORT_PART_PREFIX}{one.name or 'first'}", typed(replace(wanted, part=one.name)))
        for one in others
    ]
    file = button("CSV", ids.REPORT_CSV, words, accessibility_label="Send me this report as a CSV file")
    share = button("Share here", ids.REPORT_SHARE, words, accessibility_label="Post this report in this channel")
    schedule = button(
        "Schedule…", ids.REPORT_SCHEDULE, words, accessibility_label="Post this report in a channel on a schedule"
    )
    return [
        *_tag_menu(built, wanted),
        actions(*first, file, *([share] if shareable else []), *([] if built.only else [schedule]), _all_reports()),
    ]


def _tag_menu(built: Built, wanted: Wanted) -> list[Json]:
    """Return the menu of tags. One that doesn't fit into a menu can be typed."""
    options = [
        option(words_of_tag(tag), words)
        for tag in built.tags
        if len(words := typed(replace(wanted, tag=tag, part=""))) <= _LONGEST_OPTION
    ]
    if len(options) < 2:
        return []
    few = numbered(options, size=_MOST_OPTIONS)
    return [actions(static_select(ids.REPORT_BY_TAG, few.items, placeholder="By another tag"))]


def _all_reports() -> Json:
    return button("Reports", ids.REPORT_LIST, accessibility_label="Show which reports there are")


def render_list(prefix: str) -> Message:
    """Return all reports with a button each."""
    head: Markup = f"Which report? You can also type {code(f'/{prefix}-spend report models last month')}."
    lines = [
        section(
            f"*{one.title}* – {one.about}",
            accessory=button("Show", ids.REPORT_SHOW, typed(Wanted(one.name)), accessibility_label=f"Show {one.title}"),
        )
        for one in REPORTS
    ]
    more = actions(
        button("Scheduled reports", ids.REPORT_SCHEDULED, accessibility_label="Show which reports this channel gets"),
        button("Dashboard", ids.DASHBOARD, accessibility_label="Show the dashboard"),
    )
    said: list[Markup] = [f"*{one.title}* – {one.about}" for one in REPORTS]
    return Message("\n".join([head, *said]), [section(head), *lines, more])


def render_not_read(problem: NotRead, prefix: str, tags: Sequence[str] = ()) -> Message:
    """Return what wasn't understood, and the nearest that would be."""
    what: Markup = "No workspace has a tag" if problem.is_tag else "I don't know"
    text: Markup = f"{what} {bold(problem.word)}."
    if problem.narrows:
        text = f"A report covers everything, so I can't use {bold(problem.word)}."
    if problem.suggestion and len(problem.suggestion) <= MOST_TYPED:
        meant = f"/{prefix}-spend report {problem.suggestion}"
        text = f"{text} Did you mean {code(meant)}?"
        retry = button("Yes, show that", ids.REPORT_SHOW, problem.suggestion)
        return Message(text, [section(text), actions(retry)])
    if problem.is_tag:
        few = numbered(tags, size=10)
        more: Markup = "" if few.is_whole else ", and more"
        text = f"{text} There are {', '.join(code(one) for one in few.items)}{more}."
        return Message(text, [section(text)])
    listed = render_list(prefix)
    return Message(f"{text} {listed.text}", [section(text), *listed.blocks])
