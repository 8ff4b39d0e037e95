"""Names in the policy that match nothing: workspaces, user groups, people, channels, as far as known. Pure."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.policy.contacts import people_of, user_groups_of
from bot.policy.model import Policy
from bot.words.folded import folded

Noun = Literal["workspace", "user group", "person", "channel", "policy"]
_SO: Mapping[Noun, str] = {
    "workspace": "so its rules apply nowhere",
    "user group": "so nobody approves through it",
    "person": "so they approve nothing",
    "channel": "so no card arrives there",
    "policy": "so nobody can approve",
}
FINE = ""
KNOWN_NOTE = "policy:known"
"""Where the bot remembers what it last found out."""


class Known(BaseModel):
    """What was last found out; what isn't in it is unknown, which is no fault of the policy.

    `workspaces` and `archived` are names by id, None where they couldn't be listed. The others say by id what is wrong,
    `FINE` where nothing is. `was` has the id of the workspace that a name of the policy once meant, `admins` where the
    policy had admins told when it could be read.
    """

    model_config = ConfigDict(frozen=True)

    workspaces: dict[str, str] | None = None
    archived: dict[str, str] = {}
    groups: dict[str, str] = {}
    people: dict[str, str] = {}
    channels: dict[str, str] = {}
    was: dict[str, str] = {}
    admins: tuple[str, ...] = ()


class Named(NamedTuple):
    """A name in the policy, and what is wrong with it (`FINE`: nothing)."""

    noun: Noun
    name: str
    problem: str

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.noun} {self.name}"

    @property
    def sentence(self) -> str:
        """Plain text: `workspace Lab: it is archived, so its rules apply nowhere.`"""
        return f"{self.key}: {self.problem}, {_SO[self.noun]}."


def judge(policy: Policy, known: Known) -> list[Named]:
    """Return every name of a policy of which is known whether it matches something."""
    return [] if policy.nobody_because else list(_judged(policy, known))


def loose(policy: Policy, known: Known) -> list[Named]:
    """Return the names that match nothing."""
    return [one for one in judge(policy, known) if one.problem != FINE]


def meant(policy: Policy, workspaces: Mapping[str, str], was: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of the workspaces that the policy's names mean now, or meant before."""
    now = {key: found for key in policy.workspaces if (found := _matching(key, workspaces))}
    return {key: found for key, found in ({**was, **now}).items() if key in policy.workspaces}


def _judged(policy: Policy, known: Known) -> Iterator[Named]:
    if known.workspaces is not None:
        for key in policy.workspaces:
            yield Named("workspace", key, _workspace(key, known.workspaces, known))
    named: tuple[tuple[Noun, list[str], Mapping[str, str]], ...] = (
        ("user group", user_groups_of(policy), known.groups),
        ("person", people_of(policy), known.people),
        ("channel", list(policy.channels), known.channels),
    )
    for noun, ids, problems in named:
        yield from (Named(noun, one, problems[one]) for one in ids if one in problems)


def _workspace(key: str, workspaces: Mapping[str, str], known: Known) -> str:
    if _matching(key, workspaces):
        return FINE
    if renamed := workspaces.get(known.was.get(key, "")):
        return f"it is called {renamed} now"
    if _matching(key, known.archived) or known.was.get(key) in known.archived:
        return "it is archived"
    return "no workspace has this name or id"


def _matching(key: str, workspaces: Mapping[str, str]) -> str:
    """Return the id of the workspace that a name or id means, as the policy reads them, or ""."""
    if key in workspaces:
        return key
    return next((one for one, name in workspaces.items() if folded(name) == folded(key)), "")
