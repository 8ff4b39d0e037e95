"""What is said of words in a typed line that name nothing, with what was probably meant."""

from collections.abc import Sequence

from bot.kinds.people.change_role import ADMIN_SENTENCE, ROLES
from bot.organization.narrowing import mentioned
from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, code
from bot.words.folded import folded
from bot.words.naming import LEAD_TO
from bot.words.similar import closest, closest_name
from bot.words.wording import listed
from handlers.clauses import PLACES, Slot, with_part
from handlers.lines import ONE_PERSON, Line

_MOST_SHOWN = 8
_A_SLIP = 0.9
"""How much a word of a new name is like a workspace's name, where it is taken for a slip of that."""


def said_of_unknown(rt: Runtime, line: Line, slots: Sequence[Slot]) -> Markup:
    """Return what is said of the words that name nothing of what was asked; "" where there are none."""
    asked, words = line.asked, line.unknown
    if not (asked and words):
        return ""
    if asked.type == "key":
        return _no_key(rt, words, asked)
    if asked.type == "member":
        typed = " ".join(words)
        return f"I don't know a member {bold(typed)}.{_meant_one(typed, [asked])}"
    if mentioned(words[0]) and "slack_id" in line.values:
        return ONE_PERSON
    people = [one for one in slots if one.type == "person" and one.name not in line.values]
    if meant := _meant_one(words[0], people):
        return f"I don't know {bold(words[0])}.{meant} Nothing was sent."
    return _no_name(words, asked)


def _meant_one(typed: str, slots: Sequence[Slot]) -> Markup:
    """Return who was probably meant, "" for nobody."""
    close = closest_name(typed, [text for one in slots for name in one.names for text in (name.label, *name.typed)])
    return _meant(bold(close)) if close else ""


def slip_of_place(words: Sequence[str], slots: Sequence[Slot]) -> Markup:
    """Return what is said where one of the words that were no clause is nearly a workspace's name, "" for none."""
    for place in (one for one in slots if one.type in PLACES):
        labels = {folded(name.label) for name in place.names}
        slips = [word for word in words if word.isalpha() and closest(folded(word), labels, _A_SLIP)]
        if slips:
            return _no_name(slips, place)
    return ""


def _no_key(rt: Runtime, words: Sequence[str], asked: Slot) -> Markup:
    end = next((at for at, word in enumerate(words) if at and word.casefold() in LEAD_TO), len(words))
    typed = " ".join(words[:end])
    close = closest_name(typed, [name.label for name in asked.names])
    listing = code(f"/{rt.settings.command_prefix}-keys list")
    return f"I don't know a key {code(typed)}.{_meant(code(close) if close else '')} {listing} shows all names."


def _no_name(words: Sequence[str], asked: Slot) -> Markup:
    word, labels = words[0], [name.label for name in asked.names]
    fitting = [name.label for name in with_part(word, asked)] if asked.type == "lookup" else []
    shown = listed([bold(label) for label in fitting or labels], "or", most=_MOST_SHOWN)
    if fitting:
        return f"{bold(word)} could be {shown}. Write which one. Nothing was sent."
    close = closest(word, labels) or closest_name(word, labels)
    meant: Markup = _meant(bold(close)) if close else f" There is {shown}."
    return f"{bold(asked.label)}: I don't know {bold(word)}.{meant} Nothing was sent."


def _meant(name: Markup) -> Markup:
    return f" Did you mean {name}?" if name else ""


def no_such_role(typed: str) -> Markup:
    """Return what is said of a role in the organization that nobody can be given."""
    if typed.casefold() == "admin":
        return f"⚠️ {ADMIN_SENTENCE} Nothing was sent."
    close = closest(typed.casefold(), ROLES)
    roles = listed([code(name) for name in ROLES])
    return f"⚠️ I don't know a role {bold(typed)}.{_meant(code(close) if close else '')} Roles are {roles}. Nothing was sent."


async def no_such_workspace(rt: Runtime, typed: str) -> Markup:
    """Return what is said of a name that no workspace has."""
    names = [one.name for one in await rt.directory.workspaces()]
    close = closest_name(typed, names)
    meant = (
        f"Did you mean {bold(close)}?" if close else f"There are {listed([bold(name) for name in names], most=_MOST_SHOWN)}."
    )
    return f"I don't know a workspace {bold(typed)}. {meant}"
