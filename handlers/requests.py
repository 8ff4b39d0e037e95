"""Requests: the buttons on cards and notices, and the showing of a secret."""

import contextlib
from collections.abc import Mapping

from pydantic import SecretStr

from bot.admin.model import ApiKey
from bot.approvals import decide, offers, queries, service
from bot.approvals.cards import topic as cards
from bot.approvals.cards.details import denial_form, details_view, secret_view
from bot.approvals.cards.state import left_behind
from bot.approvals.extensions import kind_of
from bot.approvals.handover import acts as handover
from bot.approvals.kind import all_kinds, find_kind
from bot.approvals.model import MOST_REASON, Request, Status
from bot.approvals.prefetch import Prefetched, prefetch
from bot.approvals.replace import may_replace
from bot.approvals.sight import sees_with_keys
from bot.errors import RequestClosed, SlackError, SlackRefused
from bot.slack import ids
from bot.slack.blocks import section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, escape, mention
from bot.slack.model import Message, Sent
from bot.slack.paging import LAST, numbered, read_turn, turns
from bot.words.credentials import refusal_of
from bot.words.folded import is_blank
from bot.words.wording import listed
from handlers import home
from handlers.edge.guard import Listener, notice_view, plain_answer
from handlers.edge.interaction import Interaction, Json, text_at
from handlers.edge.register import Button, Feature, View
from handlers.extend import extend
from handlers.forms import in_place_of, open_form


def _clicked(call: Interaction) -> Sent | None:
    """Return the message that was clicked, if it is one of our own: whatever is adopted is redrawn as a card."""
    is_ours = bool(call.message_ts) and text_at(call.payload, "message", "user") == call.rt.bot_user_id
    return Sent(call.channel, call.message_ts) if is_ours else None


async def _prefetch(call: Interaction) -> Prefetched:
    return await prefetch(call.rt, call.value, call.user_id, _clicked(call))


def _telling(call: Interaction, view: Json) -> service.Told:
    async def told(_request: Request) -> None:
        await call.finish(view)

    return told


async def approve(call: Interaction) -> None:
    """Count an approval; with the last one needed, do it."""
    known: Prefetched = call.found
    counts = notice_view("✅ You approved this. The card shows what happens next.", "Request")
    await service.approve(call.rt, call.actor, known, _telling(call, counts) if call.in_modal else None)
    if call.in_modal:
        await home.republish(call)


async def _behind(call: Interaction, said: Markup) -> None:
    """Take the buttons of a decision away where the form was opened on top of them, and redraw the App Home below."""
    below = text_at(call.payload, "view", "previous_view_id")
    if below:
        with contextlib.suppress(SlackError):
            await call.update_view(below, notice_view(said, "Request"))
        await home.republish(call)


async def deny(call: Interaction) -> None:
    """Open the form that asks for the reason, for those who may decide."""
    request = await decide.check_may_be_denied(call.rt, call.actor, call.value)
    await call.open(denial_form(request, kind_of(call.rt, request).title(request)))


def check_denial(call: Interaction) -> dict[str, str]:
    """Return what is wrong with a denial's form: the requester should know why."""
    said = call.values.get("comment")
    reason = said.strip() if isinstance(said, str) else ""
    if is_blank(reason):
        return {"comment": "Say why. The requester will read it."}
    if refusal := refusal_of(reason):
        return {"comment": refusal}
    return {} if len(reason) <= MOST_REASON else {"comment": f"Use {MOST_REASON} characters at most."}


async def denied(call: Interaction) -> None:
    """Record a denial with its reason."""
    said = notice_view("⛔ Denied. The requester will get your reason.", "Deny")
    comment = str(call.values.get("comment", ""))
    await service.deny(call.rt, call.actor, call.private_metadata, comment, _telling(call, said))
    await _behind(call, "⛔ You denied this.")


async def more(call: Interaction) -> None:
    """Do what was chosen in a card's ⋯ menu."""
    act, _, request_id = call.value.partition(":")
    call.value = request_id
    doing: dict[str, Listener] = {"details": details, "withdraw": withdraw}
    if act not in doing:
        await call.say(plain_answer("I don't know that choice. Nothing was changed."))
        return
    await doing[act](call)


async def details(call: Interaction, *, to_decide: bool = False) -> None:
    """Show a request with its whole history; with `to_decide` also the buttons for a decision."""
    await call.open(await _details(call, call.value, LAST, to_decide=to_decide))


async def _details(call: Interaction, request_id: str, cursor: str, *, to_decide: bool, keys_at: str = "") -> Json:
    request = await decide.load(call.rt, request_id)
    with_keys = await sees_with_keys(call.rt, call.actor, request, call.channel)
    history = numbered(await queries.history(call.rt, request.id), cursor)
    is_requester = call.actor.who.is_same_person(request.requester)
    facts = await cards.facts_of(call.rt, request)
    return details_view(facts, history, decide=to_decide, with_keys=with_keys, is_requester=is_requester, keys_at=keys_at)


async def turn_history(call: Interaction) -> None:
    """Show other acts of a request's history, in the window where it stands."""
    narrowed, cursor = read_turn(call.value)
    request_id, _, to_decide = narrowed.partition(":")
    await call.update_view(call.view_id, await _details(call, request_id, cursor, to_decide=bool(to_decide)))


async def turn_ending(call: Interaction) -> None:
    """Show other keys that end with a request, in the window where it stands."""
    narrowed, cursor = read_turn(call.value)
    request_id, _, to_decide = narrowed.partition(":")
    view = await _details(call, request_id, LAST, to_decide=bool(to_decide), keys_at=cursor)
    await call.update_view(call.view_id, view)


async def details_to_decide(call: Interaction) -> None:
    """Show a request with the buttons for a decision; whether the person may use them is checked at their click."""
    await details(call, to_decide=True)


async def withdraw(call: Interaction) -> None:
    """Take back one's own request and say so."""
    await service.withdraw(call.rt, call.actor, call.value, _closed(call, "Withdrawn."), clicked=_clicked(call))


async def give_up(call: Interaction) -> None:
    """Close a failed request and say so."""
    await service.give_up(call.rt, call.actor, call.value, _closed(call, "Given up."), clicked=_clicked(call))


def _closed(call: Interaction, said: Markup) -> service.Told:
    async def told(request: Request) -> None:
        with contextlib.suppress(SlackError):  # the card and the direct message say it, too
            await call.say(plain_answer(f"{said} {left_behind(await cards.facts_of(call.rt, request))}"))

    return told


async def retry(call: Interaction) -> None:
    """Try a failed request again."""
    await service.retry(call.rt, call.actor, call.value)


async def ask_again(call: Interaction) -> None:
    """Open the form of a closed request again, filled in as it was; of one that failed for good, to replace it."""
    request = await decide.load(call.rt, call.value)
    if not call.actor.who.is_same_person(request.requester):
        await call.say(plain_answer(f"Only {mention(request.requester.slack_id)} can ask again."))
        return
    if request.extends:
        call.value = request.extends
        await extend(call)
        return
    kind = find_kind(call.rt, request.kind)
    filled = kind.refilled(request, call.calendar, call.rt.now())
    on_top: list[Markup] = []
    if request.status is Status.FAILED and may_replace(call.actor.who, request):
        in_place_of(call, request.id)
        on_top.append("This takes the place of your request that couldn't be done.")
    if filled.values.get(kind.rules.last_day) != (request.payload.get(kind.rules.last_day) or None):
        on_top.append("⚠️ The last day that you asked for is over. I filled in as many days from today. Check it below.")
    await open_form(call, request.kind, filled.values, filled.labels, " ".join(on_top))


async def undo(call: Interaction) -> None:
    """Open the form that a card offers once its request is applied, such as revoking the key that it made."""
    request_id, _, thing = call.value.partition(" ")
    request = await offers.settle(call.rt, await decide.load(call.rt, request_id))
    kind = find_kind(call.rt, request.kind)
    each: Mapping[str, str] = kind.offers.each(kind.asked(request)) if kind.offers else {}
    if len(each) > 1 and thing not in each:
        await call.say(_which_of(request.id, each))
        return
    request = offers.only(request, each, thing)
    filled = kind.offers.filled(kind.asked(request)) if kind.offers else None
    if kind.offers is None or filled is None or kind.offers.kind not in all_kinds(call.rt):
        await call.say(plain_answer(escape(offers.why_over(kind.offers))))
        return
    await open_form(call, kind.offers.kind, filled.values, filled.labels)


def _which_of(request_id: str, each: Mapping[str, str]) -> Message:
    """Ask for which thing the form is, with a button for each."""
    text: Markup = "For which one? Each needs a request of its own."
    rows = [
        section(bold(name), accessory=button("Open…", ids.UNDO, f"{request_id} {one}", accessibility_label=f"Open: {name}"))
        for one, name in each.items()
    ]
    return Message(f"{text} {listed([escape(name) for name in each.values()], most=8)}", [section(text), *rows])


async def reveal(call: Interaction) -> None:
    """Show a secret once. It is taken first, so that of two clicks only one opens a window."""
    secret = await _taken(call)
    try:
        view_id = await call.open(notice_view("One moment…", "Your key"))
    except SlackError:
        await handover.put_back(call.rt, call.value)
        raise
    try:
        await call.update_view(view_id, secret_view(secret.get_secret_value(), await _title_of(call)))
    except SlackRefused:
        await handover.put_back(call.rt, call.value)
        await call.say(plain_answer("⚠️ Slack didn't let me show the key. It is not lost: press the button again."))
    except SlackError:
        await handover.hand_over_failed(call.rt, call.value)
        await call.say(
            plain_answer("⚠️ I can't tell whether you saw the key, and it can't be shown twice. Revoke it and ask again.")
        )
    else:
        await handover.shown(call.rt, call.actor, call.value)
    await cards.refresh(call.rt, call.value)


async def _key_behind(call: Interaction) -> ApiKey | None:
    return await handover.find_key(call.rt, call.value)


async def _taken(call: Interaction) -> SecretStr:
    """Take the secret; where its key has ended, the card and the message say so as well."""
    try:
        return await handover.begin(call.rt, call.actor, call.value, call.found)
    except RequestClosed:
        call.rt.tasks.spawn(cards.refresh(call.rt, call.value))
        raise


async def _title_of(call: Interaction) -> str:
    request = await decide.load(call.rt, call.value)
    return kind_of(call.rt, request).title(request)


async def acknowledged(_call: Interaction) -> None:
    """Do nothing: a link button only has to be acknowledged."""


FEATURE = Feature(
    actions={
        ids.APPROVE: Button(approve, meanwhile=_prefetch),
        ids.DENY: deny,
        ids.MORE: more,
        ids.DETAILS: details,
        ids.DETAILS_DECIDE: details_to_decide,
        ids.RETRY: retry,
        ids.GIVE_UP: give_up,
        ids.WITHDRAW: withdraw,
        ids.ASK_AGAIN: ask_again,
        ids.EXTEND: extend,
        ids.UNDO: undo,
        ids.REVEAL: Button(reveal, meanwhile=_key_behind),
        ids.OPEN_CONSOLE: acknowledged,
        **turns(ids.PAGE_HISTORY, turn_history),
        **turns(ids.PAGE_ENDING, turn_ending),
    },
    views={ids.DENY_FORM: View(run=denied, validate=check_denial, working="One moment…")},
)
