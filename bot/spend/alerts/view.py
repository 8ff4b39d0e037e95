"""An alert: which amount was reached, by how much so far, and what drove it. Somebody can say that they look after it.

Pure.
"""

from collections.abc import Sequence
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, date, escape, mention
from bot.slack.model import Message
from bot.spend.aggregate import growth
from bot.spend.alerts.model import WHOLE, Alert, Crossing, TopSpender
from bot.spend.phrases import month_in_title, moved, shown
from bot.words.wording import number, percent, weekday_day

Json = dict[str, Any]


def alert_lines(crossing: Crossing) -> list[Markup]:
    """Return what an alert says, line by line. They are kept, so that the card can be redrawn."""
    who = escape(crossing.scope_name) if crossing.scope_name else "Spend"
    how = reached(crossing)
    if crossing.threshold.period == "daily":
        headline = f"⚠️ *{who} {how} on {weekday_day(crossing.first)} (UTC)*"
        spent = f"{shown(crossing.spent)} so far" if crossing.so_far else shown(crossing.spent)
    else:
        headline = f"⚠️ *{who} {how} in {month_in_title(crossing.first)}*"
        spent = shown(crossing.spent)
        if crossing.so_far:
            spent += " so far"
    lines: list[Markup] = [f"{headline} — {spent}, as of {date(crossing.as_of)}"]
    if crossing.top is not None:
        lines.append(top_line(crossing.top, crossing.threshold.period))
    return lines


def reached(crossing: Crossing, thing: Markup = "") -> Markup:
    """Return what was reached: `passed $150.00`, `reached $150.00` where it reads the same, `passed 80 % of $150.00`.

    `thing` stands before the amount: "its limit of ".
    """
    amount = crossing.threshold.amount
    step = amount * crossing.step / WHOLE
    verb: Markup = "reached" if shown(step) == shown(crossing.spent) else "passed"
    part: Markup = f"{number(crossing.step)} % of " if crossing.step != WHOLE else ""
    return f"{verb} {part}{thing}{shown(amount)}"


def top_line(top: TopSpender, period: str) -> Markup:
    """Return who drove it: `Largest part: key `eval-runs`, mostly opus-5-5 (+$310 in the last 7 days, +140 %)`."""
    key = f"{f'key {code(top.name)}' if top.name else 'spend with no key reported'}, mostly {escape(top.model)}"
    if period == "daily":
        if top.usual is None:
            return f"Largest part: {key} ({shown(top.amount)})"
        usual = f"{shown(top.usual)} on a usual day" if top.usual else "nothing on a usual day"
        return f"Main cause: {key}, {shown(top.amount)} against {usual}"
    if not top.usual:
        return f"Largest part: {key} ({shown(top.amount)} in the last 7 days)"
    ratio = growth(top.amount, top.usual)
    rise = f", {escape(percent(ratio))}" if ratio is not None else f", {shown(top.amount)} in all"
    return f"Largest part: {key} ({moved(top.amount - top.usual)} in the last 7 days{rise})"


def render_alert(lines: Sequence[Markup], alert_id: int, acknowledged: Alert | None = None) -> Message:
    """Return the card; once somebody looks after it, it says who instead of offering the button."""
    blocks = [section("\n".join(lines))]
    text = "\n".join(lines)
    if acknowledged is not None and acknowledged.acknowledged_by and acknowledged.acknowledged_at:
        since = date(acknowledged.acknowledged_at)
        line = f"👀 {mention(acknowledged.acknowledged_by)} is on it since {since}"
        return Message(f"{text}\n{line}", [*blocks, section(line)], _metadata(alert_id))
    blocks.append(
        actions(button("Acknowledge", ids.ALERT_ACKNOWLEDGE, str(alert_id), accessibility_label="I take care of this alert"))
    )
    return Message(text, blocks, _metadata(alert_id))


def _metadata(alert_id: int) -> Json:
    return {"event_type": "quartermaster_alert", "event_payload": {"alert": str(alert_id)}}
