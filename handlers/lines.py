"""A typed line about a workspace, read field by field: who is mentioned, until when, and what its names mean.

A day and a mention are found wherever they stand. Names and numbers are read in any order, as long as nothing else stands
before them: a name takes as many words as it has. A text takes what is left.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.forms.fields import WHOLE, FieldType, FormField
from bot.kinds.limits.groups import spoken
from bot.organization.narrowing import mentioned
from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, reads_alike
from bot.words.amounts import NotMonthly, read_amount, read_limit
from bot.words.counts import read_count
from bot.words.digits import words_of_number
from bot.words.ends import Ending, find_end
from bot.words.naming import after_thing, after_to
from bot.words.phrases import after_lead_in
from bot.words.reading import as_read
from bot.words.reasons import FOR, begins_reason, find_reason
from bot.words.similar import closest, closest_name
from bot.words.unreadable import Unreadable
from bot.words.wording import listed
from handlers.edge.interaction import Interaction
from handlers.line_names import Name, names_of
from handlers.people_named import person_named

READS: frozenset[FieldType] = frozenset({"workspace", "person", "choice", "date", "lookup"})
"""A row that fills in one of these is read here."""
ONE_PERSON: Markup = "A request is about one person. Ask for each of them alone. Nothing was sent."
_NAMED: frozenset[FieldType] = frozenset({"workspace", "lookup", "choice"})
_NUMBERS: Mapping[FieldType, Callable[[str], object]] = {
    "amount": read_amount,
    "limit": read_limit,
    "count": read_count,
}
_BEFORE_A_PLACE = frozenset({"in", "from", "for", "of", "to", "into", "on"})
_MOST_WORDS = 12
_MOST_OF_A_NUMBER = 4
_MOST_OF_A_PART = 3
_MOST_SHOWN = 8


@dataclass
class Line:
    """What was read: values by field, what chosen options say, and the first `problem` in a sentence of markup."""

    words: list[str]
    values: dict[str, str] = field(default_factory=dict[str, str])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    problem: Markup = ""
    has_person: bool = False
    end: Ending = field(default_factory=lambda: Ending(None, ()))


async def read_line(call: Interaction, fields: Sequence[FormField], reasons: Collection[str] = FOR) -> Line:
    """Read the words of a command into the fields of a form; `reasons` are words with which the reason may begin."""
    line = Line(list(call.words))
    known = {one.name: await names_of(call.rt, one) for one in fields if one.type in _NAMED and line.words}
    for one in fields:
        if one.type == "date":
            _take_day(line, one, call, [name for names in known.values() for name in names])
        elif one.type == "person":
            await _take_person(call.rt, line, one, _first_unread(line.words, fields, known))
    left = _take_reason(line, reasons, fields, known)
    while line.words and left:
        taken = next((one for one in left if _takes_first(line, one, known.get(one.name, ()))), None)
        taken = taken or next((one for one in left if _takes_part(line, one, known.get(one.name, ()))), None)
        if taken is None:
            taken = _whose_turn(line.words[0], left)
            is_number = taken.type in _NUMBERS
            if _drops_lead_in(line, taken):
                continue
            is_new = any(one.name == "name" for one in left)
            places = (one for one in left if not is_number and one.type == "workspace")
            place = next((one for one in places if _takes_place(line, one, known[one.name], is_behind_name=is_new)), None)
            if place is None:
                _take_in_turn(line, taken, known.get(taken.name, ()))
            if line.problem:
                return line
            taken = place or taken
        left.remove(taken)
    if line.words:  # before the reason that was found stood more of it
        line.values["reason"] = " ".join([*line.words, line.values.get("reason", "")]).strip()
    return line


def _take_reason(
    line: Line, reasons: Collection[str], fields: Sequence[FormField], known: Mapping[str, Sequence[Name]]
) -> list[FormField]:
    """Take what says why, and return the fields that the other words may fill in."""
    place = next((one for one in fields if one.type == "workspace"), None)
    is_new = any(one.name == "name" for one in fields)

    def is_place(words: Sequence[str]) -> list[str] | None:
        """Return what follows a workspace's name, None where there is none."""
        after = Line(list(words))
        return after.words if place and _take_name(after, place, known.get(place.name, ())) else None

    def says_where(before: Sequence[str], after: Sequence[str]) -> bool:
        rest = is_place(after)
        if any(_take_name(Line(list(after)), one, known[one.name]) for one in fields if one.type == "lookup"):
            return True  # 2k rpm for Opus 5.5
        if rest is None or not (before and rest) or begins_reason(rest) or not rest[0].isalpha():
            return rest is not None
        return not is_new and all(is_place(before[at:]) is None for at in range(len(before)))

    typed = after_thing(line.words) if is_new and is_place(line.words) is None else line.words
    found = find_reason(typed, reasons, says_where, _places_in(typed, is_place))
    line.words, why = list(found.words), found.reason.split()
    if is_new and not any(is_place(line.words[at:]) is not None for at in range(len(line.words))):
        at = next((at for at in range(len(why)) if why[at] == "in" and is_place(why[at + 1 :]) == []), len(why))
        line.words, why = [*line.words, *why[at:]], why[:at]
    if why:
        line.values["reason"] = " ".join(why)
    is_name = is_new and len(line.words) == 1 and is_place(line.words) is None
    taken = {"reason" if why else "", place.name if place and is_name else ""}
    return [one for one in fields if one.type not in ("date", "person") and one.name not in taken]


def _places_in(words: Sequence[str], is_place: Callable[[Sequence[str]], list[str] | None]) -> set[int]:
    """Return which words belong to names of workspaces: those of several words, and the one that stands first."""
    found: set[int] = set()
    for at in range(len(words)):
        rest = is_place(words[at:]) if at not in found else None
        stop = at if rest is None else len(words) - len(rest)
        found |= set(range(at, stop)) if at == 0 or stop > at + 1 else set()
    return found


def _first_unread(words: Sequence[str], fields: Sequence[FormField], known: Mapping[str, Sequence[Name]]) -> int:
    """Return how many words stand before the first that is part of nothing else: there somebody may be named."""
    line = Line(list(words))
    while line.words:
        if not any(_takes_first(line, one, known.get(one.name, ())) for one in fields):
            rest = after_lead_in(line.words, _BEFORE_A_PLACE)
            if len(rest) == len(line.words):
                break
            del line.words[0]
    return len(words) - len(line.words)


def _drops_lead_in(line: Line, one: FormField) -> bool:
    """Drop words that only lead to what this field takes, such as `to` and `as`, unless nothing else was typed."""
    rest = after_lead_in(line.words)
    is_led = one.type in _NAMED or one.type in _NUMBERS
    is_dropped = is_led and bool(rest or len(line.words) > 1) and len(rest) < len(line.words)
    line.words = (line.words[1:] if rest else []) if is_dropped else line.words  # a name may begin with the next: The Lab
    return is_dropped


def _takes_place(line: Line, one: FormField, names: Sequence[Name], *, is_behind_name: bool) -> bool:
    """Take a workspace that stands after `in`, `from` or `for`, wherever that is: `remove @priya from Staging`.

    Behind the name of something new it may stand by itself: `request ingest-two Staging`. Only where none stood before, as
    in `archive Staging all of it is in Production`; `in all cases` names none.
    """
    for at, word in enumerate(line.words):
        leads = word.casefold() in _BEFORE_A_PLACE
        after = Line(line.words[at + leads :])
        is_one = (leads or (at > 0 and is_behind_name)) and _take_name(after, one, names)
        if is_one and not (after.words and after.values.get(one.name) == WHOLE):
            line.words[at:] = after.words
            if at and is_behind_name:  # a new name ends before its place, and why begins after that
                line.values["reason"] = " ".join([*after.words, line.values.get("reason", "")]).strip()
                del line.words[at:]
            line.values |= after.values
            line.labels |= after.labels
            return True
    return False


def _whose_turn(word: str, left: Sequence[FormField]) -> FormField:
    """Return the field that takes a word which none surely reads: a number, as the form says best what is wrong with it."""
    looks_like_one = word[:1].isdecimal() or unicodedata.category(word[:1] or " ") == "Sc"
    return next((one for one in left if looks_like_one and one.type in _NUMBERS), left[0])


def _takes_first(line: Line, one: FormField, names: Sequence[Name]) -> bool:
    """Take the first words where they are without doubt this field's, in whatever order people wrote."""
    if one.type in _NAMED:
        return _take_name(line, one, names)
    reads = _NUMBERS.get(one.type)
    return reads is not None and _take_number(line, one, reads)


def _takes_part(line: Line, one: FormField, names: Sequence[Name]) -> bool:
    """Take the first words where they are part of one name alone."""
    for taken in range(min(len(line.words), _MOST_OF_A_PART), 0, -1):
        fitting = _with_part(" ".join(line.words[:taken]), one, names)
        if len(fitting) == 1:
            del line.words[:taken]
            line.values[one.name], line.labels[one.name] = fitting[0].value, fitting[0].label
            return True
    return False


def _with_part(typed: str, one: FormField, names: Sequence[Name]) -> list[Name]:
    part = spoken(typed)
    return [name for name in names if part in spoken(name.label)] if one.type == "lookup" and part else []


def _take_in_turn(line: Line, one: FormField, names: Sequence[Name]) -> None:
    """Take the first words for the field whose turn it is; `problem` says so where a name was expected."""
    if one.type in _NAMED:
        fitting = _with_part(line.words[0], one, names)
        is_another = line.has_person and bool(mentioned(line.words[0]))
        line.problem = ONE_PERSON if is_another else _unknown(line.words[0], one, fitting or names, is_part=bool(fitting))
        return
    if one.name in ("name", "value"):
        line.words = after_to(line.words) if one.name == "value" else after_thing(after_to(line.words))
    taken = len(line.words) if one.type in ("text", "long_text") else 1
    typed = " ".join(line.words[:taken])
    line.values[one.name] = typed[: one.max_length] if one.max_length else typed
    del line.words[:taken]


def _take_day(line: Line, one: FormField, call: Interaction, names: Sequence[Name]) -> None:
    line.end = end = find_end(line.words, call.calendar.day_of(call.rt.now()))
    if end.day and not (end.is_sure or end.time) and _is_named(set(line.words) - set(end.rest), names):
        line.end = Ending(None, tuple(line.words))
    elif end.day:
        line.values[one.name], line.words = end.day.isoformat(), list(end.rest)


def _is_named(words: Iterable[str], names: Sequence[Name]) -> bool:
    """Tell whether words that look like a day belong to names, as in a workspace `Friday Lab`."""
    in_names = {part for name in names for part in _plain(name.label).split()}
    return all(_plain(word) in in_names for word in words)


async def _take_person(rt: Runtime, line: Line, one: FormField, start: int) -> None:
    person, rest = await person_named(rt, line.words, start)
    if person:
        line.values[one.name], line.words, line.has_person = person, rest, True


def _take_name(line: Line, one: FormField, names: Sequence[Name]) -> bool:
    """Take the longest run of words that names something; what several are called is left to the form's menu."""
    plain = spoken if one.type == "lookup" else _plain
    known = _by_typed(names, plain)
    for taken in range(min(len(line.words), _MOST_WORDS), 0, -1):
        typed = " ".join(line.words[:taken]).rstrip(",;")
        if found := _meant(known.get(plain(typed), []), typed):
            del line.words[:taken]
            if len(found) == 1:
                line.values[one.name], line.labels[one.name] = found[0].value, found[0].label
            return True
    return False


def _meant(found: list[Name], typed: str) -> list[Name]:
    """Return what a typed name means: of names that differ by case alone, the one in the case that was typed."""
    exact = [name for name in found if reads_alike(name.label, typed)]
    return exact if len(exact) == 1 else found


def _take_number(line: Line, one: FormField, reads: Callable[[str], object]) -> bool:
    """Take an amount or a count, which may be several words: `$ 500`, `2k USD`; `1 000` is left to the form as it is."""
    if apart := words_of_number(line.words):
        line.values[one.name] = " ".join(line.words[:apart])
        del line.words[:apart]
        return True
    for taken in range(min(len(line.words), _MOST_OF_A_NUMBER), 0, -1):
        typed = " ".join(line.words[:taken])
        try:
            reads(typed)
        except NotMonthly:
            pass  # the form says what is wrong with it
        except Unreadable:
            continue
        line.values[one.name] = typed
        del line.words[:taken]
        return True
    return False


def _by_typed(names: Iterable[Name], plain: Callable[[str], str]) -> dict[str, list[Name]]:
    known: dict[str, list[Name]] = {}
    for name in names:
        for typed in {plain(text) for text in (name.value, name.label, *name.typed)}:
            known.setdefault(typed, []).append(name)
    return known


def _plain(text: str) -> str:
    return as_read(text)


def _unknown(word: str, one: FormField, names: Sequence[Name], *, is_part: bool) -> Markup:
    labels = [name.label for name in names]
    shown = listed([bold(label) for label in labels], "or", most=_MOST_SHOWN)
    if is_part:
        return f"{bold(word)} could be {shown}. Write which one. Nothing was sent."
    close = closest(word, labels) or closest_name(word, labels)
    meant: Markup = f"Did you mean {bold(close)}?" if close else f"There is {shown}."
    return f"{bold(one.label)}: I don't know {bold(word)}. {meant} Nothing was sent."
