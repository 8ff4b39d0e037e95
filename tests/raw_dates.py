"""Dates in Slack's markup that Slack would show as they are: it draws them in mrkdwn alone (slack.md §3.4)."""

from typing import Any, cast


def raw_dates(view: Any, kind: str = "") -> list[str]:
    """Return the texts with Slack's markup for dates where Slack doesn't draw it: plain text, tables, what is read out."""
    if isinstance(view, dict):
        fields = cast("dict[str, Any]", view)
        return [one for name, part in fields.items() for one in raw_dates(part, f"{fields.get('type', '')}.{name}")]
    if isinstance(view, list):
        return [one for part in cast("list[Any]", view) for one in raw_dates(part, kind)]
    element, _, part = kind.partition(".")
    is_drawn = element in ("mrkdwn", "plain_text_input")
    is_shown = part != "value"  # a button carries what somebody typed, and nobody sees it
    return [f"{kind}: {view}"] if isinstance(view, str) and "<!date^" in view and is_shown and not is_drawn else []
