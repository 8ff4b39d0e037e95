"""Another name for a key. What uses it goes on working."""

from dataclasses import replace

from bot.admin.model import ApiKey
from bot.approvals.act import Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.outcome import Outcome
from bot.approvals.parts import Sample, Words
from bot.directory.capabilities import Can
from bot.errors import InvalidInput
from bot.forms.fields import FormField
from bot.kinds.keys.names import DEAD, MOST_NAME, NAME, NAME_RULE, check_name, is_taken, subject_of
from bot.kinds.keys.one_key import KEY_FIELD, KeyChange, bold_key_in_place, chosen_key, find_key, key_in_place, read_key
from bot.kinds.keys.owners import concerns_of_key
from bot.kinds.setting import Found, Setting, Thing
from bot.slack.markup import Markup, code


class RenameKey(KeyChange):
    """Which key gets which name, in which workspace."""

    name: str
    workspace_id: str = ""


def _name_of(key: ApiKey) -> str:
    return key.name


def _name_of_living(key: ApiKey) -> str:
    if key.status in DEAD:
        raise InvalidInput({"key_id": f"{key.name} is {key.status} for good, so it can't be changed."})
    return key.name


def unnamed(thing: Thing) -> Thing:
    """Return a key as sentences about its name call it."""
    return replace(thing, name="The key", inside="the key")  # its name is what changes


async def _find(reading: Reading, payload: RenameKey) -> Found[RenameKey]:
    if not NAME.fullmatch(payload.name):
        raise InvalidInput({"name": NAME_RULE})
    found = await find_key(reading, payload, _name_of_living)
    full = found.checked.payload.model_copy(update={"workspace_id": found.checked.workspace_id or ""})
    return Found(unnamed(found.thing), replace(found.checked, payload=full))


async def _read(look: Look[RenameKey]) -> Thing:
    return unnamed(await read_key(look, _name_of))


async def _taken(reading: Reading, payload: RenameKey, name: str) -> str:
    """Say so where a name belongs to another key, or to one that somebody is just asking for."""
    where = await reading.directory.workspace_name(payload.workspace_id)
    if await is_taken(reading, name, payload.workspace_id):
        return f"{where} already has a key named {name}. Another name is needed."
    if await reading.others.find_open(subject_of(payload.workspace_id, name)):
        return f"Somebody has asked for a new key named {name} in {where}. Another name is needed."
    return ""


_NAME = Setting[RenameKey](
    noun="name",
    field="key_id",
    already_at="name",
    find=_find,
    read=_read,
    write=lambda admin, payload, name: admin.update_api_key(payload.key_id, name=name),
    which=lambda payload: payload.key_id,
    to=lambda payload: payload.name,
    was=lambda payload: payload.was,
    already=lambda thing: f"{thing.name} is already called {thing.value}.",
    takes=lambda key: key.status not in DEAD,
    forbids=_taken,
)


def _called(asked: Asked[RenameKey], name: str) -> Markup:
    return f"Key {bold_key_in_place(asked)} is now called {code(name)}"


RENAME_KEY = Kind(
    name="rename_key",
    payload=RenameKey,
    form=(
        KEY_FIELD,
        FormField(
            "name",
            "New name",
            max_length=MOST_NAME,
            check=check_name,
            hint="Letters, digits, dots, dashes and underscores. Programs that use the key keep working.",
        ),
        WHY_FIELD,
    ),
    words=Words(
        label="Rename a key",
        asks="asks to rename a key",
        title=lambda asked: f"Rename a key: {asked.payload.key_name} to {asked.payload.name}",
        what=lambda asked: f"{key_in_place(asked)} → {code(asked.payload.name)}",
        done=lambda asked: _called(asked, asked.payload.name),
        then=lambda _asked: "I rename the key at once; programs that use it keep working",
        after=lambda asked: f"{_called(asked, asked.payload.was)} again",
        wish=lambda asked: f"to rename the key {key_in_place(asked)} to {code(asked.payload.name)}",
        chosen=chosen_key,
    ),
    rules=_NAME.rules(lambda payload: f"rename_key:{payload.key_id}", needs=Can.KEYS, has_workspace=True),
    effect=_NAME.effect(),
    concerns=concerns_of_key(
        Remedy("ask for the old name again. Programs that use it keep working.", "rename_key", "Rename…", takes_thing=True)
    ),
    sample=Sample(
        RenameKey(
            key_id="apikey_1", key_name="nightly", hint="sk-ant-…igAA", was="nightly", name="weekly", workspace_id="wrkspc_1"
        ),
        Outcome(thing_id="apikey_1", hint="sk-ant-…igAA", value="weekly", was="nightly"),
    ),
)
