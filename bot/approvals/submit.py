"""Submitting a request: checks against today's state, then one transaction with its audit entry."""

import secrets
from datetime import datetime
from typing import Final

import structlog
from pydantic import BaseModel

from bot.approvals import db as requests
from bot.approvals.act import reading_of
from bot.approvals.authority import check_can_be_approved
from bot.approvals.extensions import extending, kind_of
from bot.approvals.kind import AnyKind, find_kind
from bot.approvals.model import MOST_REASON, Request, Status
from bot.approvals.outcome import Outcome
from bot.approvals.owners import known_with_owners, with_beneficiaries
from bot.approvals.replace import asked_already, make_room, pressed_before
from bot.approvals.snapshot import beside
from bot.errors import InvalidInput, NotAllowed, SlackRefused
from bot.forms.fields import day_is_over
from bot.people.identity import calendar_for
from bot.people.model import Actor
from bot.policy.model import AskedUnder, Rule
from bot.posts.channels import UNSAID
from bot.runtime import Runtime
from bot.slack.markup import channel_mention
from bot.slack.refusals import NO_SUCH_CHANNEL
from bot.store.actions import AuditAction
from bot.words.credentials import refusal_of

log = structlog.get_logger()

_TELL_OPERATORS: Final = "Tell the people who run Quartermaster."


class _InTheWay(Exception):
    """Another open request is about the same thing; the transaction is rolled back."""


async def record(
    rt: Runtime,
    actor: Actor,
    kind_name: str,
    payload: BaseModel,
    reason: str,
    replaces: str = "",
    grant: Request | None = None,
) -> Request:
    """Check and record a request, or one that extends a grant. Raises a UserError in words; nothing is then kept.

    `replaces` is the id of the request whose place it takes, if that one is in the way.
    """
    kind, now = _asked_kind(rt, kind_name, grant), rt.now()
    checked = await kind.rules.check(reading_of(rt), actor.who, payload)
    rule = (await rt.refresh_policy()).rule_for(kind_name, checked.workspace_id, checked.workspace_name)
    channel = check_rule(rule, reason)
    _check_no_secret(kind, reason, checked.payload)
    if len(reason.strip()) > MOST_REASON:
        raise InvalidInput({"reason": f"Use {MOST_REASON} characters at most."})
    known, owners = await beside(check_channel(rt, channel), known_with_owners(rt, kind, actor, checked.payload))
    ends_at = _end_of(rt, actor, kind, checked.payload)
    request = Request(
        id=f"req_{secrets.token_hex(8)}",
        kind=kind_name,
        status=Status.PENDING,
        version=1,
        requester=actor.who,
        workspace_id=checked.workspace_id,
        workspace_name=checked.workspace_name,
        payload=checked.payload.model_dump(mode="json"),
        reason=reason.strip(),
        channel=channel,
        created_at=now,
        expires_at=rule.expires_at(now, ends_at),
        asked_under=AskedUnder.of(rule, now, ends_at),
        known=known,
        ends_at=ends_at,
    )
    request = _extending(request, grant, kind.rules.last_day) if grant else request
    about = kind.beneficiaries(request)
    told = {"beneficiaries": about, "concerned": with_beneficiaries(kind, owners, about)}
    request = request.model_copy(update=told)
    await check_can_be_approved(rt, request, rule, [actor.who, *about])
    subject = kind.rules.subject(checked.payload)
    return await add(rt, actor, request, subject, replaces)


def check_rule(rule: Rule, reason: str) -> str:
    """Return the channel of a rule; NotAllowed where nobody could decide, InvalidInput where it wants a reason."""
    if not rule.approvers:
        raise NotAllowed(f"Nothing was sent: nobody can approve this, as {rule.nobody_because}. {_TELL_OPERATORS}")
    if not rule.channel:
        raise NotAllowed(f"Nothing was sent: the policy names no channel for this request. {_TELL_OPERATORS}")
    if rule.reason_required and not reason.strip():
        raise InvalidInput({"reason": "Say what it is for. The approvers need this to decide."})
    return rule.channel


def _asked_kind(rt: Runtime, name: str, grant: Request | None) -> AnyKind:
    kind = find_kind(rt, name)
    return extending(kind, grant.id) if grant else kind


async def add(rt: Runtime, actor: Actor, request: Request, subject: str, replaces: str = "") -> Request:
    """Add a checked request, in the place of the one that it replaces; AskedAlready while another one is in the way.

    Returns the request that is on record: of a form that was sent twice that is the first.
    """
    try:
        return await _add(rt, actor, request, subject, replaces)
    except _InTheWay:
        if before := await pressed_before(rt, request, subject):
            return before
        raise await asked_already(rt, actor, subject) from None


async def _add(rt: Runtime, actor: Actor, request: Request, subject: str, replaces: str) -> Request:
    kind, now = kind_of(rt, request), request.created_at
    title = kind.title(request)
    async with rt.store.write() as tx:
        replaced = await make_room(rt, tx, actor, replaces, subject, request, title, now) if replaces else None
        if replaced:
            request = request.model_copy(update={"outcome": request.outcome.updated(Outcome(replaces=replaced))})
        grant = await requests.load(tx, request.extends) if request.extends else None
        about = grant.outcome.thing_id if grant else kind.thing_of(kind.asked(request).payload)
        if not await requests.insert(tx, request, subject, about):
            raise _InTheWay
        tx.audit(
            now, actor.slack_id, AuditAction.REQUEST_SUBMITTED, request.id, kind=request.kind, version=1,
            replaces=replaced, **_facts(request),
        )  # fmt: skip
    return request


def _end_of(rt: Runtime, actor: Actor, kind: AnyKind, payload: BaseModel) -> datetime | None:
    """Return the end of the last day in the requester's calendar; InvalidInput where that is over."""
    day = kind.last_day(payload)
    ends_at = calendar_for(rt, actor).end_of(day) if day else None
    if day and ends_at and ends_at <= rt.now():
        raise InvalidInput({kind.rules.last_day: day_is_over(day)})
    return ends_at


def _extending(request: Request, grant: Request, last_day: str) -> Request:
    """Return a request as one for a later end of a grant; undecided it expires with that grant at the latest."""
    if grant.ends_at is None or grant.over_at is None or request.ends_at is None or request.ends_at <= grant.over_at:
        raise InvalidInput({last_day: "It lasts that long already. Choose a later day."})
    until, was = min(request.expires_at, grant.over_at), Outcome(was=grant.ends_at.isoformat())
    return request.model_copy(update={"extends": grant.id, "outcome": was, "expires_at": until})


def _check_no_secret(kind: AnyKind, reason: str, payload: BaseModel) -> None:
    """Raise InvalidInput where something looks like a secret: cards and records are read by many, and for ever."""
    fields = {field.name for field in kind.form}
    typed = {name: value for name, value in payload if name in fields and isinstance(value, str)} | {"reason": reason}
    wrong = {name: refusal for name, value in typed.items() if (refusal := refusal_of(value))}
    if wrong:
        raise InvalidInput(wrong)


async def check_channel(rt: Runtime, channel_id: str) -> None:
    """Raise NotAllowed where nobody would see the card, or too many would."""
    try:
        channel = await rt.notifier.channel(channel_id, fresh=True)
    except SlackRefused as refusal:
        if refusal.code not in NO_SUCH_CHANNEL:  # any other refusal says nothing about the channel
            raise
        is_unseen, is_shared = True, False
    else:
        if channel.is_unsaid:
            log.warning("slack_flags_missing", channel=channel_id, flags=["is_ext_shared"])
            raise NotAllowed(f"Nothing was sent, because the card would stand in {channel_mention(channel_id)}. {UNSAID}")
        is_unseen, is_shared = not channel.is_member or channel.is_archived, channel.is_shared_outside
    where = channel_mention(channel_id)
    if is_shared:
        raise NotAllowed(
            f"Nothing was sent: {where} is shared with another company, so I post no requests there. {_TELL_OPERATORS}"
        )
    if is_unseen:
        raise NotAllowed(
            f"Nothing was sent: I'm not in {where}, or it is archived, so no approver would see it. "
            "Ask an approver to invite me there, then try again."
        )


def _facts(request: Request) -> dict[str, object]:
    return {
        "payload": request.payload,
        "reason": request.reason,
        "workspace": request.workspace_id,
        "concerned": [one.slack_id or one.email or one.member_id for one in request.concerned],
        "expires_at": request.expires_at.isoformat(),
        "ends_at": request.ends_at.isoformat() if request.ends_at else None,
        **({"extends": request.extends} if request.extends else {}),
    }
