"""What the person who changes a spend limit by hand is told: numbered steps, and how the bot will know. Pure."""

from datetime import datetime

from bot.approvals.model import Request, Status
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, date, escape, mention
from bot.slack.model import Message

CONSOLE = "https://platform.claude.com/settings"
WORKSPACES, BILLING = f"{CONSOLE}/workspaces", f"{CONSOLE}/billing"
"""Where an admin sets the limit of a workspace, and of the organization (admin-api.md §4.8)."""
_CHECK: Markup = (
    "Then press *Done*. If the organization's activity feed is on, I look there each minute. If not, I take your word."
)


def limit_steps(request: Request, workspace: str, amount: Markup, *, is_known: bool) -> Message:
    """Return the steps for changing a limit in the Console; once nobody waits for it any more, that instead.

    `workspace` is its name, "" for the organization; `amount` is "" where the limit is to be removed; `is_known` tells
    whether the bot knows the limit before.
    """
    if request.status is not Status.FULFILLING:
        return _over(request, workspace, amount)
    asker = mention(request.requester.slack_id)
    did: Markup = "You took over" if request.outcome.holder_turn else "You approved"
    what: Markup = "a spend limit for" if amount else "to remove the spend limit of"
    intro = f"⏳ {did} {what} {_whose(workspace)}, which {asker} asked for. {_wanted(amount)}:"
    where: Markup = "1. Open the Console, Settings, Billing."
    if workspace:
        where = f"1. Open the Console, Settings, Workspaces, choose {bold(workspace)} and its tab *Spend limits*."
    do: Markup = "Remove its monthly spend limit. If none is set, change nothing."
    if amount:
        do = f"Set the monthly spend limit to exactly {amount}."
    note, back = _for_a_time(request.ends_at, is_known=is_known)
    steps = f"{where}\n2. {note}{do}{back}\n3. {_CHECK}"
    until = f"If nobody does it by {date(request.expires_at)}, this request is closed."
    problem = request.outcome.problem
    seen = f"⚠️ {escape(problem)} {_wanted(amount, in_full=True)}." if problem else ""
    open_it = button("Open the Console", ids.OPEN_CONSOLE, request.id, url=WORKSPACES if workspace else BILLING)
    blocks = [section(intro), section(steps), *([section(seen)] if seen else []), actions(open_it), context(until)]
    return Message("\n".join(filter(None, [intro, steps, seen, until])), blocks)


def limit_news(request: Request, workspace: str, amount: Markup) -> Message:
    """Return what rings after the steps were sent: that something is wrong, or that nobody waits any more."""
    if request.status is not Status.FULFILLING:
        return _over(request, workspace, amount)
    problem = request.outcome.problem
    what = f"Spend limit for {_whose(workspace)}"
    wrong, fine = f"⚠️ {what}: {escape(problem)} {_wanted(amount, in_full=True)}.", f"⏳ {what}: the problem is fixed."
    text = wrong if problem else fine
    return Message(text, [section(text)])


def _for_a_time(ends_at: datetime | None, *, is_known: bool) -> tuple[Markup, Markup]:
    """Return what is said before and after the step of a change that ends."""
    if ends_at is None:
        return "", ""
    if is_known:
        return "", f" It applies until {date(ends_at)}. I'll say then what to set it back to."
    note = f"Write down the limit that is set now, because I can't read it and it has to be set back on {date(ends_at)}. "
    return note, ""


def _wanted(amount: Markup, *, in_full: bool = False) -> Markup:
    if not amount:
        return "Please remove it"
    return f"Please set it to {amount}" if in_full else "Please set it"


def _whose(workspace: str) -> Markup:
    return bold(workspace) if workspace else "the whole organization"


def _over(request: Request, workspace: str, amount: Markup) -> Message:
    whose = _whose(workspace)
    limit: Markup = f"limit of {amount} a month for {whose}" if amount else f"limit of {whose}"
    do: Markup = "set the" if amount else "remove the"
    done: Markup = "is noted as done" if amount else "is noted as removed"
    seen: Markup = f"I see the {limit}" if amount else f"I see that the {limit} is removed"
    if request.status not in (Status.APPLIED, Status.REVERTING, Status.REVERTED):
        text: Markup = f"⛔ Don't {do} {limit} any more: the request is {request.in_a_word}."
    elif request.outcome.is_unproven:
        text = f"✅ The {limit} {done} because you said so. I can't check it."
    else:
        text = f"✅ {seen}. Nothing is left to do."
    return Message(text, [section(text)])
