"""Each request that was done has exactly one effect in the organization, and nothing else was changed there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bot.approvals import db as requests
from bot.approvals.model import Request
from bot.store import audit
from bot.store.actions import AuditAction
from bot.store.audit import AuditEntry
from tests.soak.world import Soak

FIELDS = {
    "disable_key": "status",
    "enable_key": "status",
    "revoke_key": "status",
    "rename_key": "name",
    "change_role": "role",
}
TAKEN_BACK = AuditAction.REQUEST_SECOND_TAKEN_BACK
Changes = dict[tuple[str, str], list[str]]
"""By a thing's id and the name of one of its values: the values that it had, one after another."""


async def read_all(soak: Soak) -> tuple[dict[str, Request], list[AuditEntry]]:
    """Return every request by its id, and the audit log."""
    async with soak.rt.store.read() as tx:
        found = {id_: request for id_ in soak.rows if (request := await requests.load(tx, id_))}
        return found, [entry async for entry in audit.all_entries(tx)]


async def check_effects(soak: Soak) -> list[str]:
    """Return in sentences which effects are missing, came twice, or were asked for by nobody."""
    known, entries = await read_all(soak)
    problems = [*_keys_made(soak, known, entries)]
    wanted, made = _wanted(soak, known, entries), _made(soak)
    for thing in sorted({*made, *wanted}):
        want, did = wanted.get(thing, []), made.get(thing, [])
        if want != did:
            problems.append(f"{thing[1]} of {thing[0]}: the requests say {want}, the organization saw {did}")
    return problems


def _keys_made(soak: Soak, known: dict[str, Request], entries: Sequence[AuditEntry]) -> Iterable[str]:
    creates = [request for request in known.values() if request.kind == "create_key"]
    by_key = defaultdict[str, list[Request]](list)
    for request in creates:
        is_done = request.status in ("applied", "reverted", "reverting")
        if is_done != bool(request.outcome.thing_id):
            yield f"{request.id} is {request.status}, and its key is {request.outcome.thing_id}"
        if request.outcome.thing_id:
            by_key[request.outcome.thing_id].append(request)
    seconds = {str(entry.detail["outcome"].get("thing_id")) for entry in entries if entry.action == TAKEN_BACK}
    closed = {request.id for request in creates if request.status in ("withdrawn", "expired")}
    for key_id in sorted({*by_key, *soak.claude.keys} - soak.before):
        if not by_key[key_id] and soak.by_hand.get(key_id) in closed:
            continue  # a person made it by hand after all, and the bot has told them not to
        yield from _one_key(soak, key_id, by_key[key_id], seconds)


def _one_key(soak: Soak, key_id: str, made_by: list[Request], seconds: set[str]) -> Iterable[str]:
    key = soak.claude.keys.get(key_id)
    if key is None:
        yield f"{made_by[0].id} says that it made {key_id}, which doesn't exist"
    elif soak.by_hand.get(key_id) == "":
        return  # a person made it in the wrong place; the bot changes nothing there
    elif not made_by and key_id in seconds:
        if key.state != "archived":
            yield f"{key_id} ({key.name}) was one too many, and was not taken back"
    elif len(made_by) != 1:
        yield f"{key_id} ({key.name}) was made for {[request.id for request in made_by]}"
    elif (key.name, key.workspace_id) != (made_by[0].payload["name"], made_by[0].workspace_id):
        yield f"{key_id} is {key.name} in {key.workspace_id}; {made_by[0].id} wanted {made_by[0].payload}"
    elif made_by[0].status == "reverted" and key.status(soak.fleet.sandbox.clock.now()) not in ("archived", "expired"):
        yield f"{key_id} is {key.state}, and its time is over, says {made_by[0].id}"
    elif key_id in soak.by_hand and soak.by_hand[key_id] != made_by[0].id:
        yield f"{key_id} was made by hand for {soak.by_hand[key_id]} and not for {made_by[0].id}"


def _wanted(soak: Soak, known: dict[str, Request], entries: Sequence[AuditEntry]) -> Changes:
    """Return what should have been changed, in the order of the audit log."""
    found: Changes = defaultdict(list)
    for entry in entries:
        request = known.get(entry.subject)
        if request is None:
            continue
        thing = _thing(request)
        if request.kind == "create_key" and entry.action == AuditAction.REQUEST_ENDED:
            key = soak.claude.keys[request.outcome.thing_id]
            found[key.id, "status"] += [key.state] if key.state == "archived" else []  # else it expired by itself
        elif request.kind in FIELDS and entry.action == AuditAction.REQUEST_APPLIED:
            found[thing].append(str(entry.detail["outcome"]["value"]))
        elif request.kind in FIELDS and entry.action == AuditAction.REQUEST_ENDED:
            found[thing].append(str(request.outcome.was))
        elif entry.action == TAKEN_BACK:
            found[str(entry.detail["outcome"]["thing_id"]), "status"].append("archived")
    return dict(found)


def _thing(request: Request) -> tuple[str, str]:
    payload = request.payload
    return str(payload.get("key_id") or payload.get("member_id")), FIELDS.get(request.kind, "")


def _made(soak: Soak) -> Changes:
    """Return what was changed: of each value those writes that changed it, whatever was sent twice."""
    found: Changes = defaultdict(list)
    for entry in soak.writes:
        parts = entry.name.removeprefix("POST /v1/organizations/").split("/")
        if len(parts) != 2:
            continue
        asked: dict[str, Any] = entry.request["body"]
        for name in asked:
            values = found[parts[1], name]
            if not values or values[-1] != entry.response[name]:
                values.append(str(entry.response[name]))
    return dict(found)


async def histories(soak: Soak, problems: Sequence[str]) -> list[str]:
    """Return what is on record about the requests that sentences name, by their ids or by their reasons."""
    known, entries = await read_all(soak)
    named = [one for one in known.values() if any(one.id in said or one.reason in said for said in problems)]
    found: list[str] = []
    for request in named[:10]:
        found.append(f"{request.id} {request.reason}: {request.status}, {request.failure}, {request.outcome.stored()}")
        found += [f"    {e.at} {e.actor} {e.action} {e.detail}" for e in entries if e.subject == request.id]
    return found
