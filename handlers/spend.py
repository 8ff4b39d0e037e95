"""/claude-spend: figures for the person who asks, the channel's digest, and alerts."""

from bot.errors import InvalidInput, NotFound
from bot.slack import ids
from bot.slack.markup import mention
from bot.slack.paging import numbered, read_turn, turns
from bot.spend.alerts.send import acknowledge as alert_act
from bot.spend.digests import view as digest_view
from bot.spend.digests.build import DigestInput, build_digest
from bot.spend.digests.inside import insides, render_insides
from bot.spend.digests.seen import within
from bot.spend.digests.settings import digest_of_run, subscription_of_run
from bot.spend.digests.view import render_part
from bot.spend.model import Digest
from bot.spend.visibility import scope_of
from bot.tasks import apart
from handlers import spend_ask, spend_forms, spend_reconcile, spend_records, spend_reports
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.spend_where import tell_alone

_FORMS = {
    "digest": spend_forms.open_digest_form,
    "alert": spend_forms.open_alert_form,
    "ask": spend_ask.open_ask_form,
    "records": spend_records.records_command,
    "me": spend_records.records_command,
    "reconcile": spend_reconcile.reconcile_command,
    **dict.fromkeys(spend_reports.COMMANDS, spend_reports.reports_command),
}


async def spend_command(call: Interaction) -> None:
    """Show figures, or open one of the forms."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if name in _FORMS:
        await _FORMS[name](call)
    else:
        await spend_ask.answer(call, call.words)


async def show_breakdown(call: Interaction) -> None:
    """Show to the person alone what is inside each workspace of a digest's day, from today's ledger."""
    await _show_insides(call, _number(call.value))


async def turn_breakdown(call: Interaction) -> None:
    """Show another page of it, where it was turned."""
    run_id, cursor = read_turn(call.value)
    await _show_insides(call, _number(run_id), cursor, redraw=True)


async def _show_insides(call: Interaction, run_id: int, cursor: str = "", *, redraw: bool = False) -> None:
    given, digest = await _digest(call, run_id)
    if found := insides(given, digest):
        await tell_alone(call, render_insides(digest, numbered(found, cursor), run_id), redraw=redraw)
    else:
        await call.say(plain_answer("There is nothing to break down: that day has no figures that you may see."))


async def _digest(call: Interaction, run_id: int) -> tuple[DigestInput, Digest]:
    """Return a digest as far as the person who asks may see it now."""
    given, _ = await digest_of_run(call.rt, run_id)
    seen = within(given, await scope_of(call.rt, call.actor))
    return seen, await apart(len(seen.cells), build_digest, seen)


async def show_part(call: Interaction) -> None:
    """Show all of a table of a digest's thread to the person alone."""
    await _show_part(call, call.value)


async def turn_part(call: Interaction) -> None:
    """Show another page of it, where it was turned."""
    which, cursor = read_turn(call.value)
    await _show_part(call, which, cursor, redraw=True)


async def _show_part(call: Interaction, which: str, cursor: str = "", *, redraw: bool = False) -> None:
    run_id, _, dimension = which.partition(":")
    _, digest = await _digest(call, _number(run_id))
    message = render_part(digest, dimension, int(run_id), cursor)
    if message is None:
        raise NotFound("That table has no figures that you may see. Nothing was changed.")
    await tell_alone(call, message, redraw=redraw)


async def digest_menu(call: Interaction) -> None:
    """Mute or stop a channel's digest from its ⋯ menu."""
    act, _, run_id = call.value.partition(":")
    subscription = await subscription_of_run(call.rt, _number(run_id))
    if act == digest_view.MUTE:
        await spend_forms.mute(call, subscription)
    elif act == digest_view.STOP:
        await spend_forms.ask_to_stop(call, subscription.channel)
    else:
        raise NotFound("That choice no longer works. Nothing was changed.")


async def digest_settings(call: Interaction) -> None:
    """Open the form of the channel's digest."""
    await spend_forms.open_digest_form(call)


async def acknowledge(call: Interaction) -> None:
    """Say on the alert's card who looks after it."""
    alert, is_shown = await alert_act(call.rt, _number(call.value), call.actor.slack_id, call.rt.now())
    if not is_shown:  # it is noted anyway, so nobody may be told that nothing was changed
        await call.say(plain_answer("Noted. Slack didn't let me update the alert yet. I'll try again."))
        return
    if alert.acknowledged_by and alert.acknowledged_by != call.actor.slack_id:
        await call.say(plain_answer(f"{mention(alert.acknowledged_by)} is already on it."))


def _number(text: str) -> int:
    """Read an id that our own buttons carry; anything else is somebody's invention."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise InvalidInput({"value": "I don't know that button. Nothing was changed."})


FEATURE = Feature(
    commands={"spend": spend_command},
    actions={
        ids.SPEND_BREAKDOWN: show_breakdown,
        ids.SPEND_PART: show_part,
        **turns(ids.PAGE_BREAKDOWN, turn_breakdown),
        **turns(ids.PAGE_PART, turn_part),
        ids.DIGEST_SETTINGS: digest_settings,
        ids.DIGEST_MORE: digest_menu,
        ids.ALERT_ACKNOWLEDGE: acknowledge,
        ids.HELP_DIGEST: spend_forms.open_digest_form,
    },
)
