"""/claude-spend: figures for the person who asks, the channel's digest, and alerts."""

from bot.commands.parse import find_command, split_words
from bot.errors import InvalidInput, NotFound
from bot.posts.channels import require_channel
from bot.posts.charts import deliver
from bot.slack import ids
from bot.slack.blocks import context
from bot.slack.markup import mention
from bot.slack.model import Message, Sent
from bot.slack.paging import numbered, read_turn, turns
from bot.spend.alerts.send import acknowledge as alert_act
from bot.spend.ask.figures import figures as figures_for
from bot.spend.ask.grammar import NotUnderstood, parse_query
from bot.spend.ask.view import figures_chart, render_figures, render_not_understood
from bot.spend.digests import view as digest_view
from bot.spend.digests.inside import insides, render_insides
from bot.spend.digests.settings import digest_of_run, subscription_of_run
from bot.spend.digests.view import render_part
from bot.spend.dimensions import DIMENSIONS
from bot.spend.ledger.names import workspaces
from bot.spend.model import Figures, SpendQuery
from handlers import spend_forms, spend_reconcile, spend_records
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.once import is_first_time
from handlers.edge.register import Feature
from handlers.spend_where import tell_alone, why_directly


async def spend_command(call: Interaction) -> None:
    """Show figures, or open one of the two forms."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if name == "digest":
        await spend_forms.open_digest_form(call)
    elif name == "alert":
        await spend_forms.open_alert_form(call)
    elif name in ("records", "me"):
        await spend_records.records_command(call)
    elif name == "reconcile":
        await spend_reconcile.reconcile_command(call)
    else:
        await _answer(call, call.words)


async def _answer(call: Interaction, words: tuple[str, ...], *, cursor: str = "", redraw: bool = False) -> None:
    query = await _query(call, words)
    if isinstance(query, NotUnderstood):
        command = find_command("spend")
        usage = command.subcommands[0].usage.split() if command else []
        await call.say(render_not_understood(query, call.rt.settings.command_prefix, usage))
        return
    found = await figures_for(call.rt, query, call.rt.now(), call.channel)
    directly = await why_directly(call)
    shareable = directly is None and call.channel[:1] in ("C", "G")

    async def send(message: Message) -> Sent | None:
        if directly is not None:
            return await call.rt.notifier.send(call.user_id, message)
        await (call.say_in_place(message) if redraw else call.say(message))
        return None

    def render(chart: dict[str, object] | None) -> Message:
        return render_figures(found, chart, cursor, shareable=shareable)

    await deliver(call.rt, call.rt.now(), render, figures_chart(found), send)
    if directly is not None:
        await call.say(plain_answer(directly))


async def _query(call: Interaction, words: tuple[str, ...]) -> SpendQuery | NotUnderstood:
    names = [one.name for one in await workspaces(call.rt)]
    return parse_query(words, names)


async def show_by(call: Interaction) -> None:
    """Show the same figures by another dimension."""
    await _answer(call, split_words(call.value), redraw=True)


async def show_all(call: Interaction) -> None:
    """Answer a button under figures that others read, too: the same for whoever presses it, with all of its table."""
    await _answer(call, split_words(call.value))


async def turn_figures(call: Interaction) -> None:
    """Show another page of an answer's table, where it was turned."""
    typed, cursor = read_turn(call.value)
    await _answer(call, split_words(typed), cursor=cursor, redraw=True)


async def show_default(call: Interaction) -> None:
    """Show yesterday, for a button of the help."""
    await _answer(call, ())


async def share(call: Interaction) -> None:
    """Post the answer into the channel where it was asked for, if nobody outside the company can read it."""
    query = await _query(call, split_words(call.value))
    if isinstance(query, NotUnderstood):
        raise NotFound("I can't read that answer any more. Ask for the figures again.")
    await require_channel(call.rt, call.channel)
    found: Figures = await figures_for(call.rt, query, call.rt.now(), call.channel)
    # Last before posting: what fails until here may be tried again with the same click.
    if call.trigger_id and not await is_first_time(call.rt, f"share:{call.trigger_id}"):
        return
    by = f"Shared by {mention(call.actor.slack_id)}"

    def render(chart: dict[str, object] | None) -> Message:
        message = render_figures(found, chart, private=False)
        return Message(f"{message.text}\n{by}", [*message.blocks, context(by)])

    await deliver(
        call.rt,
        call.rt.now(),
        render,
        figures_chart(found),
        lambda message: call.rt.notifier.send(call.channel, message),
    )


async def show_breakdown(call: Interaction) -> None:
    """Show to the person alone what is inside each workspace of a digest's day, from today's ledger."""
    await _show_insides(call, _number(call.value))


async def turn_breakdown(call: Interaction) -> None:
    """Show another page of it, where it was turned."""
    run_id, cursor = read_turn(call.value)
    await _show_insides(call, _number(run_id), cursor, redraw=True)


async def _show_insides(call: Interaction, run_id: int, cursor: str = "", *, redraw: bool = False) -> None:
    given, digest = await digest_of_run(call.rt, run_id)
    if found := insides(given, digest):
        await tell_alone(call, render_insides(digest, numbered(found, cursor), run_id), redraw=redraw)
    else:
        await call.say(plain_answer("There is nothing to break down: that day has no figures."))


async def show_part(call: Interaction) -> None:
    """Show all of a table of a digest's thread to the person alone."""
    await _show_part(call, call.value)


async def turn_part(call: Interaction) -> None:
    """Show another page of it, where it was turned."""
    which, cursor = read_turn(call.value)
    await _show_part(call, which, cursor, redraw=True)


async def _show_part(call: Interaction, which: str, cursor: str = "", *, redraw: bool = False) -> None:
    run_id, _, dimension = which.partition(":")
    _, digest = await digest_of_run(call.rt, _number(run_id))
    message = render_part(digest, dimension, int(run_id), cursor)
    if message is None:
        raise NotFound("That table has no figures any more. Nothing was changed.")
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
        **{f"{ids.SPEND_BY_PREFIX}{one.name}": show_by for one in DIMENSIONS},
        ids.SPEND_RETRY: show_by,
        ids.SPEND_SHARE: share,
        ids.SPEND_ALL: show_all,
        ids.SPEND_BREAKDOWN: show_breakdown,
        ids.SPEND_PART: show_part,
        **turns(ids.PAGE_SPEND, turn_figures),
        **turns(ids.PAGE_BREAKDOWN, turn_breakdown),
        **turns(ids.PAGE_PART, turn_part),
        ids.DIGEST_SETTINGS: digest_settings,
        ids.DIGEST_MORE: digest_menu,
        ids.ALERT_ACKNOWLEDGE: acknowledge,
        ids.HELP_SPEND: show_default,
        ids.HELP_DIGEST: spend_forms.open_digest_form,
    },
)
