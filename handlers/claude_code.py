"""/claude-code: what people did with Claude Code, as far as its reader may see it, and the channel's weekly summary."""

from dataclasses import replace

from bot.claude_code.digests import settings as digests
from bot.claude_code.digests.schedule import CodeSubscription
from bot.claude_code.digests.view import THING, settings_message
from bot.claude_code.figures import code_figures
from bot.claude_code.grammar import DIGEST, NotUnderstood, parse_query, words_of
from bot.claude_code.model import BYS, CodeQuery
from bot.claude_code.people import ONLY_OWN, seen_by, sight_of
from bot.claude_code.table import file_table
from bot.claude_code.view import code_chart, render_code, render_not_understood, tail
from bot.commands.parse import find_command, split_words
from bot.errors import NotFound
from bot.posts.channels import require_channel
from bot.slack import ids
from bot.slack.markup import Markup, channel_mention, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from bot.spend.ask.when import period_in_title
from bot.spend.exports.csv import file_name
from bot.spend.exports.hint import days_typed
from bot.spend.exports.send import Export, File, content_of, send_csv
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.spend_where import post_shared, signed, tell_charted, why_directly


async def code_command(call: Interaction) -> None:
    """Answer /claude-code, or give the channel its weekly summary."""
    if call.parsed and call.parsed.subcommand and call.parsed.subcommand.name == DIGEST:
        await (_refuse_more(call) if call.words else _start_digest(call))
    else:
        await _answer(call, call.words)


async def _refuse_more(call: Interaction) -> None:
    """Say that nothing can follow, because what was meant by it isn't known."""
    alone = code(f"/{call.rt.settings.command_prefix}-code {DIGEST}")
    said = f"I don't know what *{escape(' '.join(call.words)[:200])}* means here. Nothing was changed."
    await call.say(plain_answer(f"{said} {alone} alone posts the weekly summary in this channel."))


async def _start_digest(call: Interaction) -> None:
    """Give the channel the summary, or show what it has."""
    saved, is_new = await digests.subscribe(call.rt, call.actor, call.channel, call.calendar.name)
    await _show_digest(call, saved, is_new=is_new)


async def _show_digest(call: Interaction, saved: CodeSubscription, *, is_new: bool = False) -> None:
    coming, where = await digests.next_digest(call.rt, saved), await call.rt.notifier.channel(saved.channel)
    await call.say(settings_message(saved, coming, where, call.rt.now(), is_new=is_new))


async def digest_settings(call: Interaction) -> None:
    """Show what the channel gets, with the buttons that skip and end it."""
    await _show_digest(call, await digests.subscription_of(call.rt, call.channel))


async def skip_digest(call: Interaction) -> None:
    """Let the next summary fall out."""
    again = await digests.skip_next(call.rt, call.actor, call.value)
    await call.say(plain_answer(f"Skipped. {channel_mention(call.value)} gets the next {THING} {date(again)}."))


async def stop_digest(call: Interaction) -> None:
    """End the summary for everybody who reads it."""
    await digests.end(call.rt, call.actor, call.value)
    again = code(f"/{call.rt.settings.command_prefix}-code digest")
    await call.say(plain_answer(f"{channel_mention(call.value)} gets no {THING} any more. {again} starts it again."))


async def _answer(call: Interaction, words: tuple[str, ...], *, cursor: str = "", redraw: bool = False) -> None:
    asked = parse_query(words)
    if isinstance(asked, NotUnderstood):
        command = find_command("code")
        usage = command.subcommands[0].usage if command else ""
        await call.say(render_not_understood(asked, call.rt.settings.command_prefix, usage))
        return
    query = await seen_by(call.rt, call.actor, asked)
    found = await code_figures(call.rt, query, await sight_of(call.rt, call.actor), call.rt.now())
    directly = await why_directly(call)
    shareable = directly is None and call.channel[:1] in ("C", "G")

    def render(chart: dict[str, object] | None) -> Message:
        message = render_code(found, chart, cursor, shareable=shareable)
        return message if query == asked else signed(message, ONLY_OWN)

    await tell_charted(call, render, code_chart(found), directly, redraw=redraw)


async def retry(call: Interaction) -> None:
    """Do what was probably meant."""
    await (_start_digest(call) if call.value == DIGEST else _answer(call, split_words(call.value), redraw=True))


async def show_by(call: Interaction) -> None:
    """Show the same by something else."""
    await _answer(call, split_words(call.value), redraw=True)


async def show_all(call: Interaction) -> None:
    """Answer a button under figures that others read, too: as its presser may see them, with all of the table."""
    await _answer(call, split_words(call.value))


async def turn(call: Interaction) -> None:
    """Show another page of an answer's table, where it was turned. Who may see whom is asked now."""
    typed, cursor = read_turn(call.value)
    await _answer(call, split_words(typed), cursor=cursor, redraw=True)


async def share(call: Interaction) -> None:
    """Post the answer, as anybody may see it, into the channel where it was asked for."""
    query = await _query_of(call)
    if query.mine:
        raise NotFound("Your own figures are for you alone, so I don't post them. Nothing was posted.")
    await require_channel(call.rt, call.channel)
    found = await code_figures(call.rt, query, await sight_of(call.rt, None), call.rt.now())

    def render(chart: dict[str, object] | None, by: Markup) -> Message:
        return signed(render_code(found, chart, private=False), by)

    await post_shared(call, render, code_chart(found))


async def send_file(call: Interaction) -> None:
    """Send the figures, as the person who presses the button may see them, as a file in a direct message."""
    query = await _query_of(call)
    found = await code_figures(call.rt, query, await sight_of(call.rt, call.actor), call.rt.now())
    if not found.parts:
        await call.say(plain_answer("There are no figures to put into a file."))
        return
    name = file_name("claude-code", found.first, found.last, [query.by.name], ["mine"] if query.mine else [])
    when = period_in_title(query.period, found.first, found.last, found.today)
    about: Markup = f"Claude Code by {query.by.name}{', yours alone' if query.mine else ''}, {when}"
    file = File(name, await content_of(file_table(found)), len(found.parts), about, tail(found))
    asked = words_of(replace(query, period=days_typed(query.period, found.first, found.last)))
    export = Export("claude-code", found.first, found.last, (query.by.name,), own=query.mine, question=asked)
    await call.say(plain_answer(await send_csv(call.rt, call.actor, export, file, call.trigger_id)))


async def _query_of(call: Interaction) -> CodeQuery:
    """Return what of a button's question the person may see now."""
    query = parse_query(split_words(call.value))
    if isinstance(query, NotUnderstood):
        raise NotFound("I can't read that answer any more. Ask for the figures again.")
    return await seen_by(call.rt, call.actor, query)


FEATURE = Feature(
    commands={"code": code_command},
    actions={
        **{f"{ids.CODE_BY_PREFIX}{one.name}": show_by for one in BYS},
        **turns(ids.PAGE_CODE, turn),
        ids.CODE_RETRY: retry,
        ids.CODE_SHARE: share,
        ids.CODE_ALL: show_all,
        ids.CODE_BY_TOOL: show_all,
        ids.CODE_CSV: send_file,
        ids.CODE_DIGEST_SETTINGS: digest_settings,
        ids.CODE_DIGEST_SKIP: skip_digest,
        ids.CODE_DIGEST_STOP: stop_digest,
    },
)
