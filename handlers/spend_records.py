"""/claude-spend records and me: every record, one's own spend, and both as CSV. What somebody may see is asked each time."""

import asyncio

from bot.commands.parse import split_words
from bot.errors import NotFound
from bot.slack import ids
from bot.slack.paging import read_turn, turns
from bot.spend.ask.names import known_names, known_workspaces
from bot.spend.ask.words import with_me
from bot.spend.exports.files import records_file
from bot.spend.exports.load import CantList, records
from bot.spend.exports.query import ME, Read, RecordsQuery, Refused, read_query
from bot.spend.exports.send import send_csv
from bot.spend.exports.view import render_records, render_refused, render_what
from bot.spend.scope import Scope
from bot.spend.visibility import own_scope, scope_of
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.spend_ask import tags_known
from handlers.spend_where import tell_alone


async def records_command(call: Interaction) -> None:
    """Answer `/claude-spend records …` and `/claude-spend me …`."""
    is_own = call.parsed is not None and call.parsed.subcommand is not None and call.parsed.subcommand.name == ME
    await _answer(call, (ME, *call.words) if is_own else call.words)


async def show_records(call: Interaction) -> None:
    """Answer a button with records that were suggested."""
    await _answer(call, split_words(call.value), redraw=True)


async def turn_records(call: Interaction) -> None:
    """Show another page, where it was turned."""
    typed, cursor = read_turn(call.value)
    await _answer(call, split_words(typed), cursor, redraw=True)


async def records_csv(call: Interaction) -> None:
    """Send all records of an answer as a file."""
    query = await _read(call, split_words(call.value))
    if not isinstance(query, RecordsQuery):
        raise NotFound("I can't read that answer any more. Ask for the figures again.")
    try:
        found = await records_file(call.rt, query, await _scope(call, query), call.rt.now())
    except CantList as refusal:
        await call.say(render_refused(refusal.refused, call.rt.settings.command_prefix))
        return
    said = found if isinstance(found, str) else await send_csv(call.rt, call.actor, *found, call.trigger_id)
    await call.say(plain_answer(said))


async def _answer(call: Interaction, words: tuple[str, ...], cursor: str = "", *, redraw: bool = False) -> None:
    query, prefix = await _read(call, words), call.rt.settings.command_prefix
    if not isinstance(query, RecordsQuery):
        await call.say(
            render_refused(query, prefix)
            if isinstance(query, Refused)
            else render_what(query, prefix, is_own=words[:1] == (ME,))
        )
        return
    try:
        found = await records(call.rt, query, await _scope(call, query), call.rt.now(), cursor)
    except CantList as refusal:
        await call.say(render_refused(refusal.refused, prefix))
        return
    await tell_alone(call, render_records(found, prefix), redraw=redraw)


async def _read(call: Interaction, words: tuple[str, ...]) -> Read:
    known = await known_workspaces(call.rt)
    names = await known_names(call.rt, call.rt.now())
    tags = await tags_known(call)
    return await asyncio.to_thread(read_query, with_me(words, call.user_id), known, names, tags)  # looks through all names


async def _scope(call: Interaction, query: RecordsQuery) -> Scope:
    return await (own_scope if query.own else scope_of)(call.rt, call.actor)


FEATURE = Feature(
    commands={},
    actions={
        ids.SPEND_RECORDS: show_records,
        ids.SPEND_RECORDS_CSV: records_csv,
        **turns(ids.PAGE_RECORDS, turn_records),
    },
)
"""Records, one's own spend, and their files."""
