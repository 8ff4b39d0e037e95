"""Requests: the buttons on cards and notices, the showing of a secret, and /claude-requests."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bot.approvals import decide, execute, queries
from bot.approvals import submit as service
from bot.approvals.authority import approvers_in_words, current_approvers, rule_of
from bot.approvals.cards import topic as cards
from bot.approvals.cards.card import left_behind
from bot.approvals.cards.details import denial_form, details_view, secret_view
from bot.approvals.cards.lists import request_list
from bot.approvals.evaluation import check_may_decide
from bot.approvals.handover import acts as handover
from bot.approvals.kind import all_kinds, find_kind
from bot.approvals.model import MOST_REASON, Request, Status, Verdict
from bot.errors import SlackError, SlackRefused, UserError
from bot.slack import ids
from bot.slack.blocks import actions
from bot.slack.elements import button
from bot.slack.markup import Markup
from bot.slack.model import Message
from handlers import home
from handlers.edge.guard import Listener, notice_view, plain_answer, said_of
from handlers.edge.interaction import Interaction, text_at
from handlers.edge.register import Button, Feature, View
from handlers.forms import open_form


async def _look_up(call: Interaction) -> decide.LookedUp:
    return await decide.look_up(call.rt, call.value)


async def approve(call: Interaction) -> None:
    """Count an approval; with the last one needed, do it."""
    known: decide.LookedUp = call.found
    adopting = asyncio.create_task(_adopt(call, known.request))
    try:
        decided = await decide.decide(call.rt, call.actor, known.request.id, Verdict.APPROVE, known=known)
    finally:
        # Only a repair: whatever becomes of it, what was decided is carried out.
        await asyncio.gather(adopting, return_exceptions=True)
    counts = notice_view("✅ Your approval counts. The card shows how it goes on.", "Request")
    saying = asyncio.create_task(call.finish(counts)) if call.in_modal else None
    if decided.status is Status.APPLYING:
        decided = await execute.perform(call.rt, decided)
    await cards.refresh(call.rt, decided.id)
    if saying:
        await saying
        await home.republish(call)


async def _behind(call: Interaction, said: Markup) -> None:
    """Take the buttons of a decision away where the form was opened on top of them, and redraw the App Home below."""
    below = text_at(call.payload, "view", "previous_view_id")
    if below:
        with contextlib.suppress(SlackError):
            await call.update_view(below, notice_view(said, "Request"))
        await home.republish(call)


async def _adopt(call: Interaction, request: Request) -> None:
    # Only a message of our own: whatever is adopted is redrawn as a card.
    is_ours = text_at(call.payload, "message", "user") == call.rt.bot_user_id
    if is_ours and call.channel == request.channel:
        await cards.adopt(call.rt, request, call.channel, call.message_ts)


async def deny(call: Interaction) -> None:
    """Open the form that asks for the reason, for those who may decide."""
    request = await decide.load(call.rt, call.value)
    decide.check_pending(request, call.rt.now(), call.actor)
    rule = await rule_of(call.rt, request)
    approvers = await current_approvers(call.rt, [call.actor.who], rule, request.workspace_id)
    ask = approvers_in_words(rule, request.workspace_name)
    kind = find_kind(call.rt, request.kind)
    about = kind.beneficiaries(request)
    check_may_decide(request, call.actor.who, rule, call.actor.slack_id in approvers, ask, about)
    await call.open(denial_form(request, kind.title(request)))


def check_denial(call: Interaction) -> dict[str, str]:
    """Return what is wrong with a denial's form: whoever asked should know why."""
    said = call.values.get("comment")
    reason = said.strip() if isinstance(said, str) else ""
    if not reason:
        return {"comment": "Say why; whoever asked reads it."}
    return {} if len(reason) <= MOST_REASON else {"comment": f"Use {MOST_REASON} characters at most."}


async def denied(call: Interaction) -> None:
    """Record a denial with its reason."""
    try:
        request = await decide.decide(
            call.rt, call.actor, call.private_metadata, Verdict.DENY, str(call.values.get("comment", ""))
        )
    except UserError as error:
        await call.update_view(call.view_id, notice_view(said_of(error), "Deny"))
        return
    await call.finish(notice_view("⛔ Denied. Whoever asked is told, with your reason.", "Deny"))
    await cards.refresh(call.rt, request.id)
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
    request = await decide.load(call.rt, call.value)
    history = await queries.history(call.rt, request.id)
    await call.open(details_view(await cards.facts_of(call.rt, request), history, decide=to_decide))


async def details_to_decide(call: Interaction) -> None:
    """Show a request with the buttons for a decision; whether the person may use them is checked at their click."""
    await details(call, to_decide=True)


def _act(run: Callable[[Interaction], Awaitable[Request]], said: Markup) -> Listener:
    """Make the listener that closes a request and says so, with what is left behind."""

    async def listener(call: Interaction) -> None:
        await _adopt(call, await decide.load(call.rt, call.value))
        request = await run(call)
        await cards.refresh(call.rt, request.id)
        with contextlib.suppress(SlackError):  # the card and the direct message say it, too
            await call.say(plain_answer(f"{said} {left_behind(request, 'Nothing was done.')}"))

    return listener


async def _withdraw(call: Interaction) -> Request:
    return await service.withdraw(call.rt, call.actor, call.value)


async def _give_up(call: Interaction) -> Request:
    return await service.give_up(call.rt, call.actor, call.value)


withdraw = _act(_withdraw, "Withdrawn.")
give_up = _act(_give_up, "Closed.")


async def retry(call: Interaction) -> None:
    """Try a failed request again."""
    approved = await service.retry(call.rt, call.actor, call.value)
    await execute.advance(call.rt, approved)
    await cards.refresh(call.rt, approved.id)


async def ask_again(call: Interaction) -> None:
    """Open the form of a closed request again, filled in as it was."""
    request = await decide.load(call.rt, call.value)
    if not call.actor.who.is_same_person(request.requester):
        await call.say(plain_answer("Only the person who asked can ask again."))
        return
    filled = find_kind(call.rt, request.kind).refilled(request)
    await open_form(call, request.kind, filled.values, filled.labels)


async def undo(call: Interaction) -> None:
    """Open the form that a card offers once its request is applied, such as revoking the key that it made."""
    request = await decide.load(call.rt, call.value)
    kind = find_kind(call.rt, request.kind)
    filled = kind.offers.filled(kind.asked(request)) if kind.offers else None
    if kind.offers is None or filled is None or kind.offers.kind not in all_kinds(call.rt):
        await call.say(plain_answer("There is nothing to take back here."))
        return
    await open_form(call, kind.offers.kind, filled.values, filled.labels)


async def reveal(call: Interaction) -> None:
    """Show a secret once. It is taken first, so that of two clicks only one opens a window."""
    secret = await handover.begin(call.rt, call.actor, call.value)
    try:
        view_id = await call.open(notice_view("One moment…", "Your key"))
    except SlackError:
        await handover.put_back(call.rt, call.value)
        raise
    try:
        await call.update_view(view_id, secret_view(secret.get_secret_value(), await _title_of(call)))
    except SlackRefused:
        await handover.put_back(call.rt, call.value)
        await call.say(plain_answer("⚠️ Slack didn't let me show the key. Nothing is lost: press the button once more."))
    except SlackError:
        await handover.hand_over_failed(call.rt, call.value)
        await call.say(
            plain_answer("⚠️ I can't tell whether you saw the key, and it can't be shown twice. Revoke it and ask again.")
        )
    else:
        await handover.shown(call.rt, call.actor, call.value)
    await cards.refresh(call.rt, call.value)


async def _title_of(call: Interaction) -> str:
    request = await decide.load(call.rt, call.value)
    return find_kind(call.rt, request.kind).title(request)


async def acknowledged(_call: Interaction) -> None:
    """Do nothing: a link button only has to be acknowledged."""


async def requests_command(call: Interaction) -> None:
    """Answer /claude-requests with what waits for the person and what they asked for."""
    await call.say(await _lists(call, call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""))


async def _lists(call: Interaction, which: str) -> Message:
    """Return the first page of both lists, or of one of them, with buttons that lead on."""
    mine = await queries.mine(call.rt, call.actor) if which != "waiting" else None
    waiting = await queries.waiting_for(call.rt, call.actor) if which != "mine" else None
    return _listed(call, waiting, mine)


def _listed(call: Interaction, waiting: queries.Page | None, mine: queries.Page | None) -> Message:
    def titles(page: queries.Page | None) -> list[tuple[Request, str]] | None:
        return None if page is None else [(r, find_kind(call.rt, r.kind).title(r)) for r in page.requests]

    message = request_list(titles(waiting), titles(mine), call.rt.settings.command_prefix)
    leads = [
        button(label, action_id, page.last)
        for page, label, action_id in (
            (waiting, "More that wait", ids.MORE_WAITING),
            (mine, "Older requests", ids.OLDER_OF_MINE),
        )
        if page and page.last
    ]
    return Message(f"{message.text} There are more.", [*message.blocks, actions(*leads)]) if leads else message


async def show_more_waiting(call: Interaction) -> None:
    """Answer with the next page of what waits for the person."""
    await call.say(_listed(call, await queries.waiting_for(call.rt, call.actor, after=call.value), None))


async def show_older(call: Interaction) -> None:
    """Answer with the next page of what the person asked for."""
    await call.say(_listed(call, None, await queries.mine(call.rt, call.actor, before=call.value)))


async def show_waiting(call: Interaction) -> None:
    """Answer the help's button "What waits for me"."""
    await call.say(await _lists(call, ""))


FEATURE = Feature(
    commands={"requests": requests_command},
    actions={
        ids.APPROVE: Button(approve, meanwhile=_look_up),
        ids.DENY: deny,
        ids.MORE: more,
        ids.DETAILS: details,
        ids.DETAILS_DECIDE: details_to_decide,
        ids.RETRY: retry,
        ids.GIVE_UP: give_up,
        ids.WITHDRAW: withdraw,
        ids.ASK_AGAIN: ask_again,
        ids.UNDO: undo,
        ids.REVEAL: reveal,
        ids.OPEN_CONSOLE: acknowledged,
        ids.HELP_WAITING: show_waiting,
        ids.MORE_WAITING: show_more_waiting,
        ids.OLDER_OF_MINE: show_older,
    },
    views={ids.DENY_FORM: View(run=denied, validate=check_denial, working="One moment…")},
)
