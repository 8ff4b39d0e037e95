"""A request in the way of another one: which one waits, and how its requester lets the newer one take its place."""

from datetime import datetime, timedelta
from typing import Final

from bot.approvals import db as requests
from bot.approvals.cards.plan import CARD, TOPIC
from bot.approvals.drift import let_go
from bot.approvals.extensions import kind_of
from bot.approvals.model import Event, Request, Status
from bot.approvals.outcome import Outcome
from bot.errors import AlreadyDecided, SlackError
from bot.people.model import Actor, Who
from bot.posts import db as posts
from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, channel_mention, code, link, mention
from bot.slack.model import Sent
from bot.store.actions import AuditAction
from bot.store.session import Tx
from bot.words.own import own
from bot.words.wording import duration

_CLOSES = {Status.PENDING: Event.WITHDRAW, Status.FULFILLING: Event.WITHDRAW, Status.FAILED: Event.GIVE_UP}
_ONE_PRESS: Final = timedelta(minutes=1)
"""Within this time the same request of the same person is one form that was sent twice: pressed twice, or Slack was slow."""


class AskedAlready(AlreadyDecided):
    """An open request is about the same thing; `replaceable` is its id where the requester may replace it."""

    def __init__(self, sentence: Markup, replaceable: str = "") -> None:
        super().__init__(own(sentence))
        self.replaceable = replaceable


def may_replace(who: Who, old: Request) -> bool:
    """Tell whether somebody may put another request in the place of this one: its requester, while nothing was done."""
    return who.is_same_person(old.requester) and old.status in _CLOSES and not old.outcome.in_doubt


async def make_room(
    rt: Runtime, tx: Tx, actor: Actor, old_id: str, subject: str, new: Request, title: str, now: datetime
) -> str | None:
    """Close an open request about a subject for a new one; returns its id, None where it isn't in the way (any more).

    One that failed for good is closed for one about something else, too. The caller adds the new one in the same
    transaction, or rolls back.
    """
    old = await requests.load(tx, old_id)
    if old is None or not may_replace(actor.who, old):
        return None
    in_the_way = await requests.find_open(tx, subject)
    if old.outcome.may_be_retried and (in_the_way is None or in_the_way.id != old_id):
        return None
    outcome = old.outcome.updated(Outcome(replaced_by=new.id, replaced_with=title))
    moved = await requests.advance(tx, old, _CLOSES[old.status], closed_at=now, outcome=outcome)
    if moved is None:
        return None
    kind = kind_of(rt, moved)
    await let_go(tx, kind, kind.asked(moved))
    tx.audit(now, actor.slack_id, AuditAction.REQUEST_REPLACED, old.id, version=moved.version, by=new.id, title=title)
    return old.id


async def pressed_before(rt: Runtime, new: Request, subject: str) -> Request | None:
    """Return the request that the first press of one form has made, while it waits; None for anything else in the way."""
    async with rt.store.read() as tx:
        old = await requests.find_open(tx, subject)
    if old is None or old.status is not Status.PENDING or not new.requester.is_same_person(old.requester):
        return None
    return old if _asks(old) == _asks(new) and new.created_at - old.created_at < _ONE_PRESS else None


def _asks(request: Request) -> tuple[object, ...]:
    return request.kind, request.payload, request.reason, request.ends_at, request.extends


async def asked_already(rt: Runtime, actor: Actor, subject: str) -> AskedAlready:
    """Return what is said to somebody whose request has to wait for another one: which, since when, and where it stands."""
    async with rt.store.read() as tx:
        other = await requests.find_open(tx, subject)
    if other is None:
        return AskedAlready(
            "Nothing was sent: the same request was sent and decided a moment ago. "
            f"{code(f'/{rt.settings.command_prefix}-requests')} shows it."
        )
    is_own = other.requester.is_same_person(actor.who)
    who = "you" if is_own else mention(other.requester.slack_id)
    title = bold(kind_of(rt, other).title(other))
    when, state = duration(rt.now() - other.created_at), other.in_a_word
    said: Markup = f"Nothing was sent: {who} asked for {title} {when} ago, and that is {state}{await _where(rt, other)}."
    if may_replace(actor.who, other):
        return AskedAlready(f"{said} *Replace it* withdraws that request and sends this one instead.", other.id)
    return AskedAlready(f"{said} Until it is closed there can be no second one.")


async def _where(rt: Runtime, request: Request) -> Markup:
    """Return where a request's card stands, with a link to it where Slack gives one."""
    address = await card_address(rt, request)
    card = f" ({link(address, 'see the card')})" if address else ""
    return f", in {channel_mention(request.channel)}{card}"


async def card_address(rt: Runtime, request: Request) -> str:
    """Return the address of a request's card, "" where none stands or Slack gives none."""
    async with rt.store.read() as tx:
        known = await posts.of_subject(tx, TOPIC, request.id)
    card = next((post for post in known if post.purpose == CARD and post.ts and not post.is_redacted), None)
    try:
        return await rt.notifier.permalink(Sent(card.posted_channel or "", card.ts or "")) if card else ""
    except SlackError:
        return ""
