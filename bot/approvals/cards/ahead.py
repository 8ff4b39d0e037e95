"""What people read ahead: approvers that a request still waits, the person who has a grant that it ends. Pure."""

from datetime import datetime
from typing import Any

from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.state import ended
from bot.approvals.due import told_ahead
from bot.approvals.model import Request, Status
from bot.posts.model import Wanted
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import Markup, date, escape, mention
from bot.slack.model import Message

REMINDER, ENDING = "reminder", "ending"
"""What a message is for; `ending:1795000000` says which of several."""
Json = dict[str, Any]


def is_reminded(request: Request) -> bool:
    """Tell whether the approvers were told that a request still waits."""
    return _is_told(request, request.asked_under.remind_at)


def is_last_call(request: Request) -> bool:
    """Tell whether the requester was told that nobody decided and that the time is nearly over."""
    return _is_told(request, request.asked_under.last_call_at)


def _is_told(request: Request, at: datetime | None) -> bool:
    told = told_ahead(request)
    return request.status is Status.PENDING and at is not None and told is not None and told >= at


def wanted_ahead(request: Request, card: str) -> list[Wanted]:
    """Return the messages that tell ahead; `card` is the purpose of the post in whose thread approvers are reminded."""
    if is_reminded(request):
        return [Wanted(REMINDER, request.channel, thread_of=card)]
    told = told_ahead(request)
    if request.status is not Status.APPLIED or told is None:
        return []
    return [Wanted(_ending(told), person) for person in whose_end(request)]


def whose_end(request: Request) -> list[str]:
    """Return the Slack ids of those who are told ahead that a grant ends: who asked for it, and who has it."""
    return list(dict.fromkeys(one.slack_id for one in (request.requester, *request.beneficiaries, *request.heirs)))


def ending_in_thread(request: Request, card: str) -> list[Wanted]:
    """Return the same message for the approvers, below the card: for where all of those are gone."""
    told = told_ahead(request)
    return [Wanted(_ending(told), request.channel, thread_of=card)] if told and request.status is Status.APPLIED else []


def _ending(told: datetime) -> str:
    return f"{ENDING}:{int(told.timestamp())}"


def reminder(facts: RequestFacts) -> Message:
    """Return the one reminder in the card's thread; once it isn't needed any more, it says so."""
    request = facts.request
    text: Markup = f"⏳ Not decided yet. {facts.needs}. It expires {date(request.expires_at)} if nobody decides."
    if request.status is not Status.PENDING:
        text = f"This was a reminder. The request is {request.in_a_word}."
    return Message(text, [context(text)])


def ending_notice(facts: RequestFacts, which: str, reader: str) -> Message:
    """Return what somebody reads ahead of the end of a grant, as things stand now."""
    request = facts.request
    if request.status is not Status.APPLIED or request.ahead_at is None:
        text = ended(facts) if request.status is Status.REVERTED else f"🔁 *{facts.grant}* is being ended now."
        return Message(text, [section(text)])
    told = told_ahead(request)
    if told is None or int(told.timestamp()) < int(which):
        text = f"✅ *{facts.grant}* was given more time. It ends {date(request.ahead_at)}."
        return Message(text, [section(text)])
    if int(told.timestamp()) > int(which):
        text = f"*{facts.grant}*. Updated: see the message below."
        return Message(text, [section(text)])
    if reader == request.channel:
        gone: Markup = (
            "Those who asked for it or have it are gone from Slack. If it is still needed, ask for it again in time."
        )
        text = f"⏳ *{facts.grant}* ends {date(request.ahead_at)}. {gone}"
        return Message(text, [section(text)])
    is_asker = reader == request.requester.slack_id
    asker: Markup = "" if is_asker else f" {mention(request.requester.slack_id)} asked for it."
    said, buttons = _more_time(facts, is_asker)
    text = f"⏳ *{facts.grant}* ends {date(request.ahead_at)}.{asker} {said}"
    return Message(text, [section(text), *([actions(*buttons)] if buttons else [])])


def _more_time(facts: RequestFacts, is_asker: bool) -> tuple[Markup, list[Json]]:
    """Return what to do for it to last longer, and the button that does it."""
    if facts.fixed_end:
        new = [button("Ask for a new one…", ids.ASK_AGAIN, facts.request.id)] if is_asker else []
        return f"{escape(facts.fixed_end)} If it is still needed, ask for a new one in time.", new
    said: Markup = "Still needed? Ask for more time now. If nobody approves that before then, it ends as planned."
    return said, [button("Extend…", ids.EXTEND, facts.request.id, style="primary")]
