"""Random events over kinds and people: what somebody may think of, and what must hold whatever they thought of."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from pydantic import BaseModel

from bot.approvals import db as requests
from bot.approvals import service
from bot.approvals.cards.plan import TOPIC
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request, Status, Verdict
from bot.approvals.prefetch import prefetch
from bot.errors import UpstreamError, UserError
from bot.forms.fields import WHOLE
from bot.kinds.keys.create import CreateKey
from bot.kinds.keys.rename import RenameKey
from bot.kinds.keys.status import REVOKE_KEY
from bot.kinds.limits.rate import SetRateLimit
from bot.kinds.limits.words import SetSpendLimit
from bot.kinds.people.change_role import ROLES, ChangeRole
from bot.kinds.people.invited import InviteMembers
from bot.kinds.people.leaving import FATES, RemoveMember
from bot.kinds.people.withdraw import WithdrawInvite
from bot.kinds.registry import KINDS
from bot.kinds.workspaces.access import WorkspaceAccess
from bot.kinds.workspaces.archive import ArchiveWorkspace
from bot.kinds.workspaces.roles import ROLES as ROLES_IN_WORKSPACES
from bot.kinds.workspaces.update import UpdateWorkspace
from bot.kinds.workspaces.wanted import ENVIRONMENTS, CreateWorkspace
from bot.people.identity import resolve_actor
from bot.people.model import Actor
from bot.posts.converge import topic_of
from bot.posts.db import of_subject
from bot.sandbox.claude.records import tagged_id
from bot.sandbox.people import CROWD
from bot.spend.ledger.names import archived_ids
from bot.spend.limits import db as kept_limits
from bot.store import audit
from bot.store.actions import AuditAction
from bot.store.session import Tx
from tests.world import ALICE, BOB, World, a_minute

APPROVERS = (BOB, "U0CAROL")
PEOPLE = (ALICE, *APPROVERS, *(one.slack_id for one in CROWD[:5]))
MOST_OPEN = 12
INVITES = "POST /v1/organizations/invites"


@dataclass
class Walk:
    """One world, a die, and the people in it; `seen` counts what happened."""

    world: World
    dice: Random
    actors: dict[str, Actor] = field(default_factory=dict[str, Actor])
    seen: Counter[str] = field(default_factory=Counter[str])
    asked: int = 0

    async def step(self) -> None:
        """Let one thing happen; what is refused is refused in words."""
        (event,) = self.dice.choices(list(EVENTS), [odds for odds, _ in EVENTS.values()])
        try:
            await EVENTS[event][1](self)
            self.seen[event] += 1
        except (UserError, UpstreamError) as refusal:
            self.seen[f"{event}: {type(refusal).__name__}"] += 1

    async def somebody(self) -> Actor:
        slack_id = self.dice.choice(self.dice.choice((APPROVERS, PEOPLE)))
        if slack_id not in self.actors:
            self.actors[slack_id] = await resolve_actor(self.world.rt, slack_id, self.world.rt.team_id)
        return self.actors[slack_id]

    async def all_of(self, *statuses: Status) -> list[Request]:
        async with self.world.rt.store.read() as tx:
            return await requests.with_status(tx, *statuses, limit=2000)

    async def one_of(self, *statuses: Status) -> Request | None:
        found = await self.all_of(*statuses)
        return self.dice.choice(found) if found else None


async def _ask(walk: Walk) -> None:
    if len(await walk.all_of(Status.PENDING)) >= MOST_OPEN:
        return
    kind = walk.dice.choice(sorted(KINDS))
    payload = WISHES.get(kind, _as_in_sample(KINDS[kind]))(walk)
    if payload is not None:
        walk.asked += 1
        await service.submit(walk.world.rt, await walk.somebody(), kind, payload, f"walk {walk.asked}")


async def _approve(walk: Walk) -> None:
    # Also what isn't pending any more, as with an old card.
    request = await walk.one_of(Status.PENDING) or await walk.one_of(*Status)
    if request:
        actor = await walk.somebody()
        await service.approve(walk.world.rt, actor, await prefetch(walk.world.rt, request.id, actor.slack_id))


async def _deny(walk: Walk) -> None:
    if request := await walk.one_of(Status.PENDING):
        await service.deny(walk.world.rt, await walk.somebody(), request.id, "not now")


async def _withdraw(walk: Walk) -> None:
    if request := await walk.one_of(Status.PENDING, Status.FULFILLING):
        await service.withdraw(walk.world.rt, await walk.somebody(), request.id)


async def _retry(walk: Walk) -> None:
    if request := await walk.one_of(Status.FAILED):
        await service.retry(walk.world.rt, await walk.somebody(), request.id)


async def _give_up(walk: Walk) -> None:
    if request := await walk.one_of(Status.FAILED):
        await service.give_up(walk.world.rt, await walk.somebody(), request.id)


async def _say_done(walk: Walk) -> None:
    if request := await walk.one_of(Status.FULFILLING):
        await service.say_done(walk.world.rt, await walk.somebody(), request.id)


async def _time_passes(walk: Walk) -> None:
    await walk.world.post("/clock", advance=walk.dice.choice((61, 600, 4 * 3600)))
    await a_minute(walk.world.rt)


async def _break(walk: Walk) -> None:
    name = walk.dice.choice(
        (
            "POST /v1/organizations/api_keys/*",
            "POST /v1/organizations/users/*",
            "POST /v1/organizations/workspaces",
            "POST /v1/organizations/workspaces/*",
            "POST /v1/organizations/workspaces/*/members",
            INVITES,
        )
    )
    kind = walk.dice.choice(("500_final", "500_final", "500_final", "drop_after"))
    await walk.world.post("/faults", target="claude", name=name, kind=kind, times=1)


async def _meddle(walk: Walk) -> None:
    """Do something in the Console meanwhile; Anthropic grants the preview of spend limits, or takes it back."""
    if walk.dice.random() < 0.3:
        await walk.world.post("/claude/flags", spend_limits_preview=walk.dice.random() < 0.5)
    key = _some_key(walk)
    if key is not None:
        await walk.world.post(f"/claude/keys/{key.id}", status=walk.dice.choice(("active", "inactive")))
    if pending := walk.world.sandbox.claude.pending_invites():
        await walk.world.post(f"/claude/invites/{walk.dice.choice(pending).id}/accept")


EVENTS: dict[str, tuple[int, Callable[[Walk], Awaitable[None]]]] = {
    "ask": (30, _ask),
    "approve": (38, _approve),
    "deny": (5, _deny),
    "withdraw": (4, _withdraw),
    "retry": (5, _retry),
    "give up": (2, _give_up),
    "say done": (3, _say_done),
    "time": (5, _time_passes),
    "break": (4, _break),
    "meddle": (3, _meddle),
}


def _some_key(walk: Walk) -> Any:
    keys = [key for key in walk.world.sandbox.claude.keys.values() if key.state in ("active", "inactive")]
    return walk.dice.choice(keys) if keys else None


def _last_day(walk: Walk) -> dict[str, Any]:
    days = walk.dice.choice((None, None, 1, 3))
    return {"ends_on": (walk.world.rt.now() + timedelta(days=days)).date()} if days else {}


def _new_key(walk: Walk) -> BaseModel:
    names = [w for w in walk.world.sandbox.claude.workspaces.values() if w.name in ("Staging", "Research")]
    return CreateKey(workspace_id=walk.dice.choice(names).id, name=f"walk-{walk.asked}", **_last_day(walk))


def _of_key(payload: type[Any], **more: Callable[[Any], str]) -> Callable[[Walk], BaseModel | None]:
    def wish(walk: Walk) -> BaseModel | None:
        key = _some_key(walk)
        return payload(key_id=key.id, **{name: make(key) for name, make in more.items()}) if key else None

    return wish


def _role(walk: Walk) -> BaseModel:
    return ChangeRole(slack_id=walk.dice.choice(PEOPLE[3:]), role=walk.dice.choice(sorted(ROLES)), **_last_day(walk))


def _some_workspace(walk: Walk, *names: str) -> Any:
    """Return one of these workspaces, whatever they are called by now; archived ones, too, as in an old form."""
    ids = [one for one in walk.world.sandbox.claude.workspaces if one in {tagged_id("wrkspc", name) for name in names}]
    return walk.world.sandbox.claude.workspaces[walk.dice.choice(ids)]


def _detail(walk: Walk) -> BaseModel:
    detail, value = walk.dice.choice(
        (("name", f"Walk {walk.asked}"), ("owner", "bob@acme.test"), ("colour", "red"), ("owner", ""))
    )
    return UpdateWorkspace(workspace_id=_some_workspace(walk, "Sandbox", "Data Platform").id, detail=detail, value=value)


def _archive(walk: Walk) -> BaseModel:
    workspace = _some_workspace(walk, "Sandbox", "Support Bot")
    return ArchiveWorkspace(workspace_id=workspace.id, confirm=workspace.name)


def _limit(walk: Walk) -> BaseModel:
    names = [w.id for w in walk.world.sandbox.claude.workspaces.values() if w.name in ("Staging", "Research")]
    amount = Decimal(walk.dice.choice((100, 200, 300)))
    return SetSpendLimit(workspace_id=walk.dice.choice((*names, WHOLE)), amount=amount, **_last_day(walk))


def _removal(walk: Walk) -> BaseModel:
    """Let one of the crowd leave who has no part in the walk, or had left by then."""
    who = walk.dice.choice([one.name for one in CROWD[8:20]])
    member = next((one.id for one in walk.world.sandbox.claude.users.values() if one.name == who), "user_gone")
    fate = walk.dice.choice(sorted(FATES))
    return RemoveMember(member_id=member, fate=fate, new_owner=walk.dice.choice(PEOPLE) if fate == "keep" else "")


def _invites(walk: Walk) -> BaseModel:
    emails = tuple({f"new-{walk.dice.randrange(40)}@acme.test" for _ in range(walk.dice.choice((1, 2, 4)))})
    staging = walk.world.sandbox.claude.workspace_named("Staging").id
    joins: dict[str, Any] = {"join_ids": (staging,), "join_role": "workspace_developer"} if walk.dice.random() < 0.5 else {}
    return InviteMembers(emails=emails, role="developer", **joins)


def _withdrawal(walk: Walk) -> BaseModel:
    return WithdrawInvite(invite_id=walk.dice.choice(list(walk.world.sandbox.claude.invites)))


def _workspaces(walk: Walk) -> BaseModel:
    chosen = [one for one in ENVIRONMENTS if walk.dice.random() < 0.4]
    name = f"walk {walk.asked // 3}{walk.dice.choice(('', ' Test'))}"
    return CreateWorkspace(name=name, environments=tuple(chosen), members=(walk.dice.choice(PEOPLE),))


def _access(walk: Walk) -> BaseModel:
    place = _some_workspace(walk, "Staging", "Research").id
    role = walk.dice.choice(sorted(ROLES_IN_WORKSPACES))
    return WorkspaceAccess(workspace_id=place, slack_id=walk.dice.choice(PEOPLE[3:]), role=role, **_last_day(walk))


def _rate(walk: Walk) -> BaseModel:
    group = walk.dice.choice(sorted(walk.world.sandbox.claude.rate_limits))
    value = walk.dice.choice(("100", "200", "none"))
    place = _some_workspace(walk, "Staging", "Research").id
    return SetRateLimit(workspace_id=place, rate_group=group, limiter="requests", value=value, **_last_day(walk))


def _as_in_sample(kind: AnyKind) -> Callable[[Walk], BaseModel | None]:
    """Return what asks for a kind's sample, of any key, workspace and person."""

    def wish(walk: Walk) -> BaseModel | None:
        key, place = _some_key(walk), _some_workspace(walk, "Staging", "Research")
        any_of = {"key": key.id if key else "", "workspace": place.id, "person": walk.dice.choice(PEOPLE[3:])}
        given = {one.name: any_of.get(one.type, getattr(kind.sample.payload, one.name, None)) for one in kind.form}
        return kind.payload.model_validate({name: value for name, value in given.items() if value is not None})

    return wish


WISHES: dict[str, Callable[[Walk], BaseModel | None]] = {
    "create_key": _new_key,
    "revoke_key": _of_key(REVOKE_KEY.payload, confirm=lambda key: key.name),
    "rename_key": _of_key(RenameKey, name=lambda key: f"{key.name[:40]}-x"),
    "change_role": _role,
    "update_workspace": _detail,
    "archive_workspace": _archive,
    "set_spend_limit": _limit,
    "remove_member": _removal,
    "invite_members": _invites,
    "withdraw_invite": _withdrawal,
    "create_workspace": _workspaces,
    "workspace_access": _access,
    "set_rate_limit": _rate,
}
"""What may be asked of a kind otherwise than by its sample; None where there is nothing that it could be about."""


async def problems(walk: Walk) -> list[str]:
    """Return in sentences what doesn't hold."""
    found: list[str] = []
    for request in await walk.all_of(*Status):
        found += [f"{request.id} ({request.kind}): {one}" for one in (*_decided(request), *await _recorded(walk, request))]
        found += [f"{request.id} ({request.kind}): {one}" for one in await _said(walk, request)]
    found += await _kept(walk)
    names = Counter(key.name for key in walk.world.sandbox.claude.keys.values())
    found += [f"{count} keys are called {name}" for name, count in names.items() if count > 1 and "walk-" in name]
    invited = Counter(invite.email for invite in walk.world.sandbox.claude.pending_invites())
    found += [f"{count} invites wait for {email}" for email, count in invited.items() if count > 1]
    names = Counter(one.name for one in walk.world.sandbox.claude.workspaces.values() if one.name.startswith("walk"))
    return found + [f"{count} workspaces are called {name}" for name, count in names.items() if count > 1]


async def _kept(walk: Walk) -> list[str]:
    """Say which limit the bot keeps, or keeps no more, although its request says otherwise."""
    async with walk.world.rt.store.read() as tx:
        return await kept_otherwise(tx, await walk.all_of(*Status))


async def kept_otherwise(tx: Tx, known: Iterable[Request]) -> list[str]:
    """Say how the limits that the bot keeps differ from those that requests say hold; the record has their order.

    Of a workspace that was archived none counts.
    """
    archived = await archived_ids(tx)
    kept = {limit.workspace_id or WHOLE: limit.request_id for limit in await kept_limits.live(tx)}
    every = [one for one in known if one.kind == "set_spend_limit" and not one.extends]
    limits = [one for one in every if one.payload["workspace_id"] not in archived]
    holding = [one for one in limits if one.status in (Status.APPLIED, Status.REVERTING)]
    applied = {one.subject: one.seq async for one in audit.all_entries(tx) if one.action == AuditAction.REQUEST_APPLIED}
    newest = {one.payload["workspace_id"]: one.id for one in sorted(holding, key=lambda one: applied[one.id])}
    return [] if kept == newest else [f"the bot keeps the limits of {kept}, and {newest} hold"]


def _decided(request: Request) -> list[str]:
    """Say what is wrong with who decided."""
    found: list[str] = []
    deciders = [decision.by for decision in request.decisions]
    if len({who.member_id for who in deciders}) < len(deciders):
        found.append("somebody decided twice")
    if any(who.is_same_person(one) for who in deciders for one in (request.requester, *request.beneficiaries)):
        found.append("somebody decided what they asked for, or what is about them")
    if request.approved_at and len(request.said(Verdict.APPROVE)) < request.asked_under.quorum:
        found.append("it was approved by too few")
    return found


async def _recorded(walk: Walk, request: Request) -> list[str]:
    """Say what is on record more often than it may happen."""
    async with walk.world.rt.store.read() as tx:
        entries = await audit.entries_of(tx, request.id)
    counts = Counter(str(entry.action) for entry in entries)
    once = ("submitted", "applied", "ended", "denied", "withdrawn", "expired")
    found = [f"it was {one} {counts[f'request.{one}']} times" for one in once if counts[f"request.{one}"] > 1]
    last = {Status.APPLIED: "request.applied", Status.DENIED: "request.denied", Status.REVERTED: "request.ended"}
    is_told = request.status not in last or counts[last[request.status]] or counts["request.end_needs_person"]
    return found if is_told else [*found, f"it is {request.status}, which isn't on record"]


async def _said(walk: Walk, request: Request) -> list[str]:
    """Say which message about a request isn't what its row says."""
    rt, found = walk.world.rt, list[str]()
    drawing = await topic_of(rt, TOPIC).load(rt, request.id)
    async with rt.store.read() as tx:
        posts = await of_subject(tx, TOPIC, request.id)
    for post in posts:
        content = drawing.content(post) if drawing else None
        standing = walk.world.sandbox.slack.message(post.posted_channel or "", post.ts) if post.ts else None
        if content and not content.line and (standing is None or standing.text != content.draw(None).text):
            found.append(f"{post.purpose} says {standing.text if standing else None!r}")
    return found
