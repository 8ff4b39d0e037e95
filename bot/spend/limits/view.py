"""A limit that is nearly or wholly used up, in words. Pure."""

from datetime import UTC, datetime, time

from bot.slack.blocks import section
from bot.slack.markup import Markup, date, escape
from bot.slack.model import Message
from bot.spend.alerts.model import WHOLE, Crossing
from bot.spend.alerts.view import reached, top_line
from bot.spend.model import ONE_DAY
from bot.spend.phrases import month_in_title, shown


def render_reached(found: Crossing, *, to_requester: bool = False) -> Message:
    """Return what is told when a step of a limit was reached."""
    scope: Markup = escape(found.scope_name) if found.scope_name else "The whole organization"
    so_far: Markup = " so far" if found.so_far else ""
    headline = f"⚠️ *{scope} {reached(found, 'its limit of ')} in {month_in_title(found.first)}*"
    lines: list[Markup] = [f"{headline} — {shown(found.spent)}{so_far}, as of {date(found.as_of)}"]
    if found.top is not None:
        lines.append(top_line(found.top, found.threshold.period))
    if found.step >= WHOLE:
        again = date(datetime.combine(found.last + ONE_DAY, time(), UTC))
        lines.append(f"If this limit is also set in the Console, Claude refuses requests until {again}.")
    if to_requester:
        lines.append("You asked for this limit, so I tell you.")
    text = "\n".join(lines)
    return Message(text, [section(text)])
