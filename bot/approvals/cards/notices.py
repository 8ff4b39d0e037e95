"""What a request's own people are told: its requester in direct messages, everybody else in the card's thread. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.approvals.cards.ahead import is_last_call
from bot.approvals.cards.card import after_failure
from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.several import TROUBLE, is_partly_in_vain, part_lines, with_details
from bot.approvals.cards.state import awaited, by_itself, denied_by, ended, expired_because, failure, left_behind, not_done
from bot.approvals.cards.word import unproven
from bot.approvals.handover.words import key_hint, why_not_handed_over
from bot.approvals.model import Request, Status, Verdict
from bot.approvals.outcome import KEY_PART, PartDone
from bot.people.roles import SEE_ALL_KEYS
from bot.slack import ids
from bot.slack.blocks import section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, channel_mention, date, escape, mention
from bot.slack.model import Message
from bot.store.actions import BOT_ACTOR, AuditAction

Chapter = Literal["waiting", "progress", "result", "end"]
_CHAPTERS = ("waiting", "progress", "result", "end")
"""A redrawn message doesn't ring, so each chapter of a request is a message of its own; older ones only point to it."""


def chapter_of(request: Request) -> Chapter | None:
    """Return the chapter that begins with a request's status; None where its requester needs no new message."""
    match request.status:
        case Status.PENDING if is_last_call(request):
            return "waiting"
        case Status.FULFILLING | Status.FAILED:
            return "progress"
        case Status.APPLIED | Status.DENIED | Status.EXPIRED:
            return "result"
        case Status.WITHDRAWN if request.approved_at:
            return "result"  # perhaps an approver gave it up; the requester who withdraws a pending one knows it
        case Status.REVERTED:
            return "end"
        case _:
            return None


def requester_notice(facts: RequestFacts, chapter: str) -> Message:
    """Return what a request's requester reads in the message of a chapter, as things stand now."""
    now = chapter_of(facts.request)
    if now and _CHAPTERS.index(chapter) < _CHAPTERS.index(now):
        text = f"{bold(facts.title)}. Updated: see the message below."
        return Message(text, [section(text)])
    text, buttons = _said(facts)
    return with_details(facts.request.id, text, *buttons)


def _said(facts: RequestFacts) -> tuple[Markup, list[dict[str, Any]]]:
    request, yours = facts.request, f"your request {facts.wish}"
    again = [button("Ask again…", ids.ASK_AGAIN, request.id)]
    match request.status:
        case Status.APPLIED:
            return _applied(facts)
        case Status.DENIED:
            by = mention(request.said(Verdict.DENY)[-1].by.slack_id)
            return f"⛔ {by} denied {yours}{denied_by(request).partition(by)[2] or '.'}", again
        case Status.EXPIRED:
            return (
                f"⌛ Y{yours[1:]} expired: {expired_because(facts)}. {left_behind(facts)}",
                again,
            )
        case Status.WITHDRAWN:
            giver = request.outcome.given_up_by
            if request.outcome.replaced_by:
                return f"🔁 Y{yours[1:]} was replaced by your newer one. {left_behind(facts)}", []
            closed = f"{mention(giver)} gave up {yours}" if giver else f"Y{yours[1:]} was closed"
            return f"🔁 {closed}. {left_behind(facts)}", again
        case Status.FAILED:
            buttons = [after_failure(request), button("Give up", ids.GIVE_UP, request.id)]
            left = [part for part in _seen(request, request.outcome.told) if part.state in TROUBLE]
            parts = f"\n{part_lines(left)}" if left else ""
            return (
                f"⚠️ Y{yours[1:]} was approved, but {not_done(facts)}: {failure(request)}{by_itself(facts)}{parts}",
                buttons,
            )
        case Status.FULFILLING:
            return f"⏳ Y{yours[1:]} was approved. {awaited(facts)}. I'll message you when it's done.", []
        case Status.REVERTING | Status.REVERTED:
            return (ended(facts) if request.status is Status.REVERTED else f"🔁 *{facts.done}* — ending now"), []
        case Status.PENDING:
            where = channel_mention(request.channel)
            still = f"⏳ Nobody decided {yours} yet. It expires {date(request.expires_at)} if nobody does."
            return f"{still} I reminded the approvers in {where}.", []
        case Status.APPROVED | Status.APPLYING:
            return f"⏳ Y{yours[1:]} is not done yet.", []


def reveal_button(request: Request) -> dict[str, Any]:
    """Return the button that shows a requester the secret that waits for them."""
    return button("Show the key once", ids.REVEAL, request.id, style="primary")


def _applied(facts: RequestFacts) -> tuple[Markup, list[dict[str, Any]]]:
    request, outcome = facts.request, facts.request.outcome
    undo = [button(facts.undo_label, ids.UNDO, request.id)] if facts.undo_label else []
    handover, at, hint = outcome.handover, outcome.handover_at, key_hint(outcome)
    hint = f" · {hint}" if hint else ""
    if handover == "ready" and request.closed_at:
        until = date(outcome.show_until or request.closed_at + timedelta(hours=24))
        rule = f"Only you can see its secret, once, until {until}. Put it into your secret manager at once."
        return f"✅ *{facts.yours}*. {rule}", [reveal_button(request)]
    if handover == "shown":
        when = f"Shown {date(at)}" if at else "Shown"
        return f"✅ *{facts.done}*. {when}{hint}. Lost it? Revoke it and ask for a new one.", undo
    if outcome.key_ended:
        return f"🔁 *{facts.done}*, but it ended before you saw its secret, so I deleted the secret.", []
    if because := why_not_handed_over(outcome):
        return f"⚠️ *{facts.yours}*, but {because}. Revoke it and ask for a new one.", undo
    if outcome.is_unproven:
        return f"⚠️ *{facts.yours}*: {unproven(outcome)}.{_end(request)}", undo
    note = f" {escape(outcome.note)}" if outcome.note else ""
    seen = _seen(request, outcome.parts)
    parts = f"\n{part_lines(seen)}" if seen else ""
    mark = "⚠️" if is_partly_in_vain(outcome.parts) else "✅"
    return f"{mark} *{facts.yours}*{hint}.{_end(request)}{note}{parts}", undo


def _seen(request: Request, parts: Sequence[PartDone]) -> list[PartDone]:
    """Return the parts that a requester is told of: about keys of others only where their role shows them those."""
    sees_keys = request.known.asker is None or request.known.asker.role in SEE_ALL_KEYS
    return [part for part in parts if sees_keys or not part.name.startswith(KEY_PART)]


def news_notice(facts: RequestFacts, which: str) -> Message | None:
    """Return what a requester reads of a follow-up, such as that somebody accepted an invite."""
    news = [part for part in _seen(facts.request, facts.request.outcome.parts) if which == str(part.batch)]
    if not news:
        return None
    text = f"{bold(facts.title)}\n{part_lines(news)}"
    undo = [button(facts.undo_label, ids.UNDO, facts.request.id)] if facts.undo_label else []
    return with_details(facts.request.id, text, *undo)


def _end(request: Request) -> Markup:
    return f" Until {date(request.over_at)}." if request.over_at and not request.extends else ""


_LINES: dict[str, Markup] = {
    AuditAction.REQUEST_APPROVED: "approved",
    AuditAction.REQUEST_DENIED: "denied",
    AuditAction.REQUEST_WITHDRAWN: "withdrew the request",
    AuditAction.REQUEST_REPLACED: "replaced the request with another one",
    AuditAction.REQUEST_RETRIED: "pressed Retry",
    AuditAction.REQUEST_GIVEN_UP: "gave up the request",
    AuditAction.REQUEST_APPLIED: "Done",
    AuditAction.REQUEST_FOLLOWED_UP: "News",
    AuditAction.REQUEST_WAITS_FOR_PERSON: "Waiting for the last approver, who has the steps",
    AuditAction.REQUEST_TAKEN_OVER: "took it over and has the steps",
    AuditAction.REQUEST_HANDED_BACK: "handed it back, so nobody has it now",
    AuditAction.REQUEST_SAID_DONE: "says that it is done",
    AuditAction.REQUEST_FREED: "The person who had it may not do it any more, so nobody has it now",
    AuditAction.REQUEST_HELD_BY_NOBODY: "Nobody has it, so I reminded the approvers",
    AuditAction.REQUEST_WRONG_PLACE: "Not done correctly yet",
    AuditAction.REQUEST_WRONG_PLACE_MENDED: "The problem is fixed",
    AuditAction.REQUEST_FAILED: "It failed",
    AuditAction.REQUEST_EXPIRED: "Expired",
    AuditAction.REQUEST_DONE_TOO_LATE: "A second attempt of mine finished after it was already done",
    AuditAction.REQUEST_SECOND_TAKEN_BACK: "I did it twice by mistake and undid the second one",
    AuditAction.REQUEST_SECOND_LEFT: (
        "I did it twice by mistake and couldn't undo the second one. Revoke the second key: nobody has its secret"
    ),
    AuditAction.REQUEST_EXTENDED: "Given more time",
    AuditAction.REQUEST_ENDED: "Ended as planned",
    AuditAction.REQUEST_END_NEEDS_PERSON: "Its time is over, but a person has to check",
    AuditAction.REQUEST_QUEUED: "Many calls are waiting their turn. I'll go on by myself within a few minutes",
    AuditAction.REQUEST_TURNED_AWAY: "It couldn't be finished yet. I'll go on by myself in a minute",
    AuditAction.REQUEST_TAKEN_UP_AGAIN: "I was interrupted and started again",
    AuditAction.SECRET_SHOWN: "saw the secret, and I deleted it",
    AuditAction.SECRET_WIPED_UNSEEN: "Nobody opened the secret in time, so I deleted it",
    AuditAction.SECRET_WIPED_KEY_ENDED: "The key ended before anybody saw its secret, so I deleted the secret",
    AuditAction.SECRET_HAND_OVER_FAILED: "The secret could not be shown. Revoke the key and ask for a new one",
}
"""What the thread says of an act; the ask itself is the card."""


def thread_line(at: datetime, actor: str, action: str, detail: dict[str, Any]) -> Markup | None:
    """Return one act as one line of the card's thread, or None for what needs none."""
    words = _LINES.get(action)
    if words is None or detail.get("part_of"):  # what was decided with the whole of it stands on the card of that
        return None
    if action == AuditAction.REQUEST_WAITS_FOR_PERSON and detail.get("person"):
        person, task = mention(str(detail["person"])), escape(str(detail.get("task")))
        words = f"Waiting for {person} to {task}. They have the steps"
    who = f"{mention(actor)} " if actor != BOT_ACTOR else ""
    more = [str(detail[name]) for name in ("comment", "failure", "note", "problem", "title") if detail.get(name)]
    if action == AuditAction.REQUEST_APPROVED and not detail.get("enough"):
        more.append(str(detail.get("explanation") or ""))
    until = f", until {date(datetime.fromisoformat(detail['until']))}" if action == AuditAction.REQUEST_EXTENDED else ""
    why = f": {escape(' '.join(more))}" if any(more) else ""
    return f"{date(at)} · {who}{words}{until}{why}"
