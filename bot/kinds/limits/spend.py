"""A monthly spend limit of a workspace or of the organization, or none, for good or until a day.

The Claude API sets one only where a preview is granted (admin-api.md §4.8); elsewhere a person does it in the Console. In
either case the bot keeps the limit itself and tells on the way to it.
"""

from dataclasses import replace
from datetime import date as day_type
from decimal import Decimal
from typing import TypeVar

from bot.admin.model import SpendLimit, Workspace
from bot.approvals.act import Act, Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fence import FencedAdmin
from bot.approvals.fields import WHY_FIELD, last_day_field
from bot.approvals.kind import Kind
from bot.approvals.model import Status
from bot.approvals.outcome import Applied, Done, NeedsPerson, Outcome, Waits
from bot.approvals.parts import ByHand, Checked, Effect, Sample
from bot.directory.capabilities import Can
from bot.errors import InvalidInput, PreviewUnavailable
from bot.forms.fields import FormField
from bot.kinds.limits.by_hand import BILLING, WORKSPACES, limit_news, limit_steps
from bot.kinds.limits.cap import LEAST, MOST, above_cap, cap_of, lower_whole
from bot.kinds.limits.feed import seen_in_feed, spend_activities
from bot.kinds.limits.words import NO_LIMIT, THE_WHOLE, UNREAD, WORDS, SetSpendLimit
from bot.kinds.setting import Found, Setting, Thing
from bot.kinds.workspaces.one_workspace import check_is_open, concerns_of_workspace, ends_with_its_workspace
from bot.slack.markup import Markup, bold
from bot.spend.limits import db as kept_limits
from bot.spend.limits.model import Kept
from bot.store.session import Tx
from bot.words.amounts import exact_amount, read_amount
from bot.words.counts import NONE

_Looking = TypeVar("_Looking", bound=Look[SetSpendLimit])

FORM = (
    FormField(
        "workspace_id", "For", "workspace", hint=f"Type part of a workspace's name, or “{THE_WHOLE}”.", whole=THE_WHOLE
    ),
    FormField("amount", "Dollars a month", "limit", placeholder="5,000", least=LEAST, most=MOST),
    WHY_FIELD,
    last_day_field("At the end of this day the old limit comes back. Leave empty to keep the new one."),
)


def _thing(payload: SetSpendLimit, value: str) -> Thing:
    if payload.scope is None:
        return Thing("The organization's spend limit", value, inside="the organization's spend limit")
    name = payload.workspace_name
    return Thing(f"The spend limit of {name}", value, id=payload.scope, inside=f"the spend limit of {name}")


def _value(limits: list[SpendLimit], scope: str | None) -> str:
    """Return the monthly limit that somebody set for a scope; the cap of the usage tier is nobody's."""
    found = _limit_of(limits, scope)
    return NO_LIMIT if found is None or found.amount is None else exact_amount(found.amount)


def _limit_of(limits: list[SpendLimit], scope: str | None) -> SpendLimit | None:
    kind = "workspace" if scope else "organization"
    mine = (one for one in limits if one.scope_type == kind and one.period == "monthly" and one.workspace_id == scope)
    return next(mine, None)


async def _place(reading: Reading, payload: SetSpendLimit) -> Workspace | None:
    """Return the workspace that a limit is asked for, None for the organization."""
    if payload.scope is None:
        return None
    found = next((w for w in await reading.directory.workspaces(fresh=True) if w.id == payload.scope), None)
    if found is None:
        raise InvalidInput({"workspace_id": "That workspace doesn't exist any more. Choose another one."})
    if found.is_default:
        sentence = f"{found.name} is the default workspace, which can't have a limit. Limit the organization instead."
        raise InvalidInput({"workspace_id": sentence})
    return found


async def _find(reading: Reading, payload: SetSpendLimit) -> Found[SetSpendLimit]:
    place = await _place(reading, payload)
    month = await reading.spend_of_month(payload.scope)
    kept = exact_amount(month.limit) if month.limit is not None else ""
    dollars, cap = payload.dollars, None
    try:
        limits = await reading.admin.spend_limits()
    except PreviewUnavailable:
        was, whole = UNREAD, (await reading.spend_of_month(None)).limit
        lower = whole if whole is not None and (dollars is None or whole < dollars) else None
    else:
        was, lower, cap = _value(limits, payload.scope), lower_whole(dollars, limits), cap_of(limits)
        if wrong := above_cap(dollars, limits) if dollars is not None else "":
            raise InvalidInput({"amount": wrong})
    is_alone = kept != "" and was == NO_LIMIT == payload.value and payload.ends_on is None
    known = {
        "workspace_name": place.name if place else "",
        "was": kept if is_alone else was,
        "kept": kept if is_alone or was == UNREAD else "",
        "lower_whole": lower if payload.scope else None,
        "cap": cap,
    }
    full = payload.model_copy(update=known | {"spent": month.spent, "missing": month.missing, "as_of": month.as_of})
    return Found(_thing(full, full.was), Checked(full, payload.scope, place.name if place else None))


async def _read(look: Look[SetSpendLimit]) -> Thing:
    return _thing(look.payload, _value(await look.admin.spend_limits(), look.payload.scope))


async def _write(admin: FencedAdmin, payload: SetSpendLimit, value: str) -> None:
    if value != NO_LIMIT:
        await admin.set_spend_limit(read_amount(value), payload.scope)
        return
    limit = _limit_of(await admin.spend_limits(), payload.scope)
    if limit is not None:
        await admin.delete_spend_limit(limit.id)


def _already(thing: Thing) -> str:
    if thing.value == NONE:
        return f"There is nothing to remove: {thing.within} isn't set."
    return f"{thing.name} is already {thing.value} a month."


_LIMIT = Setting[SetSpendLimit](
    kind="set_spend_limit",
    noun="limit",
    field="workspace_id",
    find=_find,
    read=_read,
    write=_write,
    which=lambda payload: payload.workspace_id,
    to=lambda payload: payload.value,
    was=lambda payload: payload.was,
    already=_already,
    already_at="amount",
    in_words=lambda value: NONE if value == NO_LIMIT else value,
)


def _from(look: _Looking, was: str) -> _Looking:
    """Return the same as if the limit had been `was` when it was asked."""
    return replace(look, payload=look.payload.model_copy(update={"was": was}))


async def _apply(act: Act[SetSpendLimit]) -> Applied:
    if act.payload.scope and (await act.admin.workspace(act.payload.scope)).archived_at:
        gone = f"Somebody archived the workspace {act.payload.workspace_name}. Nothing was changed. Give up."
        raise NeedsPerson(gone, is_final=True)
    try:
        if act.payload.was == UNREAD:  # the preview was granted since
            act = _from(act, (await _read(act)).value)
        return await _LIMIT.apply(act)
    except PreviewUnavailable:
        before = await spend_activities(act, act.now())
        return Waits(Outcome(way="console", known=tuple(one.id for one in before or ())))


async def _look(look: Look[SetSpendLimit]) -> Done | None:
    try:
        return await _LIMIT.look(look)
    except PreviewUnavailable:
        return None  # then I set none


async def _stands(look: Look[SetSpendLimit]) -> bool:
    try:
        return await _LIMIT.stands(look)
    except PreviewUnavailable:
        return True  # nobody can tell; the bot keeps it


async def _revert(act: Act[SetSpendLimit]) -> Done:
    was = act.request.outcome.was or act.payload.was
    if was == UNREAD or act.request.outcome.way == "console":
        raise NeedsPerson(_by_hand_again(act.payload))
    try:
        return await _LIMIT.revert(_from(act, was))
    except PreviewUnavailable:
        raise NeedsPerson(_by_hand_again(act.payload.model_copy(update={"was": was}))) from None


def _by_hand_again(payload: SetSpendLimit) -> str:
    """Return what a person has to do at the end of a limit that the API doesn't change."""
    of = _thing(payload, "").within
    before = payload.before
    since = f" before {payload.value}" if payload.dollars is not None else " before"
    to = f"back to {before}" if before else f"to what it was{since}, which I don't know"
    page = WORKSPACES if payload.scope else BILLING
    return f"The Claude API doesn't let me change {of}. Set it {to}, in the Console: {page}"


async def _keep(tx: Tx, asked: Asked[SetSpendLimit]) -> None:
    """Keep the limit as the bot's own while it holds, or that there is none."""
    request, wanted = asked.request, asked.payload
    if request.status is Status.REVERTED:
        await kept_limits.let_go(tx, request.id, tx.now)
        return
    asker = request.requester.slack_id
    limit = Kept(request.id, wanted.scope, wanted.dollars, request.channel, asker, tx.now)
    await kept_limits.keep(tx, limit, for_good=request.ends_at is None)


def _amount(asked: Asked[SetSpendLimit]) -> Markup:
    return "" if asked.payload.dollars is None else bold(asked.payload.value)


async def _prove(look: Look[SetSpendLimit]) -> Done | Waits | None:
    if look.payload.scope:
        await check_is_open(look, look.payload.scope, look.payload.workspace_name)
    return await seen_in_feed(look, look.payload.scope, look.payload.dollars)


SET_SPEND_LIMIT = Kind(
    name="set_spend_limit",
    payload=SetSpendLimit,
    form=FORM,
    words=WORDS,
    rules=_LIMIT.rules(
        lambda payload: f"spend_limit:{payload.workspace_id}", last_day="ends_on", needs=Can.KEYS, has_workspace=True
    ),
    effect=Effect(
        apply=_apply,
        repeatable=True,
        look=_look,
        revert=ends_with_its_workspace(_revert),
        stands=_stands,
        keep=_keep,
        stays=_LIMIT.stays(),
        sets=(_LIMIT.noun,),
    ),
    concerns=concerns_of_workspace(Remedy("ask for another limit.", "set_spend_limit", "Change…")),
    by_hand=ByHand(
        waits_for="change the spend limit in the Console",
        prove=_prove,
        steps=lambda asked: limit_steps(
            asked.request, asked.payload.workspace_name, _amount(asked), is_known=asked.payload.before != ""
        ),
        news=lambda asked: limit_news(asked.request, asked.payload.workspace_name, _amount(asked)),
        takes_word=True,
    ),
    sample=Sample(
        SetSpendLimit(
            workspace_id="wrkspc_1",
            workspace_name="Staging",
            amount=Decimal(5000),
            was=NO_LIMIT,
            ends_on=day_type(2026, 12, 31),
        ),
        Outcome(thing_id="wrkspc_1", value="$5,000.00", was=NO_LIMIT),
        given={"flag": "spend_limits_preview"},
    ),
)
