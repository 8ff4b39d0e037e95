"""Figures, times and counts in words, so that every message says the same thing the same way."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from itertools import accumulate
from typing import Final, overload

from bot.words.own import Own, own

MINUS: Final = "−"
_ROOM: Final = 1500
"""Characters for the names of a list in one sentence; a paragraph in Slack has 3,000."""
_CENT = Decimal("0.01")
_WIDE = Context(prec=60)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SUFFIXES = ((Decimal("1e9"), "B"), (Decimal("1e6"), "M"), (Decimal("1e3"), "k"))


def _round(value: Decimal, digits: int) -> Decimal:
    # Decimal's own round() is half-even too, but gives an int for no digits and may leave an exponent.
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN, context=_WIDE)


def money(value: Decimal) -> str:
    """Return dollars to the cent, rounded half to even: `$1,234.50`; nothing is `$0.00`.

    What is less than a cent is `< $0.01` (or `> −$0.01`), because it is not nothing; escape it where it becomes mrkdwn.
    """
    size, sign = abs(value), MINUS if value < 0 else ""
    if 0 < size < _CENT:
        return f"> {MINUS}$0.01" if sign else "< $0.01"
    return f"{sign if size else ''}${_round(size, 2):,}"


def in_cents(value: Decimal) -> Decimal:
    """Return an amount as `money` writes it; what is less than a cent counts nothing."""
    return Decimal(0) if abs(value) < _CENT else _round(value, 2)


def unit_price(value: Decimal) -> str:
    """Return dollars for one of something with the digits that it has, four at most behind the point: `$0.0625`, `$4.00`."""
    if not Decimal("0.0001") <= abs(value) < 1000:
        return money(value)
    rounded = _round(abs(value), 4)
    digits = 2 if rounded == _round(rounded, 2) else 4
    return f"{MINUS if value < 0 else ''}${_round(rounded, digits):,}"


def money_short(value: Decimal) -> str:
    """Return dollars for charts and totals: `$12.4k`, `$8k`, `$1.2M`, `$413`; under ten dollars as `money` does."""
    size, sign = abs(value), MINUS if value < 0 else ""
    if size < 10:
        return money(value)
    whole = _round(size, 0)
    return f"{sign}${_scaled(size) if whole >= 1000 else whole}"


def in_one_scale(values: Sequence[Decimal]) -> list[str]:
    """Return amounts that are compared: all short (`$8.1k`, `$12k`) where that is one unit, else all to the cent."""
    short = [money_short(value) for value in values]
    units = {text[-1] if text[-1].isalpha() else "" for text in short}
    return short if len(short) == 1 or (len(units) == 1 and "" not in units) else [money(value) for value in values]


def _scaled(size: Decimal) -> str:
    for factor, suffix in _SUFFIXES:
        scaled = _round(size / factor, 1)
        if factor == 1000 or _round(size * 1000 / factor, 1) >= 1000:  # else $950k would read $1M
            return f"{scaled:,}".removesuffix(".0") + suffix
    return str(size)


def money_change(value: Decimal, *, cents: bool = False) -> str:
    """Return a signed change: `+$61`, `−$22`, with cents `+$18.50`; a change below 50 cents always has its cents."""
    if value == 0:
        return "±$0.00" if cents else "±$0"
    sign = MINUS if value < 0 else "+"
    size = abs(value)
    if size < _CENT:
        return f"> {MINUS}$0.01" if value < 0 else "< +$0.01"
    return sign + (money(size) if cents or size < Decimal("0.5") else f"${_round(size, 0):,}")


def percent(ratio: Decimal) -> str:
    """Return a change as signed percent: a ratio of 0.18 is `+18 %`; below one percent with one digit."""
    text = share(abs(ratio))
    if text in ("0 %", "<0.1 %"):
        return "±0 %"
    return (MINUS if ratio < 0 else "+") + text


_ALL = Decimal(100)
_SUMMED = Decimal("1e-12")
"""A sum of shares, each of them rounded, and the share of their sum differ by less than this, and read the same."""


def share(ratio: Decimal) -> str:
    """Return a part of a whole as percent: 0.68 is `68 %`; below one percent with one digit, almost nothing `<0.1 %`.

    What isn't all of it never reads `100 %`, but `99.9 %`.
    """
    value = ratio * 100
    if value == 0:
        return "0 %"
    value = value.quantize(_SUMMED)
    if _round(value, 1) == 0:
        return "<0.1 %"
    if value < _ALL and _round(value, 0) == _ALL:
        return f"{value.quantize(Decimal('0.1'), ROUND_DOWN)} %"
    digits = 1 if abs(_round(value, 1)) < 1 else 0
    return f"{_round(value, digits):,} %"


def number(count: int) -> Own:
    """Return a count as it is: `1204`; with its noun it is `plural`."""
    return own(str(count))


def duration(span: timedelta) -> Own:
    """Return a length of time in its two largest units: `3 h 40 min`, `14 min`, `2 d 4 h`; below a minute in seconds."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return own(f"{seconds} s")
    minutes = seconds // 60
    if minutes < 60:
        return own(f"{minutes} min")
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return own(f"{hours} h {minutes} min" if minutes else f"{hours} h")
    days, hours = divmod(hours, 24)
    return own(f"{days} d {hours} h" if hours else f"{days} d")


def plural(count: int, one: Own, many: Own | None = None) -> Own:
    """Return a count with its noun: `1 key`, `3 keys`, `1,204 keys`; `many` where an `s` won't do."""
    return own(f"{count:,} {one if count == 1 else many or one + 's'}")


@overload
def listed(parts: Sequence[Own], last: Own = "and", most: int | None = None) -> Own: ...
@overload
def listed(parts: Sequence[str], last: str = "and", most: int | None = None) -> str: ...
def listed(parts: Sequence[str], last: str = "and", most: int | None = None) -> str:
    """Return parts as a sentence would: `a, b and c`; beyond `most`, or beyond a paragraph's half, the rest is counted.

    No part is ever cut: Slack would cut the paragraph in the middle of a name.
    """
    if most is not None:
        kept = min(most, _that_fit(parts))
        parts = parts if len(parts) <= kept else [*parts[:kept], f"{len(parts) - kept} more"]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _that_fit(parts: Sequence[str]) -> int:
    """Return how many parts fit into the room for them, one at least."""
    ends = accumulate(len(part) + 2 for part in parts)
    return max(sum(end <= _ROOM for end in ends), 1)


def calendar_day(day: date) -> Own:
    """Return a day with its year: `20 Nov 2026`; month names do not depend on the locale of the machine."""
    return own(f"{day.day} {MONTHS[day.month - 1]} {day.year}")


def weekday_day(day: date) -> Own:
    """Return a day of the recent past or near future: `Fri 20 Nov`."""
    return own(f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}")


def month_name(day: date) -> Own:
    """Return the month of a day: `Nov 2026`."""
    return own(f"{MONTHS[day.month - 1]} {day.year}")
