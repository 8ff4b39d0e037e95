"""The request card in the approvers' channel: the same message from the first ask to the last change. Pure."""

from typing import Any

from bot.approvals.cards.decisive import as_of_words, decisive_line
from bot.approvals.cards.ending import ending_lines
from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.several import first_lines, part_lines
from bot.approvals.cards.state import approved_by, headline_of
from bot.approvals.cards.whose import untold_line, whose_line
from bot.approvals.cards.word import unproven, word_buttons
from bot.approvals.handover.words import card_lines
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status, Verdict
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import MOST_SURE, button, confirm, option, overflow
from bot.slack.markup import Markup, date, escape, mention, quote, truncate
from bot.slack.model import Message
from bot.words.wording import number, plural

Json = dict[str, Any]


def render_card(facts: RequestFacts) -> Message:
    """Return the card as it stands now. Its buttons carry the request id and nothing else."""
    request = facts.request
    headline = headline_of(facts)
    lines: list[Markup] = [*_lines(facts), *_people(request, headline)]
    why = _why(facts)
    asker = mention(request.requester.slack_id)
    decisive = decisive_line(_how_long(facts), request.known, asker) if request.is_open else ""
    blocks = [section(f"{headline}\n{decisive}" if decisive else headline)]
    if why:
        blocks.append(section(why))
    parts = part_lines(request.outcome.told) or (facts.plan if request.is_open else "")
    ending = ending_lines(request.known.keys) if request.is_open else ""
    about = first_lines(facts.about) if request.is_open else ""
    blocks += [section(part) for part in (about, parts, ending) if part]
    if lines:
        blocks.append(context(" · ".join(lines)))
    blocks.append(actions(*_buttons(facts)))
    text = "\n".join([part for part in (headline, decisive, why, about, parts, ending, *lines) if part])
    known_by = {"event_type": "quartermaster_request", "event_payload": {"request": request.id}}
    return Message(text, blocks, metadata=known_by)


def _why(facts: RequestFacts) -> Markup:
    """Return what it is for, which a card says in every status."""
    return quote(truncate(facts.request.reason, 500)) if facts.request.reason else ""


def _how_long(facts: RequestFacts) -> Markup:
    """Return for how long it is asked: the end of the thing, not that of the request."""
    ends_at = facts.request.ends_at
    return f"Until {date(ends_at)}" if ends_at else facts.lasts


def _people(request: Request, headline: Markup) -> list[Markup]:
    """Return who asked for it and who approved it, where the first line of what is decided doesn't say so."""
    if request.status is Status.PENDING:
        return []
    asker = mention(request.requester.slack_id)
    asked: list[Markup] = [] if asker in headline else [f"asked by {asker}"]
    approved = approved_by(request)
    return [*asked, approved] if request.said(Verdict.APPROVE) and approved not in headline else asked


def _lines(facts: RequestFacts) -> list[Markup]:
    request = facts.request
    whose = _whose(facts)
    lines: list[Markup] = [f"{whose[0].upper()}{whose[1:]}"] if whose else []
    if request.status is Status.PENDING:
        lines.append(facts.needs)
        lines.append(_so_far(facts))
        if facts.by_hand or facts.then:
            lines.append(facts.by_hand or f"on approval {facts.then}")
        lines.append(as_of_words(request.known))
        lines.append(f"expires {date(request.expires_at)} if nobody decides")
    if request.status is Status.FULFILLING and request.outcome.problem:
        lines.append(f"⚠️ {escape(request.outcome.problem)}")
    if request.status is Status.APPLIED and not request.extends:
        lines.append(f"{facts.end or 'Ends'} after {date(request.over_at)}" if request.over_at else facts.lasts)
    if request.status is Status.APPLIED and request.outcome.is_unproven:
        lines.append(unproven(request.outcome))
    if request.status is Status.APPLIED:
        lines += card_lines(request.outcome)
        lines.append(escape(request.outcome.differs.rstrip(".")))
    return [line for line in lines if line]


def _so_far(facts: RequestFacts) -> Markup:
    """Return how many of the approvals that it needs there are: one by somebody who may not decide any more is none."""
    said = len(facts.request.said(Verdict.APPROVE))
    if not said:
        return ""
    have = said if facts.counted is None else facts.counted
    lost = said - have
    why: Markup = f" ({plural(lost, 'approval')} no longer {'counts' if lost == 1 else 'count'})" if lost else ""
    return f"{number(have)} of {number(facts.quorum)} so far{why}"


def _whose(facts: RequestFacts) -> Markup:
    """Return whose thing it changes; where the second line names the owner, only whom Slack doesn't reach."""
    request = facts.request
    is_named = request.is_open and request.known.key is not None and any(not one.is_unknown for one in request.concerned)
    return untold_line(request.concerned) if is_named else whose_line(request.concerned, facts.thing, request.requester)


def _buttons(facts: RequestFacts) -> list[Json]:
    request = facts.request
    match request.status:
        case Status.PENDING:
            return [*decision_buttons(request, facts.title, facts.danger), _more(request, "Withdraw")]
        case Status.FAILED:
            give_up = button("Give up", ids.GIVE_UP, request.id, confirm=_sure_to_give_up())
            return [after_failure(request), give_up, _more(request)]
        case Status.EXPIRED:
            return [button("Ask again…", ids.ASK_AGAIN, request.id), _more(request)]
        case Status.FULFILLING:
            take = button("Take over" if holder_of(request) else "I'll do it", ids.TAKE_OVER, request.id)
            return [*word_buttons(request, facts.title, takes_word=facts.takes_word), take, _more(request, "Withdraw")]
        case Status.APPLIED if facts.undo_label:
            return [button(facts.undo_label, ids.UNDO, request.id), _more(request)]
        case _:
            return [_more(request)]


def decision_buttons(request: Request, title: str, danger: str) -> list[Json]:
    """Return Approve and Deny…; where a careless click breaks something, Approve asks once and names the consequence."""
    what = f"{truncate(title, MOST_SURE - len(danger) - 2)}. {danger}"  # of a long name the consequence is never cut off
    sure = confirm("Approve this?", what, "Approve", "Not now", "danger") if danger else None
    return [
        button("Approve", ids.APPROVE, request.id, style="primary", confirm=sure, accessibility_label=f"Approve: {title}"),
        button("Deny…", ids.DENY, request.id, accessibility_label=f"Deny: {title}"),
    ]


def after_failure(request: Request) -> Json:
    """Return the button for what may help a failed request: another try, or where none can, another request."""
    if request.outcome.may_be_retried:
        return button("Retry", ids.RETRY, request.id, style="primary")
    return button("Ask again…", ids.ASK_AGAIN, request.id)


def _sure_to_give_up() -> Json:
    return confirm("Give up?", "This closes the request. The requester can ask again.", "Give up", "Not now")


def _more(request: Request, *others: str) -> Json:
    options = [option("Details", f"details:{request.id}")]
    options += [option(label, f"{label.lower()}:{request.id}") for label in others]
    return overflow(ids.MORE, options)
