"""Figures for the person who asks `/claude-spend`: the answer, what its buttons lead to, its file and its form."""

import asyncio
from collections.abc import Mapping, Sequence

from bot.commands.parse import find_command, split_words
from bot.errors import InvalidInput, NotFound, UpstreamError
from bot.forms.draw import Frame
from bot.forms.fields import FormInput
from bot.people.model import Actor
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.charts import ChartSpec
from bot.slack.markup import Markup
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from bot.spend.ask.figures import figures as figures_for
from bot.spend.ask.form import ASK, WantedAnswer, ask_values, typed
from bot.spend.ask.grammar import NotUnderstood, parse_query
from bot.spend.ask.names import known_names, known_workspaces
from bot.spend.ask.scope import CantAnswer, tags_of
from bot.spend.ask.splits import values_of
from bot.spend.ask.view import (
    figures_chart,
    not_understood_in_words,
    render_cant_answer,
    render_figures,
    render_not_understood,
)
from bot.spend.ask.words import with_me
from bot.spend.dimensions import ASKED
from bot.spend.exports.answer import figures_file
from bot.spend.exports.send import send_csv as send_file
from bot.spend.ledger.names import workspaces
from bot.spend.model import Figures, SpendQuery
from bot.spend.phrases import as_plain_text
from bot.spend.visibility import check_may_share, scope_of
from bot.tasks import apart
from bot.words.folded import folded
from handlers.edge.form import Door, Tell
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Feature
from handlers.named import workspace_options
from handlers.spend_where import post_shared, signed, tell_charted, why_directly


async def figures_of(rt: Runtime, actor: Actor, query: SpendQuery, channel: str | None, *, whole: bool = True) -> Figures:
    """Return the figures that a person asks for, as far as they may see them now, whatever a button says."""
    return await figures_for(rt, query, rt.now(), channel, await scope_of(rt, actor), whole=whole)


async def answer(call: Interaction, words: Sequence[str], *, cursor: str = "", redraw: bool = False) -> None:
    """Answer a question in words: with figures, or with what wasn't understood."""
    query = await query_of(call, words)
    if isinstance(query, NotUnderstood):
        await call.say(render_not_understood(query, call.rt.settings.command_prefix, _usage()))
        return
    try:
        found = await figures_of(call.rt, call.actor, query, call.channel, whole=bool(cursor))
    except CantAnswer as refusal:
        await call.say(_refused(call, refusal))
        return
    directly = await why_directly(call)
    shareable = directly is None and call.channel[:1] in ("C", "G") and not found.only

    def render(chart: dict[str, object] | None) -> Message:
        return render_figures(found, chart, cursor, shareable=shareable, prefix=call.rt.settings.command_prefix)

    await tell_charted(call, render, await _chart(found), directly, redraw=redraw)


async def _chart(found: Figures) -> ChartSpec | None:
    days, parts = found.series.days, found.series.names
    return await apart(len(days) * len(parts) + len(found.breakdown.slices), figures_chart, found)


def _usage() -> list[str]:
    command = find_command("spend")
    return command.subcommands[0].usage.split() if command else []


def _refused(call: Interaction, refusal: CantAnswer) -> Message:
    return render_cant_answer(refusal.said, refusal.instead, call.rt.settings.command_prefix)


async def query_of(call: Interaction, words: Sequence[str]) -> SpendQuery | NotUnderstood:
    """Return what words ask for; names of keys, models and people are only looked up where that may help."""
    typed_by = with_me(words, call.user_id)
    known = await known_workspaces(call.rt)
    has_tag = any("tag" in word.casefold() or "=" in word or ":" in word for word in typed_by)
    tags: Mapping[str, Sequence[str]] = await tags_known(call) if has_tag else {}
    found = parse_query(typed_by, known, tags=tags)
    if isinstance(found, SpendQuery):
        return found
    names, tags = await known_names(call.rt, call.rt.now()), tags or await tags_known(call)
    return await asyncio.to_thread(parse_query, typed_by, known, names=names, tags=tags)  # looks through all names


async def tags_known(call: Interaction) -> Mapping[str, Sequence[str]]:
    """Return the tags that workspaces have, with their values. None while nobody can say."""
    try:
        return values_of((await tags_of(call.rt)).values())
    except UpstreamError:
        return {}


async def show_by(call: Interaction) -> None:
    """Show the same figures by another dimension."""
    await answer(call, split_words(call.value), redraw=True)


async def show_all(call: Interaction) -> None:
    """Answer a button under figures that others read, too: the same for the person who presses it, with all of its table."""
    await answer(call, split_words(call.value))


async def turn_figures(call: Interaction) -> None:
    """Show another page of an answer's table, where it was turned."""
    typed, cursor = read_turn(call.value)
    await answer(call, split_words(typed), cursor=cursor, redraw=True)


async def show_default(call: Interaction) -> None:
    """Show yesterday, for a button of the help."""
    await answer(call, ())


async def _again(call: Interaction, *, whole: bool) -> Figures:
    """Return the figures of the question that a button carries; NotFound where nobody here wrote it."""
    query = await query_of(call, split_words(call.value))
    if isinstance(query, NotUnderstood):
        raise NotFound("I can't read that answer any more. Ask for the figures again.")
    return await figures_of(call.rt, call.actor, query, call.channel, whole=whole)


async def share(call: Interaction) -> None:
    """Post the answer into the channel where it was asked for, if nobody outside the company can read it."""
    await require_channel(call.rt, call.channel)
    try:
        found = await _again(call, whole=False)
    except CantAnswer as refusal:
        await call.say(_refused(call, refusal))
        return
    check_may_share(is_whole=not found.only)

    def render(chart: dict[str, object] | None, by: Markup) -> Message:
        return signed(render_figures(found, chart, private=False), by)

    await post_shared(call, render, await _chart(found))


async def send_csv(call: Interaction) -> None:
    """Send an answer's whole table as a file to the person alone."""
    try:
        found = await _again(call, whole=True)
    except CantAnswer as refusal:
        await call.say(_refused(call, refusal))
        return
    if found.total is None:
        raise NotFound("There are no figures for that any more, so there is no file.")
    made = await figures_file(call.rt, found)
    await call.say(plain_answer(await send_file(call.rt, call.actor, *made, call.trigger_id)))


async def open_ask_form(call: Interaction) -> None:
    """Open the form, filled in with the question that a button carries or that was typed."""
    query = await query_of(call, split_words(call.value) or call.words)
    names = {one.id: one.name for one in await workspaces(call.rt)}
    await ASK_DOOR.open(call, *ask_values(query if isinstance(query, SpendQuery) else SpendQuery("30d"), names))


async def _ask(call: Interaction, wanted: WantedAnswer, _held: FormInput, tell: Tell) -> None:
    """Answer the form in a direct message, because a form shows neither charts nor tables."""
    words = split_words(typed(wanted, {one.id: one.name for one in await workspaces(call.rt)}))
    query = await query_of(call, words)
    if isinstance(query, NotUnderstood):
        meant = f" Did you mean {query.suggestion}?" if query.suggestion else ""
        raise InvalidInput({ids.SPEND_ASK_MORE: f"{as_plain_text(not_understood_in_words(query))}{meant}"})
    await answer(call, words)
    await tell("✅ I sent you the figures in a direct message.")


async def suggest_workspaces(call: Interaction, query: str) -> list[Json]:
    """Return the workspaces whose name contains what was typed."""
    found = [one for one in await workspaces(call.rt) if folded(query) in folded(one.name)]
    return workspace_options(found[:100])


async def _frame(_call: Interaction, _held: FormInput) -> Frame:
    return Frame()


ASK_DOOR = Door(ASK, _ask, _frame, lambda _call: Frame(), working="Adding up…")
FEATURE = Feature(
    actions={
        **{f"{ids.SPEND_BY_PREFIX}{one.name}": show_by for one in ASKED},
        f"{ids.SPEND_BY_PREFIX}day": show_by,
        ids.SPEND_RETRY: show_by,
        ids.SPEND_SHARE: share,
        ids.SPEND_ALL: show_all,
        ids.SPEND_CSV: send_csv,
        ids.SPEND_ASK: open_ask_form,
        **turns(ids.PAGE_SPEND, turn_figures),
        ids.HELP_SPEND: show_default,
    },
    views={ASK.id: ASK_DOOR.view},
    options={
        ids.SPEND_ASK_IN: suggest_workspaces,
    },
)
