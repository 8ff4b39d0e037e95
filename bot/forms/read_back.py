"""How a form understands what somebody types, said below the field while they type. Pure."""

from datetime import date as day_type
from datetime import timedelta
from decimal import Decimal

from bot.forms.fields import FormField, FormInput
from bot.forms.read import read_field
from bot.slack.markup import Markup, code, date, escape, truncate
from bot.words.amounts import AMOUNT_HINT, LIMIT_HINT, exact_amount
from bot.words.counts import COUNT_HINT, count_in_words
from bot.words.dates import DAY_HINT
from bot.words.durations import DURATION_HINT
from bot.words.unreadable import Unreadable
from bot.words.wording import number, plural, weekday_day

_HINTS = {"amount": AMOUNT_HINT, "limit": LIMIT_HINT, "count": COUNT_HINT, "duration": DURATION_HINT, "day": DAY_HINT}
_SHOWN = 40


def read_back(field: FormField, held: FormInput) -> Markup:
    """Return a line of markup such as `4 h` → ends today 18:20. It names what it read, for somebody may have typed on.

    Without a text it is the field's help, and for one that can't be read what is wrong with it.
    """
    typed = held.text(field.name)
    if not typed:
        return escape(field.hint or _HINTS[field.type])
    try:
        said = _in_words(read_field(field, held), held)
    except Unreadable as wrong:
        return f"{code(truncate(typed, _SHOWN))}: {escape(wrong.sentence)}"
    return f"{code(truncate(typed, _SHOWN))} → {said}"


def _in_words(value: object, held: FormInput) -> Markup:
    match value:
        case Decimal():
            return escape(exact_amount(value))
        case "none":
            return count_in_words(None)
        case int() | None:
            return count_in_words(value)
        case timedelta():
            return f"ends {date(held.now + value)}"
        case day_type():
            away = _distance((value - held.today).days)
            return f"{weekday_day(value)} {number(value.year)}, {away}. {held.calendar.whose}"
        case _:
            return escape(str(value))


def _distance(ahead: int) -> Markup:
    if ahead in (0, 1):
        return "tomorrow" if ahead else "today"
    return f"in {plural(ahead, 'day')}" if ahead > 0 else "in the past"
