"""Each request that was done has exactly one effect in the organization, and nothing else was changed there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot.approvals import db as requests
from bot.approvals.act import look_of
from bot.approvals.model import Request
from bot.approvals.ownership import db as ownership
from bot.kinds.registry import KINDS
from bot.store import audit
from bot.store.audit import AuditEntry
from tests.approvals.walking import kept_otherwise
from tests.soak import changes
from tests.soak.changes import SETTINGS, TAKEN_BACK
from tests.soak.world import Soak

COMPARED = frozenset(
    {*SETTINGS, "create_key", "invite_members", "withdraw_invite", "remove_member", "create_workspace", "archive_workspace"}
)
"""Kinds whose every change is compared; of another one it is asked whether its effect is there."""


async def read_all(soak: Soak) -> tuple[dict[str, Request], list[AuditEntry]]:
    """Return every request by its id, and the audit log."""
    async with soak.rt.store.read() as tx:
        found = {id_: request for id_ in soak.rows if (request := await requests.load(tx, id_))}
        return found, [entry async for entry in audit.all_entries(tx)]


async def check_effects(soak: Soak) -> list[str]:
    """Return in sentences which effects are missing, came twice, or were asked for by nobody."""
    known, entries = await read_all(soak)
    problems = [*_keys_made(soak, known, entries)]
    want, did = changes.wanted(soak, known, entries), changes.made(soak)
    for thing in sorted({*did, *want}):
        said, seen = want.get(thing, []), did.get(thing, [])
        if said != seen:
            problems.append(f"{thing[1]} of {thing[0]}: the requests say {said}, the organization saw {seen}")
    soak.events["changes compared"] += sum(map(len, did.values()))
    return [*problems, *await _looked_at(soak, known), *await _kept(soak, known)]


async def _looked_at(soak: Soak, known: dict[str, Request]) -> list[str]:
    """Say which kinds nobody asked for, and what a kind that isn't compared above doesn't find of its own effect."""
    missing = set(KINDS) - {request.kind for request in known.values()}
    found = [f"nobody asked for {name}" for name in sorted(missing)]
    for request in known.values():
        kind = KINDS[request.kind]
        if request.kind not in COMPARED and request.status == "applied":
            done = await kind.effect.look(look_of(soak.rt, kind.asked(request)))
            found += [] if done else [f"{request.id} ({request.kind}) is applied, and isn't there"]
    return found


async def _kept(soak: Soak, known: dict[str, Request]) -> list[str]:
    """Say which keys that were to get another owner didn't, and which limits are kept otherwise than they hold."""
    async with soak.rt.store.read() as tx:
        problems = await kept_otherwise(tx, known.values())
        keys = [key for key in soak.claude.keys.values() if key.name.startswith("of-leaver-")]
        owners = await ownership.owned(tx, [key.id for key in keys])
    removals = [request for request in known.values() if request.kind == "remove_member" and request.status == "applied"]
    kept = {key["id"]: request.id for request in removals for key in request.payload["keys"] if key["fate"] == "keep"}
    wrong = [key_id for key_id, by in kept.items() if key_id not in owners or owners[key_id].request_id != by]
    return [*problems, *(f"{key_id} was to get another owner" for key_id in wrong)]


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


async def histories(soak: Soak, problems: Sequence[str]) -> list[str]:
    """Return what is on record about the requests that sentences name, by their ids or by their reasons."""
    known, entries = await read_all(soak)
    named = [one for one in known.values() if any(_is_named(one, said) for said in problems)]
    found: list[str] = []
    for request in named[:10]:
        found.append(f"{request.id} {request.reason}: {request.status}, {request.failure}, {request.outcome.stored()}")
        found += [f"    {e.at} {e.actor} {e.action} {e.detail}" for e in entries if e.subject == request.id]
    return found


def _is_named(request: Request, said: str) -> bool:
    """Tell whether a sentence names a request, or what it has made or is about."""
    made = [request.outcome.thing_id, *(part.thing_id for part in request.outcome.parts)]
    about = [value for value in request.payload.values() if isinstance(value, str) and len(value) > len("wrkspc_")]
    ids = [one for one in (*made, *about) if one and "_01" in one]
    return any(one in said for one in (request.id, request.reason, *ids))
