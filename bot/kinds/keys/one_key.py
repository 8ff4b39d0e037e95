"""What the kinds that change one existing key have in common: their payload, how the key is found, and how it is called."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from bot.admin.model import ApiKey
from bot.approvals.act import Asked, Look, Reading
from bot.approvals.parts import Checked
from bot.directory.directory import ORGANIZATION, WORKSPACE
from bot.errors import InvalidInput, UpstreamMissing
from bot.forms.fields import FormField
from bot.kinds.setting import Found, Thing
from bot.slack.markup import Markup, bold, code, within_bold

KEY_FIELD = FormField("key_id", "Key", "key", hint="Type part of its name.")


class KeyChange(BaseModel):
    """Which key. Its name and hint, and the value that is to be changed, as they were when it was asked."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    key_name: str = ""
    hint: str | None = None
    was: str = ""


K = TypeVar("K", bound=KeyChange)


async def find_key(reading: Reading, payload: K, value: Callable[[ApiKey], str]) -> Found[K]:
    """Look a key up for somebody who asks to change one value of it."""
    try:
        key = await reading.admin.api_key(payload.key_id)
    except UpstreamMissing:
        raise InvalidInput({"key_id": "That key doesn't exist. Choose one from the list."}) from None
    if key.scope not in (WORKSPACE, ORGANIZATION):
        raise InvalidInput({"key_id": f"I don't know where this key works (scope {key.scope}). Change it in the Console."})
    workspace = await reading.directory.home_of(key)
    full = payload.model_copy(update={"key_id": key.id, "key_name": key.name, "hint": key.hint, "was": value(key)})
    where = (workspace.id, workspace.name) if workspace else (key.workspace_id, None)
    return Found(_thing(key, value), Checked(full, *where))


async def read_key(look: Look[K], value: Callable[[ApiKey], str]) -> Thing:
    """Return the key of a request with one value of it, as of now."""
    return _thing(await look.admin.api_key(look.payload.key_id), value)


def _thing(key: ApiKey, value: Callable[[ApiKey], str]) -> Thing:
    return Thing(name=key.name, value=value(key), id=key.id, hint=key.hint)


def key_in_place(asked: Asked[K]) -> Markup:
    """Return the key and its workspace as mrkdwn."""
    place = asked.request.workspace_name
    return code(asked.payload.key_name) + (f" in {bold(place)}" if place else "")


def bold_key_in_place(asked: Asked[K]) -> Markup:
    """Return the same as mrkdwn that may stand in bold."""
    place = asked.request.workspace_name
    return code(asked.payload.key_name) + (f" in {within_bold(place)}" if place else "")


def chosen_key(asked: Asked[K]) -> dict[str, str]:
    """Return what the menu of keys says of the chosen one."""
    return {"key_id": asked.payload.key_name}
