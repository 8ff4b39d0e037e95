"""Which workspaces a list is about, as people type it: `list mine archived data`. Pure."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.admin.model import Workspace
from bot.slack.markup import Markup, code
from bot.words.folded import folded
from bot.words.patterns import has_in_it

_MINE = ("mine", "my", "me")
_ARCHIVED = ("archived",)
_MOST_OF_A_NAME = 80


class WantedWorkspaces(BaseModel):
    """Which workspaces are wanted. What is empty narrows nothing. `part` is a part of the name."""

    model_config = ConfigDict(frozen=True)

    mine: bool = False
    archived: bool = False
    part: str = ""

    def takes(self, workspace: Workspace) -> bool:
        """Tell whether a workspace has the wanted part in its name."""
        return has_in_it(folded(workspace.name), folded(self.part))

    def in_words(self) -> Markup:
        """Return what narrows the list: `yours · archived · with data in the name`."""
        named: Markup = f"with {code(self.part)} in the name" if self.part else ""
        parts: list[Markup] = ["yours" if self.mine else "", "archived" if self.archived else "", named]
        return " · ".join([part for part in parts if part])

    def stored(self) -> str:
        """Return what a button carries of it; `restored` reads it back."""
        return self.model_dump_json(exclude_defaults=True)


def read_workspaces(words: Sequence[str]) -> WantedWorkspaces:
    """Read what was typed after `list`, in any order. What is no other word is a part of the name."""
    rest = [word for word in words if word.casefold() not in (*_MINE, *_ARCHIVED)]
    typed = {word.casefold() for word in words}
    return WantedWorkspaces(
        mine=not typed.isdisjoint(_MINE), archived=not typed.isdisjoint(_ARCHIVED), part=" ".join(rest)[:_MOST_OF_A_NAME]
    )


def restored(text: str) -> WantedWorkspaces:
    """Return what a button carried; everything where nobody here wrote it."""
    try:
        return WantedWorkspaces.model_validate_json(text)
    except ValidationError:
        return WantedWorkspaces()
