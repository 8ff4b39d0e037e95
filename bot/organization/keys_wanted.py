"""Which keys a list is about, as people type it: `list Staging by @noah ending ingest`. Pure."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bot.admin.model import ApiKey, Member
from bot.organization.by_whom import member_named
from bot.organization.narrowing import MOST_OF_A_NAME, mentioned, which_workspace
from bot.slack.markup import Markup, bold, code, escape, reads_alike
from bot.words.folded import folded
from bot.words.patterns import has_in_it
from bot.words.similar import closest_name

GONE = ("expired", "archived")
"""Keys that never work again; without another word a list is about all others, also of a status that comes later."""
_STATUSES: dict[str, tuple[str, ...]] = {
    "active": ("active",),
    "enabled": ("active",),
    "disabled": ("inactive",),
    "inactive": ("inactive",),
    "expired": ("expired",),
    "revoked": ("archived",),
    "archived": ("archived",),
}
"""What people type for the API's statuses."""
STATUS_WORDS = {"active": "active", "inactive": "disabled", "expired": "expired", "archived": "revoked"}
"""The API's statuses in the words of buttons; one that comes later reads as the API names it."""
_ENDING = ("ending", "ends", "expiring")
_EVERY = ("all", "any", "every")
_MINE = ("mine", "my", "me")
_BY, _IN = ("by", "of"), ("in", "from", "for")
_BEFORE_BY = ("made", "created", "owned", "asked", "requested")
_JOINS = ("and", "or", ",")
BY_USE = frozenset({"unused", "idle", "stale", "ownerless", "orphaned", "unowned"})
"""What people also want to know of keys, and the API doesn't tell."""
_SAYS_NOTHING = ("key", "keys", "soon", "next", "the")
"""Words that narrow nothing beside one that does: `list my keys`, `list ending soon`. Alone they are part of a name."""


class Wanted(BaseModel):
    """Which keys are wanted. What is empty narrows nothing.

    `owner` is a Slack id, `member` the id of a member, who is called `by`, where Slack doesn't know them here. `part` is a
    part of the key's name, or all of it (`exact`). Without `statuses` those that aren't `GONE`, or `every` one.
    """

    model_config = ConfigDict(frozen=True)

    workspace_id: str = ""
    workspace: str = ""
    owner: str = ""
    member: str = ""
    by: str = ""
    mine: bool = False
    statuses: tuple[str, ...] = ()
    ending: bool = False
    part: str = ""
    exact: bool = False
    every: bool = False

    def takes(self, key: ApiKey) -> bool:
        """Tell whether a key has the wanted status and name."""
        name, part = folded(key.name), folded(self.part)
        is_called = reads_alike(name, part) if self.exact else has_in_it(name, part)
        fits = key.status in self.statuses if self.statuses else key.status not in GONE
        return is_called and (self.every or fits)

    def in_words(self) -> Markup:
        """Return what narrows the list: ` in Staging · by @noah · disabled · with ingest in the name`."""
        parts: list[Markup] = [
            f"in {escape(self.workspace)}" if self.workspace else "",
            f"by {escape(self.by)}" if self.by and not self.owner else "",
            "yours" if self.mine else "",
            *(escape(STATUS_WORDS.get(status, status)) for status in self.statuses),
            "of every status" if self.every and not self.exact else "",
            "ending, the next one first" if self.ending else "",
            (f"called {code(self.part)}" if self.exact else f"with {code(self.part)} in the name") if self.part else "",
        ]
        return " · ".join([part for part in parts if part])


def read_wanted(words: Sequence[str], workspaces: dict[str, str], members: Sequence[Member] = ()) -> Wanted | Markup:
    """Read what was typed after `list`, in any order. A sentence where it can't be read.

    `workspaces` are names by id, `members` those who may be named after `by`. What is no other word and no workspace's
    name is a part of the key's name.
    """
    found, rest = Wanted(), list[str]()
    at = 0
    while at < len(words):
        word, following = words[at].casefold(), words[at + 1] if at + 1 < len(words) else ""
        person = mentioned(following if word in _BY else words[at])
        here = _workspace(words[at:], workspaces)  # For Sale
        is_in = here is None and word in _IN
        workspace = _workspace(words[at + 1 :], workspaces) if is_in else here
        is_led = word in _BEFORE_BY and following.casefold() in _BY
        if is_led or (word in _JOINS and at and following.casefold() in _STATUSES):
            at += 1
        elif person:
            found, at = found.model_copy(update={"owner": person}), at + 1 + (word in _BY)
        elif word in _BY and following.casefold() not in _MINE:
            named = member_named(words[at + 1 :], members)
            if isinstance(named, str):
                return named
            found = found.model_copy(update={"member": named[0].id, "by": named[0].name or named[0].email})
            at += named[1] + 1
        elif word in _MINE or word in _BY:
            found, at = found.model_copy(update={"mine": True}), at + 1 + (word in _BY)
        elif workspace and not found.workspace_id:
            if len(workspace[0]) > 1:
                return which_workspace(workspaces[workspace[0][0]], workspace[0])
            (home,) = workspace[0]
            found = found.model_copy(update={"workspace_id": home, "workspace": workspaces[home]})
            at += workspace[1] + is_in
        elif workspace and is_in:
            return "A list is of one workspace, or of all. Name one."
        elif word == _IN[0] and following and not found.workspace_id:
            close = closest_name(following, list(workspaces.values()))
            meant = f" Did you mean {bold(close)}?" if close else ""
            return f"I don't know a workspace {bold(' '.join(words[at + 1 :]))}.{meant}"
        elif word in _STATUSES:
            found, at = found.model_copy(update={"statuses": (*found.statuses, *_STATUSES[word])}), at + 1
        elif word in _EVERY:
            found, at = found.model_copy(update={"every": True}), at + 1
        elif word in _ENDING:
            found, at = found.model_copy(update={"ending": True}), at + 1
        else:
            rest.append(words[at])
            at += 1
    named = [word for word in rest if found == Wanted() or word.casefold() not in _SAYS_NOTHING]
    return found.model_copy(update={"part": " ".join(named)[:MOST_OF_A_NAME]})


def _workspace(words: Sequence[str], workspaces: dict[str, str]) -> tuple[list[str], int] | None:
    """Return the ids of the longest workspace's name that the words begin with, and how many words it took.

    Of names that differ by case alone the one in the case that was typed.
    """
    for taken in range(len(words), 0, -1):
        typed = " ".join(words[:taken])
        found = [one for one, name in workspaces.items() if typed == one or folded(name) == folded(typed)]
        exact = [one for one in found if typed == one or reads_alike(workspaces[one], typed)]
        if found:
            return exact if len(exact) == 1 else found, taken
    return None
