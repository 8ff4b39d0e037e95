"""What the person who makes a key by hand is told: numbered steps, and how the bot will know. Pure."""

from bot.approvals.model import WORDS, Request, Status
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, escape, mention
from bot.slack.model import Message
from bot.words.wording import calendar_day

CONSOLE_KEYS = "https://platform.claude.com/settings/keys"
"""Where an admin makes a key by hand (admin-api.md §4.6)."""


def console_steps(request: Request, name: str) -> Message:
    """Return the steps for making a key in the Console; once nobody waits for it any more, that instead."""
    where = bold(request.workspace_name or "")
    if request.status is not Status.FULFILLING:
        return _over(request, f"{code(name)} in {where}")
    asker = mention(request.requester.slack_id)
    intro = f"⏳ Please make the key that you approved for {asker}."
    end = f"with the expiry {calendar_day(request.ends_at.date())}" if request.ends_at else "without an expiry"
    steps = (
        f"1. Open the Console and choose {where}.\n"
        f"2. Create a key {end} and with exactly this name: {code(name)}\n"
        f"3. Hand its secret to {asker} through your secret manager, never through Slack."
    )
    check = (
        f"I look for that name in that workspace each minute; the request closes by itself when I see it. "
        f"It is waited for until {date(request.expires_at)}."
    )
    problem = request.outcome.problem
    seen = f"⚠️ {_mend(problem)}" if problem else ""
    open_it = button("Open the Console", ids.OPEN_CONSOLE, request.id, url=CONSOLE_KEYS)
    blocks = [section(intro), section(steps), *([section(seen)] if seen else []), actions(open_it), context(check)]
    return Message("\n".join(filter(None, [intro, steps, seen, check])), blocks)


def console_news(request: Request, name: str) -> Message:
    """Return what rings after the steps were sent: that something is wrong, or that nobody waits any more."""
    what = f"{code(name)} in {bold(request.workspace_name or '')}"
    if request.status is not Status.FULFILLING:
        return _over(request, what)
    problem = request.outcome.problem
    text = f"⚠️ {what}: {_mend(problem)}" if problem else f"⏳ {what}: what was wrong is mended; I still wait for the key."
    return Message(text, [section(text)])


def _mend(problem: str) -> Markup:
    return f"{escape(problem)} Archive it and make it again as in the steps."


def _over(request: Request, what: Markup) -> Message:
    if request.status in (Status.APPLIED, Status.REVERTING, Status.REVERTED):
        asker = mention(request.requester.slack_id)
        text = f"✅ I see the key {what}. Hand its secret to {asker} now, if you haven't yet."
    else:
        text = f"⛔ The key {what} is not needed any more: the request is {WORDS[request.status]}."
    return Message(text, [section(text)])
