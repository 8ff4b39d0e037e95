"""Switching a key off, on again, or ending it for good: three kinds that differ in one word of the API."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from bot.admin.model import ApiKey
from bot.approvals.kind import Applied, Checked, Done, Kind, NeedsPerson, check_in_time
from bot.approvals.model import MOST_REASON, Request
from bot.errors import InvalidInput, UpstreamMissing
from bot.forms.fields import FormField, FormInput
from bot.people.model import Who
from bot.runtime import Runtime
from bot.slack.markup import bold, code, within_bold

_NOT_THE_NAME = "Type the key's name exactly, to be sure that it is the right one."


class KeyChange(BaseModel):
    """Which key; its name, hint and workspace as they were when it was asked."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    key_name: str = ""
    hint: str | None = None
    confirm: str = Field(default="", exclude=True)
    """What was typed to confirm; compared with the key's name as it is now, and not kept."""


@dataclass(frozen=True)
class _Change:
    """What tells the three kinds apart. `becomes` is the API's status, `from_` the statuses in which it can be asked."""

    name: str
    label: str
    verb: str
    becomes: str
    from_: frozenset[str]
    done: str
    already: str
    danger: str


def _payload(request: Request) -> KeyChange:
    return KeyChange.model_validate(request.payload)


async def _find(rt: Runtime, key_id: str) -> ApiKey:
    try:
        return await rt.admin.api_key(key_id)
    except UpstreamMissing:
        raise InvalidInput({"key_id": "That key doesn't exist. Choose one from the list."}) from None


async def _look(rt: Runtime, request: Request, becomes: str) -> Done | None:
    key = await rt.admin.api_key(_payload(request).key_id)
    return Done({"key_id": key.id, "hint": key.hint}) if key.status == becomes else None


def _what(request: Request) -> str:
    where = f" in {bold(request.workspace_name)}" if request.workspace_name else ""
    return f"{code(_payload(request).key_name)}{where}"


def _within_bold(request: Request) -> str:
    where = f" in {within_bold(request.workspace_name)}" if request.workspace_name else ""
    return f"{code(_payload(request).key_name)}{where}"


def _make(change: _Change, *extra: FormField) -> Kind:
    async def precheck(rt: Runtime, _who: Who, payload: BaseModel) -> Checked:
        assert isinstance(payload, KeyChange)  # noqa: S101 - the registry pairs them
        key = await _find(rt, payload.key_id)
        if key.status == change.becomes:
            raise InvalidInput({"key_id": f"{key.name} is already {change.already}."})
        if key.status not in change.from_:
            raise InvalidInput({"key_id": f"{key.name} is {key.status} for good, which can't be changed any more."})
        if any(field.name == "confirm" for field in extra) and payload.confirm.strip() != key.name.strip():
            raise InvalidInput({"confirm": _NOT_THE_NAME})
        workspace = await rt.directory.workspace(key.workspace_id)
        full = KeyChange(key_id=key.id, key_name=key.name, hint=key.hint)
        return Checked(full, workspace.id if workspace else key.workspace_id, workspace.name if workspace else None)

    async def apply(rt: Runtime, request: Request) -> Applied:
        found = await _look(rt, request, change.becomes)
        if found:
            return found
        key = await rt.admin.api_key(_payload(request).key_id)
        if key.status not in change.from_:
            raise NeedsPerson(f"The key {key.name} became {key.status} in the meantime.")
        check_in_time(rt, request)
        key = await rt.admin.update_api_key(key.id, status=change.becomes)
        rt.directory.forget_keys()
        return Done({"key_id": key.id, "hint": key.hint})

    return Kind(
        name=change.name,
        label=change.label,
        payload=KeyChange,
        form=(
            FormField("key_id", "Key", "key", hint="Type a part of its name."),
            *extra,
            FormField("reason", "Why", "long_text", hint="The approvers read this.", max_length=MOST_REASON),
        ),
        title=lambda request: f"{change.label}: {_payload(request).key_name}",
        asks=f"asks to {change.verb} a key",
        what=_what,
        done=lambda request: f"Key {_within_bold(request)} {change.done}",
        subject=lambda payload: f"key:{getattr(payload, 'key_id', '')}",
        precheck=precheck,
        apply=apply,
        repeatable=True,
        look=lambda rt, request: _look(rt, request, change.becomes),
        has_workspace=True,
        danger=change.danger,
    )


def _check_typed(value: str, form: FormInput) -> str | None:
    wanted = form.labels.get("key_id", "")
    # A menu shows 75 characters of a name; what it cut can't be compared.
    is_same = value.startswith(wanted[:-1]) if wanted.endswith("…") else value == wanted
    return None if wanted and is_same else _NOT_THE_NAME


DISABLE_KEY = _make(
    _Change(
        "disable_key", "Disable a key", "disable", "inactive", frozenset({"active"}), "is disabled", "disabled",
        "Everything that uses it stops until it is enabled again.",
    )
)  # fmt: skip
ENABLE_KEY = _make(
    _Change("enable_key", "Enable a key", "enable", "active", frozenset({"inactive"}), "is enabled again", "enabled", "")
)
REVOKE_KEY = _make(
    _Change(
        "revoke_key", "Revoke a key", "revoke", "archived", frozenset({"active", "inactive"}),
        "is revoked for good", "revoked",
        "Everything that uses it stops for good. This can't be undone.",
    ),
    FormField("confirm", "Type the key's name to confirm", max_length=500, check=_check_typed),
)  # fmt: skip
