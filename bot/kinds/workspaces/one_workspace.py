"""What kinds about one workspace share: how it is found, and what never happens to it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot.admin.model import Workspace
from bot.approvals.act import Act, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.outcome import Done, NeedsPerson, Outcome
from bot.approvals.parts import Concerns
from bot.errors import InvalidInput, UpstreamMissing
from bot.forms.fields import WHOLE, FormField
from bot.organization.tags import OWNER
from bot.people.model import Who
from bot.words.reading import as_read

WORKSPACE_FIELD = FormField("workspace_id", "Workspace", "workspace", hint="Type part of its name.")
CLAUDE_CODE = "Claude Code"
"""The name by which alone the workspace of Claude Code sign-ins is known (admin-api.md §4.4)."""
DEFAULT = "Default"


async def find_open_workspace(reading: Reading, workspace_id: str, unless_default: str = "") -> Workspace:
    """Return a workspace that can be changed as of now; InvalidInput for one that is gone or archived.

    Of the default one the same with the sentence `unless_default`, where there is one.
    """
    try:
        workspace = await reading.admin.workspace(workspace_id)
    except UpstreamMissing:
        raise InvalidInput({"workspace_id": "That workspace doesn't exist. Choose one from the list."}) from None
    if workspace.archived_at is not None:
        raise InvalidInput({"workspace_id": archived_said(workspace.name)})
    if workspace.is_default and unless_default:
        raise InvalidInput({"workspace_id": unless_default})
    return workspace


def archived_said(name: str) -> str:
    """Return what is said of an archived workspace."""
    return f"{name} is archived for good, so nothing in it can be changed."


async def is_archived(reading: Reading, workspace_id: str) -> bool:
    """Tell whether a workspace was archived. Those that the list of open ones holds aren't asked for one by one."""
    found = await reading.directory.workspace(workspace_id)
    return found is None and (await reading.admin.workspace(workspace_id)).archived_at is not None


async def check_is_open(reading: Reading, workspace_id: str, name: str) -> None:
    """Raise NeedsPerson where a workspace was archived meanwhile: then nobody can do by hand what was approved for it."""
    if await is_archived(reading, workspace_id):
        raise NeedsPerson(archived_said(name), is_final=True)


async def owners_of_workspace(reading: Reading, workspace_id: str) -> tuple[Who, ...]:
    """Return whom a workspace's tag names as its owner; nobody where that is no address, or of the whole organization."""
    found = await reading.directory.workspace(workspace_id)
    return who_owns(found.tags.get(OWNER, "")) if found else ()


def who_owns(owner: str) -> tuple[Who, ...]:
    """Return the same of a value of that tag."""
    address = owner.strip()
    return (Who(slack_id="", member_id="", email=address),) if "@" in address else ()


def concerns_of_workspace(remedy: Remedy) -> Concerns[Any]:
    """Return whom a change of a workspace concerns: its owner, where it has one, hears of it before and after."""
    return Concerns(find=owners_of_workspace, field="workspace_id", thing="workspace", says_nobody=False, remedy=remedy)


class _InWorkspace(Protocol):
    """A payload about a workspace, or by `WHOLE` about the organization."""

    @property
    def workspace_id(self) -> str: ...
    @property
    def workspace_name(self) -> str: ...


def ends_with_its_workspace(revert: Callable[[Act[Any]], Awaitable[Done]]) -> Callable[[Act[Any]], Awaitable[Done]]:
    """Return how a grant in a workspace ends: once nobody can use that any more there is nothing to take back."""

    async def end(act: Act[Any]) -> Done:
        wanted: _InWorkspace = act.payload
        is_place = wanted.workspace_id != WHOLE
        if is_place and (await act.admin.workspace(wanted.workspace_id)).archived_at is not None:
            return Done(Outcome(note=f"{wanted.workspace_name} is archived, so nobody works in it any more."))
        return await revert(act)

    return end


async def has_name(reading: Reading, workspace_id: str, name: str) -> bool:
    """Tell whether another workspace that isn't archived has a name, in any case, as of now."""
    others = [one for one in await reading.directory.workspaces(fresh=True) if one.id != workspace_id]
    return any(as_read(one.name) == as_read(name) for one in others)
