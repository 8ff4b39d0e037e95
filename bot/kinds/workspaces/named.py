"""What the kinds that change one existing workspace have in common: how it is found, and what never happens to it."""

from bot.admin.model import Workspace
from bot.approvals.act import Reading
from bot.approvals.model import MOST_REASON
from bot.errors import InvalidInput, UpstreamMissing
from bot.forms.fields import FormField
from bot.slack.markup import reads_alike

WORKSPACE_FIELD = FormField("workspace_id", "Workspace", "workspace", hint="Type part of its name.")
WHY_FIELD = FormField("reason", "Why", "long_text", hint="The approvers will read this.", max_length=MOST_REASON)
CLAUDE_CODE = "Claude Code"
"""The name by which alone the workspace of Claude Code sign-ins is known (admin-api.md §4.4)."""
DEFAULT = "Default"


async def find_workspace(reading: Reading, workspace_id: str) -> Workspace:
    """Return a workspace as of now for somebody who asks to change it; InvalidInput where it is gone or archived."""
    try:
        found = await reading.admin.workspace(workspace_id)
    except UpstreamMissing:
        raise InvalidInput({"workspace_id": "That workspace doesn't exist. Choose one from the list."}) from None
    if found.archived_at:
        raise InvalidInput({"workspace_id": f"{found.name} is archived, so it can't be changed."})
    return found


async def has_name(reading: Reading, workspace_id: str, name: str) -> bool:
    """Tell whether another workspace that isn't archived has a name, in any case, as of now."""
    others = [one for one in await reading.directory.workspaces(fresh=True) if one.id != workspace_id]
    return any(reads_alike(one.name.casefold(), name.casefold()) for one in others)
