"""What lists of people and keys are narrowed to, as people type it and as buttons carry it. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.slack.markup import Markup, bold, code
from bot.words.similar import closest
from bot.words.wording import listed, number

MOST_OF_A_NAME = 80
"""Characters of a name's part that count; a button carries no more of it."""
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
W = TypeVar("W", bound=BaseModel)


def mentioned(word: str) -> str:
    """Return the Slack id of the person whom a word mentions, "" where it mentions nobody."""
    found = _MENTION.fullmatch(word)
    return found[1] if found else ""


def nearest_words(words: Sequence[str], known: Iterable[str]) -> list[str] | None:
    """Return the words with each that is nearly a known one in its spelling; None where nothing would be another word."""
    every, plain = sorted(set(known)), [word.casefold() for word in words]
    meant = [_nearest(word, every) or word for word in plain]
    if meant == plain:
        return None
    return [typed if near == word else near for typed, word, near in zip(words, plain, meant, strict=True)]


def _nearest(word: str, known: Sequence[str]) -> str | None:
    """Return a known word of the same beginning; what is shorter than three letters is no slip of anything."""
    alike = [one for one in known if one[:1] == word[:1]]
    return closest(word, alike, 0.7) if len(word) > 2 and not mentioned(word) else None


def stored(wanted: BaseModel) -> str:
    """Return what a button carries of it; `restored` reads it back."""
    return wanted.model_dump_json(exclude_defaults=True)


def restored(model: type[W], text: str) -> W:
    """Return what a button carried; everything where nobody here wrote it."""
    try:
        return model.model_validate_json(text)
    except ValidationError:
        return model()


def which_workspace(name: str, workspace_ids: Sequence[str]) -> Markup:
    """Ask which one is meant of several workspaces with one name, which the API allows."""
    which = listed([code(one) for one in workspace_ids], "or", most=8)
    return f"{number(len(workspace_ids))} workspaces are called {bold(name)}. Write the id of the one you mean: {which}."
