"""/claude-spend reconcile: what was billed against list price × tokens, for finance."""

from bot.commands.parse import split_words
from bot.errors import InvalidInput
from bot.slack import ids
from bot.slack.markup import code
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from bot.spend.exports.csv import file_name
from bot.spend.exports.send import Export, File, content_of, send_csv
from bot.spend.prices.load import price_table
from bot.spend.reconcile import closed
from bot.spend.reconcile.load import reconciliation
from bot.spend.reconcile.periods import Wanted, read_wanted
from bot.spend.reconcile.tables import by_day_table
from bot.spend.reconcile.view import csv_about, csv_fresh, render_reconciliation, render_unknown_period
from bot.spend.visibility import scope_of
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.spend_where import tell_alone


async def reconcile_command(call: Interaction) -> None:
    """Answer `/claude-spend reconcile [month]`."""
    wanted = _wanted(call, call.words)
    if wanted is None:
        await call.say(render_unknown_period(" ".join(call.words), call.rt.settings.command_prefix))
    elif await _sees_all(call):
        await tell_alone(call, await _answer(call, wanted), redraw=False)


def _wanted(call: Interaction, words: tuple[str, ...]) -> Wanted | None:
    return read_wanted(words, call.rt.now())


def _of_button(call: Interaction, typed: str) -> Wanted:
    """Read the days that our own buttons carry; anything else is somebody's invention."""
    if typed and (wanted := _wanted(call, split_words(typed))):
        return wanted
    raise InvalidInput({"value": "I don't know that button. Nothing was changed."})


async def _answer(call: Interaction, wanted: Wanted, cursor: str = "") -> Message:
    found = await reconciliation(call.rt, wanted.first, wanted.last)
    return render_reconciliation(found, wanted, price_table(), call.rt.now(), cursor)


async def show_month(call: Interaction) -> None:
    """Show the month before or after, where it was asked for."""
    wanted = _of_button(call, call.value)
    if await _sees_all(call):
        await tell_alone(call, await _answer(call, wanted), redraw=True)


async def turn_models(call: Interaction) -> None:
    """Show another page of the models, where it was turned."""
    typed, cursor = read_turn(call.value)
    wanted = _of_button(call, typed)
    if await _sees_all(call):
        await tell_alone(call, await _answer(call, wanted, cursor), redraw=True)


async def reconciliation_csv(call: Interaction) -> None:
    """Send the figures per day and model as a file to the person's direct messages, once per click."""
    wanted = _of_button(call, call.value)
    if not await _sees_all(call):
        return
    found = await reconciliation(call.rt, wanted.first, wanted.last)
    table = by_day_table(found)
    name = file_name("reconciliation", wanted.first, wanted.last, ("day", "model"))
    file = File(name, await content_of(table), len(table.rows), csv_about(wanted), csv_fresh(found))
    export = Export("reconcile", wanted.first, wanted.last, question=f"{wanted.first}..{wanted.last}")
    await closed.remember(call.rt, call.actor.slack_id, found)
    await call.say(plain_answer(await send_csv(call.rt, call.actor, export, file, call.trigger_id)))


async def _sees_all(call: Interaction) -> bool:
    """Tell whether somebody may see all figures, as of now. Who may not is told: parts of a bill can't be reconciled."""
    if (await scope_of(call.rt, call.actor)).is_all:
        return True
    own = code(f"/{call.rt.settings.command_prefix}-spend me")
    await call.say(plain_answer(f"A reconciliation shows what everybody spends, and you may see only your own: {own}."))
    return False


FEATURE = Feature(
    actions={
        ids.RECONCILE_BEFORE: show_month,
        ids.RECONCILE_AFTER: show_month,
        ids.RECONCILE_CSV: reconciliation_csv,
        **turns(ids.PAGE_RECONCILE, turn_models),
    },
)
