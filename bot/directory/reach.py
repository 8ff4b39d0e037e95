"""How far the figures of use reach that cards show, and whether they can still change. Pure."""

from datetime import date, datetime

from bot.slack.markup import Markup
from bot.slack.markup import date as moment
from bot.words.calendars import UTC_DAYS
from bot.words.wording import calendar_day


def reach_in_words(newest: date | None, as_of: datetime, *, is_final: bool) -> Markup:
    """Return `up to 22 Nov 2026 (UTC), as of 14:05, not final`, or `as of 14:05, not final` while the newest day runs."""
    state: Markup = "final" if is_final else "not final"
    if newest is None:
        return f"of UTC days, as of {moment(as_of)}, {state}"
    reach: Markup = "" if UTC_DAYS.day_of(as_of) <= newest else f"up to {calendar_day(newest)} (UTC), "
    return f"{reach}as of {moment(as_of)}, {state}"
