"""What is asked for with a spend limit, and how that is said."""

from datetime import date as day_type
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from bot.approvals.act import Asked
from bot.approvals.parts import Words
from bot.forms.fields import WHOLE
from bot.slack.markup import Markup, bold, date, escape, within_bold
from bot.words.amounts import exact_amount
from bot.words.wording import plural

NO_LIMIT, UNREAD = "no limit", "unknown"
"""A limit as a value: an amount, none, or one that the API doesn't show."""
THE_WHOLE = "The whole organization"


class SetSpendLimit(BaseModel):
    """Which limit in dollars a month, of which workspace (or `WHOLE`), instead of which.

    `was` is the limit at the ask, as the API showed it; where it shows none, `kept` is the one that the bot kept, or "".
    `spent` is what the known days of the UTC month had cost by `as_of`, None without figures; `missing` days aren't known.
    `lower_whole` is the organization's limit where that is lower than the one asked for a workspace.
    `ends_on` is the last day on which the limit holds, in the requester's calendar.
    """

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    amount: Decimal
    workspace_name: str = ""
    was: str = ""
    kept: str = ""
    spent: Decimal | None = None
    missing: int = 0
    as_of: datetime | None = None
    lower_whole: Decimal | None = None
    ends_on: day_type | None = None

    @property
    def scope(self) -> str | None:
        """The workspace's id, None for the organization."""
        return None if self.workspace_id == WHOLE else self.workspace_id

    @property
    def value(self) -> str:
        """The limit as a value."""
        return exact_amount(self.amount)


def _name(payload: SetSpendLimit) -> Markup:
    return within_bold(payload.workspace_name) if payload.scope else "the whole organization"


def _what(asked: Asked[SetSpendLimit]) -> Markup:
    """Return the limit beside what it was and what the month has cost: `Staging: $50.00 → *$80.00* a month · …`."""
    wanted = asked.payload
    before = wanted.kept if wanted.was == UNREAD else wanted.was
    was: Markup = f"{escape(before)} → " if before else ""
    where = bold(wanted.workspace_name) if wanted.scope else "the whole organization"
    return f"{where}: {was}{bold(wanted.value)} a month{_whole(asked)}{_spent(asked)}"


def _whole(asked: Asked[SetSpendLimit]) -> Markup:
    """Say so where the organization's limit is reached first: the two hold beside each other."""
    lower = asked.payload.lower_whole
    if lower is None or not asked.request.is_open:
        return ""
    return f" · the organization's limit is lower, {escape(exact_amount(lower))}, and is reached first"


def _spent(asked: Asked[SetSpendLimit]) -> Markup:
    wanted, is_open = asked.payload, asked.request.is_open
    if wanted.spent is None or wanted.as_of is None:
        return " · this month's spend isn't known yet" if is_open else ""
    if not is_open:
        return ""
    spent = escape(exact_amount(wanted.spent))
    known: Markup = f"at least {spent} spent this month, {plural(wanted.missing, 'day')} missing" if wanted.missing else ""
    said = f" · {known or f'{spent} spent this month'}, as of {date(wanted.as_of)}"
    below: Markup = ". ⚠️ That is more than this limit: *Claude stops answering there at once*, until next month"
    return said + below if wanted.spent >= wanted.amount else said


def _title(asked: Asked[SetSpendLimit]) -> str:
    return f"Spend limit {asked.payload.value} a month for {asked.payload.workspace_name or 'the whole organization'}"


def _limit(payload: SetSpendLimit) -> Markup:
    return f"Spend limit of {_name(payload)}"


def _after(asked: Asked[SetSpendLimit]) -> Markup:
    was = asked.request.outcome.was or asked.payload.was
    return f"{_limit(asked.payload)} is {escape(was)} again" if was != UNREAD else f"{_limit(asked.payload)} has ended"


def _then(asked: Asked[SetSpendLimit]) -> Markup:
    how: Markup = "I set it at once"
    if asked.payload.was == UNREAD:
        how = "an approver sets it in the Console, and I tell them how"
    return f"{how}; I tell here when 50, 80 and 100 % of it are spent"


WORDS = Words(
    label="Set a spend limit",
    asks="asks for a spend limit",
    title=_title,
    what=_what,
    done=lambda asked: f"{_limit(asked.payload)} is {escape(asked.payload.value)} a month",
    then=_then,
    after=_after,
    wish=lambda asked: f"for a spend limit of {bold(asked.payload.value)} a month for {_name(asked.payload)}",
    grant=lambda asked: f"{_limit(asked.payload)}, {escape(asked.payload.value)} a month",
    undone="the limit was not changed",
    chosen=lambda asked: {"workspace_id": asked.payload.workspace_name or THE_WHOLE},
)
