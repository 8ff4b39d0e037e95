"""The request card in the approvers' channel: the same message from the first ask to the last change."""

from dataclasses import dataclass
from typing import Any

from bot.approvals.model import Request, Status, Verdict
from bot.ports import Message
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button, confirm, option, overflow
from bot.slack.markup import date, escape, mention, quote, truncate
from bot.slack.wording import duration

Json = dict[str, Any]


@dataclass(frozen=True)
class CardFacts:
    """What a card shows: `ask` and `done` are the kind's markup, `approvers` names whom to ask."""

    request: Request
    ask: str
    done: str
    approvers: str
    quorum: int
    danger: str
    undo_label: str


def render_card(facts: CardFacts) -> Message:
    """Return the card as it stands now. Its buttons carry the request id and nothing else."""
    headline, lines = _headline(facts), _lines(facts)
    blocks = [section(headline)]
    if facts.request.reason and facts.request.status in _SHOWS_REASON:
        blocks.append(section(quote(truncate(facts.request.reason, 500))))
    if lines:
        blocks.append(context(*lines))
    blocks.append(actions(*_buttons(facts), block_id=None))
    text = "\n".join([headline, facts.request.reason and f"> {escape(facts.request.reason)}", *lines])
    return Message(text.replace("\n\n", "\n"), blocks, metadata=_metadata(facts.request))


_SHOWS_REASON = frozenset({Status.PENDING, Status.APPROVED, Status.APPLYING, Status.FULFILLING, Status.FAILED})


def _metadata(request: Request) -> Json:
    return {"event_type": "quartermaster_request", "event_payload": {"request": request.id}}


def _headline(facts: CardFacts) -> str:
    request = facts.request
    asker = mention(request.requester.slack_id)
    ask = f"*{asker} {facts.ask}*" if "*" not in facts.ask else f"{asker} {facts.ask}"
    last = request.decisions[-1] if request.decisions else None
    by = mention(last.by.slack_id) if last else "nobody"
    match request.status:
        case Status.PENDING:
            return f"⏳ {ask}"
        case Status.APPROVED | Status.APPLYING:
            return f"⏳ {ask} — approved by {_approvers(request)}, being done now"
        case Status.FULFILLING:
            return f"⏳ {ask} — approved by {_approvers(request)}, waits for somebody to make the key in the Console"
        case Status.APPLIED | Status.REVERTING:
            mark = "⚠️" if request.outcome.get("handover") in ("lost", "failed") else "✅"
            return f"{mark} {facts.done} — approved by {_approvers(request)}, {_after(request)}"
        case Status.FAILED:
            return f"⚠️ {ask} — approved by {_approvers(request)}, not done yet: {escape_failure(request.failure)}"
        case Status.DENIED:
            why = f": “{escape(last.comment)}”" if last and last.comment else ""
            return f"⛔ {ask} — denied by {by}{why}"
        case Status.WITHDRAWN:
            return f"⛔ {ask} — withdrawn, nothing was done"
        case Status.EXPIRED:
            waited = duration(request.expires_at - request.created_at)
            return f"⌛ {ask} — expired, {_expired_because(request)} in {waited}"
        case Status.REVERTED:
            note = request.outcome.get("end_note")
            return f"🔁 {facts.done} — ended as agreed" + (f": {escape(str(note))}" if note else "")


def _expired_because(request: Request) -> str:
    return "the key didn't appear" if request.approved_at else "nobody decided"


def escape_failure(failure: str | None) -> str:
    """Return a failure's sentence; its reference was written as code and stays that."""
    return failure or "something stood in the way."


def _approvers(request: Request) -> str:
    return " and ".join(mention(d.by.slack_id) for d in request.said(Verdict.APPROVE)) or "nobody"


def _after(request: Request) -> str:
    decided = request.approved_at or request.closed_at or request.created_at
    return f"{duration(decided - request.created_at)} after the ask"


def _lines(facts: CardFacts) -> list[str]:
    request = facts.request
    lines: list[str] = []
    if request.status is Status.PENDING:
        have = len(request.said(Verdict.APPROVE))
        progress = f" · {have} of {facts.quorum} so far" if have else ""
        lines.append(
            f"Needs {facts.quorum} of {facts.approvers}{progress} · expires {date(request.expires_at)}"
            " · you can't approve your own"
        )
    if request.status is Status.FULFILLING and request.outcome.get("wrong_workspace"):
        lines.append(
            f"⚠️ A key of that name appeared in {escape(str(request.outcome['wrong_workspace']))}, which is the wrong place."
        )
    if request.ends_at and request.status in _SHOWS_REASON | {Status.APPLIED}:
        lines.append(f"Ends {date(request.ends_at, with_time=False)}")
    if request.status is Status.APPLIED and request.outcome.get("hint"):
        lines.append(f"key {escape(short_hint(str(request.outcome['hint'])))}")
    handover = HANDOVER.get(str(request.outcome.get("handover", "")))
    if request.status is Status.APPLIED and handover:
        lines.append(handover)
    return lines


def short_hint(hint: str) -> str:
    """Return the end of a key's hint: `…igAA`."""
    return f"…{hint[-4:]}"


HANDOVER = {
    "ready": "its secret waits for its requester",
    "shown": "its secret was shown once and is wiped",
    "unseen": "its secret was wiped, because nobody looked within a day: revoke the key and ask again",
    "lost": "its secret is lost: revoke the key and ask again",
    "failed": "its secret didn't reach its requester: revoke the key and ask again",
}


def _buttons(facts: CardFacts) -> list[Json]:
    request = facts.request
    match request.status:
        case Status.PENDING:
            sure = confirm("Approve this?", facts.danger, "Approve", "Not now", "danger") if facts.danger else None
            return [
                button("Approve", ids.APPROVE, request.id, style="primary", confirm=sure),
                button("Deny…", ids.DENY, request.id),
                _more(request, "Withdraw"),
            ]
        case Status.FAILED:
            return [
                button("Retry", ids.RETRY, request.id, style="primary"),
                button("Give up", ids.GIVE_UP, request.id),
                _more(request),
            ]
        case Status.EXPIRED:
            return [button("Ask again", ids.ASK_AGAIN, request.id), _more(request)]
        case Status.FULFILLING:
            return [_more(request, "Withdraw")]
        case Status.APPLIED if facts.undo_label:
            return [button(facts.undo_label, ids.UNDO, request.id), _more(request)]
        case _:
            return [_more(request)]


def _more(request: Request, *others: str) -> Json:
    options = [option("Details", f"details:{request.id}")]
    options += [option(label, f"{label.lower()}:{request.id}") for label in others]
    return overflow(ids.MORE, options)
