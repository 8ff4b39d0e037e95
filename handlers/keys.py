"""/claude-keys: your keys, all keys, and the forms that ask for a change."""

from dataclasses import replace

from bot.approvals.sight import sees_all_keys
from bot.commands.parse import is_named
from bot.errors import UpstreamMissing
from bot.kinds.keys.lines import page_of_own, page_of_wanted
from bot.kinds.keys.owners import may_see_key
from bot.kinds.keys.shown import (
    extendable,
    key_facts,
    keys_called,
    keys_named_first,
    keys_with_use,
    requests_about,
    sees_requests_about,
)
from bot.kinds.people.person import of_member
from bot.organization.key_card import key_card
from bot.organization.keys_view import key_list, my_keys
from bot.organization.keys_wanted import BY_USE, Wanted, read_wanted
from bot.organization.narrowing import restored
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from bot.words.folded import folded
from bot.words.patterns import has_in_it
from bot.words.phrases import after_lead_in
from bot.words.similar import closest_name
from handlers import home
from handlers.edge.directly import tell_alone
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.unknown import not_understood
from handlers.edge.window import answer_here
from handlers.forms import open_form

_GONE: Markup = "That key doesn't exist, or you may not see it."
_NOT_MOVED: Markup = "A key can't move to another workspace. Get a new one there, then revoke this one."
_NOT_ROTATED: Markup = "I can't rotate a key. Get a new one, change what uses the old one, then revoke that."
_INSTEAD: dict[str, Markup] = {"move": _NOT_MOVED, "transfer": _NOT_MOVED, "rotate": _NOT_ROTATED}
"""What the Claude API doesn't do with a key, and what to do instead (admin-api.md §4.6)."""


async def keys_command(call: Interaction) -> None:
    """Answer /claude-keys and its subcommands."""
    match call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else "":
        case "list":
            await call.say(await _asked_list(call))
        case "show":
            await tell_alone(call, await _asked_key(call), redraw=False)
        case _:
            await call.say(await _mine(call))


async def _mine(call: Interaction, cursor: str = "") -> Message:
    return my_keys(await page_of_own(call.rt, call.actor, cursor), call.rt.settings.command_prefix)


async def _asked_list(call: Interaction) -> Message:
    """Return the first page of what was typed after `list`."""
    workspaces = {one.id: one.name for one in await call.rt.directory.workspaces()}
    members = await call.rt.directory.members()
    wanted = read_wanted(call.words, workspaces, members)
    if not isinstance(wanted, Wanted):
        return plain_answer(wanted)
    if named := next((one for one in members if one.id == wanted.member), None):
        wanted = wanted.model_copy(update={"owner": (await of_member(call.rt, named, named.id)).slack_id})
    message = await _list(call, wanted)
    if wanted.part and (meant := await _misspelt(call, wanted, list(workspaces.values()))):
        return plain_answer(meant)
    return message


async def _list(call: Interaction, wanted: Wanted, cursor: str = "") -> Message:
    """Return a page of the keys that are wanted, as far as the actor may see them now."""
    prefix = call.rt.settings.command_prefix
    if not sees_all_keys(call.actor) and not wanted.mine:
        return plain_answer(
            f"Only developers, billing members and admins see all keys. {code(f'/{prefix}-keys')} shows yours."
        )
    return key_list(await page_of_wanted(call.rt, call.actor, wanted, cursor), wanted, prefix, call.calendar)


async def _misspelt(call: Interaction, wanted: Wanted, workspaces: list[str]) -> Markup:
    """Return what was probably meant where no key that the actor sees has such a part in its name."""
    if not sees_all_keys(call.actor):
        return ""
    part = folded(wanted.part)
    if any(has_in_it(folded(key.name), part) for key in await call.rt.directory.keys()):
        return ""
    close = closest_name(wanted.part, workspaces)
    if BY_USE & set(part.split()):
        return _by_use(call.rt.settings.command_prefix)
    if close is None or folded(close) == part:
        return ""
    return f"I don't know a workspace {bold(wanted.part)}, and no key has that in its name. Did you mean {bold(close)}?"


def _by_use(prefix: str) -> Markup:
    advice, card = code(f"/{prefix}-admin advice"), code(f"/{prefix}-keys show KEY")
    return f"A list can't tell who uses a key. {advice} names keys that nobody uses (admins only); {card} says when one was."


async def _asked_key(call: Interaction) -> Message:
    """Return the card of the key that was typed. Where several are called so, they are asked back, each with its button."""
    typed = " ".join(call.words)
    listing = code(f"/{call.rt.settings.command_prefix}-keys list")
    if not typed:
        return plain_answer(
            f"Say which key: {code(f'/{call.rt.settings.command_prefix}-keys show KEY')}. {listing} shows all."
        )
    found = await keys_called(call.rt, call.actor, typed)
    words = after_lead_in(call.words)
    if not found and not words:
        return await _mine(call)
    if not found:
        typed = " ".join(words)
        found = await keys_named_first(call.rt, call.actor, words)
    if len(found) == 1:
        card, instead = await _card(call, found[0].id), _INSTEAD.get(call.text.split()[0].casefold(), "")
        return Message(f"{instead} {card.text}", [section(instead), *card.blocks]) if instead else card
    if found:
        return await _list(call, Wanted(part=typed, exact=True, every=True, mine=not sees_all_keys(call.actor)))
    if narrowed := await _narrowed(call):
        return narrowed
    if call.parsed and call.parsed.suggestion:
        return not_understood(call)
    return await _nearest_key(call, typed, listing)


async def _narrowed(call: Interaction) -> Message | None:
    """Return the list where all that stands after the command narrows it: `Staging`, `in Staging`, `expired`."""
    if not (call.parsed and is_named(call.parsed)):
        return None
    workspaces = {one.id: one.name for one in await call.rt.directory.workspaces()}
    wanted = read_wanted(call.words, workspaces, await call.rt.directory.members())
    return await _asked_list(call) if isinstance(wanted, Wanted) and not wanted.part else None


async def _nearest_key(call: Interaction, typed: str, listing: Markup) -> Message:
    """Return what is said of a name that no key has which the actor may see, with the key that was probably meant."""
    may_see = await may_see_key(call.rt, call.actor)
    keys = {key.name: key.id for key in reversed(await call.rt.directory.keys()) if may_see(key)}
    close = next((name for part in (typed, *call.words) if (name := closest_name(part, list(keys)))), None)
    unknown: Markup = f"I don't know a key {code(typed)}."
    if call.parsed and is_named(call.parsed):
        commands = code(f"/{call.rt.settings.command_prefix}-admin help")
        unknown = f"I don't know a key or command {code(typed)}. {commands} shows all commands."
    if close is None:
        workspaces = [one.name for one in await call.rt.directory.workspaces()]
        meant = await _misspelt(call, Wanted(part=typed), workspaces)
        there = next((one for one in workspaces if folded(one) == folded(typed)), "")
        request = code(f'/{call.rt.settings.command_prefix}-keys request "{there}"')
        ask: Markup = f" {request} asks for one there." if there else ""
        return plain_answer(meant or f"{unknown} {listing} shows all names that you may see.{ask}")
    text: Markup = f"{unknown} Did you mean {code(close)}? {listing} shows all names."
    show = button(f"Show {close}", ids.SHOW_KEY, keys[close])
    return Message(text, [section(text), actions(show)])


async def _card(call: Interaction, key_id: str, cursor: str = "") -> Message:
    """Return the card of a key; whether the actor may see it is asked now."""
    may_see = await may_see_key(call.rt, call.actor)
    try:
        facts = await key_facts(call.rt, key_id)
    except UpstreamMissing:
        return plain_answer(_GONE)
    if not may_see(facts.key):
        return plain_answer(_GONE)
    if not await keys_with_use(call.rt, call.actor, [facts.key]):
        facts = replace(facts, use=None)
    sees_all = await sees_requests_about(call.rt, call.actor, facts.key)
    facts = replace(facts, extends=extendable(call.rt, call.actor, facts), only_own=not sees_all)
    requests = await requests_about(call.rt, call.actor, facts.key, cursor, sees_all=sees_all)
    return key_card(facts, requests, call.calendar)


async def show_key(call: Interaction) -> None:
    """Answer a button that asks for all that is known of a key."""
    await answer_here(call, "Key", _card(call, call.value), has_figures=True)


async def turn_key(call: Interaction) -> None:
    """Show other requests about a key, on its card."""
    key_id, cursor = read_turn(call.value)
    await answer_here(call, "Key", _card(call, key_id, cursor), in_place=True, has_figures=True)


async def turn_keys(call: Interaction) -> None:
    """Show another page of a list of keys, where it was turned. Who may see it is asked now."""
    narrowed, cursor = read_turn(call.value)
    await answer_here(call, "Keys", _list(call, restored(Wanted, narrowed), cursor), in_place=True)


async def turn_mine(call: Interaction) -> None:
    """Show another page of the actor's own keys, where they turned it."""
    _, cursor = read_turn(call.value)
    if call.in_home:
        await home.publish(call, keys_at=cursor)
    else:
        await call.say_in_place(await _mine(call, cursor))


async def request_shortcut(call: Interaction) -> None:
    """Open the form from Slack's shortcuts menu."""
    await open_form(call, "create_key")


async def show_mine(call: Interaction) -> None:
    """Answer a button that asks for one's own keys."""
    await call.say(await _mine(call))


async def show_narrowed(call: Interaction) -> None:
    """Answer a button that asks for the keys of somebody. Who may see them is asked now."""
    await answer_here(call, "Keys", _list(call, restored(Wanted, call.value)))


FEATURE = Feature(
    commands={"keys": keys_command},
    shortcuts={"shortcut_request_key": request_shortcut},
    actions={
        ids.SHOW_KEYS: show_mine,
        ids.SHOW_KEY: show_key,
        **turns(ids.PAGE_KEY, turn_key),
        ids.LIST_KEYS: show_narrowed,
        **turns(ids.PAGE_KEYS, turn_keys),
        **turns(ids.PAGE_MY_KEYS, turn_mine),
    },
)
