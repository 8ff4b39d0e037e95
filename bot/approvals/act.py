"""What a kind is handed when it is asked something: its request, its decoded payload, and only what it may do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from bot.admin.model import Member, MonthSpend
from bot.approvals import db as requests
from bot.approvals.fence import FencedAdmin, FencedNews, ReadingAdmin, ReadingNews, is_fresh
from bot.approvals.lookups import db as lookups
from bot.approvals.model import Request
from bot.approvals.outcome import LeaseLost, Outcome
from bot.approvals.ownership import db as ownership
from bot.approvals.ownership.db import Owned
from bot.approvals.ownership.waiting import owned_by
from bot.approvals.progress import Progress
from bot.directory.directory import Directory
from bot.directory.use import KeyUse
from bot.people import db as links
from bot.people.identity import find_member
from bot.people.model import Who
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Store

P = TypeVar("P", bound=BaseModel)
RuleFor = Callable[[str, str | None, str | None], Rule]
"""Takes a kind, a workspace's id and its name."""


@dataclass(frozen=True)
class Asked(Generic[P]):
    """A request with its decoded payload; all that a kind's words are made from."""

    request: Request
    payload: P


class Others:
    """What a kind may know of other requests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, request_id: str) -> Request | None:
        """Return a request, or None."""
        async with self._store.read() as tx:
            return await requests.load(tx, request_id)

    async def find_open(self, subject: str) -> Request | None:
        """Return the open request about a subject, or None."""
        async with self._store.read() as tx:
            return await requests.find_open(tx, subject)

    async def ended_since(self, kind: str, since: datetime, now: datetime) -> list[Request]:
        """Return the grants of a kind that have ended since then, or whose time is over now."""
        async with self._store.read() as tx:
            return await lookups.ended_since(tx, kind, since, now)

    async def given_since(self, kind: str, since: datetime) -> list[Request]:
        """Return the requests of a kind that were done since then and have not ended."""
        async with self._store.read() as tx:
            return await lookups.given_since(tx, kind, since)

    async def at_work_since(self, kind: str, since: datetime) -> list[Request]:
        """Return the requests of a kind that are open or were closed since then, also those done in part only."""
        async with self._store.read() as tx:
            return await lookups.at_work_since(tx, kind, since)

    async def standing(self, kind: str) -> list[Request]:
        """Return the grants of a kind that stand; the time of some may be over."""
        async with self._store.read() as tx:
            return await lookups.standing(tx, kind)

    async def requesters_of(self, kind: str, things: Sequence[str]) -> dict[str, str]:
        """Return who asked for these things, as far as requests of a kind made them: Slack ids by the thing's id."""
        async with self._store.read() as tx:
            return await lookups.askers_of(tx, kind, things)

    async def ends_of(self, kind: str, things: Sequence[str]) -> dict[str, datetime]:
        """Return when what requests of a kind made will be taken back, by the thing's id; what has no end is absent."""
        async with self._store.read() as tx:
            return await lookups.ends_of(tx, kind, things)

    async def asked_for(self, kind: str, thing: str) -> Who | None:
        """Return who asked for a thing, where a request of a kind made it."""
        maker = await self.maker_of(kind, thing)
        return maker.requester if maker else None

    async def maker_of(self, kind: str, thing: str) -> Request | None:
        """Return the request of a kind that made a thing, or None."""
        async with self._store.read() as tx:
            return await lookups.maker_of(tx, kind, thing)

    async def made_for(self, kind: str, slack_id: str) -> frozenset[str]:
        """Return the ids of what requests of a kind made for somebody."""
        async with self._store.read() as tx:
            return await lookups.made_for(tx, kind, slack_id)

    async def handed_over(self, key_ids: Sequence[str]) -> dict[str, Owned]:
        """Return by id which of these keys a request handed over to somebody, who owns them since."""
        async with self._store.read() as tx:
            return await ownership.owned(tx, key_ids)

    async def handed_to(self, slack_id: str) -> frozenset[str]:
        """Return the ids of the keys that were handed over to somebody."""
        async with self._store.read() as tx:
            return await ownership.handed_to(tx, slack_id)

    async def account_of(self, member_id: str) -> str:
        """Return the Slack id that is linked to a member, or ""."""
        async with self._store.read() as tx:
            link = await links.find_one(tx, "", member_id)
        return link.slack_id if link else ""


class Grants(Others):
    """The same with what a request may change of others: a later end for a grant, another owner for a key, or a part
    of itself that is a request of its own.

    It checks the lease as `FencedAdmin` does: what wakes up late must not give what was given up meanwhile.
    """

    def __init__(self, store: Store, holds: Callable[[], bool]) -> None:
        super().__init__(store)
        self._holds = holds

    async def extend(self, grant: Request, by: Request, now: datetime) -> bool:
        """Give a grant the end and the payload of the request `by`.

        False where the grant isn't as it was read any more, or the lease is too old. Its end, what is told ahead of
        it and its messages move in the same transaction.
        """
        assert by.ends_at is not None  # noqa: S101 - what extends has an end
        changes: dict[str, Any] = {"ends_at": by.ends_at, "payload": by.payload, "extended_at": now, "told_until": None}
        async with self._store.write() as tx:
            moved = await requests.touch(tx, grant, **changes) if self._holds() else None
            if moved:
                detail = {"version": moved.version, "until": by.ends_at.isoformat(), "by": by.id}
                tx.audit(now, BOT_ACTOR, AuditAction.REQUEST_EXTENDED, grant.id, **detail)
        return moved is not None

    async def add_part(self, request: Request, subject: str, about: str, now: datetime) -> bool:
        """Add a request that was approved as a part of another one, its `part_of`; once, by its id.

        False where another open request is about the same subject. Raises LeaseLost where the lease is too old.
        """
        async with self._store.write() as tx:
            if not self._holds():
                raise LeaseLost(is_unchanged=False)
            if not await requests.insert(tx, request, subject, about):
                return await requests.load(tx, request.id) is not None
            whole: dict[str, Any] = {"version": 1, "part_of": request.outcome.part_of}
            detail = {"kind": request.kind, "payload": request.payload} | whole
            tx.audit(now, request.requester.slack_id, AuditAction.REQUEST_SUBMITTED, request.id, **detail)
            for decision in request.decisions:
                await requests.add_decision(tx, request.id, decision)
                tx.audit(now, decision.by.slack_id, AuditAction.REQUEST_APPROVED, request.id, enough=True, **whole)
        return True

    async def hand_over(self, kind: str, key_id: str, to: Who, by: Request, now: datetime) -> bool:
        """Make somebody the owner of a key for the request `by`; `kind` is the kind that makes keys.

        False where another request handed the key over since `by` was asked. Raises LeaseLost where the lease is too old.
        Of a key that was given until a day they hear ahead of its end, and may ask for a later one. What waits to be done
        to the key names them from then on, and they are told.
        """
        async with self._store.write() as tx:
            known = (await ownership.owned(tx, [key_id])).get(key_id)
            if known and (known.request_id == by.id or known.at > by.created_at):
                return known.request_id == by.id
            if not self._holds():
                raise LeaseLost(is_unchanged=False)
            await ownership.hand_over(tx, key_id, to, by.id)
            made = await lookups.maker_of(tx, kind, key_id)
            hears = (made.requester, *made.beneficiaries, *made.heirs) if made else (to,)
            is_new = not any(to.is_same_person(one) for one in hears)
            if made and is_new and not await requests.touch(tx, made, with_line=False, heirs=(*made.heirs, to)):
                raise LeaseLost(is_unchanged=False)  # somebody touched it at this very moment; it is tried again
            for one in await lookups.waiting_about(tx, key_id):
                await requests.touch(tx, one, with_line=False, **owned_by(one, to))
            tx.audit(now, BOT_ACTOR, AuditAction.KEY_HANDED_OVER, key_id, by=by.id, to=to.slack_id, member=to.member_id)
        return True


@dataclass(frozen=True)
class Reading:
    """What a kind may look at, before and after it is asked for; nothing here changes anything.

    `rule_for` returns today's rule. `find_member` returns the member behind a Slack user as of now, and raises NotLinked.
    `spend_of_month` returns what a workspace, by id, or the organization (None) has spent in the UTC month so far, and the
    limit that the bot keeps for it; `use_of_each` what each of some keys, by id, was used for. `email_domains` are the
    company's own, in lower case.
    """

    admin: ReadingAdmin
    directory: Directory
    others: Others
    rule_for: RuleFor
    find_member: Callable[[str], Awaitable[Member]]
    now: Callable[[], datetime]
    spend_of_month: Callable[[str | None], Awaitable[MonthSpend]]
    use_of_each: Callable[[Sequence[str]], Awaitable[Mapping[str, KeyUse]]]
    email_domains: tuple[str, ...]
    news: ReadingNews


@dataclass(frozen=True)
class Look(Reading, Generic[P]):
    """A reading about one request."""

    request: Request
    payload: P

    @property
    def came(self) -> Outcome:
        """What came of the request so far."""
        return self.request.outcome


@dataclass(frozen=True)
class Act(Look[P]):
    """The right to do what one request says, for as long as it is claimed; `admin` and `news` change things only that long.

    What consists of several parts keeps each in `progress`, which claims the request for as long again.
    """

    admin: FencedAdmin
    others: Grants
    news: FencedNews
    progress: Progress

    @property
    def came(self) -> Outcome:
        """What came of the request so far, the part before this one included."""
        return self.progress.request.outcome


def reading_of(rt: Runtime) -> Reading:
    """Return what a kind may look at."""
    return Reading(
        admin=ReadingAdmin(rt.admin),
        directory=rt.directory,
        others=Others(rt.store),
        rule_for=lambda kind, workspace_id, name: rt.policy.rule_for(kind, workspace_id, name),
        find_member=partial(find_member, rt),
        now=rt.now,
        spend_of_month=lambda workspace_id: rt.spend_of_month(workspace_id, rt.now()),
        use_of_each=lambda key_ids: rt.use_of_each(key_ids, rt.now()),
        email_domains=rt.settings.email_domains,
        news=ReadingNews(rt.spend_news),
    )


def _parts_of(reading: Reading) -> dict[str, Any]:
    return {part.name: getattr(reading, part.name) for part in fields(Reading)}


def look_at(reading: Reading, asked: Asked[P]) -> Look[P]:
    """Return a reading as one about a request."""
    return Look(**_parts_of(reading), request=asked.request, payload=asked.payload)


def look_of(rt: Runtime, asked: Asked[P]) -> Look[P]:
    """Return what a kind needs to look how a request stands."""
    return look_at(reading_of(rt), asked)


def act_of(rt: Runtime, asked: Asked[P], progress: Progress | None = None) -> Act[P]:
    """Return what a kind needs to carry a request out; its changes are refused once the claim is too old."""
    done = progress or Progress(rt, asked.request)

    def holds() -> bool:
        return is_fresh(done.request.claimed_at, rt.now())

    fenced: dict[str, Any] = {
        "admin": FencedAdmin(rt.admin, rt.directory, holds),
        "others": Grants(rt.store, holds),
        "news": FencedNews(rt.spend_news, holds),
    }
    parts = _parts_of(reading_of(rt)) | fenced
    return Act(**parts, request=asked.request, payload=asked.payload, progress=done)
