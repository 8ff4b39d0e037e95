"""A word for what nobody can see: the button by which who does it by hand says so, and what is said then. Pure."""

from typing import Any

from bot.approvals.holder import holder_of
from bot.approvals.model import Request
from bot.approvals.outcome import Outcome
from bot.slack import ids
from bot.slack.elements import button
from bot.slack.markup import Markup, mention


def word_buttons(request: Request, title: str, *, takes_word: bool) -> list[dict[str, Any]]:
    """Return the button by which the person who has it says that it is done, where their word is taken and not given yet."""
    if not takes_word or request.outcome.said_at or not holder_of(request):
        return []
    return [button("Done", ids.SAY_DONE, request.id, style="primary", accessibility_label=f"Done: {title}")]


def unproven(outcome: Outcome) -> Markup:
    """Return whose word alone says that something is done."""
    return f"{mention(outcome.said_by)} says that it is done, but I can't check it"


def looking_for_it(outcome: Outcome) -> Markup:
    """Return who says that it is done, while it is looked for."""
    return f"{mention(outcome.said_by)} says that it is done, and I'm checking"
