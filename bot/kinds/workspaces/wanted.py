"""What somebody asks for who wants workspaces: one, or one for each of several environments."""

from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.approvals.act import Look
from bot.people.identity import ADMIN_ROLES
from bot.words.own import Own
from bot.words.reading import as_read

ENVIRONMENTS: Final[dict[str, Own]] = {
    "production": "Production",
    "staging": "Staging",
    "development": "Development",
    "test": "Test",
}
DIGEST, ALERT = "digest", "alert"
MOST_NAME = 255
"""What the API takes, the environment included (admin-api.md §4.4)."""
MOST_MEMBERS = 10
STEPS = (50, 80, 100)
"""The percents of the limit at which an alert speaks."""
OWNER_ROLE, MEMBER_ROLE = "workspace_admin", "workspace_developer"


class FirstMember(BaseModel):
    """Somebody who works in the workspaces from the beginning; `has` is their organization role at the ask."""

    model_config = ConfigDict(frozen=True)

    slack_id: str
    member_id: str
    name: str
    has: str
    is_owner: bool = False

    @property
    def role(self) -> str:
        """The workspace role that they are to have."""
        return OWNER_ROLE if self.is_owner else MEMBER_ROLE

    @property
    def inherits(self) -> bool:
        """Whether they need no role of their own there."""
        return inherits(self.has, is_owner=self.is_owner)


def inherits(role: str, *, is_owner: bool) -> bool:
    """Tell whether an organization role brings all that somebody gets in a workspace (admin-api.md §4.5).

    Somebody with `billing` is in every workspace and can only be raised to its admin.
    """
    return role in ADMIN_ROLES or (role == "billing" and not is_owner)


class CreateWorkspace(BaseModel):
    """Which workspaces, for whom. Without environments it is one that has the name itself.

    `owner` and `members` are Slack ids as they were chosen, `people` who that is. `limit` is dollars a month for each;
    `can_limit`: whether the API let limits be set when it was asked; `lower_whole`: the organization's where that is lower.
    `tell` are what the channel gets: digest, alert.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    environments: tuple[str, ...] = ()
    owner: str = ""
    members: tuple[str, ...] = ()
    limit: Decimal | None = None
    cost_centre: str = ""
    channel: str = ""
    tell: tuple[str, ...] = ()
    people: tuple[FirstMember, ...] = ()
    owner_email: str = ""
    can_limit: bool = True
    lower_whole: Decimal | None = None

    @property
    def workspaces(self) -> dict[str, str]:
        """Their names by environment; "" stands for none."""
        if not self.environments:
            return {"": self.name}
        return {one: f"{self.name} {ENVIRONMENTS[one]}" for one in self.environments}


def part_of_workspace(environment: str) -> str:
    """Return the name of the part that makes the workspace of an environment."""
    return f"workspace:{environment}"


def made_by(look: Look[CreateWorkspace], environment: str) -> str:
    """Return the id of the workspace that was made for an environment, also a moment ago."""
    part = look.came.part(part_of_workspace(environment))
    return part.thing_id if part else ""


def subject_of(name: str) -> str:
    """Return what a request for workspaces of a name is about; names that people read alike are one."""
    return f"new_workspace:{as_read(name)}"


def may_collide(wanted: CreateWorkspace) -> set[str]:
    """Return the subjects of other requests that may ask for a workspace of the same name."""
    subjects: set[str] = set()
    for name in wanted.workspaces.values():
        subjects.add(subject_of(name))
        for environment in ENVIRONMENTS.values():
            if name.casefold().endswith(f" {environment.casefold()}"):
                subjects.add(subject_of(name[: -len(environment) - 1]))
    return subjects - {subject_of(wanted.name)}


def shared_names(one: CreateWorkspace, other: CreateWorkspace) -> list[str]:
    """Return the names that two requests both ask for."""
    taken = {as_read(name) for name in other.workspaces.values()}
    return [name for name in one.workspaces.values() if as_read(name) in taken]
