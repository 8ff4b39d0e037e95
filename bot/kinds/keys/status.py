"""Switching a key off, on again, or ending it for good: three kinds that differ in one word of the API."""

from dataclasses import dataclass

from pydantic import Field

from bot.approvals.concerned import Remedy
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.outcome import Outcome
from bot.approvals.parts import Sample, Words
from bot.directory.capabilities import Can
from bot.forms.fields import FormField, FormInput
from bot.kinds.keys.one_key import KEY_FIELD, KeyChange, bold_key_in_place, chosen_key, find_key, key_in_place, read_key
from bot.kinds.keys.owners import concerns_of_key
from bot.kinds.setting import Setting
from bot.slack.markup import reads_alike, reads_as_shown
from bot.words.own import Own

_NOT_THE_NAME = "This isn't the key's name. Type the name exactly, so that the right key is revoked."


class StatusChange(KeyChange):
    """Which key gets another status."""

    confirm: str = Field(default="", exclude=True)
    """What was typed to confirm; compared with the key's name as it is now, and not kept."""


@dataclass(frozen=True)
class _Change:
    """What tells the three kinds apart. `becomes` is the API's status, `from_` the statuses in which it can be asked."""

    name: str
    label: str
    verb: Own
    becomes: str
    from_: frozenset[str]
    done: Own
    then: Own
    already: str
    remedy: Remedy
    danger: str = ""
    lasts: Own = ""
    is_final: bool = False


def _setting(change: _Change) -> Setting[StatusChange]:
    return Setting(
        noun="status",
        field="key_id",
        find=lambda reading, payload: find_key(reading, payload, lambda key: key.status),
        read=lambda look: read_key(look, lambda key: key.status),
        write=lambda admin, payload, status: admin.update_api_key(payload.key_id, status=status),
        which=lambda payload: payload.key_id,
        to=lambda _payload: change.becomes,
        was=lambda payload: payload.was,
        already=lambda thing: f"{thing.name} is already {change.already}.",
        closed=lambda thing: f"{thing.name} is {thing.value} for good, so it can't be changed.",
        drifted=lambda thing, _was: f"Somebody else changed the key {thing.name}: it is {thing.value} now.",
        fits=lambda status: status in change.from_,
        takes=lambda key: key.status in change.from_,
        faults=_unconfirmed if change.is_final else lambda _payload: {},
        is_final=change.is_final,
        comes_by_itself=lambda status: status == "expired",
    )


def _unconfirmed(payload: StatusChange) -> dict[str, str]:
    return {} if reads_alike(payload.confirm, payload.key_name) else {"confirm": _NOT_THE_NAME}


def _make(change: _Change, *extra: FormField) -> Kind[StatusChange]:
    setting = _setting(change)
    was = next(iter(sorted(change.from_)))
    return Kind(
        name=change.name,
        payload=StatusChange,
        form=(KEY_FIELD, *extra, WHY_FIELD),
        words=Words(
            label=change.label,
            asks=f"asks to {change.verb} a key",
            title=lambda asked: f"{change.label}: {asked.payload.key_name}",
            what=key_in_place,
            done=lambda asked: f"Key {bold_key_in_place(asked)} {change.done}",
            then=lambda _asked: change.then,
            lasts=change.lasts,
            wish=lambda asked: f"to {change.verb} the key {key_in_place(asked)}",
            danger=change.danger,
            chosen=chosen_key,
        ),
        rules=setting.rules(lambda payload: f"key:{payload.key_id}", needs=Can.KEYS, has_workspace=True),
        effect=setting.effect(),
        concerns=concerns_of_key(change.remedy),
        sample=Sample(
            StatusChange(key_id="apikey_1", key_name="nightly", hint="sk-ant-…igAA", was=was, confirm="nightly"),
            Outcome(thing_id="apikey_1", hint="sk-ant-…igAA", value=change.becomes, was=was),
            given={"status": was},
        ),
    )


def _check_typed(value: str, form: FormInput) -> str | None:
    wanted = form.labels.get("key_id", "")
    return None if wanted and reads_as_shown(value, wanted) else _NOT_THE_NAME


DISABLE_KEY = _make(
    _Change(
        "disable_key", "Disable a key", "disable", "inactive", frozenset({"active"}), "is disabled",
        "I disable the key at once, and everything that uses it stops", "disabled",
        Remedy("ask to enable it again.", "enable_key", "Enable…", takes_thing=True),
        "Everything that uses it stops until it is enabled again.", "Until it is enabled again",
    )
)  # fmt: skip
ENABLE_KEY = _make(
    _Change(
        "enable_key", "Enable a key", "enable", "active", frozenset({"inactive"}), "is enabled again",
        "I enable the key at once, and whatever has its secret can use it", "enabled",
        Remedy("ask to disable it.", "disable_key", "Disable…", takes_thing=True),
    )
)  # fmt: skip
REVOKE_KEY = _make(
    _Change(
        "revoke_key", "Revoke a key", "revoke", "archived", frozenset({"active", "inactive"}),
        "is revoked for good", "I revoke the key at once, and everything that uses it stops", "revoked",
        Remedy("a revoked key can't come back. Ask for a new one.", "create_key", "Request a key…"),
        "Everything that uses it stops for good. This can't be undone.", is_final=True,
    ),
    FormField("confirm", "Type the key's name to confirm", max_length=500, check=_check_typed),
)  # fmt: skip
