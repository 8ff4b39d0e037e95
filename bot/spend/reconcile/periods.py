"""The months, and other closed spans of days, that can be reconciled. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.slack.markup import Markup
from bot.spend.ask.elsewhere import narrows
from bot.spend.ask.periods import MOST_DAYS, period_phrases, read_period, span
from bot.spend.model import ONE_DAY, Period
from bot.spend.phrases import days_in_words, is_end_of_month, month_in_title
from bot.words.similar import closest
from bot.words.wording import calendar_day, number

LAST_MONTH: Period = "last month"
_BEFORE_A_PERIOD = ("in", "for", "of")
_ALIKE = 0.7


@dataclass(frozen=True)
class Wanted:
    """Days to reconcile, both included: a month that is over or still runs, or any days."""

    first: date
    last: date

    @property
    def is_month(self) -> bool:
        """Tell whether it is a month from its beginning on."""
        return self.first.day == 1 and (self.first.year, self.first.month) == (self.last.year, self.last.month)

    @property
    def is_whole_month(self) -> bool:
        """Tell whether it is a month to its end."""
        return self.is_month and is_end_of_month(self.last)

    @property
    def typed(self) -> str:
        """Return it as it would be typed; `read_wanted` reads it back."""
        return _month(self.first) if self.is_month else f"{self.first}..{self.last}"

    def title(self) -> Markup:
        """Return its name: `Oct 2026`, `Nov 2026 (1–21 Nov)`, `3–17 Oct 2026`."""
        if self.is_whole_month:
            return month_in_title(self.first)
        days = days_in_words(self.first, self.last)
        if self.is_month:
            return f"{month_in_title(self.first)} ({days})"
        if self.first == self.last:
            return calendar_day(self.first)
        if self.first.year != self.last.year:
            return f"{calendar_day(self.first)} to {calendar_day(self.last)}"
        return f"{days} {number(self.last.year)}"

    def month_before(self) -> str:
        """Return the month before, as it would be typed."""
        return _month(self.first.replace(day=1) - ONE_DAY)

    def month_after(self, today: date) -> str | None:
        """Return the month after, as it would be typed; None while it hasn't begun."""
        after = (self.first.replace(day=28) + 4 * ONE_DAY).replace(day=1)
        return _month(after) if after <= today else None


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02}"


def read_wanted(words: Sequence[str], now: datetime) -> Wanted | None:
    """Return the days that words after `reconcile` mean, last month without any; None where they make no sense.

    Days that haven't begun, and more than a year of them, make none.
    """
    today = now.astimezone(UTC).date()
    rest = list(words)
    if len(rest) > 1 and rest[0].lower() in _BEFORE_A_PERIOD:
        rest = rest[1:]
    found = read_period(rest) if rest else (LAST_MONTH, 0)
    if found is None or found[1] != len(rest):
        return None
    first, last = span(found[0], today)
    if first > today or last < first or (last - first).days >= MOST_DAYS:
        return None
    return Wanted(first, last)


def beyond(words: Sequence[str]) -> tuple[str, str] | None:
    """Return the period that words begin with, as typed, and what would narrow it; None where nothing does."""
    for at in range(1, len(words)):
        found = read_period(words[:at])
        if found and found[1] == at and (narrows(words[at:]) or words[at].casefold() == "by"):
            return " ".join(words[:at]), " ".join(words[at:])
    return None


def nearest(typed: str) -> Period | None:
    """Return the period that is most like what was typed; None where that is one itself, or nothing is like it."""
    return None if read_period(typed.split()) else closest(typed.casefold(), period_phrases(), _ALIKE)
