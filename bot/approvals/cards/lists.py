"""Lists of requests: the private answer of /claude-requests, and the same on the App Home. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.approvals.handover.words import is_trouble
from bot.approvals.model import WORDS, Request, Status
from bot.slack import ids
from bot.slack.blocks import divider, fit, header, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, date, escape, mention
from bot.slack.model import Message
from bot.words.wording import number, plural

Json = dict[str, Any]
Titled = tuple[Request, str]

MARKS: dict[Status, Markup] = {
    Status.PENDING: "⏳",
    Status.APPROVED: "⏳",
    Status.APPLYING: "⏳",
    Status.FULFILLING: "⏳",
    Status.APPLIED: "✅",
    Status.FAILED: "⚠️",
    Status.DENIED: "⛔",
    Status.WITHDRAWN: "🔁",
    Status.EXPIRED: "⌛",
    Status.REVERTING: "🔁",
    Status.REVERTED: "🔁",
}


def mark_of(request: Request) -> Markup:
    """Return the mark of a request's state; one whose secret reached nobody isn't done for its requester."""
    return "⚠️" if is_trouble(request.outcome) else MARKS[request.status]


def waiting_blocks(waiting: Sequence[Titled]) -> list[Json]:
    """Return the requests that somebody can decide, each with a button that leads to the decision."""
    if not waiting:
        return [section("Nothing waits for your decision.")]
    return [
        section(
            f"⏳ *{escape(title)}* — {mention(request.requester.slack_id)}, expires {date(request.expires_at)}",
            accessory=button("Decide", ids.DETAILS_DECIDE, request.id, accessibility_label=f"Decide {title}"[:75]),
        )
        for request, title in waiting
    ]


def mine_blocks(mine: Sequence[Titled], prefix: str) -> list[Json]:
    """Return what somebody asked for, newest first."""
    if not mine:
        return [section(f"You have no requests yet. {code(f'/{prefix}-keys request')} asks for an API key.")]
    return [
        section(
            f"{mark_of(request)} *{escape(title)}* — {WORDS[request.status]}, asked {date(request.created_at)}",
            accessory=button("Details", ids.DETAILS, request.id, accessibility_label=f"Details of {title}"[:75]),
        )
        for request, title in mine
    ]


def request_list(waiting: Sequence[Titled] | None, mine: Sequence[Titled] | None, prefix: str) -> Message:
    """Return the private answer; None leaves a part out."""
    blocks: list[Json] = []
    words: list[Markup] = []
    if waiting is not None:
        blocks += [header("Waiting for your decision"), *waiting_blocks(waiting)]
        waits = f"{number(len(waiting))} waiting for your decision" + _titles(waiting)
        words.append(waits if waiting else "Nothing waits for your decision")
    if mine is not None:
        blocks += [*([divider()] if blocks else []), header("Your requests"), *mine_blocks(mine, prefix)]
        words.append(plural(len(mine), "request") + " of yours" + _titles(mine) if mine else "You have no requests yet")
    return Message(". ".join(words) + ".", fit(blocks))


def _titles(titled: Sequence[Titled]) -> Markup:
    lines = [f"{title}, {WORDS[request.status]}" for request, title in titled]
    return f": {escape('; '.join(lines))}" if lines else ""
