"""An API key: made by the upstream where it offers that (`api`), else by a person in the Console, with proof (`console`)."""

import asyncio
import re
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.admin.model import ApiKey
from bot.approvals import db as requests
from bot.approvals.kind import Applied, Checked, Done, Kind, NeedsPerson, Waits, check_in_time
from bot.approvals.model import MOST_REASON, Request
from bot.errors import InvalidInput
from bot.forms.fields import FormField, FormInput, check_last_day, end_of
from bot.kinds.keys.console_steps import console_news, console_steps
from bot.people.model import Who
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.markup import bold, code, mention, within_bold
from bot.slack.model import Message

MOST_NAME = 80
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,79}")
_NAME_RULE = "Use 2 to 80 letters, digits, dots, dashes or underscores, starting with a letter or digit."
_DEAD = frozenset({"archived", "expired"})
CLOCKS_MAY_DIFFER = timedelta(minutes=2)
"""The upstream writes down by its own clock when a key was made."""
_BY_HAND = "Whoever made it in the Console has its secret and hands it to you."


class CreateKey(BaseModel):
    """Who wants which key where. `ends_on` is the last UTC day on which it works."""

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    workspace_name: str = ""
    name: str
    ends_on: date | None = None

    @property
    def ends_at(self) -> datetime | None:
        """The moment at which the key ends: the end of its last day."""
        return end_of(self.ends_on)


def _check_name(value: str, _form: FormInput) -> str | None:
    if NAME.fullmatch(value):
        return None
    return _NAME_RULE


FORM = (
    FormField("workspace_id", "Workspace", "workspace", hint="Type a part of its name."),
    FormField(
        "name",
        "Name",
        max_length=MOST_NAME,
        check=_check_name,
        hint="What will use it, such as ingest-staging. Letters, digits, dots, dashes and underscores.",
    ),
    FormField("reason", "Purpose", "long_text", hint="The approvers read this.", max_length=MOST_REASON),
    FormField("ends_on", "Last day", "date", hint="Empty: until it is revoked.", optional=True, check=check_last_day),
)


def _subject(workspace_id: str, name: str) -> str:
    return f"create_key:{workspace_id}:{name}"


def _payload(request: Request) -> CreateKey:
    return CreateKey.model_validate(request.payload)


async def _keys_named(rt: Runtime, name: str, workspace_id: str) -> list[ApiKey]:
    return await _at_home(rt, [key async for key in rt.admin.api_keys(workspace_id=workspace_id) if key.name == name])


async def _at_home(rt: Runtime, named: list[ApiKey]) -> list[ApiKey]:
    # The older API writes the default workspace as null.
    default = await rt.directory.workspace(None)
    home = default.id if default else None
    return [key if key.workspace_id else key.model_copy(update={"workspace_id": home}) for key in named]


async def _precheck(rt: Runtime, _who: Who, payload: BaseModel) -> Checked:
    assert isinstance(payload, CreateKey)  # noqa: S101 - the registry pairs them
    if not NAME.fullmatch(payload.name):
        raise InvalidInput({"name": _NAME_RULE})
    workspace = next((w for w in await rt.directory.workspaces(fresh=True) if w.id == payload.workspace_id), None)
    if workspace is None:
        raise InvalidInput({"workspace_id": "That workspace doesn't exist any more. Choose another one."})
    if workspace.is_claude_code:
        raise InvalidInput({"workspace_id": "Claude Code makes its own keys at sign-in. Choose another workspace."})
    taken = [key for key in await _keys_named(rt, payload.name, workspace.id) if key.status not in _DEAD]
    if taken:
        raise InvalidInput({"name": f"{workspace.name} already has a key {payload.name}. Choose another name."})
    full = payload.model_copy(update={"workspace_name": workspace.name})
    return Checked(full, workspace.id, workspace.name, payload.ends_at)


def _outcome(key: ApiKey, **more: Any) -> dict[str, Any]:
    expires = key.expires_at.isoformat() if key.expires_at else None
    return {"key_id": key.id, "hint": key.hint, "expires_at": expires, **more}


async def _apply(rt: Runtime, request: Request) -> Applied:
    wanted = _payload(request)
    workspaces, named = await asyncio.gather(
        rt.directory.workspaces(fresh=True), _keys_named(rt, wanted.name, wanted.workspace_id)
    )
    workspace = next((w for w in workspaces if w.id == wanted.workspace_id), None)
    if workspace is None:
        raise NeedsPerson(f"The workspace {wanted.workspace_name} was archived in the meantime.")
    if any(key.status not in _DEAD for key in named):
        raise NeedsPerson(
            f"{workspace.name} got another key {wanted.name} in the meantime. Rename or archive that one, or give up here "
            "and ask under another name."
        )
    rule = rt.policy.rule_for(request.kind, request.workspace_id, workspace.name)
    if rule.issue_keys == "console":
        # Whatever has the name later and isn't among these is new: the two clocks needn't agree.
        known = [key.id for key in await rt.directory.keys(fresh=True) if key.name == wanted.name]
        return Waits({"way": "console", "known": known})
    return await _create(rt, request, wanted)


async def _create(rt: Runtime, request: Request, wanted: CreateKey) -> Done:
    check_in_time(rt, request)
    issued = await rt.admin.create_api_key(wanted.workspace_id, wanted.name, wanted.ends_at)
    rt.directory.forget_keys()
    return Done(_outcome(issued.key, way="api"), issued.secret)


async def look(rt: Runtime, request: Request) -> Done | None:
    """Find the key of an attempt whose answer got lost; nobody will ever know its secret, which the outcome says."""
    wanted = _payload(request)
    workspace_name = await rt.directory.workspace_name(request.workspace_id)
    if rt.policy.rule_for(request.kind, request.workspace_id, workspace_name).issue_keys == "console":
        return None  # then I made none
    since = (request.approved_at or request.created_at) - CLOCKS_MAY_DIFFER
    for key in await _keys_named(rt, wanted.name, wanted.workspace_id):
        if key.status not in _DEAD and key.created_at >= since:
            return Done(_outcome(key, way="api", handover="lost"))
    return None


async def _prove(rt: Runtime, request: Request) -> Done | Waits | None:
    """Look for the key that a person was asked to make: right name, right workspace, not there before."""
    wanted, known = _payload(request), request.outcome.get("known", ())
    named = await _at_home(rt, [key for key in await rt.directory.keys() if key.name == wanted.name])
    new = [key for key in named if key.id not in known and key.status not in _DEAD]
    right = next((key for key in new if key.workspace_id == wanted.workspace_id), None)
    if right:
        rt.directory.forget_keys()
        return Done(_outcome(right, way="console", note=_BY_HAND))
    strays = await _not_asked_for(rt, new)
    if not strays:
        return Waits()
    where = await rt.directory.workspace_name(strays[0].workspace_id)
    return Waits(problem=f"A key of that name appeared in {where}, which is the wrong place.")


async def _not_asked_for(rt: Runtime, keys: list[ApiKey]) -> list[ApiKey]:
    """Return the keys that no other request made or waits for."""
    if not keys:
        return []
    async with rt.store.read() as tx:
        asked_for = await requests.askers_of(tx, CREATE_KEY.name, [key.id for key in keys])
        return [
            key
            for key in keys
            if key.id not in asked_for and not await requests.find_open(tx, _subject(key.workspace_id or "", key.name))
        ]


async def _revert(rt: Runtime, request: Request) -> Done:
    key = await rt.admin.api_key(request.outcome["key_id"])
    if key.status in _DEAD:
        return Done({"note": "" if key.status == "expired" else "It was already revoked."})
    check_in_time(rt, request)
    await rt.admin.update_api_key(key.id, status="archived")
    rt.directory.forget_keys()
    return Done()


def _what(request: Request) -> str:
    return f"{code(_payload(request).name)} in {bold(request.workspace_name or '')}"


def _key(request: Request) -> str:
    return f"{code(_payload(request).name)} in {within_bold(request.workspace_name or '')}"


def _done(request: Request) -> str:
    did = "was made for" if request.outcome.get("handover") == "lost" else "issued to"
    return f"Key {_key(request)} {did} {mention(request.requester.slack_id)}"


def _yours(request: Request) -> str:
    return f"Your key {_key(request)} {'was made' if request.outcome.get('handover') == 'lost' else 'is ready'}"


def _by_hand(rule: Rule) -> str:
    return "an approver then makes the key in the Console" if rule.issue_keys == "console" else ""


def _steps(request: Request) -> Message:
    return console_steps(request, _payload(request).name)


def _news(request: Request) -> Message:
    return console_news(request, _payload(request).name)


CREATE_KEY = Kind(
    name="create_key",
    label="Request an API key",
    payload=CreateKey,
    form=FORM,
    title=lambda request: f"API key {_payload(request).name} in {request.workspace_name}",
    asks="asks for an API key",
    what=_what,
    done=_done,
    subject=lambda payload: _subject(getattr(payload, "workspace_id", ""), getattr(payload, "name", "")),
    precheck=_precheck,
    apply=_apply,
    repeatable=True,
    look=look,
    prove=_prove,
    steps=_steps,
    news=_news,
    waits_for="the key to be made in the Console",
    by_hand=_by_hand,
    yours=_yours,
    after=lambda request: f"Key {_key(request)} is revoked",
    revert=_revert,
    undo="revoke_key",
    has_workspace=True,
    issues_keys=True,
    submit_label="Ask for the key",
)
