"""What the people in a request are told: its requester, whoever makes a key by hand, and the thread."""

from datetime import datetime, timedelta
from typing import Any

from bot.approvals.model import Request, Status
from bot.ports import Message
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import code, date, escape, mention
from bot.slack.views.request_card import escape_failure, short_hint

CONSOLE_KEYS = "https://platform.claude.com/settings/keys"
"""Where an admin makes a key by hand (admin-api.md §4.6)."""


def requester_notice(request: Request, done: str, undo_label: str) -> Message | None:
    """Return what the requester is told now, or None while there is nothing to tell."""
    last = request.decisions[-1] if request.decisions else None
    match request.status:
        case Status.APPLIED:
            return _applied(request, done, undo_label)
        case Status.DENIED if last:
            why = f": “{escape(last.comment)}”" if last.comment else "."
            return _notice(f"⛔ {mention(last.by.slack_id)} denied your request {_title(request)}{why}")
        case Status.EXPIRED:
            text = f"⌛ Your request {_title(request)} expired; nothing was changed."
            return _notice(text, button("Ask again", ids.ASK_AGAIN, request.id))
        case Status.FAILED:
            text = f"⚠️ Your request {_title(request)} is approved but not done yet: {escape_failure(request.failure)}"
            retry = button("Retry", ids.RETRY, request.id, style="primary")
            return _notice(text, retry, button("Give up", ids.GIVE_UP, request.id))
        case Status.FULFILLING:
            return _notice(f"⏳ Your request {_title(request)} is approved. I tell you here as soon as the key exists.")
        case Status.REVERTED:
            note = request.outcome.get("end_note")
            return _notice(f"🔁 {done} — this ended as agreed." + (f" {escape(str(note))}" if note else ""))
        case _:
            return None


def _title(request: Request) -> str:
    return f"({code(request.id[-6:])})"


def _applied(request: Request, done: str, undo_label: str) -> Message:
    hint = short_hint(str(request.outcome.get("hint") or ""))
    undo = [button(undo_label, ids.UNDO, request.id)] if undo_label else []
    handover = request.outcome.get("handover")
    at = request.outcome.get("handover_at")
    if handover == "ready" and request.closed_at:
        until = date(request.closed_at + timedelta(hours=24))
        return _notice(
            f"✅ {done}. Only you can see its secret, once, until {until}. Put it into your secret manager at once.",
            button("Show the key once", ids.REVEAL, request.id, style="primary"),
        )
    if handover == "shown":
        when = date(datetime.fromisoformat(at)) if isinstance(at, str) else ""
        return _notice(f"✅ {done}. Shown {when} · {hint}. Lost it? Revoke it and ask for a new one.", *undo)
    if handover in ("lost", "failed", "unseen"):
        because = {
            "lost": "its secret got lost on the way",
            "failed": "its secret could not be shown",
            "unseen": "nobody looked at its secret within a day, so I wiped it",
        }[handover]
        return _notice(f"⚠️ {done}, but {because}. Revoke it and ask for a new one.", *undo)
    if request.outcome.get("way") == "console":
        return _notice(f"✅ {done} · {hint}. Whoever made it in the Console has its secret and hands it to you.", *undo)
    return _notice(f"✅ {done}.", *undo)


def _notice(text: str, *buttons: dict[str, Any]) -> Message:
    return Message(text, [section(text), *([actions(*buttons)] if buttons else [])])


def console_steps(request: Request, name: str, workspace: str, ends_at: datetime | None) -> Message:
    """Return the numbered steps for the person who makes a key in the Console."""
    if request.status is not Status.FULFILLING:
        text = f"✅ The key {code(name)} in *{escape(workspace)}* is no longer waited for. Nothing more to do."
        return Message(text, [section(text)])
    end = f"expiry {date(ends_at, with_time=False)}" if ends_at else "no expiry"
    intro = f"⏳ Please make the key that you approved for {mention(request.requester.slack_id)}."
    steps = (
        f"1. Open the Console and choose *{escape(workspace)}*.\n"
        f"2. Create a key with exactly this name: {code(name)}, {end}.\n"
        f"3. Hand its secret to {mention(request.requester.slack_id)} through your secret manager, never through Slack."
    )
    check = "I look for that name in that workspace each minute; the request closes by itself when I see it."
    wrong = request.outcome.get("wrong_workspace")
    seen = [
        section(f"⚠️ I see a key of that name in *{escape(str(wrong))}*. Archive it and make it in *{escape(workspace)}*.")
    ]
    open_it = button("Open the Console", ids.OPEN_CONSOLE, request.id, url=CONSOLE_KEYS)
    blocks = [section(intro), section(steps), *(seen if wrong else []), actions(open_it), context(check)]
    extra = f"\nA key of that name appeared in {escape(str(wrong))}, which is the wrong workspace." if wrong else ""
    return Message(f"{intro}\n{steps}\n{check}{extra}", blocks)


_LINES = {
    "request.submitted": "asked",
    "request.approved": "approved",
    "request.denied": "denied",
    "request.withdrawn": "withdrew the request",
    "request.retried": "asked me to try again",
    "request.given_up": "gave up",
    "request.applied": "I did it",
    "request.waits_for_person": "I wait for the key to appear in the Console",
    "request.wrong_place": "A key of that name appeared in the wrong workspace",
    "request.failed": "It did not work",
    "request.expired": "Its time was over",
    "request.ended": "I ended it as agreed",
    "request.end_needs_person": "It ended, but a person has to look",
    "request.taken_up_again": "I took it up again after an interruption",
    "secret.shown": "looked at the secret; it is wiped",
    "secret.wiped_unseen": "Nobody looked at the secret within a day; I wiped it",
    "secret.hand_over_failed": "The secret could not be shown",
}


def thread_line(at: datetime, actor: str, action: str, detail: dict[str, Any]) -> str | None:
    """Return one act as one line of the card's thread, or None for what needs none."""
    words = _LINES.get(action)
    if words is None or action == "request.submitted":
        return None
    who = f"{mention(actor)} " if actor != "quartermaster" else ""
    more = str(detail.get("comment") or detail.get("failure") or detail.get("note") or detail.get("wrong_workspace") or "")
    why = f": {escape(more)}" if more else ""
    return f"{date(at)} · {who}{words}{why}"
