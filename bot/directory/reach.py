"""How far the figures of use reach that cards show, and whether they can still change. Pure."""

from datetime import date, datetime

from bot.slack.markup import Markup
from bot.slack.markup import date as moment
from bot.words.calendars import UTC_DAYS
from bot.words.wording import calendar_day


def reach_in_words(newest: date | None, as_of: datetime, *, is_final: bool) -> Markup:
    """Return `up to 22 Nov 2026 (UTC), as of 14:05, not final`; while that day runs `as of 14:05, not final (UTC days)`."""
    state: Markup = "final" if is_final else "not final"
    if newest is None or UTC_DAYS.day_of(as_of) <= newest:
        return f"as of {moment(as_of)}, {state} (UTC days)"
    return f"up to {calendar_day(newest)} (UTC), as of {moment(as_of)}, {state}"
