"""All that is known of one key, as one private answer with what can be asked for it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bot.admin.model import ApiKey
from bot.approvals.cards.elsewhere import changed_line
from bot.approvals.cards.lists import Titled, mark_of
from bot.directory.reach import reach_in_words
from bot.directory.use import KeyUse
from bot.organization.keys_wanted import STATUS_WORDS
from bot.slack import ids
from bot.slack.blocks import actions, context, divider, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, escape, link, mention
from bot.slack.model import Message
from bot.slack.paging import Page, pager, range_of
from bot.words.calendars import Calendar
from bot.words.wording import calendar_day, money, plural

Json = dict[str, Any]
HISTORY = 5
"""Requests that the card shows at once; buttons lead to the others."""


class Ask(NamedTuple):
    """Something that can be asked for the key: the kind of request by its name, and what the button says."""

    kind: str
    label: str


@dataclass(frozen=True)
class KeyFacts:
    """What is known of a key; what isn't known is empty. People are markup: mentioned where Slack knows them.

    `workspace` is where it works and `acts_as` its linked account. `ends_at` is when the bot revokes it, and `made_in` the
    request that made it, with the address of its card in `made_at`. `use` is None where nothing could be read in time.
    """

    key: ApiKey
    workspace: str
    owner: Markup = ""
    maker: Markup = ""
    acts_as: Markup = ""
    ends_at: datetime | None = None
    use: KeyUse | None = None
    made_in: Titled | None = None
    made_at: str = ""
    asks: Sequence[Ask] = ()
    extends: str = ""
    """The request of which whoever looks may ask a later end."""
    only_own: bool = False
    """Whether whoever looks sees of the requests about it only those that they sent."""


def key_card(facts: KeyFacts, requests: Page[Titled], calendar: Calendar) -> Message:
    """Return the card of a key with a page of the requests about it, newest first; days are read in `calendar`."""
    key = facts.key
    title: Markup = f"{code(key.name)} in {bold(facts.workspace)} — {escape(STATUS_WORDS.get(key.status, key.status))}"
    about = (*_people(facts), *_times(facts, calendar), *_use(facts.use, key), _afterwards(facts))
    lines: list[Markup] = [line for line in about if line]
    blocks: list[Json] = [section("\n".join([title, *lines]))]
    if facts.asks:
        blocks.append(actions(*_buttons(facts)))
    blocks += [divider(), *_requests(requests, key.id, _whose(facts), _none(facts))]
    blocks.append(context(" · ".join([code(key.id), *([code(key.hint)] if key.hint else [])])))
    past: list[Markup] = [f"{escape(name)}, {request.in_a_word}" for request, name in requests.items]
    history = f"{_whose(facts)} about it: {'; '.join(past)}" if past else _none(facts)
    return Message(f"{'. '.join([title, *lines, history])}.", fit(blocks))


def _buttons(facts: KeyFacts) -> list[Json]:
    key = facts.key
    labels = [(ask, f"{ask.label.rstrip('…')} {key.name}") for ask in facts.asks]
    found = [button(a.label, f"{ids.OPEN_PREFIX}{a.kind}", key.id, accessibility_label=said) for a, said in labels]
    if facts.extends:
        found.append(button("Extend…", ids.EXTEND, facts.extends, accessibility_label=f"Extend {key.name}"))
    if key.status == "active":
        found.append(button("Request a new key", f"{ids.OPEN_PREFIX}create_key", key.workspace_id or ""))
    return found


def _afterwards(facts: KeyFacts) -> Markup:
    """Return what to do about a key whose secret is lost, or that is needed longer than it can last."""
    if facts.key.status != "active":
        return ""
    if facts.key.expires_at and not facts.extends:
        return (
            "*Lost its secret, or needed longer?* A secret is shown once, and this end can't be moved."
            " Request a new key, then revoke this one"
        )
    return "*Lost its secret?* It is shown once only. Request a new key, then revoke this one"


def _people(facts: KeyFacts) -> list[Markup]:
    owner = f"*Owner* {facts.owner or 'unknown'}"
    made = f"*Created by* {_maker(facts)}"
    asked: Markup = ""
    if facts.made_in:
        request, title = facts.made_in
        card = f" ({link(facts.made_at, 'see the card')})" if facts.made_at else ""
        asked = f"*Asked for* by {mention(request.requester.slack_id)} {date(request.created_at)}: {escape(title)}{card}"
    return [owner, made, asked, f"*Acts as* {facts.acts_as}"]


def _maker(facts: KeyFacts) -> Markup:
    """Return who made it: the API names the owner of the Admin key for what the bot made."""
    maker = facts.maker or "unknown: the Claude API names nobody"
    if facts.made_in and facts.made_in[0].outcome.way == "api":
        return f"me, with the Admin key of {facts.maker}" if facts.maker else "me"
    return maker


def _times(facts: KeyFacts, calendar: Calendar) -> list[Markup]:
    key = facts.key
    ends: list[Markup] = []
    if key.expires_at:
        ends.append(f"expires by itself {date(key.expires_at)}")
    if facts.ends_at:
        ends.append(f"I revoke it after {date(facts.ends_at)}")
    made = calendar_day(calendar.day_of(key.created_at))
    return [f"*Created* {made}", f"*End* {', '.join(ends) or 'none'}"]


def _use(use: KeyUse | None, key: ApiKey) -> list[Markup]:
    if use is None or use.as_of is None:
        return ["*Use* no figures yet"]
    none: Markup = "never" if use.is_known_since(key.created_at) else f"no use in {plural(use.days, 'day')} (UTC)"
    last = f"{calendar_day(use.last_day)} (UTC)" if use.last_day else none
    week, month = _cost(use.cost, whole=use.is_whole), _cost(use.month_cost, whole=use.is_whole_month)
    reach = reach_in_words(use.newest, use.as_of, is_final=use.is_final)
    cost: Markup = f"*Cost* {week} in 7 days, {month} in 30 days · {reach}"
    return [f"*Last used* {last}", cost]


def _cost(cost: Decimal | None, *, whole: bool) -> Markup:
    return "unknown" if cost is None else f"{'' if whole else 'at least '}{escape(money(cost))}"


def _whose(facts: KeyFacts) -> Markup:
    return "Your requests" if facts.only_own else "Requests"


def _none(facts: KeyFacts) -> Markup:
    return "You sent no request about this key" if facts.only_own else "No request is about this key"


def _requests(requests: Page[Titled], key_id: str, whose: Markup, none: Markup) -> list[Json]:
    if not requests.items:
        return [section(f"{none}.")]
    intro: Markup = f"*{whose} about it*{f' ({range_of(requests)})' if range_of(requests) else ''}, newest first"
    blocks = [
        section(
            f"{mark_of(request)} {escape(title)}\n"
            f"{request.in_a_word}, asked by {mention(request.requester.slack_id)} {date(request.created_at)}"
            f"{changed_line(request)}",
            accessory=button("Details", ids.DETAILS, request.id, accessibility_label=f"Details of {title}"),
        )
        for request, title in requests.items
    ]
    return [section(intro), *blocks, *pager(requests, ids.PAGE_KEY, "requests about this key", key_id)]
