"""Finding out to whom belongs what somebody wants to change, and whether Slack lets the bot tell them."""

import asyncio
from collections.abc import Sequence

import structlog
from pydantic import BaseModel

from bot.approvals import db as requests
from bot.approvals.act import reading_of
from bot.approvals.concerned import Concerned
from bot.approvals.due import is_at_work, is_owner_unknown, is_owner_unreached
from bot.approvals.kind import AnyKind, find_kind
from bot.approvals.known import Known
from bot.approvals.model import Request
from bot.approvals.snapshot import WITHIN, known_of
from bot.errors import NotLinked, SlackError, UpstreamError
from bot.people import db as links
from bot.people.identity import check_person
from bot.people.model import Actor, Who
from bot.runtime import Runtime
from bot.slack.model import SlackPerson
from bot.slack.refusals import NO_SUCH_PERSON
from bot.words.addresses import is_same_address

log = structlog.get_logger()


async def find_concerned(rt: Runtime, kind: AnyKind, thing: str, payload: BaseModel | None = None) -> tuple[Concerned, ...]:
    """Return the people to whom a thing belongs that a kind changes, by its id, each once; none where nobody is known.

    With `payload` also those to whom it will belong, who hear of it once it is done.
    """
    found = await kind.concerns.find(reading_of(rt), thing) if thing else ()
    later = kind.concerns.becomes(payload) if payload else ()
    owners = await asyncio.gather(*(_complete(rt, kind, who) for who in found))
    heirs = await asyncio.gather(*(_complete(rt, kind, who) for who in later))
    everybody = (*(one.model_copy(update={"hears_ask": False}) for one in heirs), *owners)
    # One is known by account for a key that they asked for, and as a member for one that they made.
    return tuple({one.slack_id or one.member_id or one.email: one for one in everybody}.values())


async def concerned_at_the_ask(
    rt: Runtime, kind: AnyKind, thing: str, payload: BaseModel | None = None
) -> tuple[Concerned, ...]:
    """Return the same. What can't be looked up now keeps nobody from asking, and is looked up again later."""
    try:
        async with asyncio.timeout(WITHIN):
            return await find_concerned(rt, kind, thing, payload)
    except (UpstreamError, TimeoutError) as error:
        log.info("owner_not_known_at_the_ask", error=type(error).__name__)
        return (Concerned(thing=kind.concerns.thing, name="", is_reachable=False, is_unknown=True),)


async def look_up_owners(rt: Runtime, request: Request) -> Request:
    """Find out to whom belongs what a request changes, where they couldn't be found or told when it was asked.

    They are told, and the card names them.
    """
    if is_at_work(request, rt.now()) or not (is_owner_unknown(request) or is_owner_unreached(request)):
        return request
    kind = find_kind(rt, request.kind)
    payload = kind.asked(request).payload
    found = await find_concerned(rt, kind, kind.thing_of(payload), payload)
    concerned = with_beneficiaries(kind, found, request.beneficiaries)
    if concerned == request.concerned:
        return request
    known = _named_in(request.known, found)
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, with_line=False, concerned=concerned, known=known)
    return moved or request


async def known_with_owners(
    rt: Runtime, kind: AnyKind, actor: Actor, payload: BaseModel
) -> tuple[Known, tuple[Concerned, ...]]:
    """Return what is known at the ask, with the owner as they are told: by account, else by name and address."""
    owners, known = await asyncio.gather(
        concerned_at_the_ask(rt, kind, kind.thing_of(payload), payload), known_of(rt, kind, actor, payload)
    )
    return _named_in(known, owners), owners


def _named_in(known: Known, owners: Sequence[Concerned]) -> Known:
    if known.key is None or not owners:
        return known
    if owners[0].is_unknown:
        return known.model_copy(update={"key": None})
    account = owners[0].slack_id if owners[0].is_reachable else ""
    named = {"owner": account, "maker": owners[0].label}
    return known.model_copy(update={"key": known.key.model_copy(update=named)})


def with_beneficiaries(kind: AnyKind, found: Sequence[Concerned], about: Sequence[Who]) -> tuple[Concerned, ...]:
    """Return everybody who is told: those whose thing it is, and those whom the request is about."""
    others = [who for who in about if not any(one.is_person(who) for one in found)]
    concerns = kind.concerns
    return (*found, *(_named(concerns.thing, who, who.email or who.slack_id, hears_ask=False) for who in others))


def _named(thing: str, who: Who, name: str, *, hears_ask: bool) -> Concerned:
    return Concerned(thing=thing, name=name, hears_ask=hears_ask, **who.model_dump())


async def _complete(rt: Runtime, kind: AnyKind, who: Who) -> Concerned:
    """Return somebody with all that is known of them. What Slack doesn't answer just now may be told later."""
    async with rt.store.read() as tx:
        link = await links.find_one(tx, who.slack_id, who.member_id)
    member_id = who.member_id or (link.member_id if link else "")
    member = next((one for one in await rt.directory.members() if one.id == member_id), None)
    email = who.email or (member.email if member else link.email if link else "")
    slack_id = who.slack_id or (link.slack_id if link else "") or await _account_at(rt, email, member_id)
    person, is_reachable = await in_slack(rt, slack_id) if slack_id else (None, False)
    name = (member.name if member else "") or (person.name if person else "") or email or member_id
    known = Who(slack_id=slack_id, member_id=member_id, email=email)
    found = _named(kind.concerns.thing, known, name, hears_ask=kind.concerns.hears_ask)
    return found.model_copy(update={"is_reachable": is_reachable})


async def _account_at(rt: Runtime, email: str, member_id: str) -> str:
    """Return the Slack id of whoever has an address, who may never have used the bot, or "".

    It tells whom to write to and links nobody. An account that isn't a colleague's, or is somebody else's here, is nobody's.
    """
    try:
        person = await rt.notifier.person_at(email) if email else None
        if person is None or not is_same_address(person.email, email):
            return ""
        await check_person(rt, person)
    except (SlackError, NotLinked):
        return ""
    async with rt.store.read() as tx:
        link = await links.find_one(tx, person.id, "")
    return person.id if link is None or member_id in ("", link.member_id) else ""


async def in_slack(rt: Runtime, slack_id: str) -> tuple[SlackPerson | None, bool]:
    """Return a Slack person as of now, and whether they may be told what goes on in the company."""
    try:
        person = await rt.notifier.person(slack_id, fresh=True)
    except SlackError as error:
        return None, error.code not in NO_SUCH_PERSON
    try:
        await check_person(rt, person)
    except NotLinked:
        return person, False
    return person, True
