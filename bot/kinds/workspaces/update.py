"""One detail of a workspace: its name, its colour or one of its tags."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from bot.admin.model import Workspace
from bot.approvals.act import Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fence import FencedAdmin
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.outcome import NeedsPerson, Outcome
from bot.approvals.parts import Checked, Sample, Words
from bot.directory.capabilities import Can
from bot.errors import InvalidInput
from bot.forms.fields import FormField, FormInput
from bot.kinds.setting import Found, Setting, Thing
from bot.kinds.workspaces.one_workspace import (
    CLAUDE_CODE,
    DEFAULT,
    WORKSPACE_FIELD,
    concerns_of_workspace,
    find_open_workspace,
    has_name,
    who_owns,
)
from bot.organization.tags import COLOURS, OWN, OWNER, RESERVED, TAGS, colour_words, read_colour
from bot.people.model import Who
from bot.slack.markup import Markup, bold, clean, code, within_bold
from bot.words.folded import folded
from bot.words.own import Own
from bot.words.reading import as_read

NAME, COLOUR, OTHER = "name", "colour", "other"
NOUNS: Mapping[str, Own] = {NAME: "name", **TAGS, COLOUR: "colour"}
DETAILS = {detail: f"{noun[0].upper()}{noun[1:]}" for detail, noun in NOUNS.items()} | {OTHER: "Another tag"}
_TYPED = (("rename", NAME), ("color", COLOUR))
MOST = 255
_OTHER_RULE = "Write the tag and its value, such as team=data. Write team= to remove the tag."


class UpdateWorkspace(BaseModel):
    """Which detail of which workspace gets which value, instead of which. Of another tag, `value` is written tag=value."""

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    workspace_name: str = ""
    detail: str
    value: str = ""
    was: str = ""

    @property
    def tag(self) -> str:
        """The tag that is set, "" for the name and the colour."""
        if self.detail == OTHER:
            return self.value.partition("=")[0].strip()
        return "" if self.detail in (NAME, COLOUR) else self.detail

    @property
    def to(self) -> str:
        """The value that is asked for, "" where a tag is to go away."""
        return self.value.partition("=")[2].strip() if self.detail == OTHER else self.value


def _is(payload: UpdateWorkspace, workspace: Workspace) -> str:
    """Return the value that a detail has."""
    if payload.detail == NAME:
        return workspace.name
    if payload.detail == COLOUR:
        return (workspace.display_color or "").upper()
    return workspace.tags.get(payload.tag, "")


def _thing(payload: UpdateWorkspace, workspace: Workspace) -> Thing:
    noun = f"tag {payload.tag}" if payload.detail == OTHER else NOUNS[payload.detail]
    return Thing(f"The {noun} of {payload.workspace_name}", _is(payload, workspace), workspace.id)


def _fault(detail: str, value: str) -> str:
    """Return what is wrong with a value, as far as it alone tells, or ""."""
    if len(value) > MOST:
        return f"Use {MOST} characters at most."
    if detail == NAME and not value:
        return "Type the new name."
    if detail == OWNER and value.startswith("@"):
        return f"Write the owner's e-mail address. From {value} I can't tell whom to ask and tell."
    if detail == COLOUR and not read_colour(value):
        return f"Type one of {', '.join(COLOURS)}, or a value such as #6C5BB9."
    if detail == OTHER:
        tag, has_value, _ = value.partition("=")
        if not tag.strip() or not has_value:
            return _OTHER_RULE
        if tag.strip().casefold().startswith(RESERVED):
            return f"Tags that begin with {RESERVED} belong to Anthropic. Choose another one."
        if tag.strip().casefold().startswith(OWN):
            return f"Tags that begin with {OWN} are mine. Choose another one."
        if own := next((one for one in TAGS if folded(one) == folded(tag)), ""):
            return f"Choose {DETAILS[own]} in the list above instead."
    return ""


def _clean(payload: UpdateWorkspace) -> UpdateWorkspace:
    value = clean(payload.value)
    return payload.model_copy(update={"value": read_colour(value) if payload.detail == COLOUR else value})


async def _find(reading: Reading, payload: UpdateWorkspace) -> Found[UpdateWorkspace]:
    if payload.detail not in DETAILS:
        raise InvalidInput({"detail": "Choose what to change from the list."})
    if fault := _fault(payload.detail, clean(payload.value)):
        raise InvalidInput({"value": fault})
    found = await find_open_workspace(reading, payload.workspace_id)
    named = _clean(payload).model_copy(update={"workspace_id": found.id, "workspace_name": found.name})
    full = named.model_copy(update={"was": _is(named, found)})
    return Found(_thing(full, found), Checked(full, found.id, found.name))


async def _read(look: Look[UpdateWorkspace]) -> Thing:
    found = await look.admin.workspace(look.payload.workspace_id)
    if found.archived_at:
        raise NeedsPerson(f"Somebody archived {found.name}, so it can't be changed any more. Give up.", is_final=True)
    return _thing(look.payload, found)


async def _write(admin: FencedAdmin, payload: UpdateWorkspace, value: str) -> None:
    if payload.detail == NAME:
        await admin.update_workspace(payload.workspace_id, name=value)
    elif payload.detail == COLOUR:
        await admin.update_workspace(payload.workspace_id, display_color=value)
    else:
        tags: Mapping[str, str | None] = {payload.tag: value or None}
        await admin.update_workspace(payload.workspace_id, tags=tags)


async def _forbids(reading: Reading, payload: UpdateWorkspace, value: str) -> str:
    """Say why a workspace can't get a name: the bot knows two by theirs, and none may be called like another."""
    if payload.detail != NAME:
        return ""
    now = await reading.admin.workspace(payload.workspace_id)
    if now.is_default:
        return "The Default workspace can't be renamed."
    if now.is_claude_code:
        return f"{CLAUDE_CODE} is known by its name alone, so it can't be renamed."
    if any(as_read(value) == as_read(one) for one in (CLAUDE_CODE, DEFAULT)):
        return f"{value} is the name of a workspace that Anthropic makes. Choose another name."
    if await has_name(reading, payload.workspace_id, value):
        return f"There is a workspace named {value} already. Choose another name."
    return ""


def _already(thing: Thing) -> str:
    return (
        f"{thing.name} is already {thing.value}."
        if thing.value
        else f"{thing.name} isn't set, so there is nothing to remove."
    )


def _drifted(thing: Thing, was: str) -> str:
    name = f"{thing.name[0].lower()}{thing.name[1:]}"
    value, old = thing.value or "not set", was or "not set"
    return f"Somebody else changed {name}: it is {value} now, and was {old} when this was asked."


_DETAIL = Setting[UpdateWorkspace](
    noun="value",
    field="workspace_id",
    already_at="value",
    find=_find,
    read=_read,
    write=_write,
    which=lambda payload: f"{payload.workspace_id} {payload.detail} {payload.tag}",
    to=lambda payload: payload.to,
    was=lambda payload: payload.was,
    already=_already,
    drifted=_drifted,
    forbids=_forbids,
)


def _shown(payload: UpdateWorkspace, value: str) -> Markup:
    if not value:
        return "not set"
    return code(colour_words(value) if payload.detail == COLOUR else value)


def _what(asked: Asked[UpdateWorkspace]) -> Markup:
    wanted = asked.payload
    return f"{bold(wanted.workspace_name)}, {_said(wanted)}: {_shown(wanted, wanted.was)} → {_shown(wanted, wanted.to)}"


def _said(payload: UpdateWorkspace) -> Markup:
    return f"tag {code(payload.tag)}" if payload.detail == OTHER else NOUNS[payload.detail]


def _done(asked: Asked[UpdateWorkspace], value: str) -> Markup:
    wanted, has_become = asked.payload, "is now" if value else "is"
    return f"Workspace {within_bold(wanted.workspace_name)}: its {_said(wanted)} {has_become} {_shown(wanted, value)}"


def _then(asked: Asked[UpdateWorkspace]) -> Markup:
    """Say that rules go with a name, where the policy has some for the one that is to go."""
    name = folded(asked.payload.workspace_name)
    if asked.payload.detail == NAME and any(folded(table) == name for table in asked.request.asked_under.tables):
        return "I rename it at once, and the policy's rules for its old name stop applying"
    return "I change it at once; keys keep working"


def _new_owner(payload: UpdateWorkspace) -> tuple[Who, ...]:
    return who_owns(payload.to) if payload.detail == OWNER else ()


def _check_value(value: str, form: FormInput) -> str | None:
    return _fault(form.text("detail"), clean(value)) or None if form.text("detail") else None


UPDATE_WORKSPACE = Kind(
    name="update_workspace",
    payload=UpdateWorkspace,
    form=(
        WORKSPACE_FIELD,
        FormField("detail", "What to change", "choice", choices=tuple(DETAILS.items()), typed=_TYPED),
        FormField(
            "value",
            "New value",
            max_length=MOST,
            optional=True,
            check=_check_value,
            hint="Leave it empty to remove a tag. A colour is a word such as purple, or #6C5BB9. "
            "Another tag is written like team=data.",
        ),
        WHY_FIELD,
    ),
    words=Words(
        label="Change a workspace",
        asks="asks to change a workspace",
        title=lambda asked: f"Change a workspace: {asked.payload.workspace_name}",
        what=_what,
        done=lambda asked: _done(asked, asked.payload.to),
        then=_then,
        after=lambda asked: _done(asked, asked.payload.was),
        wish=lambda asked: f"to change the workspace {_what(asked)}",
    ),
    rules=_DETAIL.rules(
        lambda payload: f"update_workspace:{payload.workspace_id}:{payload.detail}:{payload.tag}",
        needs=Can.KEYS,
        has_workspace=True,
    ),
    effect=_DETAIL.effect(),
    concerns=replace(
        concerns_of_workspace(Remedy("ask to change it back.", "update_workspace", "Change…")), becomes=_new_owner
    ),
    sample=Sample(
        UpdateWorkspace(
            workspace_id="wrkspc_1", workspace_name="Staging", detail="owner", value="dana@acme.test", was="bob@acme.test"
        ),
        Outcome(thing_id="wrkspc_1", value="dana@acme.test", was="bob@acme.test"),
    ),
)
