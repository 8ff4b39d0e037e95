"""What kinds about one workspace share."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot.admin.model import Workspace
from bot.approvals.act import Act, Reading
from bot.approvals.outcome import Done, Outcome
from bot.errors import InvalidInput, UpstreamMissing


async def find_open_workspace(reading: Reading, workspace_id: str, unless_default: str) -> Workspace:
    """Return a workspace that can be changed as of now; InvalidInput for an archived one, and for the default one.

    `unless_default` is what is said of that.
    """
    try:
        workspace = await reading.admin.workspace(workspace_id)
    except UpstreamMissing:
        raise InvalidInput({"workspace_id": "That workspace doesn't exist. Choose one from the list."}) from None
    if workspace.archived_at is not None:
        raise InvalidInput({"workspace_id": archived_said(workspace.name)})
    if workspace.is_default:
        raise InvalidInput({"workspace_id": unless_default})
    return workspace


def archived_said(name: str) -> str:
    """Return what is said of an archived workspace."""
    return f"{name} is archived for good, so nothing in it can be changed."


class _InWorkspace(Protocol):
    """A payload about a workspace."""

    @property
    def workspace_id(self) -> str: ...
    @property
    def workspace_name(self) -> str: ...


def ends_with_its_workspace(revert: Callable[[Act[Any]], Awaitable[Done]]) -> Callable[[Act[Any]], Awaitable[Done]]:
    """Return how a grant in a workspace ends: once nobody can use that any more there is nothing to take back."""

    async def end(act: Act[Any]) -> Done:
        wanted: _InWorkspace = act.payload
        if (await act.admin.workspace(wanted.workspace_id)).archived_at is not None:
            return Done(Outcome(note=f"{wanted.workspace_name} is archived, so nobody works in it any more."))
        return await revert(act)

    return end
