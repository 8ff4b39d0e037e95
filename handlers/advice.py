"""/claude-admin advice: what is found, paged, each with the button that opens what puts it right, and *Accept…*."""

from bot.approvals.kind import all_kinds
from bot.errors import NotFound
from bot.forms.draw import Frame
from bot.forms.fields import FormInput
from bot.hygiene.advise import accept, accepted_now, advice_of, check_offered, require_admin, take_back
from bot.hygiene.view import (
    ACCEPT,
    SHOWN,
    Acceptance,
    accepted_list,
    advice_list,
    figures_in_words,
    read_offer,
    taken_back,
)
from bot.slack import ids
from bot.slack.markup import Markup, date
from bot.slack.model import Message
from bot.slack.paging import numbered, read_turn, turns
from bot.slack.state import text_at
from handlers.edge.form import Door, Tell
from handlers.edge.guard import Listener
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.window import answer_here
from handlers.forms import opener_of
from handlers.rate_limits import ask as ask_for_limit
from handlers.spend_forms import open_alert_form, open_digest_form

_TITLE = "Advice"


async def advice_command(call: Interaction) -> None:
    """Answer the command and the buttons that lead here. Who may see it is asked now."""
    require_admin(call.actor)
    await answer_here(call, _TITLE, _open(call), has_figures=True)


async def _open(call: Interaction, cursor: str = "") -> Message:
    found = await advice_of(call.rt, call.rt.now())
    return advice_list(
        numbered(found.open, cursor, SHOWN), len(found.accepted), figures_in_words(found.as_of, found.missing)
    )


async def _accepted(call: Interaction, cursor: str = "", said: Markup = "") -> Message:
    return accepted_list(numbered(await accepted_now(call.rt), cursor), said)


async def turn_advice(call: Interaction) -> None:
    """Show another page of what is found."""
    require_admin(call.actor)
    await answer_here(call, _TITLE, _open(call, read_turn(call.value)[1]), in_place=True, has_figures=True)


async def show_accepted(call: Interaction) -> None:
    """Show what somebody accepted."""
    require_admin(call.actor)
    await answer_here(call, _TITLE, _accepted(call), has_figures=True)


async def turn_accepted(call: Interaction) -> None:
    """Show another page of what somebody accepted."""
    require_admin(call.actor)
    await answer_here(call, _TITLE, _accepted(call, read_turn(call.value)[1]), in_place=True, has_figures=True)


async def take_accepted_back(call: Interaction) -> None:
    """Take an acceptance back before its day, and show what is still accepted."""
    require_admin(call.actor)
    await answer_here(call, _TITLE, _taken_back(call), in_place=True, has_figures=True)


async def _taken_back(call: Interaction) -> Message:
    return await _accepted(call, said=taken_back(await take_back(call.rt, call.actor, call.value)))


OPENERS: dict[str, Listener] = {
    ids.LIMITS_ASK: ask_for_limit,
    ids.HELP_DIGEST: open_digest_form,
    ids.ADVICE_ALERT: open_alert_form,
}
"""What opens the form of an offer that no kind of request has."""


async def take_offer(call: Interaction) -> None:
    """Open the form that puts a finding right, unless somebody did so meanwhile."""
    key, action_id, call.value = read_offer(call.value)
    kind = all_kinds(call.rt).get(action_id.removeprefix(ids.OPEN_PREFIX))
    opens = opener_of(kind) if kind else OPENERS.get(action_id)
    if opens is None:
        raise NotFound("That button is from an older message and no longer works. Nothing was changed.")
    await check_offered(call.rt, call.actor, key)
    await opens(call)


async def open_accept(call: Interaction) -> None:
    """Open the form that accepts a finding, which it carries."""
    require_admin(call.actor)
    await ACCEPT_DOOR.open(call, {})


def _frame(call: Interaction) -> Frame:
    """Return the frame that carries the finding's key: the button's when it opens, its own afterwards."""
    is_open = text_at(call.payload, "view", "callback_id") == ACCEPT.id
    return Frame(private_metadata=call.private_metadata if is_open else call.value)


async def _looked_up(call: Interaction, _held: FormInput) -> Frame:
    return _frame(call)


async def _save(call: Interaction, wanted: Acceptance, _held: FormInput, tell: Tell) -> None:
    until = call.calendar.end_of(wanted.until)
    found = await accept(call.rt, call.actor, call.private_metadata, until, wanted.reason)
    await tell(f"✅ Accepted until {date(until)}: {found.title}. It comes back after that if it is still so.")


ACCEPT_DOOR = Door(ACCEPT, _save, _looked_up, _frame, working="Saving…")
FEATURE = Feature(
    actions={
        ids.ADVICE: advice_command,
        ids.ADVICE_ACCEPTED: show_accepted,
        ids.ADVICE_TAKE_BACK: take_accepted_back,
        ids.ADVICE_ACCEPT: open_accept,
        ids.ADVICE_OFFER: take_offer,
        ids.ADVICE_ALERT: open_alert_form,
        **turns(ids.PAGE_ADVICE, turn_advice),
        **turns(ids.PAGE_ADVICE_ACCEPTED, turn_accepted),
        **ACCEPT_DOOR.hints,
    },
    views={ACCEPT.id: ACCEPT_DOOR.view},
)
