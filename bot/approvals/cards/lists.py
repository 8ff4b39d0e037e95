"""Lists of requests: the private answer of /claude-requests, and the same on the App Home. Pure."""

from typing import Any

from bot.approvals.cards.elsewhere import changed_line
from bot.approvals.handover.words import is_trouble
from bot.approvals.model import Request, Status
from bot.slack import ids
from bot.slack.blocks import divider, fit, header, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, date, escape, mention
from bot.slack.model import Message
from bot.slack.paging import Page, pager
from bot.words.wording import number, plural

Json = dict[str, Any]
Titled = tuple[Request, str]
Given = tuple[Request, str, bool]
"""A grant, its title, and whether the reader may ask for a later end."""

BOTH = "both"
"""What the buttons of a list carry beside which the other one stands, so that it stays there when a page is turned."""
BY_HAND = "For you to do by hand"
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
    """Return the mark of a request's state; one whose secret reached nobody isn't done for its requester until it ends."""
    is_left = is_trouble(request.outcome) and request.status is not Status.REVERTED
    return "⚠️" if is_left else MARKS[request.status]


def waiting_blocks(waiting: Page[Titled], narrowed: str = "") -> list[Json]:
    """Return a page of the requests that somebody can decide, each with a button that leads to the decision.

    `narrowed` comes back when the page is turned.
    """
    if not waiting.items:
        return [section("Nothing waits for your decision.")]
    blocks = [
        section(
            f"⏳ *{escape(title)}*{_end(request)}\n"
            f"{mention(request.requester.slack_id)}, decide by {date(request.expires_at)}",
            accessory=button("Decide", ids.DETAILS_DECIDE, request.id, accessibility_label=f"Decide {title}"),
        )
        for request, title in waiting.items
    ]
    return [*blocks, *pager(waiting, ids.PAGE_WAITING, "requests that wait for you", narrowed)]


def held_blocks(held: Page[Titled], narrowed: str = "") -> list[Json]:
    """Return a page of what somebody has to do by hand, each with a button that leads to its steps."""
    blocks = [
        section(
            f"⏳ *{escape(title)}*{_end(request)}\n"
            f"{mention(request.requester.slack_id)} waits for it, do it by {date(request.expires_at)}",
            accessory=button("Steps", ids.STEPS, request.id, accessibility_label=f"Steps of {title}"),
        )
        for request, title in held.items
    ]
    return [*blocks, *pager(held, ids.PAGE_HELD, "what you do by hand", narrowed)]


def mine_blocks(mine: Page[Titled], prefix: str, narrowed: str = "") -> list[Json]:
    """Return a page of what somebody asked for, newest first."""
    if not mine.items:
        return [section(f"You have no requests yet. {code(f'/{prefix}-keys request')} asks for an API key.")]
    return [*map(request_block, mine.items), *pager(mine, ids.PAGE_MINE, "your requests", narrowed)]


def request_block(titled: Titled) -> Json:
    """Return what somebody asked for in two lines, with the button to all that is known of it."""
    request, title = titled
    state = f"{request.in_a_word}, asked {date(request.created_at)}{changed_line(request)}"
    text = f"{mark_of(request)} *{escape(title)}*{_end(request)}\n{state}"
    return section(text, accessory=button("Details", ids.DETAILS, request.id, accessibility_label=f"Details of {title}"))


def grant_blocks(grants: Page[Given], narrowed: str = "") -> list[Json]:
    """Return a page of what somebody was given until a day, the next to end first; `narrowed` comes back with the click."""
    return [*map(_grant, grants.items), *pager(grants, ids.PAGE_GRANTS, "what ends", narrowed)]


def _grant(given: Given) -> Json:
    grant, title, may_extend = given
    ends = f"ends {date(grant.over_at)}" if grant.over_at else "is being ended"
    ends += changed_line(grant)
    if not may_extend:
        return section(
            f"🔁 *{escape(title)}*\n{ends}",
            accessory=button("Details", ids.DETAILS, grant.id, accessibility_label=f"Details of {title}"),
        )
    extend = button("Extend…", ids.EXTEND, grant.id, accessibility_label=f"Extend {title}")
    return section(f"🔁 *{escape(title)}*\n{ends}", accessory=extend)


def _end(request: Request) -> Markup:
    """Return until when what was asked for is given, where that is still ahead: ` · until 31 Dec 2026`."""
    is_ahead = request.ends_at is not None and (request.is_open or request.is_granted)
    return f" · until {date(request.ends_at)}" if request.ends_at and is_ahead else ""


def request_list(
    waiting: Page[Titled] | None, mine: Page[Titled] | None, prefix: str, held: Page[Titled] | None = None
) -> Message:
    """Return the private answer; None leaves a part out, and so does nothing that is to be done by hand."""
    blocks: list[Json] = []
    words: list[Markup] = []
    narrowed = BOTH if waiting is not None and mine is not None else ""
    if held is not None and held.items:
        blocks += [header(BY_HAND), *held_blocks(held, narrowed), divider()]
        words.append(f"{number(len(held.items))} to do by hand: {_titles(held)}")
    if waiting is not None:
        blocks += [header("Waiting for your decision"), *waiting_blocks(waiting, narrowed)]
        waits = f"{number(len(waiting.items))} waiting for your decision: {_titles(waiting)}"
        words.append(waits if waiting.items else "Nothing waits for your decision")
    if mine is not None:
        blocks += [*([divider()] if blocks else []), header("Your requests"), *mine_blocks(mine, prefix, narrowed)]
        asked = f"{plural(len(mine.items), 'request')} of yours: {_titles(mine)}"
        words.append(asked if mine.items else "You have no requests yet")
    more = "" if all(page.is_whole for page in (held, waiting, mine) if page) else " There are more."
    return Message(f"{'. '.join(words)}.{more}", fit(blocks))


def _titles(page: Page[Titled]) -> Markup:
    lines: list[Markup] = [f"{escape(title)}, {request.in_a_word}{_end(request)}" for request, title in page.items]
    return "; ".join(lines)
