"""Money as people write it, read into exact dollars and cents. Pure.

`exact_amount` writes an amount as somebody would type it, `bot.words.wording.money` a figure; both are read back, in cents.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

from bot.words.counts import ENDLESS, NO_LIMIT, NONE
from bot.words.unreadable import Unreadable

MOST_DOLLARS: Final = Decimal(1_000_000_000_000)
AMOUNT_HINT: Final = "US dollars, such as 500, 1,234.50 or 2k."
LIMIT_HINT: Final = f"{AMOUNT_HINT} Write none to remove the limit."
_LONGEST = 40
_CENT = Decimal("0.01")
_SCALES = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_DOLLARS = re.compile(r"(?:US ?\$|USD|\$)? ?([^A-Za-z$]*?)([kKMB]?) ?(?:USD|dollars?|\$)?", re.IGNORECASE)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DOTTED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
"""What has three digits after each point: somebody else's thousands, or a slip of the finger."""
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PERIOD = re.compile(
    r" ?(?:(?:/|per |an? |each |every ) ?(mo|month|h|hour|d|day|w|week|yr|year)|(?<= )(monthly|hourly|daily|weekly|yearly))$"
)
_OTHER_CODE = re.compile(r"\b(?!USD)[A-Z]{3} ?[0-9]|[0-9] ?(?!USD)[A-Z]{3}\b")

_HOW = "Write an amount in US dollars, such as 500, 1,234.50 or 2k."
_SIGN = "Write the amount without a sign."
_ONLY_DOLLARS = "I count in US dollars only. Write 500 or $500."
_COMMAS = "I can't tell what the comma means. Write 1,234.50, or leave the comma out."
_POINT = "I can't tell what the point means. Write 1,234 or 1234.50."
_CENTS = "Write two digits after the point at most, such as 1234.50."
_TOO_MUCH = "That amount is too large."
_MONTHLY = "This limit is one for a month. Write dollars a month, such as 500."
_NO_END = "Write none to remove the limit. Then the organization's applies, or Anthropic's own."
_OR_NONE = "Write an amount in US dollars, such as 500, 1,234.50 or 2k, or none."


class NotMonthly(Unreadable):
    """An amount for something else than a month."""


def read_amount(text: str) -> Decimal:
    """Return `$1,234.50`, `500`, `1.5k` or `2k USD` as dollars with two decimals; Unreadable for what is ambiguous."""
    written = " ".join(text.split())
    if not written or len(written) > _LONGEST:
        raise Unreadable(_HOW)
    if re.search(r"(?:^|[$ ])[-+\u2212]", written):
        raise Unreadable(_SIGN)
    match = _DOLLARS.fullmatch(written)
    if match is None or match[2] not in _SCALES:
        raise Unreadable(_ONLY_DOLLARS if _is_foreign(written) else _HOW)
    digits, scale = match[1].strip(), _SCALES[match[2]]
    if scale == 1 and _DOTTED.fullmatch(digits):
        raise Unreadable(_POINT)
    return _in_cents(_number(digits) * scale)


def read_limit(text: str) -> Decimal | Literal["none"]:
    """Return dollars a month like `read_amount`, also `$1,000/mo`, or "none" for `none`, `no limit`, `off` and the like.

    Unreadable for the rest.
    """
    written = " ".join(text.casefold().split())
    if period := _PERIOD.search(written):
        if not (period[1] or period[2]).startswith("mo"):
            raise NotMonthly(_MONTHLY)
        text = written = written[: period.start()]
    if written in NO_LIMIT:
        return NONE
    if written in ENDLESS:
        raise Unreadable(_NO_END)
    try:
        return read_amount(text)
    except Unreadable as wrong:
        raise Unreadable(_OR_NONE if wrong.sentence == _HOW else wrong.sentence) from None


def _number(digits: str) -> Decimal:
    if _PLAIN.fullmatch(digits):
        return Decimal(digits)
    if _GROUPED.fullmatch(digits):
        return Decimal(digits.replace(",", ""))
    if _is_foreign(digits):
        raise Unreadable(_ONLY_DOLLARS)
    raise Unreadable(_COMMAS if re.fullmatch(r"[0-9.,]*[0-9],[0-9.,]*", digits) else _HOW)


def _is_foreign(text: str) -> bool:
    """Tell whether a text names another currency, by its code or its sign."""
    return bool(_OTHER_CODE.search(text)) or any(unicodedata.category(one) == "Sc" and one != "$" for one in text)


def _in_cents(amount: Decimal) -> Decimal:
    if amount > MOST_DOLLARS:
        raise Unreadable(_TOO_MUCH)
    cents = amount.quantize(_CENT)
    if cents != amount:
        raise Unreadable(_CENTS)
    return cents


def exact_amount(amount: Decimal) -> str:
    """Return dollars with their cents at any size: `$1,234.50`, `$0.01`."""
    return f"${amount:,.2f}"
