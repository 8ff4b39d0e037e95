"""The grammar of typed lines: from left to right, clause by clause; what is none is a new name, a reason or unknown. Pure.

A last day is found wherever it stands. Other clauses stand in any order, each behind a word that leads to it or by itself.
Words that are no clause are the name or value that the form asks for; else they begin the reason, once all that has to be
named is named. Nothing is swallowed: what is neither is `unknown`.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from bot.forms.fields import WHOLE
from bot.organization.narrowing import mentioned
from bot.slack.markup import Markup, bold
from bot.words.ends import Ending, find_end
from bot.words.naming import LEAD_TO, after_thing, after_to
from bot.words.phrases import after_lead_in
from bot.words.reading import as_read
from bot.words.reasons import FOR, reason_of
from bot.words.similar import closest_name
from handlers.clauses import JOINS, NAMED, NUMBERS, PEOPLE, PLACES, SEVERAL, Clause, Slot, SlotType, clause_at, led_clause
from handlers.line_state import Line, Reading

ONE_PERSON: Markup = "A request is about one person. Ask for each of them alone. Nothing was sent."
_ONE_NUMBER: Markup = "I read two numbers for one limit. Write only the new one. Nothing was sent."
_NUMBER_IN_NAME: Markup = (
    "I read two numbers for one limit: write one, and put a name with a number in quotation marks. Nothing was sent."
)
_ONE_OF: dict[SlotType, Markup] = {
    "person": ONE_PERSON,
    "member": ONE_PERSON,
    "workspace": "A request is about one workspace. Ask for each of them alone. Nothing was sent.",
    "key": "A request is about one key. Ask for each of them alone. Nothing was sent.",
    "choice": "I can't ask for two at once. Ask for each of them alone. Nothing was sent.",
    "lookup": "I can't ask for two at once. Ask for each of them alone. Nothing was sent.",
    **dict.fromkeys(NUMBERS, _ONE_NUMBER),
}
_THINGS = ("workspace", "key", "role", "access", "limit", "account")
"""What a clause is may follow it, as in `the Staging workspace`, or come before it."""
_BEFORE = frozenset(
    {"role", "spend", "monthly", "member", "user", "person", "invite", "invitation", "with", "up", "most", "max"}
)
_REQUIRED: Collection[SlotType] = ("key", "member", "workspace", "choice", "lookup")
_PLEASE = ("please", "please.", "pls")
_TITLES = ("workspace", "name", "key", "person", "role", "amount", "limit")
_STOPS = (",", ";", ":")


def read_line(
    words: Sequence[str], slots: Sequence[Slot], today: date | None = None, reasons: Collection[str] = FOR
) -> Line:
    """Read words into slots; a last day is looked for where `today` is given. `reasons` may begin the reason, too."""
    words = words if any(one.type == "value" for one in slots) else list(_without_titles(words))
    at = Reading(list(words), list(slots), reasons, is_new=any(one.type in ("new", "addresses") for one in slots))
    if today:
        _take_end(at, today)
    while at.words and at.words[-1].casefold() in _PLEASE:
        at.words.pop()
    while at.words and not at.line.problem:
        _read_on(at)
    _settle(at)
    return at.line


def _without_titles(words: Sequence[str]) -> Iterator[str]:
    """Yield words without what says which field each fills in: `workspace=Staging name=my-key`."""
    for word in words:
        title, said, rest = word.partition("=")
        if not (said and title.casefold() in _TITLES):
            yield word
        elif rest:
            yield rest


def _take_end(at: Reading, today: date) -> None:
    """Take the words that say when it ends, unless those are a name, as in `Friday Lab`."""
    at.line.end = end = find_end(at.words, today)
    if end.day and (end.is_sure or end.time or not _is_named(set(at.words) - set(end.rest), at.open)):
        at.line.values["ends_on"], at.words = end.day.isoformat(), list(end.rest)
    elif end.day:
        at.line.end = Ending(None, tuple(at.words))


def _is_named(said: Collection[str], slots: Sequence[Slot]) -> bool:
    """Tell whether words that look like a day belong to names of things."""
    in_names = {
        part for one in slots if one.type not in PEOPLE for name in one.names for part in as_read(name.label).split()
    }
    return all(as_read(word) in in_names for word in said)


def _read_on(at: Reading) -> None:
    """Read the next clause, or else one word."""
    if second := _another(at):
        at.line.problem = second
    elif _joins(at) or not at.words[0].strip("".join(_STOPS)):
        del at.words[0]
    elif found := _clause(at):
        _take(at, *found)
    elif at.begins_reason(at.words):
        at.reason, at.words = at.words, []
    elif at.last and _is_thing(at):
        del at.words[0]
    else:
        _take_free(at)


def _clause(at: Reading) -> tuple[Slot, Clause] | None:
    """Return what is said next. Amid free words only somebody's mention is a clause, or a workspace that is led to."""
    places, collects = at.asks_for(*PLACES), at.collects()
    if at.free and collects and collects.type == "value":
        return None
    amid = [*places, *(one for one in at.open if one.own_leads)]
    led = led_clause(at.words, amid if at.free and not at.asks_for("addresses") else at.open)
    is_all = bool(at.free) and led is not None and led[1].value == WHOLE  # in all cases
    if led and not is_all and not _says_why(at, *led) and not _is_name(at, *led):
        return led
    if not at.free:
        return clause_at(at.words, at.open)
    if mentioned(at.words[0]) or "@" in at.words[0]:
        return clause_at(at.words, at.asks_for(*PEOPLE, "addresses"))
    return clause_at(at.words, places) if collects else None


def _is_name(at: Reading, slot: Slot, led: Clause) -> bool:
    """Tell whether what reads as a number beside a new name leaves none, and so is the name: `Budget 2027`."""
    rest = at.words[led.taken :]
    is_named = bool(at.free) or at.collects() is None
    return bool(slot.own_leads) and not is_named and (not rest or led_clause(rest, [slot]) is not None)


def _says_why(at: Reading, place: Slot, led: Clause) -> bool:
    """Tell whether `for Staging tests` says why rather than where, behind the name of something new."""
    is_behind = at.is_new and bool(after_thing(at.free) or at.line.values)
    if not is_behind or at.words[0].casefold() not in at.reasons or at.words[led.taken - 1].endswith(_STOPS):
        return False
    rest = at.words[led.taken :]
    goes_on = at.goes_on(rest, [one for one in at.open if one is not place])
    return not goes_on and rest[0].isalpha() and rest[0].casefold() not in JOINS


def _take(at: Reading, slot: Slot, clause: Clause) -> None:
    _give_name(at)
    at.line.is_sure = at.line.is_sure and not at.free
    line, at.last, at.stopped = at.line, slot, at.words[clause.taken - 1].endswith(_STOPS)
    del at.words[: clause.taken]
    line.problem, line.note = clause.problem, line.note or clause.note
    if slot.type in SEVERAL:
        line.several.setdefault(slot.name, []).append(clause.value)
    else:
        at.open.remove(slot)
        at.done.append(slot)
        at.has_role = slot if slot.type == "choice" and at.asks_for("addresses") else None
        line.values |= {slot.name: clause.value} if clause.value else {}
    line.labels |= {clause.value if slot.type in SEVERAL else slot.name: clause.label} if clause.label else {}


def _another(at: Reading) -> Markup:
    """Return what is said where another of the same kind follows: `@priya @sofia`, `Staging and Production`."""
    if at.has_role and not at.free and (clause_at(at.words, [at.has_role]) or led_clause(at.words, [at.has_role])):
        return "An invite has one role. Invite people of another role alone. Nothing was sent."
    joins = next((n for n, word in enumerate(at.words) if word.casefold() not in JOINS), 0)
    rest = at.words[joins:]
    if at.last is not None and (second := _second(rest, at.done)):
        return second
    if at.last is None or at.last.type not in _ONE_OF:
        return ""
    is_led = at.last.type in NUMBERS and joins == 0
    found = (led_clause if is_led else clause_at)(rest, [at.last]) if rest else None
    if found is None:
        return ""
    is_beside = bool(at.last.type in PLACES and at.asks_for(*NUMBERS))
    is_other = at.last.type in ("key", "workspace") and found[1].value not in at.line.values.values()
    is_all = is_other and not at.collects() and found[1].taken == len(rest)  # a name, and no reason
    is_listed = is_all or ((joins or at.stopped or is_beside or is_led) and at.goes_on(rest[found[1].taken :]))
    is_mention = at.last.type in PEOPLE and mentioned(rest[0])
    if not (is_listed or is_mention):
        return ""
    return _NUMBER_IN_NAME if at.last.own_leads else _ONE_OF[at.last.type]


def _second(words: Sequence[str], done: Sequence[Slot]) -> Markup:
    """Return what is said where two clauses of what was read already follow: `Staging to 500, Production to 600`."""
    first = clause_at(words, done) if words else None
    rest = words[first[1].taken :] if first else ()
    among = [one for one in done if first and one is not first[0]]
    second = clause_at(rest, among) or led_clause(rest, among)
    if first is None or second is None:
        return ""
    return _ONE_OF.get((second if first[0].type in NUMBERS else first)[0].type, "")


def _is_thing(at: Reading) -> bool:
    """Tell whether the next word only says what the clause before it is: `the Staging workspace`."""
    word, rest = at.words[0].casefold(), at.words[1:]
    is_led = bool(rest) and at.collects() is not None and rest[0].casefold() in LEAD_TO
    return word.rstrip(",;:") in _THINGS and (word.endswith(_STOPS) or is_led or at.goes_on(rest))


def _joins(at: Reading) -> bool:
    """Tell whether the next word only joins two of several: `Staging and Sandbox`."""
    found = clause_at(at.words[1:], at.open) if at.last and at.words[0].casefold() in JOINS else None
    return found is not None and found[0].type in SEVERAL


def _take_free(at: Reading) -> None:
    """Take a word that is no clause: one that only leads somewhere goes, as long as something has to be named."""
    word, at.last = at.words.pop(0), None
    is_led = bool(at.asks_for(*NAMED, *NUMBERS)) and at.collects() is None
    if at.free or not is_led or after_lead_in([word], _BEFORE):
        at.free.append(word)
    if " " in word and not word.startswith("<"):  # in quotation marks, which end a name
        _give_name(at)


def _give_name(at: Reading) -> None:
    """Give the free words to the new name, or to the value, that is asked for."""
    slot = at.collects()
    if slot is None or not at.free:
        return
    if slot.type == "value" and _names_another(at):
        rest = " ".join(after_to(at.free))
        at.line.note = (
            f"⚠️ I couldn't use {bold(rest)}. A request is about one change: write it below, and ask for others alone."
        )
        at.free = []
        at.open.remove(slot)
        return
    words = after_thing(after_to(at.free)) if slot.type == "new" else after_to(at.free)
    is_lead = len(at.free) == 1 and at.free[0].casefold() in LEAD_TO
    typed = "" if is_lead else " ".join(words).rstrip(",;")
    at.free = []
    if typed:
        at.line.values[slot.name] = typed[: slot.max_length] if slot.max_length else typed
        at.open.remove(slot)


def _names_another(at: Reading) -> bool:
    """Tell whether a value goes on with another thing that gets one: `gw2 and ingest-prod to ip2`."""
    things = [one for one in at.done if one.type in ("key", *PLACES)]
    for n in range(1, len(at.free)):
        before = at.free[n - 1]
        found = clause_at(at.free[n:], things) if before.casefold() in JOINS or before.endswith(_STOPS) else None
        if found and " ".join(at.free[n + found[1].taken :][:1]).casefold() in LEAD_TO:
            return True
    return False


def _settle(at: Reading) -> None:
    """Give what was no clause to where it belongs: the name, what isn't known, or the reason."""
    line = at.line
    _take_out_of_reason(at)
    line.loose = tuple(at.free)
    named = None if at.collects() or at.is_new else next(iter(at.asks_for(*_REQUIRED)), None)
    if at.free and not _is_no_place(at) and named:
        line.unknown, line.asked = tuple(at.free), named
    elif at.collects() and not line.unknown:
        _give_name(at)
    free = () if line.unknown else at.free
    if free or at.reason:
        line.values["reason"] = " ".join([*free, reason_of(at.reason)]).strip()


def _is_no_place(at: Reading) -> bool:
    """Tell whether `in` leads to no workspace that there is; of several such words, to what is nearly one's name."""
    place = next(iter(at.asks_for(*PLACES)), None)
    led = [at.free[n + 1 :] for n, word in enumerate(at.free) if word.casefold() in ("in", "into") and at.free[n + 1 :]]
    if place is None or not led:
        return False
    near = (after for after in led if closest_name(after[0], [name.label for name in place.names]))
    after = next(near, led[0] if at.is_new or led[0] == at.free[1:] else None)
    if after is None:
        return False
    stop = next((n for n in range(1, len(after)) if at.goes_on(after[n:])), len(after))
    at.line.unknown, at.line.asked = tuple(after[:stop]), place
    return True


def _take_out_of_reason(at: Reading) -> None:
    """Take a workspace that ends the reason, as in `for tests in Staging`, and the one who is mentioned in it."""
    people, places = at.asks_for(*PEOPLE), at.asks_for(*PLACES)
    for n in range(len(at.reason)) if places else ():
        led = led_clause(at.reason[n:], places) if at.reason[n].casefold() == "in" else None
        if led and n + led[1].taken == len(at.reason):
            reason, at.words = at.reason[:n], at.reason[n:]
            _take(at, *led)
            at.reason = reason
            break
    said = [person for word in at.reason if (person := mentioned(word.rstrip(",.;:")))]
    if people and len(set(said)) == 1:
        at.line.values[people[0].name] = said[0]
        at.line.is_sure = False
