"""Archiving a workspace: for good, and with all its keys."""

from pydantic import BaseModel, ConfigDict, Field

from bot.admin.model import ApiKey, Workspace
from bot.approvals.act import Act, Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.outcome import Applied, Done, NeedsPerson, Outcome
from bot.approvals.parts import Checked, Concerns, Effect, Rules, Sample, Words
from bot.approvals.snapshot import living_keys
from bot.directory.capabilities import Can
from bot.errors import InvalidInput
from bot.forms.fields import FormField, FormInput
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.workspaces.one_workspace import (
    CLAUDE_CODE,
    WORKSPACE_FIELD,
    find_open_workspace,
    has_name,
    owners_of_workspace,
)
from bot.people.model import Who
from bot.slack.markup import Markup, bold, code, reads_alike, reads_as_shown, within_bold
from bot.words.wording import listed

_NOT_THE_NAME = "This isn't the workspace's name. Type the name exactly, so that the right one is archived."
_MOST_NAMED = 3


class ArchiveWorkspace(BaseModel):
    """Which workspace, its name when it was asked, and whether another one is called the same."""

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    workspace_name: str = ""
    has_twin: bool = False
    confirm: str = Field(default="", exclude=True)
    """What was typed to confirm; compared with the workspace's name as it is now, and not kept."""


def _never(workspace: Workspace) -> str:
    """Return why a workspace may never be archived, or ""."""
    if workspace.is_default:
        return "The Default workspace can't be archived."
    if workspace.is_claude_code:
        return f"{CLAUDE_CODE} can't be archived here: then nobody in the organization could sign in to Claude Code."
    return ""


async def _check(reading: Reading, _who: Who, payload: ArchiveWorkspace) -> Checked[ArchiveWorkspace]:
    found = await find_open_workspace(reading, payload.workspace_id)
    if never := _never(found):
        raise InvalidInput({"workspace_id": never})
    if not reads_alike(payload.confirm, found.name):
        raise InvalidInput({"confirm": _NOT_THE_NAME})
    known = {"workspace_name": found.name, "has_twin": await has_name(reading, found.id, found.name)}
    full = payload.model_copy(update={"workspace_id": found.id} | known)
    return Checked(full, found.id, found.name)


async def _apply(act: Act[ArchiveWorkspace]) -> Applied:
    wanted = act.payload
    found = await act.admin.workspace(wanted.workspace_id)
    if found.archived_at:
        return Done(Outcome(thing_id=found.id, note=f"{found.name} was archived already."))
    if never := _never(found):
        raise NeedsPerson(f"{never} Give up.", is_final=True)
    if found.name != wanted.workspace_name:
        renamed = f"Somebody renamed {wanted.workspace_name}: it is called {found.name} now. Give up and ask again."
        raise NeedsPerson(renamed, is_final=True)
    if new := await _keys_since(act):
        names = listed([key.name for key in new], most=_MOST_NAMED)
        unseen = f"{found.name} has new keys that the approvers didn't see: {names}. Give up and ask again."
        raise NeedsPerson(unseen, is_final=True)
    await act.admin.archive_workspace(found.id)
    return Done(Outcome(thing_id=found.id))


async def _keys_since(act: Act[ArchiveWorkspace]) -> list[ApiKey]:
    """Return the living keys that were made after the card had named those that end."""
    await act.directory.keys(fresh=True)
    keys = await living_keys(act.directory, act.payload.workspace_id)
    return [key for key in keys if key.created_at > act.request.created_at]


async def _look(look: Look[ArchiveWorkspace]) -> Done | None:
    found = await look.admin.workspace(look.payload.workspace_id)
    return Done(Outcome(thing_id=found.id)) if found.archived_at else None


async def _owners(reading: Reading, workspace_id: str) -> tuple[Who, ...]:
    """Return the workspace's owner, and whose keys end: to whom each was handed, else who asked for it, else its maker."""
    keys = await living_keys(reading.directory, workspace_id)
    ids = [key.id for key in keys]
    given = await reading.others.handed_over(ids)
    asked_for = await reading.others.requesters_of(CREATE_KEY.name, [one for one in ids if one not in given])
    accounts = dict.fromkeys(asked_for.values())
    known = {*given, *asked_for}
    makers = dict.fromkeys(key.created_by for key in keys if key.created_by and key.id not in known)
    return (
        *await owners_of_workspace(reading, workspace_id),
        *dict.fromkeys(one.owner for one in given.values()),
        *(Who(slack_id=one, member_id="", email="") for one in accounts),
        *(Who(slack_id="", member_id=one, email="") for one in makers),
    )


def _check_typed(value: str, form: FormInput) -> str | None:
    wanted = form.labels.get("workspace_id", "")
    return None if wanted and reads_as_shown(value, wanted) else _NOT_THE_NAME


def _what(asked: Asked[ArchiveWorkspace]) -> Markup:
    """Return which workspace, by its id as well where its name doesn't tell."""
    wanted = asked.payload
    which: Markup = f" ({code(wanted.workspace_id)}, one of several with this name)" if wanted.has_twin else ""
    return f"{bold(wanted.workspace_name)}{which}, with all its keys"


def _done(asked: Asked[ArchiveWorkspace]) -> Markup:
    return f"Workspace {within_bold(asked.payload.workspace_name)} is archived for good, and all its keys with it"


ARCHIVE_WORKSPACE = Kind(
    name="archive_workspace",
    payload=ArchiveWorkspace,
    form=(
        WORKSPACE_FIELD,
        FormField("confirm", "Type the workspace's name to confirm", max_length=255, check=_check_typed),
        WHY_FIELD,
    ),
    words=Words(
        label="Archive a workspace",
        asks="asks to archive a workspace",
        title=lambda asked: f"Archive a workspace: {asked.payload.workspace_name}",
        what=_what,
        done=_done,
        then=lambda _asked: "I archive the workspace at once, and everything that uses one of its keys stops",
        wish=lambda asked: f"to archive the workspace {bold(asked.payload.workspace_name)}",
        danger="Everything that uses one of its keys stops for good. This can't be undone.",
    ),
    rules=Rules(
        subject=lambda payload: f"archive_workspace:{payload.workspace_id}",
        check=_check,
        takes=lambda workspace: not _never(workspace),
        needs=Can.KEYS,
        has_workspace=True,
        least_approvals=2,
        ends_keys=True,
    ),
    effect=Effect(apply=_apply, repeatable=True, look=_look),
    concerns=Concerns(
        find=_owners,
        field="workspace_id",
        because="You own this workspace or have keys in it, which stop working.",
        remedy=Remedy(
            "an archived workspace and its keys can't come back. Ask for a key in another one.",
            "create_key",
            "Request a key…",
        ),
    ),
    sample=Sample(
        ArchiveWorkspace(workspace_id="wrkspc_1", workspace_name="Staging", confirm="Staging"), Outcome(thing_id="wrkspc_1")
    ),
)
