"""How it is said that what a request set was changed elsewhere since, in the Console or by another program. Pure."""

from bot.approvals.model import Request, Status
from bot.approvals.outcome import ENDED, Elsewhere
from bot.slack.markup import Markup, date, escape
from bot.words.wording import number

_SHOWN = 3


def changed_words(request: Request) -> Markup:
    """Return that what a request set isn't so any more, and when that was seen; "" where it is, or nothing is known."""
    outcome = request.outcome
    found = [*([outcome.elsewhere] if outcome.elsewhere else ()), *outcome.parts_elsewhere]
    if request.status is Status.REVERTED:
        found = [one for one in found if one.which == ENDED]
    if not found or request.status not in (Status.APPLIED, Status.REVERTED):
        return ""
    said = "; ".join(_changed(one) for one in found[:_SHOWN])
    more = len(found) - _SHOWN
    also: Markup = f"; and {number(more)} more" if more > 0 else ""
    return f"⚠️ Changed elsewhere: {said}{also}. Seen {date(max(one.at for one in found))}."


def _changed(seen: Elsewhere) -> Markup:
    return f"{escape(seen.name)} is {escape(seen.now)}, not {escape(seen.was)}"


def changed_line(request: Request) -> Markup:
    """Return the same as a line of its own below others, or ""."""
    changed = changed_words(request)
    return f"\n{changed}" if changed else ""
