"""The forms of all kinds: opened by a command or button, checked, submitted. A registered kind gets all of it."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.approvals import cards, service
from bot.approvals.authority import approvers_in_words
from bot.approvals.kinds import KINDS
from bot.approvals.kinds.base import FormInput, Kind
from bot.errors import InvalidInput, UserError
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.elements import option
from bot.slack.markup import channel_mention, truncate
from bot.slack.views.kind_form import kind_form
from handlers.call import Call, Json
from handlers.edge import Listener, View, notice_view


def who_decides(rt: Runtime, kind: Kind, workspace_id: str | None = None, workspace_name: str | None = None) -> str:
    """Return the sentence in which a form says who will be asked."""
    rule = rt.policy.rule_for(kind.name, workspace_id, workspace_name)
    if not rule.approvers or not rule.channel:
        return "⚠️ Nobody may approve this yet: the policy names no approvers or no channel for it."
    return f"{rule.quorum} of {approvers_in_words(rule, workspace_name)} decides this in {channel_mention(rule.channel)}."


async def open_form(
    call: Call, kind_name: str, values: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None
) -> None:
    """Open a kind's form, filled in with what is known."""
    kind = KINDS[kind_name]
    await call.open(kind_form(kind, asks=who_decides(call.rt, kind), values=values, labels=labels))


def _opened_with(call: Call) -> dict[str, str]:
    try:
        data: Any = json.loads(call.private_metadata)
        return {str(name): str(value) for name, value in dict(data["opened_with"]).items()}
    except (ValueError, KeyError, TypeError):
        return {}


def _plain_values(kind: Kind, call: Call) -> dict[str, str]:
    """Return what the form's own fields hold; anything else in the payload is nobody's."""
    found = {field.name: call.values.get(field.name) for field in kind.form}
    return {name: value if isinstance(value, str) else "" for name, value in found.items()}


def _validate(kind: Kind, call: Call) -> dict[str, str]:
    values = _plain_values(kind, call)
    opened_with = _opened_with(call) | {"key_name": call.labels.get("key_id", "")}
    form = FormInput(values, opened_with, call.rt.now().date())
    problems: dict[str, str] = {}
    for field in kind.form:
        value = values[field.name].strip()
        if not value:
            if not field.optional and field.name != "reason":
                problems[field.name] = "This is needed."
            continue
        if field.max_length and len(value) > field.max_length:
            problems[field.name] = f"Use {field.max_length} characters at most."
        elif field.check and (sentence := field.check(value, form)):
            problems[field.name] = sentence
    return problems


async def submit_form(kind: Kind, call: Call) -> None:
    """Check against the organization and record the request; a fault brings the form back with everything still in it."""
    values = _plain_values(kind, call)
    try:
        payload = kind.payload.model_validate({k: v for k, v in values.items() if v and k not in ("reason", "confirm")})
        request = await service.submit(call.rt, call.actor, kind.name, payload, values.get("reason", ""))
    except InvalidInput as error:
        await _back(kind, call, values, error.fields)
    except ValidationError:
        await _back(kind, call, values, {"": "I can't read one of the values. Look them over."})
    except UserError as error:
        await call.update_view(call.view_id, notice_view(f"⚠️ {error.sentence}", kind.label))
    else:
        rule = call.rt.policy.rule_for(kind.name, request.workspace_id, request.workspace_name)
        asked = approvers_in_words(rule, request.workspace_name)
        sent = f"✅ Sent. {asked} decides in {channel_mention(request.channel)}; I tell you here in a direct message."
        await call.update_view(call.view_id, notice_view(sent, kind.label))
        await cards.refresh(call.rt, request.id)


async def _back(kind: Kind, call: Call, values: dict[str, str], problems: Mapping[str, str]) -> None:
    asks = who_decides(call.rt, kind)
    await call.update_view(
        call.view_id,
        kind_form(
            kind, asks=asks, values=values, labels=call.labels, problems=problems, opened_with=_opened_with(call)
        ),
    )  # fmt: skip


def view_of(kind: Kind) -> View:
    """Return the form of a kind as the edge registers it."""

    async def run(call: Call) -> None:
        await submit_form(kind, call)

    return View(run=run, validate=lambda call: _validate(kind, call), working="Checking…")


def opener_of(kind: Kind) -> Listener:
    """Return the listener of the button that opens a kind's form; its value may name a key."""

    async def run(call: Call) -> None:
        found = [k for k in await call.rt.directory.keys() if k.id == call.value] if call.value else []
        values, labels = ({"key_id": found[0].id}, {"key_id": found[0].name}) if found else ({}, {})
        await open_form(call, kind.name, values, labels)

    return run


async def suggest_workspaces(call: Call, query: str) -> list[Json]:
    """Return the workspaces whose name holds what was typed."""
    wanted = query.casefold().strip()
    found = [w for w in await call.rt.directory.workspaces() if wanted in w.name.casefold() and not w.is_claude_code]
    return [option(w.name, w.id) for w in found]


async def suggest_keys(call: Call, query: str) -> list[Json]:
    """Return the living keys whose name holds what was typed, with their workspace."""
    wanted = query.casefold().strip()
    names = {w.id: w.name for w in await call.rt.directory.workspaces()}
    keys = [k for k in await call.rt.directory.keys() if wanted in k.name.casefold() and k.status in ("active", "inactive")]
    return [
        option(k.name, k.id, truncate(f"{names.get(k.workspace_id or '', 'Default')} · {k.status} · {k.hint or ''}", 75))
        for k in keys
    ]


VIEWS = {f"{ids.FORM_PREFIX}{kind.name}": view_of(kind) for kind in KINDS.values()}
ACTIONS: dict[str, Listener] = {f"{ids.OPEN_PREFIX}{kind.name}": opener_of(kind) for kind in KINDS.values()}
OPTIONS = {ids.PICK_WORKSPACE: suggest_workspaces, ids.PICK_KEY: suggest_keys}
