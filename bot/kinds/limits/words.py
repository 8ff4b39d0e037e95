"""What is asked for with a spend limit, and how that is said."""

from datetime import date as day_type
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.approvals.act import Asked
from bot.approvals.parts import Words
from bot.forms.fields import WHOLE
from bot.slack.markup import Markup, bold, date, escape, within_bold
from bot.words.amounts import exact_amount
from bot.words.counts import NONE
from bot.words.own import Own
from bot.words.wording import plural

NO_LIMIT, UNREAD = "no limit", "unknown"
"""A limit as a value: an amount, none, or one that the API doesn't show."""
THE_WHOLE = "The whole organization"


class SetSpendLimit(BaseModel):
    """Which limit in dollars a month, or "none", of which workspace (or `WHOLE`), instead of which.

    `was` is the limit at the ask, as the API showed it; where it shows none, `kept` is the one that the bot kept, or "".
    Where only the bot keeps one that is taken away, `was` is that, too.
    `spent` is what the known days of the UTC month had cost by `as_of`, None without figures; `missing` days aren't known.
    `lower_whole` is the organization's limit where that is lower than the one asked for a workspace, which may be none.
    `cap` is Anthropic's own for the organization, where the API shows it.
    `ends_on` is the last day on which the limit holds, in the requester's calendar.
    """

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    amount: Decimal | Literal["none"]
    workspace_name: str = ""
    was: str = ""
    kept: str = ""
    spent: Decimal | None = None
    missing: int = 0
    as_of: datetime | None = None
    lower_whole: Decimal | None = None
    cap: Decimal | None = None
    ends_on: day_type | None = None

    @property
    def scope(self) -> str | None:
        """The workspace's id, None for the organization."""
        return None if self.workspace_id == WHOLE else self.workspace_id

    @property
    def dollars(self) -> Decimal | None:
        """The limit in dollars, None where it is taken away."""
        return None if self.amount == NONE else self.amount

    @property
    def value(self) -> str:
        """The limit as a value."""
        return NO_LIMIT if self.dollars is None else exact_amount(self.dollars)

    @property
    def before(self) -> str:
        """The limit at the ask as a value, "" where neither the API shows one nor the bot kept one."""
        return self.kept if self.was == UNREAD else self.was

    @property
    def only_kept(self) -> bool:
        """Whether the limit that is taken away is nowhere but with the bot."""
        return self.dollars is None and self.was == self.kept


def _name(payload: SetSpendLimit) -> Markup:
    return within_bold(payload.workspace_name) if payload.scope else "the whole organization"


def _what(asked: Asked[SetSpendLimit]) -> Markup:
    """Return the limit beside what it was and what the month has cost: `Staging: $50.00 → *$80.00* a month · …`."""
    wanted = asked.payload
    before = wanted.before
    only: Markup = ", which only I keep" if wanted.only_kept else ""
    was: Markup = f"{escape(before)}{only} → " if before else ""
    where = bold(wanted.workspace_name) if wanted.scope else "the whole organization"
    to: Markup = f"{bold(wanted.value)} a month"
    if wanted.dollars is None:
        to = "*no limit of its own*" if wanted.scope else "*no limit*"
    return f"{where}: {was}{to}{_whole(asked)}{_spent(asked)}"


def _whole(asked: Asked[SetSpendLimit]) -> Markup:
    """Say so where the organization's limit is reached first: the two hold beside each other."""
    lower = asked.payload.lower_whole
    if not asked.request.is_open:
        return ""
    if asked.payload.dollars is None:
        return f" · then {_above(asked.payload)}"
    if lower is None:
        return ""
    return f" · the organization's limit is lower, {escape(exact_amount(lower))}, and is reached first"


def _above(wanted: SetSpendLimit) -> Markup:
    """Return what holds where there is no limit any more."""
    if wanted.lower_whole is not None:
        return f"the organization's limit of {escape(exact_amount(wanted.lower_whole))} a month applies"
    if wanted.scope and wanted.was == UNREAD:
        return "the organization's limit applies, if it has one"
    cap: Markup = f" of {escape(exact_amount(wanted.cap))} a month" if wanted.cap is not None else ""
    return f"only Anthropic's cap{cap} for the organization applies"


def _spent(asked: Asked[SetSpendLimit]) -> Markup:
    wanted, is_open = asked.payload, asked.request.is_open
    if asked.request.outcome.part_of:  # of a new workspace
        return ""
    if wanted.spent is None or wanted.as_of is None:
        return " · this month's spend isn't known yet" if is_open else ""
    if not is_open:
        return ""
    spent = escape(exact_amount(wanted.spent))
    known: Markup = f"at least {spent} spent this month, {plural(wanted.missing, 'day')} missing" if wanted.missing else ""
    said = f" · {known or f'{spent} spent this month'}, as of {date(wanted.as_of)}"
    below: Markup = ". ⚠️ That is more than this limit: *Claude refuses requests there at once*, until next month"
    return said + below if wanted.dollars is not None and wanted.spent >= wanted.dollars else said


def _title(asked: Asked[SetSpendLimit]) -> str:
    limit = "No spend limit" if asked.payload.dollars is None else f"Spend limit {asked.payload.value} a month"
    return f"{limit} for {asked.payload.workspace_name or 'the whole organization'}"


def _limit(payload: SetSpendLimit) -> Markup:
    return f"Spend limit of {_name(payload)}"


def _none(payload: SetSpendLimit, adverb: Own) -> Markup:
    if payload.scope:
        return f"{_name(payload)} has no spend limit of its own {adverb}"
    return f"The organization has no spend limit {adverb}"


def _done(asked: Asked[SetSpendLimit]) -> Markup:
    if asked.payload.dollars is None:
        return _none(asked.payload, "any more")
    return f"{_limit(asked.payload)} is {escape(asked.payload.value)} a month"


def _after(asked: Asked[SetSpendLimit]) -> Markup:
    wanted, was = asked.payload, asked.request.outcome.was or asked.payload.was
    if was == UNREAD and wanted.dollars is None:
        return f"The time without a spend limit is over for {_name(wanted)}"
    if was == UNREAD:
        return f"{_limit(wanted)} has ended"
    return _none(wanted, "again") if was == NO_LIMIT else f"{_limit(wanted)} is {escape(was)} again"


def _then(asked: Asked[SetSpendLimit]) -> Markup:
    is_taken = asked.payload.dollars is None
    how: Markup = "I remove it at once" if is_taken else "I set it at once"
    if asked.payload.was == UNREAD:
        how = f"an approver {'removes it' if is_taken else 'sets it'} in the Console, and I tell them how"
    tells: Markup = (
        "I stop posting here how much of it is spent" if is_taken else "I'll post here when 50, 80 and 100 % of it are spent"
    )
    return f"{how}; {tells}"


def _wish(asked: Asked[SetSpendLimit]) -> Markup:
    wanted = asked.payload
    if wanted.dollars is None:
        return f"to remove the spend limit of {_name(wanted)}"
    return f"for a spend limit of {bold(wanted.value)} a month for {_name(wanted)}"


def _grant(asked: Asked[SetSpendLimit]) -> Markup:
    if asked.payload.dollars is None:
        return f"Time without a spend limit for {_name(asked.payload)}"
    return f"{_limit(asked.payload)}, {escape(asked.payload.value)} a month"


WORDS = Words(
    label="Set a spend limit",
    asks="asks to change a spend limit",
    title=_title,
    what=_what,
    done=_done,
    then=_then,
    after=_after,
    wish=_wish,
    grant=_grant,
    undone="the limit was not changed",
    chosen=lambda asked: {"workspace_id": asked.payload.workspace_name or THE_WHOLE},
)
