"""Scheduled reports in words: the post itself, what a channel gets, and what is said of a change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button, confirm
from bot.slack.markup import Markup, channel_mention, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import numbered, pager, range_of
from bot.spend.phrases import comes, zone_in_words
from bot.spend.reports.allocation import words_of_tag
from bot.spend.reports.model import Built, Times
from bot.spend.reports.registry import find_report
from bot.spend.reports.schedule.model import CADENCES, ReportRun, ReportSubscription
from bot.spend.reports.schedule.when import DueReport
from bot.spend.reports.view import render_shared
from bot.spend.reports.words import typed

Json = dict[str, Any]
Coming = tuple[ReportSubscription, DueReport]
"""What a channel gets, and which one comes next."""


def render_scheduled(built: Built, times: Times, run: ReportRun, chart: Json | None = None) -> Message:
    """Return the report as its channel reads it. Its buttons lead the person who presses one to their own view."""
    shared = render_shared(built, times, run.wanted, chart)
    show = button(
        "Show me more", ids.REPORT_SHOW, typed(run.wanted), accessibility_label="Show me this report alone, with all buttons"
    )
    settings = button("Schedule", ids.REPORT_SCHEDULED, accessibility_label="Show which reports this channel gets")
    metadata = {"event_type": "quartermaster_report", "event_payload": {"run": str(run.id)}}
    return Message(shared.text, [*shared.blocks, actions(show, settings)], metadata)


def report_in_words(report: str, tag: str) -> Markup:
    """Return a report's name in a sentence: `cost allocation by team`."""
    found = find_report(report)
    title: Markup = found.title.lower() if found else escape(report)
    return f"{title} by {escape(words_of_tag(tag))}" if tag else title


def schedule_in_words(one: ReportSubscription) -> Markup:
    """Return what a channel gets and when: `model comparison every day, at 09:00 (Europe/Berlin)`."""
    when: Markup = f"at {escape(one.local_time)} ({zone_in_words(one.tz)})"
    return f"{report_in_words(one.report, one.tag)} {CADENCES[one.cadence]}, {when}"


def scheduled_in_words(saved: ReportSubscription, coming: DueReport, now: datetime) -> Markup:
    """Return what was set up, and when the first one comes."""
    begins = f"The next one {comes(coming.since, now)}."
    return f"✅ {channel_mention(saved.channel)} gets {schedule_in_words(saved)}. {begins}"


def render_schedule(found: Sequence[Coming], now: datetime, prefix: str, cursor: str = "") -> Message:
    """Return the reports of a channel, or those that somebody set up, with buttons to skip and to end each."""
    add = button("Schedule a report…", ids.REPORT_SCHEDULE, accessibility_label="Schedule a report for a channel")
    if not found:
        text: Markup = f"No report is scheduled here. {code(f'/{prefix}-spend report')} shows which ones there are."
        return Message(text, [section(text), actions(add)])
    page = numbered(found, cursor)
    head: Markup = f"*Scheduled reports*: {range_of(page)}"
    blocks: list[Json] = [section(head)]
    said: list[Markup] = [head]
    for one, coming in page.items:
        line = f"{channel_mention(one.channel)} gets {schedule_in_words(one)}{_coming(one, coming, now)}"
        blocks += [section(line), actions(*_buttons(one))]
        said.append(line)
    blocks += [*pager(page, ids.PAGE_SCHEDULED, "the scheduled reports"), actions(add), context("Days are UTC days")]
    return Message("\n".join(said), blocks)


def _coming(one: ReportSubscription, coming: DueReport, now: datetime) -> Markup:
    if one.muted_until is not None and now < one.muted_until:
        return f". Skipped until {date(one.muted_until)}"
    return f". The next one {comes(coming.since, now)}"


def _buttons(one: ReportSubscription) -> tuple[Json, Json]:
    sure = confirm(
        "End this report?",
        "Nobody in the channel gets it any more, and I say there who ended it.",
        "End it",
        "Keep it",
        "danger",
    )
    named = report_in_words(one.report, one.tag)
    skip = button("Skip the next one", ids.REPORT_SKIP, one.id, accessibility_label=f"Skip the next {named}")
    stop = button("End it…", ids.REPORT_END, one.id, confirm=sure, accessibility_label=f"End {named} here")
    return skip, stop
