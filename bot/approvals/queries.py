"""What people look up about requests: what waits for them, what is theirs, and how one went."""

from bot.approvals import db as requests
from bot.approvals.authority import rule_of, standing
from bot.approvals.cards.notices import thread_line
from bot.approvals.kind import find_kind
from bot.approvals.model import Request, Status
from bot.people.model import Actor
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.store import audit


async def mine(rt: Runtime, actor: Actor) -> list[Request]:
    """Return what the actor asked for, newest first."""
    async with rt.store.read() as tx:
        return await requests.of_requester(tx, actor.slack_id)


async def waiting_for(rt: Runtime, actor: Actor) -> list[Request]:
    """Return the pending requests that the actor could decide now and hasn't, oldest first."""
    async with rt.store.read() as tx:
        pending = await requests.with_status(tx, Status.PENDING)
    found: list[Request] = []
    known: dict[tuple[Rule, str | None], bool] = {}  # who is an admin is a call, and most requests have the same rule
    for request in pending:
        involved = (request.requester, *find_kind(rt, request.kind).beneficiaries(request))
        if request.expires_at <= rt.now() or any(actor.who.is_same_person(one) for one in involved):
            continue
        if any(decision.by.is_same_person(actor.who) for decision in request.decisions):
            continue
        one = (await rule_of(rt, request), request.workspace_id)
        if one not in known:
            known[one] = bool(await standing(rt, [actor.who], *one, fresh=False))
        if known[one]:
            found.append(request)
    return found


async def history(rt: Runtime, request_id: str) -> list[str]:
    """Return a request's acts as lines, oldest first."""
    async with rt.store.read() as tx:
        entries = await audit.entries_of(tx, request_id)
    lines = [thread_line(entry.at, entry.actor, entry.action, entry.detail) for entry in entries]
    return [line for line in lines if line]
