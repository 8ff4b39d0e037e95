"""/claude-members list: who is in the organization and who is invited, narrowed by what was typed."""

import re

from bot.approvals.sight import oversees_people, sees_all_keys
from bot.commands.parse import split_words
from bot.directory.listing import count_roles
from bot.organization.key_holders import members_with_keys
from bot.organization.members_view import as_listed, invite_list, member_list, not_understood, order_of, order_of_invite
from bot.organization.members_wanted import WantedMembers, meant_instead, read_wanted_members
from bot.organization.narrowing import mentioned, restored
from bot.slack import ids
from bot.slack.markup import bold, code
from bot.slack.model import Message
from bot.slack.paging import page_in, page_of, read_turn, turns
from bot.words.reading import as_read
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.window import answer_here
from handlers.member_card import show


async def list_typed(call: Interaction, words: tuple[str, ...]) -> None:
    """Answer with the first page of what was typed after `list`. Somebody who is mentioned is shown."""
    person = next((mentioned(word) for word in words if mentioned(word)), "")
    if person:
        await show(call, person)
    else:
        await answer_here(call, "Members", _typed(call, words))


async def _typed(call: Interaction, words: tuple[str, ...]) -> Message:
    members = await call.rt.directory.members()
    return await _list(call, read_wanted_members(words, members.once(count_roles)))


async def _list(call: Interaction, wanted: WantedMembers, cursor: str = "") -> Message:
    if wanted.invites:
        return await _invites(call, wanted, cursor)
    everybody = await call.rt.directory.members()
    prefix = call.rt.settings.command_prefix
    if wanted.part and not any(WantedMembers(part=wanted.part).takes(member) for member in everybody):
        if place := await _place_named(call, wanted.part):
            card = code(f'/{prefix}-workspaces show "{place}"')
            return plain_answer(f"{card} shows who is in {bold(place)}.")
        meant = meant_instead(wanted.part.split(), [member.name for member in everybody])
        return not_understood(wanted.part, meant, prefix)
    if not wanted.is_narrowed:
        page = page_in(everybody.once(as_listed), cursor)
        return member_list(page, wanted, everybody.once(count_roles), call.actor.member.role, prefix)
    found = [member for member in everybody if wanted.takes(member)]
    if wanted.needs_keys:
        if not sees_all_keys(call.actor):
            return plain_answer("Only developers, billing members and admins see who has keys.")
        having = await members_with_keys(call.rt)
        found = [member for member in found if member.id not in having]
    page = page_of(found, order_of, cursor)
    return member_list(page, wanted, everybody.once(count_roles), call.actor.member.role, prefix)


async def _place_named(call: Interaction, typed: str) -> str:
    """Return the name of the workspace after `in Staging`, "" where it names none."""
    name = as_read(re.sub(r"^(?:in|of|from) ", "", typed))
    return next((one.name for one in await call.rt.directory.workspaces() if as_read(one.name) == name), "")


async def _invites(call: Interaction, wanted: WantedMembers, cursor: str) -> Message:
    if not await oversees_people(call.rt, call.actor):
        return plain_answer("Only organization admins and those who approve roles see who is invited.")
    found = [invite for invite in await call.rt.directory.invites() if wanted.takes_invite(invite)]
    return invite_list(page_of(found, order_of_invite, cursor), wanted, call.rt.settings.command_prefix)


async def turn_members(call: Interaction) -> None:
    """Show another page of a list, where it was turned. Who may see it is asked now."""
    narrowed, cursor = read_turn(call.value)
    wanted = restored(WantedMembers, narrowed) if narrowed else WantedMembers()
    await answer_here(call, "Members", _list(call, wanted, cursor), in_place=True)


async def list_again(call: Interaction) -> None:
    """Answer a button that carries what would be typed."""
    await list_typed(call, split_words(call.value))


FEATURE = Feature(
    actions={ids.LIST_MEMBERS: list_again, ids.LIST_MEMBERS_TOO: list_again, **turns(ids.PAGE_MEMBERS, turn_members)}
)
