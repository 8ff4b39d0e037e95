"""What was changed in the organization, and what the requests say should have been, each as values one after another."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.approvals.model import Request
from bot.approvals.outcome import KEY_PART, PartDone
from bot.kinds.limits.words import NO_LIMIT
from bot.kinds.people.remove_parts import MEMBER
from bot.kinds.workspaces.create_parts import ARCHIVED_AT_ONCE
from bot.organization.tags import MARK
from bot.store.actions import AuditAction
from bot.store.audit import AuditEntry
from bot.words.amounts import exact_amount
from bot.words.counts import NONE
from tests.soak.world import Soak

Thing = tuple[str, str]
"""A thing's id and the name of one of its values."""
Changes = dict[Thing, list[str]]
TAKEN_BACK = AuditAction.REQUEST_SECOND_TAKEN_BACK
ADDED = ("made", "sent", "gone")
"""Of these each one counts; the same value of anything else twice is one change, as a call may be repeated."""


def _detail_of(payload: Mapping[str, Any]) -> str:
    detail, value = str(payload["detail"]), str(payload["value"])
    tag = value.partition("=")[0].strip() if detail == "other" else detail
    return {"name": "name", "colour": "display_color"}.get(detail, f"tags.{tag}")


SETTINGS: dict[str, Callable[[Mapping[str, Any]], Thing]] = {
    "disable_key": lambda payload: (payload["key_id"], "status"),
    "enable_key": lambda payload: (payload["key_id"], "status"),
    "revoke_key": lambda payload: (payload["key_id"], "status"),
    "rename_key": lambda payload: (payload["key_id"], "name"),
    "change_role": lambda payload: (payload["member_id"], "role"),
    "update_workspace": lambda payload: (payload["workspace_id"], _detail_of(payload)),
    "workspace_access": lambda payload: (f"{payload['workspace_id']}:{payload['member_id']}", "role"),
    "set_spend_limit": lambda payload: (payload["workspace_id"], "limit"),
    "set_rate_limit": lambda payload: (f"{payload['workspace_id']}:{payload['rate_group']}", payload["limiter_type"]),
}
"""Kinds that set one value, with what that belongs to."""


def wanted(soak: Soak, known: Mapping[str, Request], entries: Sequence[AuditEntry]) -> Changes:
    """Return what should have been changed, in the order of the audit log."""
    found: Changes = defaultdict(list)
    for entry in entries:
        request = known.get(entry.subject)
        if request is None:
            continue
        for thing, value in _of_entry(soak, request, entry):
            found[thing].append(value)
    for request in known.values():
        for thing, value in (*_of_parts(request, known), *_made_in_doubt(soak, request)):
            found[thing].append(value)
    return dict(found)


def _of_entry(soak: Soak, request: Request, entry: AuditEntry) -> Iterable[tuple[Thing, str]]:
    is_applied, is_ended = entry.action == AuditAction.REQUEST_APPLIED, entry.action == AuditAction.REQUEST_ENDED
    outcome: Mapping[str, Any] = entry.detail.get("outcome", {})
    if request.kind == "create_key" and is_ended:
        key = soak.claude.keys[request.outcome.thing_id]
        if key.state == "archived":  # else it expired by itself
            yield (key.id, "status"), key.state
    elif request.kind in SETTINGS and (request.outcome.way == "console" or request.outcome.part_of):
        return  # a person set it, or the request of which it is a part
    elif request.kind in SETTINGS and is_applied:
        yield SETTINGS[request.kind](request.payload), str(outcome["value"])
    elif request.kind in SETTINGS and is_ended:
        back = request.outcome.back if request.outcome.gone_at_end else request.outcome.was
        if back is not None:
            yield SETTINGS[request.kind](request.payload), back
    elif request.kind == "withdraw_invite" and is_applied and outcome["value"] == "gone":
        yield (str(request.payload["invite_id"]), "gone"), "yes"
    elif request.kind == "archive_workspace" and is_applied:
        yield (str(request.payload["workspace_id"]), "archived"), "yes"
    elif entry.action == TAKEN_BACK:
        yield (str(outcome["thing_id"]), "status"), "archived"


def _of_parts(request: Request, known: Mapping[str, Request]) -> Iterable[tuple[Thing, str]]:
    """Return what came of a request that does several things, also where some of it failed."""
    for part in request.outcome.parts:
        what, _, rest = part.name.partition(":")
        if part.state not in ("done", "waits", "over"):
            continue
        if request.kind == "invite_members":
            yield from _of_invite(request, part, what, rest)
        elif request.kind == "create_workspace":
            yield from _of_new_workspace(request, part, what, rest, known)
        elif request.kind == "remove_member" and part.name == MEMBER:
            yield (str(request.payload["member_id"]), "gone"), "yes"
        elif request.kind == "remove_member" and part.name.startswith(KEY_PART):
            status = {"disable": "inactive", "revoke": "archived"}.get(str(request.payload["fate"]))
            yield from [((rest, "status"), status)] if status else []


def _made_in_doubt(soak: Soak, request: Request) -> Iterable[tuple[Thing, str]]:
    """Return workspaces of which the answer was lost, and that were archived before the bot looked: they were made, too."""
    for part in request.outcome.parts if request.kind == "create_workspace" else ():
        if part.state == "refused" and part.note == ARCHIVED_AT_ONCE:
            for one in soak.claude.workspaces.values():
                if one.tags.get(MARK) == request.id and one.name == part.label:
                    yield (part.label, "made"), one.id


def _of_invite(request: Request, part: PartDone, what: str, rest: str) -> Iterable[tuple[Thing, str]]:
    if what == "invite":
        yield (rest, "sent"), str(request.payload["role"])
        return
    email, _, workspace_id = rest.rpartition(":")
    invited = request.outcome.part(f"invite:{email}")
    if invited:
        yield (f"{workspace_id}:{invited.thing_id}", "role"), str(request.payload["join_role"])


def _of_new_workspace(
    request: Request, part: PartDone, what: str, rest: str, known: Mapping[str, Request]
) -> Iterable[tuple[Thing, str]]:
    environment, _, member_id = rest.partition(":")
    made = request.outcome.part(f"workspace:{environment}")
    workspace_id = made.thing_id if made else ""
    if what == "workspace":
        yield (part.label, "made"), part.thing_id
    elif what == "limit" and part.state == "done" and not (part.thing_id in known and known[part.thing_id].outcome.by_hand):
        yield (workspace_id, "limit"), exact_amount(Decimal(str(request.payload["limit"])))
    elif what == "member" and part.note.startswith("workspace "):
        yield (f"{workspace_id}:{member_id}", "role"), part.note.replace(" ", "_")


def made(soak: Soak) -> Changes:
    """Return what was changed: of each value those writes that changed it, whatever was sent twice."""
    found: Changes = defaultdict(list)
    scopes: dict[str, str] = {}
    for entry in soak.writes:
        method, _, path = entry.name.partition(" ")
        parts = path.removeprefix("/v1/organizations/").split("/")
        asked: Mapping[str, Any] = entry.request or {}
        body: Mapping[str, Any] = asked.get("body") or {}
        for thing, value in _of_write(method, parts, body, entry.response, scopes):
            values = found[thing]
            if not values or values[-1] != value or thing[1] in ADDED:
                values.append(value)
    return dict(found)


def _of_write(
    method: str, parts: list[str], body: Mapping[str, Any], answer: Mapping[str, Any], scopes: dict[str, str]
) -> Iterable[tuple[Thing, str]]:
    match method, parts:
        case "POST", ["invites"]:
            yield (answer["email"], "sent"), answer["role"]
        case "POST", ["workspaces"]:
            yield (answer["name"], "made"), answer["id"]
        case "POST", ["spend_limits"]:
            scope = scopes[answer["id"]] = body["scope"].get("workspace_id") or "organization"
            yield (scope, "limit"), exact_amount(Decimal(str(body["amount"])) / 100)
        case "DELETE", ["spend_limits", limit_id]:
            yield (scopes.get(limit_id, limit_id), "limit"), NO_LIMIT
        case "DELETE", [_, thing]:
            yield (thing, "gone"), "yes"
        case _, ["workspaces", workspace_id, *more]:
            yield from _of_workspace(method, workspace_id, more, body)
        case "POST", [_, thing]:
            yield from (((thing, name), str(answer[name])) for name in body)
        case _:
            pass


def _of_workspace(method: str, workspace_id: str, more: list[str], body: Mapping[str, Any]) -> Iterable[tuple[Thing, str]]:
    match method, more:
        case "POST", []:
            tags: Mapping[str, str | None] = body.get("tags") or {}
            yield from (((workspace_id, f"tags.{tag}"), value or "") for tag, value in tags.items())
            yield from (((workspace_id, name), body[name]) for name in ("name", "display_color") if body.get(name))
        case "POST", ["archive"]:
            yield (workspace_id, "archived"), "yes"
        case "POST", ["members", *member_id]:
            yield (f"{workspace_id}:{member_id[0] if member_id else body['user_id']}", "role"), body["workspace_role"]
        case "DELETE", ["members", member_id]:
            yield (f"{workspace_id}:{member_id}", "role"), "none"
        case "POST", ["rate_limits", group]:
            for one in body["limits"]:
                value = one["value"]
                yield (f"{workspace_id}:{group}", one["type"]), NONE if value is None else str(value)
        case _:
            pass
