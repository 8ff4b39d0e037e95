"""How it is said that what a request set was changed elsewhere since, in the Console or by another program. Pure."""

from bot.approvals.model import Request, Status
from bot.slack.markup import Markup, date, escape


def changed_words(request: Request) -> Markup:
    """Return that what a request set isn't so any more, and when that was seen; "" where it is, or nothing is known."""
    seen = request.outcome.elsewhere
    if seen is None or request.status is not Status.APPLIED:
        return ""
    return f"⚠️ Changed elsewhere: {escape(seen.name)} is {escape(seen.now)}, not {escape(seen.was)}. Seen {date(seen.at)}."


def changed_line(request: Request) -> Markup:
    """Return the same as a line of its own below others, or ""."""
    changed = changed_words(request)
    return f"\n{changed}" if changed else ""
