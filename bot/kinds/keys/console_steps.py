"""What the person who makes a key by hand is told: numbered steps, and how the bot will know. Pure."""

from datetime import datetime

from bot.approvals.model import Request, Status
from bot.kinds.keys.made_by_hand import Use
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, escape, mention
from bot.slack.model import Message
from bot.words.calendars import day_to_type
from bot.words.wording import calendar_day

CONSOLE_KEYS = "https://platform.claude.com/settings/keys"
"""Where an admin makes a key by hand (admin-api.md §4.6)."""
MAY_CREATE = frozenset({"developer", "admin", "owner", "primary_owner"})
"""Roles that create keys in the Console (§4.2)."""


def console_steps(request: Request, name: str, use: Use = "") -> Message:
    """Return the steps for making a key in the Console; once nobody waits for it any more, that instead."""
    where = bold(request.workspace_name or "")
    if request.status is not Status.FULFILLING:
        return _over(request, f"{code(name)} in {where}")
    asker = mention(request.requester.slack_id)
    did: Markup = "You took over" if request.outcome.holder_turn else "You approved"
    intro = f"⏳ {did} a key for {asker}. Please create it:"
    end = f"with the expiry {expiry_to_type(request.ends_at)}" if request.ends_at else "without an expiry"
    until = f" It has to work until {date(request.ends_at)}; I revoke it then." if request.ends_at else ""
    steps = (
        f"1. Open the Console and choose {where}.\n"
        f"2. Create a key {end} and with exactly this name: {code(name)}{until}\n"
        f"3. As its linked account choose {_account_to_link(request, use)}\n"
        f"4. Give its secret to {asker} through your secret manager. Never send it through Slack."
    )
    check = (
        "I look for this key each minute. When I see it, I mark the request as done. "
        f"If I don't see it by {date(request.expires_at)}, this request is closed."
    )
    problem = request.outcome.problem
    seen = f"⚠️ {_mend(problem)}" if problem else ""
    open_it = button("Open the Console", ids.OPEN_CONSOLE, request.id, url=CONSOLE_KEYS)
    blocks = [section(intro), section(steps), *([section(seen)] if seen else []), actions(open_it), context(check)]
    return Message("\n".join(filter(None, [intro, steps, seen, check])), blocks)


def expiry_to_type(ends_at: datetime) -> Markup:
    """Return the day to type as a key's expiry, so that the Console, whose calendar isn't known, ends it no earlier."""
    return calendar_day(day_to_type(ends_at))


def _account_to_link(request: Request, use: Use) -> Markup:
    """Return which linked account to choose: a personal key acts as the person who makes it (admin-api.md §4.6)."""
    asker = mention(request.requester.slack_id)
    never: Markup = "Never choose yourself: the key would act as you and stop when you leave, so I don't accept it."
    nobody: Markup = "*none*, which makes a workspace key"
    match use:
        case "service":
            return f"*a service account*, so that it keeps working when people leave. Create one if there is none. {never}"
        case "me" if request.known.asker and request.known.asker.role in MAY_CREATE:
            return (
                f"their own account, if {asker} creates the key: that is best, so send them these steps. If you create it, "
                f"choose {nobody}. {never}"
            )
        case "me":
            return f"{nobody}: {asker} can't create keys. {never}"
        case _:
            return f"*a service account* if something shared or automatic uses it, else {nobody}. {never}"


def console_news(request: Request, name: str) -> Message:
    """Return what rings after the steps were sent: that something is wrong, or that nobody waits any more."""
    what = f"{code(name)} in {bold(request.workspace_name or '')}"
    if request.status is not Status.FULFILLING:
        return _over(request, what)
    problem = request.outcome.problem
    text = f"⚠️ {what}: {_mend(problem)}" if problem else f"⏳ {what}: the problem is fixed. I'm still waiting for the key."
    return Message(text, [section(text)])


def _mend(problem: str) -> Markup:
    return f"{escape(problem)} Archive that key and follow the steps again."


def _over(request: Request, what: Markup) -> Message:
    if request.status in (Status.APPLIED, Status.REVERTING, Status.REVERTED):
        asker, maker = mention(request.requester.slack_id), request.outcome.made_by
        is_own = maker is not None and maker.is_same_person(request.requester)
        then: Markup = (
            f"{asker} created it and has its secret" if is_own else f"If you haven't yet, give its secret to {asker} now"
        )
        text = f"✅ I see the key {what}. {then}."
    else:
        text = f"⛔ Don't create the key {what} any more: the request is {request.in_a_word}."
    return Message(text, [section(text)])
