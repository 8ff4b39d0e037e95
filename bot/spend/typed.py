"""What people type after `digest`, `alert` and `report schedule`, read into the form that it opens. Pure.

Words are read from the left, each by the first reader that knows what begins there. What none of them knows is kept, so that
the form can name it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.slack import ids
from bot.slack.markup import Markup, escape
from bot.spend.ask.idioms import left_out
from bot.spend.digests.schedule import TIMES, half_hours
from bot.words.amounts import read_amount
from bot.words.digits import in_ascii, words_of_number
from bot.words.folded import folded
from bot.words.phrases import longest_phrase
from bot.words.unreadable import Unreadable
from bot.words.zones import zones_by_words

_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm)?", re.IGNORECASE)
_CURRENCY = re.compile(r"[A-Z]{3}|[^\w\s#<]|(?i:us ?\$|usd|dollars?|euros?|pounds?|yen|francs?|rupees?|cents?)")
_STEP, _OTHER_STEP = re.compile(r"(50|80)\s?%"), re.compile(r"\d+(?:\.\d+)?\s?%")
_WHOLE_STEP = re.compile(r"100\s?%")
"""What every alert comes at."""
_OTHER_PERIOD = re.compile(
    r"hour(?:s|ly)?|(?:bi)?week(?:s|ly)?|fortnight(?:ly)?|month(?:s|ly)?|quarter(?:s|ly)?|year(?:s|ly)?|annual(?:ly)?"
    r"|weekdays?|weekends?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?",
    re.IGNORECASE,
)
_OTHER_TURN = re.compile(rf"\d\d? (?:hour|day|week|month|quarter|year)s?|{_OTHER_PERIOD.pattern}", re.IGNORECASE)
"""The same where no amount can be meant: `every 2 weeks`."""
_OTHER_ZONE = re.compile(
    r"(?:utc|gmt)\s?[-+\u2212]\d{1,2}(?::?\d\d)?|[ecmp][sd]t|cest|bst|ist|jst|aest"
    r"|(?:africa|america|antarctica|asia|atlantic|australia|europe|indian|pacific|us)/\S+",
    re.IGNORECASE,
)
"""What people call a zone, whether or not one that may be chosen is called so."""
_FILLERS = frozenset(
    "a about above all and at begin channel each every everything for from here if in is it of on once over passes please "
    "post reach reaches send set show spend start that the then this time timezone to us usd when workspace "
    "workspaces report reports uhr um o'clock".split()
)
ENDS = ("off", "stop", "end", "cancel", "remove", "delete", "disable", "none", "unsubscribe")
"""Words with which people end what a channel gets."""
_PERIODS = {
    **dict.fromkeys(("day", "daily", "one day"), "daily"),
    **dict.fromkeys(("month", "monthly", "mtd", "one month", "budget"), "monthly"),
}
_CADENCES = {
    **dict.fromkeys(("day", "daily", "morning", "days"), "daily"),
    **dict.fromkeys(("week", "weekly", "weeks"), "weekly"),
    **dict.fromkeys(("month", "monthly", "months"), "monthly"),
}


@dataclass
class Typed:
    """What was read: the form's values, what chosen options say, and the words that nothing was made of, with `why`."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    unread: list[str] = field(default_factory=list[str])
    why: Markup = ""
    ends: bool = False
    """Whether somebody wants to end what a channel gets, which the form has a button for."""

    def explain(self, why: Markup) -> None:
        """Say what is possible instead of a word, once."""
        if why not in self.why:
            self.why = f"{self.why} {why}" if self.why else why


Reader = Callable[[Typed, Sequence[str]], int]
"""Takes what the rest of the words begins with into what was read, and returns how many words that were, 0 for none."""


def digest_typed(words: Sequence[str], names: Mapping[str, str]) -> Typed:
    """Read a time, a zone, workspaces and a channel; `names` are the workspaces' names by id."""
    other = _unlike(_OTHER_TURN, "The digest comes every day; a report can come each week or month.")
    every_day = _said("every", "day", "daily", "morning")
    return _read(words, (_channel, _workspaces(names), other, _time, _no_zone, _zone, every_day, _no_time))


def alert_typed(words: Sequence[str], names: Mapping[str, str]) -> Typed:
    """Read an amount in dollars, a period, steps on the way, a workspace and a channel."""
    period = _phrase(ids.SPEND_PERIOD, _PERIODS)
    return _read(words, (_channel, _workspace(names), _steps, period, _said("per"), *_NO_ALERT, _amount))


def schedule_typed(words: Sequence[str]) -> Typed:
    """Read how often, a time, a zone and a channel."""
    return _read(words, _SCHEDULE)


def schedule_starts(words: Sequence[str]) -> int:
    """Return where words about when and where begin after those that name a report and, behind `by`, its tag."""
    starts = (at for at in range(1, len(words)) if words[at - 1].casefold() != "by" and _knows(_SCHEDULE, words[at:]))
    return next(starts, len(words))


def _knows(readers: Sequence[Reader], rest: Sequence[str]) -> bool:
    return any(reader(Typed(), rest) for reader in readers)


def _read(words: Sequence[str], readers: Sequence[Reader]) -> Typed:
    typed, at = Typed(), 0
    words = [word.strip(",;") for word in words if word.strip(",;")]
    while at < len(words):
        taken = next((count for reader in readers if (count := reader(typed, words[at:]))), 0)
        typed.ends = typed.ends or (not taken and words[at].casefold() in ENDS)
        if not taken and (left := _left_out(words[at:], readers)):
            typed.unread.append(" ".join(words[at : at + left]))  # and not what it names, which isn't wanted
            taken = left
        elif not taken and words[at].casefold() not in (*_FILLERS, *ENDS):
            typed.unread.append(words[at])
        at += taken or 1
    return typed


def _left_out(words: Sequence[str], readers: Sequence[Reader]) -> int:
    """Return how many words leave something out: `without Sandbox and Staging`, 0 where the first ones don't."""
    leaving = left_out(words)
    if leaving is None:
        return 0
    said, rest = leaving
    taken = _taken(rest, readers) or min(1, len(rest))
    while rest[taken : taken + 1] and rest[taken].casefold() in ("and", "or", "&"):
        if not (more := _taken(rest[taken + 1 :], readers)):
            break
        taken += 1 + more
    return said + taken


def _taken(rest: Sequence[str], readers: Sequence[Reader]) -> int:
    return next((count for reader in readers if rest and (count := reader(Typed(), rest))), 0)


def _said(*known: str) -> Reader:
    """Read words that say what the form says anyway."""
    return lambda _typed, rest: int(rest[0].casefold() in known)


def _phrase(name: str, phrases: Mapping[str, str]) -> Reader:
    def read(typed: Typed, rest: Sequence[str]) -> int:
        found = longest_phrase(rest, phrases)
        if found is None or name in typed.values:
            return 0
        typed.values[name] = found[0]
        return found[1]

    return read


def _channel(typed: Typed, rest: Sequence[str]) -> int:
    found = _CHANNEL.fullmatch(rest[0])
    if found is None or ids.SPEND_CHANNEL in typed.values:
        return 0
    typed.values[ids.SPEND_CHANNEL] = found[1]
    return 1


def _named(names: Mapping[str, str], rest: Sequence[str]) -> tuple[str, str, int] | None:
    """Return the id and the name of the workspace that the words begin with; None for none, and where two are called so."""
    by_name: dict[str, list[str]] = {}
    for one, name in names.items():
        by_name.setdefault(folded(name), []).append(one)
    found = longest_phrase(rest, by_name)
    if found is None or len(found[0]) != 1:
        return None
    return found[0][0], names[found[0][0]], found[1]


def _workspaces(names: Mapping[str, str]) -> Reader:
    def read(typed: Typed, rest: Sequence[str]) -> int:
        found = _named(names, rest)
        if found is None:
            return 0
        before = typed.values.get(ids.SPEND_WORKSPACES, ())
        typed.values[ids.SPEND_WORKSPACES] = before if found[0] in before else (*before, found[0])
        typed.labels[found[0]] = found[1]
        return found[2]

    return read


def _workspace(names: Mapping[str, str]) -> Reader:
    def read(typed: Typed, rest: Sequence[str]) -> int:
        found = _named(names, rest)
        if found is None or ids.SPEND_WORKSPACE in typed.values:
            return 0
        typed.values[ids.SPEND_WORKSPACE], typed.labels[ids.SPEND_WORKSPACE] = found[0], found[1]
        return found[2]

    return read


def _time(typed: Typed, rest: Sequence[str]) -> int:
    if ids.SPEND_TIME in typed.values:
        return 0
    for taken in (2, 1):
        local = _local_time(" ".join(rest[:taken]))
        if len(rest) >= taken and local in half_hours():
            typed.values[ids.SPEND_TIME] = local
            return taken
    return 0


def _local_time(text: str) -> str:
    """Return `09:00` for `9`, `9:00`, `9 am`; "" for what is no time."""
    found = _TIME.fullmatch(in_ascii(text))
    if found is None:
        return ""
    hour, minute, half = int(found[1]), found[2] or "00", (found[3] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02d}:{minute}"


def _zone(typed: Typed, rest: Sequence[str]) -> int:
    found = longest_phrase([word.strip("()") for word in rest], zones_by_words())
    if found is None or ids.SPEND_ZONE in typed.values:
        return 0
    typed.values[ids.SPEND_ZONE] = found[0]
    return found[1]


def _steps(typed: Typed, rest: Sequence[str]) -> int:
    for taken in (1, 2):
        said = " ".join(rest[:taken])
        if _WHOLE_STEP.fullmatch(said):
            return taken
        found = _STEP.fullmatch(said)
        if found and len(rest) >= taken:
            before = typed.values.get(ids.SPEND_STEPS, ())
            typed.values[ids.SPEND_STEPS] = before if found[1] in before else (*before, found[1])
            return taken
    return 0


def _amount(typed: Typed, rest: Sequence[str]) -> int:
    """Read dollars. What looks like an amount and is none stands in its field as it was typed, and is named."""
    before = len(rest) > 1 and rest[0].casefold() not in _FILLERS and bool(_CURRENCY.fullmatch(rest[0]))  # `€ 500`
    number = rest[before:]
    if ids.SPEND_AMOUNT in typed.values or not any(map(str.isdigit, number[0])):
        return 0
    taken = words_of_number(number) or 1
    taken += before + (len(number) > taken and bool(_CURRENCY.fullmatch(number[taken])))
    said = " ".join(rest[:taken])
    try:
        typed.values[ids.SPEND_AMOUNT] = f"{read_amount(said):.2f}"
    except Unreadable as why:
        typed.values[ids.SPEND_AMOUNT] = said
        typed.explain(escape(why.sentence))
        typed.unread.append(said)
    return taken


def _unlike(pattern: re.Pattern[str], why: Markup, may: Callable[[str], bool] = lambda _said: False) -> Reader:
    """Name what is meant for a field that doesn't take it; `why` says what the field takes, `may` tells what it would."""

    def read(typed: Typed, rest: Sequence[str]) -> int:
        for taken in (2, 1):
            said = " ".join(rest[:taken]).strip("()")
            if len(rest) >= taken and pattern.fullmatch(said) and not may(said):
                typed.unread.append(said)
                typed.explain(why)
                return taken
        return 0

    return read


_no_time = _unlike(_TIME, TIMES, lambda said: _local_time(said) in half_hours())
_no_zone = _unlike(
    _OTHER_ZONE,
    "Choose a time zone by its city, such as Europe/Berlin.",
    lambda said: said.casefold() in zones_by_words(),
)
_NO_ALERT = (
    _unlike(_OTHER_STEP, "An alert can also come earlier at 50 % and at 80 %."),
    _unlike(_OTHER_PERIOD, "An alert is about one UTC day or one UTC month."),
)
_SCHEDULE: tuple[Reader, ...] = (
    *(_channel, _phrase(ids.REPORT_CADENCE, _CADENCES), _said("per")),
    _unlike(_OTHER_TURN, "A report comes every day, every week or every month."),
    *(_time, _no_zone, _zone, _no_time),
)
