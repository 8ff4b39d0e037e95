"""/claude-members show: one card with all that is known of somebody."""

from bot.approvals.sight import oversees_people
from bot.errors import NotLinked, SlackError, SlackRefused
from bot.kinds.people.person import Somebody, facts_about, of_member
from bot.organization.members_view import not_understood
from bot.organization.members_wanted import WantedMembers, meant_instead
from bot.organization.narrowing import mentioned
from bot.organization.person_view import person_card
from bot.people import db as links
from bot.people.identity import find_member, member_behind
from bot.slack import ids
from bot.slack.markup import bold, code, is_user_id, mention
from bot.slack.model import Message
from bot.slack.paging import read_turn, turns
from bot.slack.refusals import NO_SUCH_PERSON
from bot.words.addresses import is_same_address
from bot.words.folded import folded
from bot.words.own import own
from handlers import home
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.window import answer_here

_ONESELF = ("", "me", "myself", "mine")


async def show_typed(call: Interaction, words: tuple[str, ...]) -> None:
    """Answer with the card of the person who was typed: a mention, an address, a part of one name alone, or oneself."""
    await show(call, mentioned(words[0]) if len(words) == 1 and mentioned(words[0]) else " ".join(words))


async def is_called(call: Interaction, words: tuple[str, ...]) -> bool:
    """Tell whether words are the whole name of a member."""
    return any(folded(one.name) == folded(" ".join(words)) for one in await call.rt.directory.members())


async def is_one(call: Interaction, words: tuple[str, ...]) -> bool:
    """Tell whether words that may be anything are an address, or the name or a part of it of one member alone."""
    typed = " ".join(words)
    if "@" in typed:
        return True
    named = [one for one in await call.rt.directory.members() if WantedMembers(part=typed).takes(one)]
    return len(named) == 1 or len([one for one in named if folded(one.name) == folded(typed)]) == 1


async def show(call: Interaction, target: str) -> None:
    """Answer with the card of a Slack id, member's id, address or name."""
    await answer_here(call, "Person", _card(call, target), has_figures=True)


async def _card(call: Interaction, target: str, *, grants_at: str = "", asked_at: str = "", places_at: str = "") -> Message:
    whom = await _find(call, target)
    if isinstance(whom, Message):
        return whom
    facts = await facts_about(call.rt, call.actor, whom, grants_at=grants_at, asked_at=asked_at, places_at=places_at)
    return person_card(facts, call.calendar)


async def _find(call: Interaction, target: str) -> Somebody | Message:
    """Return whom a card is asked about, or what to say instead."""
    rt, actor = call.rt, call.actor
    if target.casefold() in _ONESELF or target == actor.slack_id:
        return await of_member(rt, actor.member, actor.slack_id, actor.slack_id)
    members = await rt.directory.members()
    found = next((one for one in members if one.id == target or is_same_address(one.email, target)), None)
    if found:
        return await of_member(rt, found, found.id)
    if "@" in target and " " not in target:
        return await _no_member(call, target)
    if is_user_id(target):
        return await _mentioned(call, target)
    wanted = WantedMembers(part=target)
    named = [one for one in members if wanted.takes(one)]
    exact = [one for one in named if folded(one.name) == folded(target)]
    if len(only := exact or named) == 1:
        return await of_member(rt, only[0], only[0].id)
    if named:
        listing = code(f"/{rt.settings.command_prefix}-members list {target}")
        return plain_answer(f"Several members have {bold(target)} in name or address. {listing} shows them.")
    return not_understood(target, meant_instead(target.split(), [m.name for m in members]), rt.settings.command_prefix)


async def _mentioned(call: Interaction, slack_id: str) -> Somebody | Message:
    """Return the member behind somebody who is mentioned, or their invite where they are no member yet."""
    try:
        return await of_member(call.rt, await find_member(call.rt, slack_id), slack_id, slack_id)
    except SlackRefused as refusal:
        if refusal.code not in NO_SUCH_PERSON:
            raise
        return plain_answer("I don't know that person in Slack.")
    except NotLinked as refusal:
        try:
            person = await call.rt.notifier.person(slack_id)
        except SlackError:
            return plain_answer(f"{mention(slack_id)}: {own(refusal.about)}")
        if person.deleted and (left := await _who_left(call, slack_id)):
            return left
        whom = await _no_member(call, person.email, slack_id)
        return whom if isinstance(whom, Somebody) else plain_answer(f"{mention(slack_id)}: {own(refusal.about)}")


async def _who_left(call: Interaction, slack_id: str) -> Somebody | None:
    """Return the member behind an account that isn't active any more: the person who leaves is still to be removed."""
    members = await call.rt.directory.members()
    member_id = await member_behind(call.rt, slack_id, members)
    found = next((one for one in members if one.id == member_id), None)
    return await of_member(call.rt, found, found.id) if found else None


async def _no_member(call: Interaction, address: str, slack_id: str = "") -> Somebody | Message:
    """Return one who is only invited, or was a member once, for those who may see that."""
    if await oversees_people(call.rt, call.actor):
        async with call.rt.store.read() as tx:
            link = await links.find_known(tx, slack_id, address)
        if link and link.member_id not in await call.rt.directory.members_by_id():
            return Somebody(link.slack_id, link.email, None, link.slack_id, link.linked_at)
        if any(is_same_address(one.email, address) for one in await call.rt.directory.invites()):
            return Somebody(slack_id or address, address, None, slack_id)
    return plain_answer(f"No member has the address {bold(address)}.")


async def show_pressed(call: Interaction) -> None:
    """Answer a button that leads to somebody's card."""
    await show(call, call.value)


async def show_more(call: Interaction) -> None:
    """Show the card again in its place, with more of the workspaces looked at."""
    await answer_here(call, "Person", _card(call, call.value), in_place=True, has_figures=True)


async def turn_grants(call: Interaction) -> None:
    """Show more of what somebody was given until a day, where it was turned."""
    target, cursor = read_turn(call.value)
    if call.in_home:
        await home.publish(call, grants_at=cursor)
        return
    await answer_here(call, "Person", _card(call, target, grants_at=cursor), in_place=True, has_figures=True)


async def turn_asked(call: Interaction) -> None:
    """Show more of what somebody asked for."""
    target, cursor = read_turn(call.value)
    await answer_here(call, "Person", _card(call, target, asked_at=cursor), in_place=True, has_figures=True)


async def turn_places(call: Interaction) -> None:
    """Show more of the workspaces in which somebody has a role."""
    target, cursor = read_turn(call.value)
    await answer_here(call, "Person", _card(call, target, places_at=cursor), in_place=True, has_figures=True)


FEATURE = Feature(
    actions={
        ids.SHOW_MEMBER: show_pressed,
        ids.SHOW_MEMBER_MORE: show_more,
        **turns(ids.PAGE_GRANTS, turn_grants),
        **turns(ids.PAGE_ASKED, turn_asked),
        **turns(ids.PAGE_PLACES, turn_places),
    }
)
