"""Names of API keys: how they are spelled, and whether one is free."""

import re

from bot.admin.model import ApiKey
from bot.approvals.act import Reading
from bot.forms.fields import FormInput

MOST_NAME = 80
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,79}")
NAME_RULE = "Use 2 to 80 letters (a to z), digits, dots, dashes or underscores, starting with a letter or digit."
DEAD = frozenset({"archived", "expired"})
"""States of a key that works no more and never will."""


def check_name(value: str, _form: FormInput) -> str | None:
    """Return what is wrong with a new name of a key."""
    return None if NAME.fullmatch(value) else NAME_RULE


def subject_of(workspace_id: str, name: str) -> str:
    """Return the subject of a request for a new key."""
    return f"create_key:{workspace_id}:{name}"


async def keys_named(reading: Reading, name: str, workspace_id: str) -> list[ApiKey]:
    """Return a workspace's keys of a name, as of now, with the ones that are dead."""
    found = [key async for key in reading.admin.api_keys(workspace_id=workspace_id) if key.name == name]
    return [key for key in await at_home(reading, found) if key.workspace_id == workspace_id]


async def at_home(reading: Reading, keys: list[ApiKey]) -> list[ApiKey]:
    """Return keys with the id of their workspace: the older API writes the default one as null."""
    homes = [await reading.directory.home_of(key) for key in keys]
    return [
        key if key.workspace_id or home is None else key.model_copy(update={"workspace_id": home.id})
        for key, home in zip(keys, homes, strict=True)
    ]


async def is_taken(reading: Reading, name: str, workspace_id: str) -> bool:
    """Tell whether a workspace has a key of this name that isn't dead."""
    return any(key.status not in DEAD for key in await keys_named(reading, name, workspace_id))
