"""The weekly summary as its channel reads it, and what is said of setting it up. Pure."""

from datetime import date as Day
from datetime import datetime
from typing import Any

from bot.claude_code.digests.schedule import CodeSubscription, DueWeek
from bot.claude_code.grammar import words_of
from bot.claude_code.model import PERSON, TOOL, CodeFigures, CodeQuery, Use
from bot.claude_code.view import headline, lines_of, tail
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button, confirm
from bot.slack.markup import Markup, channel_mention
from bot.slack.model import Message, SlackChannel
from bot.spend.changes.view import end_consequence
from bot.spend.digests.view import CORRECTED_SHARE, is_worth_correcting
from bot.spend.phrases import comes, days_in_words, shown, zone_in_words
from bot.words.own import Own, own

Json = dict[str, Any]
THING: Own = "weekly Claude Code summary"


def week_query(week: DueWeek) -> CodeQuery:
    """Return what leads on from a summary: its days, by person as far as the person who asks may see them."""
    return CodeQuery(f"{week.days[0]}..{week.days[1]}", PERSON)


def render_digest(figures: CodeFigures, week: DueWeek, chart: Json | None) -> Message:
    """Return the summary. It names nobody unless everybody may see names."""
    lines: list[Markup] = [f"📈 {headline(figures)}", *lines_of(figures)]
    blocks: list[Json] = [section("\n".join(lines)), *([chart] if chart else [])]
    said: list[Markup] = [tail(figures)] if figures.use is not None else []
    blocks += [context(*said)] if said else []
    query = week_query(week)
    by_tool = CodeQuery(query.period, TOOL)
    blocks.append(
        actions(
            button("By person", ids.CODE_ALL, words_of(query), accessibility_label="Show me these days by person"),
            button("By tool", ids.CODE_BY_TOOL, words_of(by_tool), accessibility_label="Show me these days by tool"),
            button("Settings", ids.CODE_DIGEST_SETTINGS, accessibility_label="Skip or stop this summary"),
        )
    )
    return Message("\n".join([*lines, *said]), blocks)


def differences(old: Use, new: Use) -> list[Markup]:
    """Return each figure that reads otherwise, such as `17 sessions (was 14)`; none where no share of it matters."""
    counted: list[tuple[Markup, int, int]] = [
        ("sessions", old.sessions, new.sessions),
        ("lines added", old.lines_added, new.lines_added),
        ("lines removed", old.lines_removed, new.lines_removed),
        ("commits", old.commits, new.commits),
        ("pull requests", old.pull_requests, new.pull_requests),
        ("accepted edits", old.accepted, new.accepted),
        ("rejected edits", old.rejected, new.rejected),
        ("tokens", old.tokens, new.tokens),
    ]
    parts: list[Markup] = [
        f"{own(f'{new_count:,}')} {what} (was {own(f'{was:,}')})" for what, was, new_count in counted if was != new_count
    ]
    if shown(old.cost) != shown(new.cost):
        parts.append(f"about {shown(new.cost)} (was {shown(old.cost)})")
    matters = any(was != now and abs(now - was) >= CORRECTED_SHARE * was for _, was, now in counted)
    return parts if matters or is_worth_correcting(old.cost, new.cost) else []


def render_correction(old: Use, new: Use, week: DueWeek, today: Day | None) -> Message:
    """Return what a summary should have said, of each figure that it said otherwise; late data is the only reason."""
    days = days_in_words(*week.days, today)
    text: Markup = f"*Corrected*, {days}: {' · '.join(differences(old, new))}. Later data arrived; these days are final now."
    return Message(text, [section(text)])


def settings_message(
    subscription: CodeSubscription, coming: DueWeek, where: SlackChannel | None, now: datetime, *, is_new: bool
) -> Message:
    """Return what a channel gets and when next, with the buttons that skip and end it."""
    mark: Markup = "✅ " if is_new else ""
    where_and_what: Markup = f"{channel_mention(subscription.channel)} gets the {THING}"
    when: Markup = f"every Monday at 09:00 ({zone_in_words(subscription.tz)})"
    text: Markup = f"{mark}{where_and_what} {when}. The next one {comes(coming.since, now)}."
    sure = confirm("End the summary?", end_consequence(THING, where), "End the summary", "Keep it", "danger")
    skip = button("Skip the next one", ids.CODE_DIGEST_SKIP, subscription.channel)
    stop = button("Stop the summary", ids.CODE_DIGEST_STOP, subscription.channel, style="danger", confirm=sure)
    return Message(text, [section(text), actions(skip, stop)])
