"""The request card in the approvers' channel: the same message from the first ask to the last change. Pure."""

from dataclasses import dataclass
from typing import Any

from bot.approvals.cards.decisive import as_of_words, decisive_line
from bot.approvals.cards.ending import ending_lines
from bot.approvals.cards.several import first_lines, is_partly_in_vain, part_lines, what_is_left, what_stays
from bot.approvals.cards.whose import untold_line, whose_line
from bot.approvals.cards.word import looking_for_it, unproven, word_buttons
from bot.approvals.handover.words import card_lines, is_trouble
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status, Verdict
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button, confirm, option, overflow
from bot.slack.markup import Markup, date, escape, mention, quote, truncate, within_bold
from bot.slack.model import Message
from bot.words.own import Own
from bot.words.wording import duration, listed, number

Json = dict[str, Any]


@dataclass(frozen=True)
class RequestFacts:
    """A request with the words of its kind. `title` is plain text; `asks` to `end` are the kind's markup.

    `plan`, `wish`, `undone`, `grant` and the sentence `fixed_end` are the kind's too. `needs` says the rule in markup:
    "Needs 1 approval from @claude-admins"; `by_hand` what it leaves to a person, `waits_for` what that person does.
    `approvers` are whom the rule lets decide. `then` says what an approval sets off, `lasts` for how long it holds where
    nobody gave it an end. `thing` names what is changed and is somebody's: "key"; `because` says why somebody hears of
    it. `takes_word`: who does it by hand may say so. `about` are lines that a decision needs besides.
    """

    request: Request
    title: str
    asks: Markup
    what: Markup
    done: Markup
    yours: Markup
    after: Markup
    wish: Markup
    undone: Markup
    end: Markup
    waits_for: str
    by_hand: Markup
    needs: Markup
    quorum: int
    danger: str
    undo_label: str
    then: Markup = ""
    lasts: Markup = ""
    approvers: Markup = ""
    grant: Markup = ""
    plan: Markup = ""
    fixed_end: str = ""
    thing: Own = ""
    because: Own = ""
    takes_word: bool = False
    about: tuple[Markup, ...] = ()


def render_card(facts: RequestFacts) -> Message:
    """Return the card as it stands now. Its buttons carry the request id and nothing else."""
    request = facts.request
    headline = _headline(facts)
    lines: list[Markup] = [*_lines(facts), *_people(request, headline)]
    why = _why(facts)
    asker = mention(request.requester.slack_id)
    decisive = decisive_line(_how_long(facts), request.known, asker) if request.is_open else ""
    blocks = [section(f"{headline}\n{decisive}" if decisive else headline)]
    if why:
        blocks.append(section(why))
    parts = part_lines(request.outcome.parts) or (facts.plan if request.is_open else "")
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
    approved = _approved_by(request)
    return [*asked, approved] if request.said(Verdict.APPROVE) and approved not in headline else asked


def _headline(facts: RequestFacts) -> Markup:
    """Return the first line: the state, its subject, and who caused it."""
    request = facts.request
    asker = mention(request.requester.slack_id)
    asked, was_asked = f"*{asker} {facts.asks}* — {facts.what}", _in_the_past(facts)
    match request.status:
        case Status.PENDING:
            return f"⏳ {asked}"
        case Status.APPROVED | Status.APPLYING:
            return f"⏳ {asked} · {_approved_by(request)}, being done now"
        case Status.FULFILLING:
            return f"⏳ {asked} · {_approved_by(request)}. {awaited(facts)}"
        case Status.FAILED:
            return f"⚠️ {asked} · {_approved_by(request)}, but *{not_done(facts)}*: {failure(request)}"
        case Status.DENIED:
            by = denied_by(request)
            return f"⛔ *{by[0].upper()}{by[1:]}* — {was_asked}"
        case Status.WITHDRAWN:
            return f"🔁 *{_closed_by(request)}*. {left_behind(facts)} — {was_asked}"
        case Status.EXPIRED:
            return f"⌛ *Expired*, {expired_because(facts)} — {was_asked}"
        case Status.APPLIED | Status.REVERTING:
            is_trouble_left = is_trouble(request.outcome) or is_partly_in_vain(request.outcome.parts)
            mark = "⚠️" if is_trouble_left or request.outcome.is_unproven else "✅"
            return f"{mark} *{facts.done}* — {_approved_by(request)}{_after(request)}"
        case Status.REVERTED:
            return ended(facts)


def _in_the_past(facts: RequestFacts) -> Markup:
    """Return what was asked, for a card on which nothing waits any more: `@alice asked for an API key, x in Staging`."""
    asked = facts.asks.replace("asks", "asked", 1)
    return f"{mention(facts.request.requester.slack_id)} {asked}, {facts.what}"


def failure(request: Request) -> Markup:
    """Return as markup what stands in the way of a failed request."""
    return escape(request.failure or "I don't know why.")


def denied_by(request: Request) -> Markup:
    """Return who denied it and why, as markup."""
    denial = request.said(Verdict.DENY)[-1]
    why = f": “{within_bold(denial.comment)}”" if denial.comment else ""
    return f"denied by {mention(denial.by.slack_id)}{why}"


def expired_because(facts: RequestFacts) -> Markup:
    """Return what didn't happen in time: a decision, or after it the part that a person has to do."""
    request = facts.request
    if request.failure:
        return f"it was approved, but it failed and nobody pressed Retry: {failure(request).rstrip('.')}"
    if request.approved_at:
        waited = duration(request.expires_at - request.approved_at)
        return f"{_fulfiller(request)} did not {escape(facts.waits_for)} within {waited}"
    if request.extends and request.outcome.was == request.expires_at.isoformat():
        return "nobody decided before the end that it was to move"
    return f"nobody decided in {escape(request.asked_under.lasts) or duration(request.expires_at - request.created_at)}"


def awaited(facts: RequestFacts) -> Markup:
    """Return as markup which person has to do what, or that they say that it is done."""
    if facts.request.outcome.said_at:
        return looking_for_it(facts.request.outcome)
    return f"Waiting for {_fulfiller(facts.request)} to {escape(facts.waits_for)}"


def _fulfiller(request: Request) -> Markup:
    holder = holder_of(request)
    return mention(holder.slack_id) if holder else "an approver"


def not_done(facts: RequestFacts) -> Markup:
    """Return the clause that says what an attempt left undone, as far as that is known."""
    if facts.request.outcome.is_begun:
        return what_is_left(facts.request.outcome)
    return "I can't tell whether it was done" if _is_unknown(facts.request) else facts.undone


def left_behind(facts: RequestFacts) -> Markup:
    """Return as a sentence what a request that ended without being done leaves in the world."""
    if _is_unknown(facts.request):
        return "⚠️ It may have been done. Check in the Console."
    problem = facts.request.outcome.problem
    if facts.request.outcome.is_begun:
        return what_stays(facts.request.outcome)
    return f"⚠️ {escape(problem)}" if problem else f"{facts.undone[0].upper()}{facts.undone[1:]}."


def _is_unknown(request: Request) -> bool:
    return request.outcome.in_doubt and not request.outcome.looked


def _closed_by(request: Request) -> Markup:
    """Return who closed a request that nobody decided against: its requester, or somebody else after a failure."""
    if request.outcome.replaced_by:
        with_what = within_bold(request.outcome.replaced_with)
        return f"Replaced by {mention(request.requester.slack_id)} with another request: {with_what}"
    if request.outcome.given_up_by:
        return f"Given up by {mention(request.outcome.given_up_by)}"
    return "Given up" if request.failure else f"Withdrawn by {mention(request.requester.slack_id)}"


def ended(facts: RequestFacts) -> Markup:
    """Return how a grant ended: as agreed, or with something left that a person has to look at."""
    note = facts.request.outcome.note_at_end
    said = f" · {escape(note)}" if note else ""
    if facts.request.outcome.needs_person_at_end:
        return f"⚠️ *Its time is over, but a person has to check* — {facts.done}{said}"
    over = f"*{facts.grant}* is over" if facts.request.outcome.gone_at_end else f"*{facts.after}* — ended as planned"
    return f"🔁 {over}{said}"


def _approved_by(request: Request) -> Markup:
    people: list[Markup] = [mention(decision.by.slack_id) for decision in request.said(Verdict.APPROVE)]
    return f"approved by {listed(people) or 'nobody'}"


def _after(request: Request) -> Markup:
    waited = (request.approved_at or request.closed_at or request.created_at) - request.created_at
    return f" after {duration(waited)}" if waited.total_seconds() >= 1 else ""


def _lines(facts: RequestFacts) -> list[Markup]:
    request = facts.request
    whose = _whose(facts)
    lines: list[Markup] = [f"{whose[0].upper()}{whose[1:]}"] if whose else []
    if request.status is Status.PENDING:
        have = len(request.said(Verdict.APPROVE))
        lines.append(facts.needs)
        if have:
            lines.append(f"{number(have)} of {number(facts.quorum)} so far")
        if facts.by_hand or facts.then:
            lines.append(facts.by_hand or f"on approval {facts.then}")
        lines.append(as_of_words(request.known))
        lines.append(f"expires {date(request.expires_at)} if nobody decides")
    if request.status is Status.FULFILLING and request.outcome.problem:
        lines.append(f"⚠️ {escape(request.outcome.problem)}")
    if request.status is Status.APPLIED and request.over_at and not request.extends:
        lines.append(f"{facts.end or 'Ends'} after {date(request.over_at)}")
    if request.status is Status.APPLIED and request.outcome.is_unproven:
        lines.append(unproven(request.outcome))
    if request.status is Status.APPLIED:
        lines += card_lines(request.outcome)
        lines.append(escape(request.outcome.differs.rstrip(".")))
    return [line for line in lines if line]


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
            retry = button("Retry", ids.RETRY, request.id, style="primary")
            return [retry, button("Give up", ids.GIVE_UP, request.id, confirm=_sure_to_give_up()), _more(request)]
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
    sure = confirm("Approve this?", f"{title}. {danger}", "Approve", "Not now", "danger") if danger else None
    return [
        button("Approve", ids.APPROVE, request.id, style="primary", confirm=sure, accessibility_label=f"Approve: {title}"),
        button("Deny…", ids.DENY, request.id, accessibility_label=f"Deny: {title}"),
    ]


def _sure_to_give_up() -> Json:
    return confirm("Give up?", "This closes the request. The requester can ask again.", "Give up", "Not now")


def _more(request: Request, *others: str) -> Json:
    options = [option("Details", f"details:{request.id}")]
    options += [option(label, f"{label.lower()}:{request.id}") for label in others]
    return overflow(ids.MORE, options)
