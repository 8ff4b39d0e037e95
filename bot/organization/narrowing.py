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
    """Return the words with each that is nearly a known one in its spelling; None where there is no such word."""
    every = sorted(set(known))
    meant = [closest(word.casefold(), [one for one in every if one[:1] == word[:1].casefold()], 0.7) for word in words]
    return [near or word for near, word in zip(meant, words, strict=True)] if any(meant) else None


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
