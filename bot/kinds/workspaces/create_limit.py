"""The monthly limit of a new workspace: a request of its own that is approved with the workspace.

So it is all that a spend limit is that somebody asks for: kept by the bot, and set by hand where the API sets none.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from bot.admin.model import SpendLimit
from bot.approvals.act import Act, Look, RuleFor
from bot.approvals.known import Known
from bot.approvals.model import Request, Status
from bot.approvals.outcome import NeedsPerson, Outcome, PartDone
from bot.errors import PreviewUnavailable
from bot.kinds.limits.spend import SET_SPEND_LIMIT
from bot.kinds.limits.words import NO_LIMIT, SetSpendLimit
from bot.kinds.several import Part
from bot.kinds.workspaces.wanted import CreateWorkspace, made_by, part_of_workspace
from bot.policy.model import ApproverKind
from bot.words.wording import money

Wanted = CreateWorkspace
BY_HAND: Final = "an approver sets it in the Console, and has the steps"
IN_VAIN: Final = "nobody set it. Ask for a spend limit"
OTHERS_APPROVE: Final = "it needs other approvals than the workspace had. Ask for a spend limit"
GONE: Final = "it couldn't be set, as its own request says"
ASKED: Final = "somebody else asked for its limit meanwhile, so that request decides."
_DONE = frozenset({Status.APPLIED, Status.REVERTING, Status.REVERTED})


def limit_part(environment: str, name: str, amount: Decimal) -> Part[Wanted]:
    """Return the part that gives the workspace of an environment its limit in dollars a month."""
    a_month = f"{money(amount)} a month"

    async def do(act: Act[Wanted]) -> PartDone:
        made = made_by(act, environment)
        if needs_other_approvals(act.rule_for, name, made):
            return over(OTHERS_APPROVE)
        is_set = await _set(act, made, amount)
        request = _request(act, environment, name, amount)
        wanted = SET_SPEND_LIMIT.asked(request).payload
        subject = SET_SPEND_LIMIT.rules.subject(wanted)
        if not await act.others.add_part(request, subject, wanted.workspace_id, act.now()):
            raise NeedsPerson(ASKED)
        return part.done(a_month, request.id) if is_set else waits(request.id)

    async def look(look: Look[Wanted]) -> PartDone | None:
        request = await look.others.find(_id_of(look.request, environment))
        if request is None or not request.is_open:
            return ended(request) if request else None
        try:
            now = await _limit_of(look, made_by(look, environment))
        except PreviewUnavailable:
            return waits(request.id)
        return part.done(a_month, request.id) if now and now.amount == amount else waits(request.id)

    def waits(request_id: str) -> PartDone:
        return PartDone(name=part.name, label=part.label, state="waits", note=f"{a_month}, {BY_HAND}", thing_id=request_id)

    def ended(request: Request) -> PartDone:
        if request.status in _DONE:
            doubt = ", as an approver said" if request.outcome.is_unproven else ""
            return part.done(f"{a_month}{doubt}", request.id)
        is_final = request.outcome.is_final
        return over(GONE if is_final else IN_VAIN).model_copy(update={"thing_id": request.id, "is_final": is_final})

    def over(note: str) -> PartDone:
        return PartDone(name=part.name, label=part.label, state="over", note=note)

    async def has_come(look: Look[Wanted], kept: PartDone) -> bool:
        request = await look.others.find(kept.thing_id)
        return request is not None and not request.is_open

    async def go_on(act: Act[Wanted], kept: PartDone) -> PartDone:
        request = await act.others.find(kept.thing_id)
        return ended(request) if request and not request.is_open else kept

    part = Part(f"limit:{environment}", f"Limit of {name}", do, look, part_of_workspace(environment), has_come, go_on)
    return part


def needs_other_approvals(rule_for: RuleFor, name: str, workspace_id: str | None = None) -> bool:
    """Tell whether a limit needs other approvals than a workspace: a new workspace is no way around them."""
    whole = rule_for("create_workspace", None, None)
    own = rule_for(SET_SPEND_LIMIT.name, workspace_id, name)
    kinds = {ref.kind for ref in own.approvers}
    others = [ref for ref in whole.approvers if ref not in own.approvers and ref.kind is not ApproverKind.WORKSPACE_ADMINS]
    if ApproverKind.WORKSPACE_ADMINS in kinds:  # an organization admin is one everywhere
        others = [ref for ref in others if ref.kind is not ApproverKind.ORG_ADMINS]
    return bool(others) or own.quorum > whole.quorum


async def _set(act: Act[Wanted], workspace_id: str, wanted: Decimal) -> bool:
    """Set a limit at once where the API does; it isn't set where somebody set another one meanwhile (NeedsPerson)."""
    try:
        now = await _limit_of(act, workspace_id)
        if now is not None and now.amount != wanted:
            said = money(now.amount) if now.amount is not None else "another one"
            raise NeedsPerson(f"somebody set {said} a month meanwhile, and I left it at that.")
        await act.admin.set_spend_limit(wanted, workspace_id)
    except PreviewUnavailable:
        return False
    return True


async def _limit_of(look: Look[Wanted], workspace_id: str) -> SpendLimit | None:
    limits = [one for one in await look.admin.spend_limits() if one.scope_type == "workspace" and one.period == "monthly"]
    return next((one for one in limits if one.workspace_id == workspace_id), None)


def _id_of(request: Request, environment: str) -> str:
    """Return the id of the request for a limit: the same at each try, so that there is one."""
    return f"req_{hashlib.sha256(f'{request.id} {environment}'.encode()).hexdigest()[:16]}"


def _request(act: Act[Wanted], environment: str, name: str, amount: Decimal) -> Request:
    """Return the request for a limit, approved by those who approved the workspace."""
    made, place = act.request, made_by(act, environment)
    payload = SetSpendLimit(
        workspace_id=place, workspace_name=name, amount=amount, was=NO_LIMIT, lower_whole=act.payload.lower_whole
    )
    return Request(
        id=_id_of(made, environment),
        kind=SET_SPEND_LIMIT.name,
        status=Status.APPROVED,
        version=1,
        requester=made.requester,
        workspace_id=place,
        workspace_name=name,
        payload=payload.model_dump(mode="json"),
        reason=made.reason,
        channel=made.channel,
        created_at=made.created_at,
        expires_at=made.expires_at,
        approved_at=made.approved_at,
        asked_under=made.asked_under,
        decisions=made.decisions,
        known=Known(),
        outcome=Outcome(part_of=made.id),
    )


def limits_in_vain(wanted: Wanted, outcome: Outcome) -> dict[str, str]:
    """Return by their ids the names of the workspaces whose limit nobody set, though a person should have."""
    return {made: name for made, name in _in_vain(wanted, outcome) if made not in outcome.served}


def _in_vain(wanted: Wanted, outcome: Outcome) -> Iterator[tuple[str, str]]:
    for environment, name in wanted.workspaces.items():
        made, limit = outcome.part(part_of_workspace(environment)), outcome.part(f"limit:{environment}")
        if made and made.thing_id and limit and limit.state == "over" and not limit.is_final:
            yield made.thing_id, name


async def limited_since(look: Look[Wanted]) -> list[str]:
    """Return the workspaces that have got by now the limit that nobody set, as far as the bot keeps it."""
    ids = [workspace_id for workspace_id, _ in _in_vain(look.payload, look.came)]
    return [one for one in ids if (await look.spend_of_month(one)).limit is not None]
