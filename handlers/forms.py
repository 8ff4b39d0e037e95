"""The forms of all kinds: opened by a command or button, checked, submitted. A registered kind gets all of it."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import date as date_type
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from bot.admin.model import Workspace
from bot.approvals import decide, service
from bot.approvals.authority import needs_in_words
from bot.approvals.cards.facts import which_of_several, which_workspace
from bot.approvals.cards.whose import whose_line
from bot.approvals.extensions import extending
from bot.approvals.kind import AnyKind, all_kinds, find_kind
from bot.approvals.model import Request
from bot.approvals.owners import concerned_at_the_ask
from bot.approvals.replace import AskedAlready
from bot.directory.twins import is_twin
from bot.errors import NotFound, SlackError
from bot.forms.draw import Frame
from bot.forms.fields import WHOLE, Form, FormInput, form_of
from bot.kinds.keys.owners import may_see_key
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.blocks import context, section
from bot.slack.elements import option
from bot.slack.markup import Markup, bold, channel_mention, date, is_user_id
from bot.slack.state import text_at
from bot.words.ends import Ending, speaks_of_end
from bot.words.folded import folded
from handlers.edge.form import Door, Tell
from handlers.edge.guard import Listener, plain_answer, said_of
from handlers.edge.interaction import Interaction, Json
from handlers.edge.offered import check_offered
from handlers.edge.register import Feature, Hint
from handlers.named import named_by, workspace_options
from handlers.who_decides import who_decides


async def open_form(
    call: Interaction,
    kind_name: str,
    values: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    on_top: Markup = "",
) -> None:
    """Open a kind's form, filled in with what is known; `on_top` stands above its fields."""
    await door_of(find_kind(call.rt, kind_name), on_top).open(call, values or {}, labels)


def unread_end(end: Ending) -> Markup:
    """Return what a form says on top where it isn't sure what words about an end mean."""
    if end.time:
        return f"⚠️ I end things with a whole day, not at a time such as {bold(end.time)}. Check the last day below."
    if end.day is not None and not end.is_sure:
        return "⚠️ I took a last day out of what you typed. Check it below."
    return "" if end.is_sure else "⚠️ I couldn't read when it should end. Choose the last day below."


def no_end(words: Sequence[str], today: date_type) -> Markup:
    """Return what a form without a last day says on top where somebody typed one."""
    if not speaks_of_end(words, today):
        return ""
    return "⚠️ I can't set a last day for this, so it doesn't end by itself. Check the fields below."


def sent_in_words(call: Interaction, request: Request, *, is_posted: bool) -> Markup:
    """Return what the requester reads once their request is on record: that its card is posted, or that it will be."""
    rt = call.rt
    rule = rt.policy.rule_for(request.kind, request.workspace_id, request.workspace_name)
    where, needs = channel_mention(request.channel), needs_in_words(rule, request.workspace_name)
    later = f"I'll message you when it's decided.{_until(call, request)}"
    replaced: Markup = " It replaces your earlier request." if request.outcome.replaces else ""
    if is_posted:
        return f"✅ Sent to {where}. {needs}.{replaced} {later}"
    waits = f"Slack didn't take the card yet; I'll post it in {where} as soon as it does."
    return f"✅ Your request is on record. {waits} {needs}.{replaced} {later}"


def _until(call: Interaction, request: Request) -> Markup:
    """Return how the last day was read; whose day it is goes without saying where it is the person's own."""
    if request.ends_at is None:
        return ""
    return f" You asked for it until {date(request.ends_at)}.{'' if call.calendar.is_own else f' {call.calendar.whose}'}"


def door_of(kind: AnyKind, on_top: Markup = "") -> Door[BaseModel]:
    """Return the door through which a kind is asked for; `on_top` stands above its fields."""

    async def send(call: Interaction, payload: BaseModel, held: FormInput, tell: Tell) -> None:
        async def told(request: Request, is_posted: bool) -> None:
            await tell(sent_in_words(call, request, is_posted=is_posted))

        replaces = _replaced_by(call)
        try:
            await service.submit(call.rt, call.actor, kind.name, payload, held.text("reason"), told, replaces=replaces)
        except AskedAlready as refusal:
            in_place_of(call, refusal.replaceable)
            raise

    async def frame(call: Interaction, held: FormInput) -> Frame:
        await check_offered(call.rt, kind)
        whose, read_back = await asyncio.gather(_whose(call, kind, held), _read_back(call, kind, held))
        workspace = await _workspace_of(call.rt, held)
        place = (workspace.id, workspace.name) if workspace else (None, None)
        who = who_decides(call.rt, kind, *place, _end_in(kind, held))
        return _asking(call, who, on_top, whose, read_back, await _which(call.rt, workspace))

    return Door(form_of(kind), send, frame, lambda call: _asking(call, who_decides(call.rt, kind), on_top))


_REPLACES = "replaces:"


def _replaced_by(call: Interaction) -> str:
    """Return the id of the request that a form offers to replace, or ""; whether it may is decided when it is sent."""
    is_offered = call.private_metadata.startswith(_REPLACES)
    return call.private_metadata.removeprefix(_REPLACES) if is_offered else ""


def in_place_of(call: Interaction, request_id: str) -> None:
    """Let what is sent from the next form take the place of a request, "" for none."""
    call.private_metadata = f"{_REPLACES}{request_id}" if request_id else ""


async def open_to_replace(call: Interaction, kind_name: str, values: Mapping[str, Any], refusal: AskedAlready) -> None:
    """Say what is in the way of what somebody typed; where they may replace it, with the form that does."""
    if refusal.replaceable:
        in_place_of(call, refusal.replaceable)
        with contextlib.suppress(SlackError):  # too late to open a window: the sentence is said instead
            await door_of(find_kind(call.rt, kind_name), f"⚠️ {said_of(refusal)}").open(call, values)
            return
    await call.say(plain_answer(said_of(refusal)))


async def _read_back(call: Interaction, kind: AnyKind, held: FormInput) -> Markup:
    return await kind.shows(call.rt, call.actor, held) if kind.shows else ""


def _asking(
    call: Interaction, who: Markup, on_top: Markup, whose: Markup = "", read_back: Markup = "", which: Markup = ""
) -> Frame:
    above, below = [section(on_top)] if on_top else [], [context(one) for one in (which, whose, who) if one]
    below = [section(read_back), *below] if read_back else below
    if _replaced_by(call):
        return Frame(above, below, submit="Replace it", private_metadata=call.private_metadata)
    return Frame(above, below)


async def _whose(call: Interaction, kind: AnyKind, held: FormInput) -> Markup:
    """Return whose thing the form is about, and that they hear of it, as far as it says so."""
    thing = held.text(kind.concerns.field) if kind.concerns.field else ""
    if not thing or not kind.concerns.thing:
        return ""
    found = await concerned_at_the_ask(call.rt, kind, thing)
    if not found and not kind.concerns.says_nobody:
        return ""
    whose = whose_line(found, kind.concerns.thing, call.actor.who, to_requester=True)
    told = [one for one in found if one.is_reachable and not one.is_person(call.actor.who)]
    then = " I'll tell them." if told else ""
    return f"{whose[0].upper()}{whose[1:]}.{then}"


def extension_door(kind: AnyKind, known: Request | None = None) -> Door[dict[str, Any]]:
    """Return the door through which a later end of a grant is asked for; the form carries the grant's id."""

    async def send(call: Interaction, values: dict[str, Any], held: FormInput, tell: Tell) -> None:
        grant_id, _, replaces = call.private_metadata.partition(" ")
        grant = await decide.load(call.rt, grant_id)
        payload = kind.payload.model_validate(grant.payload | values)

        async def told(request: Request, is_posted: bool) -> None:
            await tell(sent_in_words(call, request, is_posted=is_posted))

        reason = held.text("reason")
        try:
            await service.submit(call.rt, call.actor, kind.name, payload, reason, told, grant=grant, replaces=replaces)
        except AskedAlready as refusal:
            call.private_metadata = f"{grant.id} {refusal.replaceable}".strip()
            raise

    async def frame(call: Interaction, _held: FormInput) -> Frame:
        return _about(call, kind, known or await decide.load(call.rt, call.private_metadata.partition(" ")[0]))

    def plain_frame(call: Interaction) -> Frame:
        who = who_decides(call.rt, kind)
        return _about(call, kind, known) if known else _carrying(call.private_metadata, [], [context(who)])

    asked = extending(kind, known.id if known else "")
    form = Form(f"{ids.EXTEND_PREFIX}{kind.name}", asked.label, asked.form, lambda values: values, asked.submit_label)
    return Door(form, send, frame, plain_frame)


def _about(call: Interaction, kind: AnyKind, grant: Request) -> Frame:
    ends: Markup = f" ends {date(grant.over_at)}" if grant.over_at else ""
    above = section(f"*{kind.grant(grant)}*{ends}. If nobody approves before then, it ends as planned.")
    who = who_decides(call.rt, kind, grant.workspace_id, grant.workspace_name, grant.over_at)
    below: list[Markup] = [*which_workspace(grant, ""), who]
    is_back = call.private_metadata.startswith(grant.id)
    return _carrying(call.private_metadata if is_back else grant.id, [above], [context(one) for one in below])


def _carrying(ids_of: str, above: list[Json], below: list[Json]) -> Frame:
    """Return a frame that carries a grant's id, and after a blank that of the request which it offers to replace."""
    return Frame(above, below, submit="Replace it" if " " in ids_of else "", private_metadata=ids_of)


def _end_in(kind: AnyKind, held: FormInput) -> datetime | None:
    """Return when what a form asks for ends, as far as it says so."""
    day = held.text(kind.rules.last_day) if kind.rules.last_day else ""
    return held.calendar.end_of(date_type.fromisoformat(day)) if day else None


async def _workspace_of(rt: Runtime, held: FormInput) -> Workspace | None:
    """Return the workspace that a form is about, as far as it says so."""
    if key_id := held.text("key_id"):
        key = next((key for key in await rt.directory.keys() if key.id == key_id), None)
        return await rt.directory.home_of(key) if key else None
    workspace_id = held.text("workspace_id")
    return await rt.directory.workspace(workspace_id) if workspace_id not in ("", WHOLE) else None


async def _which(rt: Runtime, workspace: Workspace | None) -> Markup:
    """Return which workspace a form is about where several have its name; a menu shows the name alone."""
    if workspace is None or not is_twin(workspace, await rt.directory.workspaces()):
        return ""
    return which_of_several(workspace.id, workspace.name)


async def form_changed(call: Interaction) -> None:
    """Say who decides and how a figure is understood, whichever kind's form it is: kinds may share the name of a field."""
    form_id, kinds = text_at(call.payload, "view", "callback_id"), all_kinds(call.rt)
    if kind := kinds.get(form_id.removeprefix(ids.EXTEND_PREFIX)):
        await extension_door(kind).redraw(call)
    elif kind := kinds.get(form_id.removeprefix(ids.FORM_PREFIX)):
        await door_of(kind).redraw(call)
    else:
        raise NotFound("This form is too old. Close it and open it again.")


def opener_of(kind: AnyKind) -> Listener:
    """Return the listener of the button that opens a kind's form; its value may name a key, a workspace or a person."""
    types = {field.type: field.name for field in kind.form}
    person = "" if "member" in types else types.get("person", "")  # whom it is about, not who gets something of theirs

    async def run(call: Interaction) -> None:
        if person and is_user_id(call.value):
            await door_of(kind).open(call, {person: call.value})
        else:
            await door_of(kind).open_once_known(call, named_by(call, kind))

    return run


async def suggest_workspaces(call: Interaction, query: str) -> list[Json]:
    """Return the workspaces that the form takes and whose name holds what was typed, and perhaps the whole organization."""
    wanted = folded(query).strip()
    kind = all_kinds(call.rt).get(text_at(call.payload, "view", "callback_id").removeprefix(ids.FORM_PREFIX))
    named = [w for w in await call.rt.directory.workspaces() if wanted in folded(w.name)]
    found = [w for w in named if (kind.rules.takes(w) if kind else not w.is_claude_code)]
    whole = next((field.whole for field in kind.form if field.whole), "") if kind else ""
    first = [option(whole, WHOLE)] if whole and wanted in folded(whole) else []
    return [*first, *workspace_options(found)]


async def suggest_keys(call: Interaction, query: str) -> list[Json]:
    """Return the living keys that the person may see and whose name holds what was typed, with their workspace."""
    wanted = folded(query).strip()
    place_of = call.rt.directory.place_of
    may_see = await may_see_key(call.rt, call.actor)
    alive = [k for k in await call.rt.directory.keys() if k.status in ("active", "inactive") and may_see(k)]
    keys = [k for k in alive if wanted in folded(k.name)]
    return [option(k.name, k.id, f"{await place_of(k)} · {k.status} · {k.hint or ''}") for k in keys]


def feature_of(kind: AnyKind) -> Feature:
    """Return what a kind brings along by being registered: its forms, its read-backs, and the button that opens it."""
    door = door_of(kind)
    views = {door.form.id: door.view}
    if kind.rules.last_day:
        extending_it = extension_door(kind)
        views[extending_it.form.id] = extending_it.view
    return Feature(
        views=views,
        actions={f"{ids.OPEN_PREFIX}{kind.name}": opener_of(kind), **dict.fromkeys(door.hints, Hint(form_changed))},
    )


FEATURE = Feature(
    actions={ids.PICK_WORKSPACE: Hint(form_changed), ids.PICK_KEY: Hint(form_changed)},
    options={ids.PICK_WORKSPACE: suggest_workspaces, ids.PICK_KEY: suggest_keys},
)
