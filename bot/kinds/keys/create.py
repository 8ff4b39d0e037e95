"""An API key: made by the upstream where it offers that (`api`), else by a person in the Console, with proof (`console`)."""

import asyncio
from datetime import date, timedelta

from bot.approvals.act import Act, Asked, Look, Reading
from bot.approvals.kind import Kind
from bot.approvals.outcome import Applied, Done, NeedsPerson, Outcome, Waits
from bot.approvals.parts import NOBODY, ByHand, Checked, Effect, Filled, Offer, Rules, Sample, Seen, Stays, Words
from bot.directory.capabilities import Can
from bot.errors import InvalidInput
from bot.kinds.keys.console_steps import console_news, console_steps
from bot.kinds.keys.made_by_hand import Use
from bot.kinds.keys.names import DEAD, NAME, NAME_RULE, is_taken, keys_named, subject_of
from bot.kinds.keys.new_key import FORM, CreateKey
from bot.kinds.keys.proof import outcome_of, prove
from bot.people.model import Who
from bot.policy.model import Rule
from bot.slack.markup import Markup, bold, code, mention, within_bold

CLOCKS_MAY_DIFFER = timedelta(minutes=2)
"""The upstream writes down by its own clock when a key was made."""


async def _check(reading: Reading, _who: Who, payload: CreateKey) -> Checked[CreateKey]:
    if not NAME.fullmatch(payload.name):
        raise InvalidInput({"name": NAME_RULE})
    workspace = next((w for w in await reading.directory.workspaces(fresh=True) if w.id == payload.workspace_id), None)
    if workspace is None:
        raise InvalidInput({"workspace_id": "That workspace doesn't exist any more. Choose another one."})
    if workspace.is_claude_code:
        raise InvalidInput({"workspace_id": "Claude Code creates its own keys there. Choose another workspace."})
    if await is_taken(reading, payload.name, workspace.id):
        raise InvalidInput({"name": f"{workspace.name} already has a key named {payload.name}. Choose another name."})
    return Checked(payload.model_copy(update={"workspace_name": workspace.name}), workspace.id, workspace.name)


async def _apply(act: Act[CreateKey]) -> Applied:
    wanted = act.payload
    workspaces, is_used = await asyncio.gather(
        act.directory.workspaces(fresh=True), is_taken(act, wanted.name, wanted.workspace_id)
    )
    workspace = next((w for w in workspaces if w.id == wanted.workspace_id), None)
    if workspace is None:
        gone = f"Somebody archived the workspace {wanted.workspace_name}. Give up and ask for another one."
        raise NeedsPerson(gone, is_final=True)
    if is_used:
        raise NeedsPerson(
            f"Somebody else created a key named {wanted.name} in {workspace.name}. Rename or archive that key and press "
            "Retry, or give up and ask for another name."
        )
    if act.rule_for(act.request.kind, act.request.workspace_id, workspace.name).issue_keys == "console":
        # A key that has the name later and isn't among these is new: the two clocks needn't agree.
        known = tuple(key.id for key in await act.directory.keys(fresh=True) if key.name == wanted.name)
        return Waits(Outcome(way="console", known=known))
    issued = await act.admin.create_api_key(wanted.workspace_id, wanted.name, act.request.ends_at)
    return Done(outcome_of(issued.key, Outcome(way="api")), issued.secret)


async def _look(look: Look[CreateKey]) -> Done | None:
    """Find the key of an attempt whose answer got lost; nobody will ever know its secret, which the outcome says."""
    wanted, request = look.payload, look.request
    workspace_name = await look.directory.workspace_name(wanted.workspace_id)
    if look.rule_for(request.kind, request.workspace_id, workspace_name).issue_keys == "console":
        return None  # then I made none
    since = (request.approved_at or request.created_at) - CLOCKS_MAY_DIFFER
    for key in await keys_named(look, wanted.name, wanted.workspace_id):
        # An attempt that was sent had found the name free: what has it now came after, whatever the two clocks say.
        if key.status not in DEAD and (request.outcome.sent or key.created_at >= since):
            return Done(outcome_of(key, Outcome(way="api", handover="lost")))
    return None


async def _stands(look: Look[CreateKey]) -> bool:
    return (await look.admin.api_key(look.request.outcome.thing_id or "")).status not in DEAD


def _fixed_end(asked: Asked[CreateKey]) -> str:
    """Say so where the upstream itself ends a key: that end can't be moved (admin-api.md §4.6)."""
    return (
        "The Claude API ends this key by itself and lets nobody change that date."
        if asked.request.outcome.expires_at
        else ""
    )


async def _see(look: Look[CreateKey]) -> Seen | None:
    key = await look.admin.api_key(look.request.outcome.thing_id or "")
    return None if key.status == "expired" else Seen(key.name, "active", key.status)


async def _see_ended(look: Look[CreateKey]) -> Seen | None:
    key = await look.admin.api_key(look.request.outcome.thing_id or "")
    return None if key.status == "expired" else Seen(key.name, "archived", key.status)


async def _see_name(look: Look[CreateKey]) -> Seen | None:
    key = await look.admin.api_key(look.request.outcome.thing_id or "")
    return None if key.status in DEAD else Seen("The key", look.payload.name, key.name)


def _which(asked: Asked[CreateKey]) -> str:
    return f"status:{asked.request.outcome.thing_id}"


def _name_stays(_asked: Asked[CreateKey]) -> dict[str, Stays[CreateKey]]:
    """Return its name as a value of its own, which the next request to rename the key takes over."""
    return {"name": Stays(which=lambda asked: f"name:{asked.request.outcome.thing_id}", see=_see_name)}


async def _revert(act: Act[CreateKey]) -> Done:
    key = await act.admin.api_key(act.request.outcome.thing_id or "")
    if key.status in DEAD:
        return Done(Outcome(note="" if key.status == "expired" else "The key was already revoked.", value=key.status))
    await act.admin.update_api_key(key.id, status="archived")
    return Done(Outcome(value="archived"))


def _what(asked: Asked[CreateKey]) -> Markup:
    return f"{code(asked.payload.name)} in {bold(asked.request.workspace_name or '')}"


_FOR: dict[Use, Markup] = {"": "", "me": ", to use it at their desk", "service": ", for something that runs by itself"}


def _key(asked: Asked[CreateKey]) -> Markup:
    return f"{code(asked.payload.name)} in {within_bold(asked.request.workspace_name or '')}"


def _done(asked: Asked[CreateKey]) -> Markup:
    did = "was created for" if asked.request.outcome.handover == "lost" else "issued to"
    return f"Key {_key(asked)} {did} {mention(asked.request.requester.slack_id)}"


def _yours(asked: Asked[CreateKey]) -> Markup:
    return f"Your key {_key(asked)} {'was created' if asked.request.outcome.handover == 'lost' else 'is ready'}"


def _end(asked: Asked[CreateKey]) -> Markup:
    """Say so where a key doesn't end upstream by itself then: who made it by hand set no expiry, or one that is later."""
    made, ends_at = asked.request.outcome, asked.request.ends_at
    is_mine = made.expires_at is None or (ends_at is not None and made.expires_at > ends_at)
    return "I'll revoke it" if made.thing_id and is_mine else ""


def _after(asked: Asked[CreateKey]) -> Markup:
    """Say what became of it: the upstream ended it by itself, unless I had to or somebody had revoked it before."""
    is_expired = asked.request.outcome.expires_at and not _end(asked) and not asked.request.outcome.note_at_end
    return f"Key {_key(asked)} {'has expired' if is_expired else 'is revoked'}"


def _announced(rule: Rule) -> Markup:
    return "after that, an approver creates the key in the Console" if rule.issue_keys == "console" else ""


def _revoking(asked: Asked[CreateKey]) -> Filled | None:
    key_id, served = asked.request.outcome.thing_id, asked.request.outcome.served
    is_left = bool(key_id) and key_id not in served
    return Filled({"key_id": key_id or ""}, {"key_id": asked.payload.name}) if is_left else None


async def _revoked(look: Look[CreateKey]) -> tuple[str, ...]:
    key_id = look.request.outcome.thing_id
    return (key_id,) if key_id and (await look.admin.api_key(key_id)).status in DEAD else ()


CREATE_KEY = Kind(
    name="create_key",
    payload=CreateKey,
    form=FORM,
    words=Words(
        label="Request an API key",
        asks="asks for an API key",
        title=lambda asked: f"API key {asked.payload.name} in {asked.request.workspace_name}",
        what=lambda asked: f"{_what(asked)}{_FOR[asked.payload.use]}",
        done=_done,
        then=lambda asked: f"I create the key, and only {mention(asked.request.requester.slack_id)} sees its secret, once",
        yours=_yours,
        after=_after,
        wish=lambda asked: f"for the API key {_what(asked)}",
        grant=lambda asked: f"Key {_key(asked)}",
        undone="the key was not created",
        end=_end,
    ),
    rules=Rules(
        subject=lambda payload: subject_of(payload.workspace_id, payload.name),
        check=_check,
        last_day="ends_on",
        fixed_end=_fixed_end,
        takes=lambda workspace: not workspace.is_claude_code,
        needs=Can.KEYS,
        has_workspace=True,
        issues_keys=True,
    ),
    effect=Effect(
        apply=_apply,
        repeatable=True,
        counts_twice=True,
        look=_look,
        revert=_revert,
        stands=_stands,
        stays=Stays(which=_which, see=_see),
        stays_after=Stays(which=_which, see=_see_ended, is_final=True),
        parts_stay=_name_stays,
        sets=("status",),
    ),
    concerns=NOBODY,
    by_hand=ByHand(
        waits_for="create the key in the Console",
        prove=prove,
        steps=lambda asked: console_steps(asked.request, asked.payload.name, asked.payload.use),
        news=lambda asked: console_news(asked.request, asked.payload.name),
        announced=_announced,
    ),
    offers=Offer("revoke_key", _revoking, _revoked, "This key has ended already. Nothing is left to do."),
    sample=Sample(
        CreateKey(workspace_id="wrkspc_1", workspace_name="Staging", name="nightly", ends_on=date(2026, 12, 31)),
        Outcome(thing_id="apikey_1", hint="sk-ant-…igAA", way="api"),
    ),
)
