"""From what a form holds to typed values, and to what is wrong with it, without any I/O. Pure.

Each value is looked at again: a forged payload may hold what Slack's own element never gives.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import InvalidInput
from bot.forms.fields import SEVERAL, FieldType, Form, FormField, FormInput, FormValue
from bot.words.addresses import is_address
from bot.words.amounts import exact_amount, read_amount, read_limit
from bot.words.calendars import Calendar, is_zone
from bot.words.counts import read_count
from bot.words.credentials import refusal_of
from bot.words.dates import read_day
from bot.words.durations import exact_duration, read_duration
from bot.words.folded import is_blank
from bot.words.reading import without_unseen
from bot.words.unreadable import Unreadable
from bot.words.wording import duration

P = TypeVar("P")
MISSING = "Fill this in."
FROM_THE_LIST = "Choose one from the list."
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,40}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_LENGTH = TypeAdapter(timedelta)
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def given(
    fields: tuple[FormField, ...], values: Mapping[str, Any], labels: Mapping[str, str], now: datetime, calendar: Calendar
) -> FormInput:
    """Return what the form's own fields hold, of Slack's state or of a payload; anything else in there is nobody's."""
    return FormInput({field.name: _plain(field, values.get(field.name)) for field in fields}, labels, now, calendar)


def _plain(field: FormField, value: Any) -> FormValue:
    if field.type in SEVERAL:
        return tuple(dict.fromkeys(_texts_in(value)))
    if field.type in ("text", "long_text") and isinstance(value, list | tuple):
        return ", ".join(_texts_in(value))  # a payload's list that its kind reads from one line of text
    if field.type == "duration":
        return _written_length(value)
    is_plain = isinstance(value, str | date | time | Decimal | int) and not isinstance(value, bool)
    text = without_unseen(str(value)).strip() if is_plain else ""
    return "" if is_blank(text) else text


def _texts_in(value: Any) -> list[str]:
    many: list[Any] = list(value) if isinstance(value, list | tuple) else [value]  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return [one for one in many if isinstance(one, str) and one]


def _written_length(value: Any) -> str:
    """Return a length of time as people write it. A payload in JSON has it as ISO 8601."""
    text = without_unseen(value).strip() if isinstance(value, str) else ""
    if not isinstance(value, timedelta) and not text.startswith("P"):
        return text
    try:
        return exact_duration(_LENGTH.validate_python(value))
    except ValidationError:
        return text


def problems(form: Form[Any], held: FormInput) -> dict[str, str]:
    """Return what is wrong with a form, one sentence for each field that isn't right."""
    found: dict[str, str] = {}
    for field in form.fields:
        if held.values.get(field.name):
            sentence = refusal_of(" ".join(held.texts(field.name))) or _problem(field, held)
        else:
            # Whether a reason is needed depends on the policy, which is asked when the request is made.
            sentence = None if field.optional or field.name == "reason" else (field.unfit or MISSING)
        if sentence:
            found[field.name] = sentence
    return found


def _problem(field: FormField, held: FormInput) -> str | None:
    try:
        read_field(field, held)
    except Unreadable as wrong:
        return wrong.sentence
    return field.check(held.text(field.name), held) if field.check else None


def read(form: Form[P], held: FormInput) -> P:
    """Return what a form is read into; InvalidInput with a sentence for each field that isn't right."""
    wrong = problems(form, held)
    if wrong:
        raise InvalidInput(wrong)
    return form.reads({field.name: read_field(field, held) for field in form.fields if held.values.get(field.name)})


def read_field(field: FormField, held: FormInput) -> Any:
    """Return the typed value of a field that holds something; Unreadable for what its element couldn't have given."""
    reader = _READERS[field.type]
    if field.type not in SEVERAL:
        return reader(field, held.text(field.name), held.today)
    chosen = tuple(reader(field, one, held.today) for one in held.texts(field.name))
    if isinstance(field.most, int) and len(chosen) > field.most:
        raise Unreadable(field.unfit or f"Choose {field.most} at most.")
    return chosen


Reader = Callable[[FormField, str, date], Any]


def _text(field: FormField, value: str, _today: date) -> str:
    if field.max_length and len(value) > field.max_length:
        raise Unreadable(f"Use {field.max_length} characters at most.")
    return value


def _matching(pattern: re.Pattern[str], sentence: str) -> Reader:
    def reader(field: FormField, value: str, _today: date) -> str:
        if not pattern.fullmatch(value):
            raise Unreadable(field.unfit or sentence)
        return value

    return reader


def _chosen(field: FormField, value: str, _today: date) -> str:
    if value not in dict(field.choices):
        raise Unreadable(field.unfit or FROM_THE_LIST)
    return value


def _email(field: FormField, value: str, _today: date) -> str:
    if not is_address(value):
        raise Unreadable(field.unfit or "Write an e-mail address, such as name@company.com.")
    return value


def _number(field: FormField, value: str, _today: date) -> Decimal:
    if not _NUMBER.fullmatch(value):
        raise Unreadable(field.unfit or "Write a number.")
    return _within(field, Decimal(value), str)


def _amount(field: FormField, value: str, _today: date) -> Decimal:
    return _within(field, read_amount(value), exact_amount)


def _limit(field: FormField, value: str, _today: date) -> Decimal | str:
    limit = read_limit(value)
    return limit if isinstance(limit, str) else _within(field, limit, exact_amount)


def _count(_field: FormField, value: str, _today: date) -> int | None:
    return read_count(value)


def _duration(field: FormField, value: str, _today: date) -> timedelta:
    return _within(field, read_duration(value), duration)


def _within(field: FormField, value: Any, shown: Callable[[Any], str]) -> Any:
    """Return a value that is neither below nor above what its field allows."""
    if field.least is not None and value < field.least:
        raise Unreadable(field.unfit or f"Use {shown(field.least)} or more.")
    if field.most is not None and value > field.most:
        raise Unreadable(field.unfit or f"Use {shown(field.most)} or less.")
    return value


def _date(field: FormField, value: str, _today: date) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Unreadable(field.unfit or "Choose a day.") from None
    if day.isoformat() != value or not _FIRST <= day <= _LAST:
        raise Unreadable(field.unfit or "Choose a day.")
    return day


def _day(field: FormField, value: str, today: date) -> date:
    return _date(field, read_day(value, today).isoformat(), today)


def _time(field: FormField, value: str, _today: date) -> time:
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise Unreadable(field.unfit or "Choose a time.")
    return time.fromisoformat(value)


def _zone(field: FormField, value: str, _today: date) -> str:
    if not is_zone(value):
        raise Unreadable(field.unfit or "Choose a time zone from the list, such as Europe/Berlin.")
    return value


_picked = _matching(_ID, FROM_THE_LIST)
_READERS: dict[FieldType, Reader] = {
    "text": _text,
    "long_text": _text,
    "email": _email,
    "number": _number,
    "amount": _amount,
    "limit": _limit,
    "count": _count,
    "duration": _duration,
    "day": _day,
    "date": _date,
    "time": _time,
    "zone": _zone,
    "person": _picked,
    "people": _picked,
    "channel": _matching(_CHANNEL, "Choose a channel."),
    "member": _picked,
    "workspace": _picked,
    "key": _picked,
    "lookup": _picked,
    "lookups": _picked,
    "choice": _chosen,
    "radio": _chosen,
    "choices": _chosen,
}
