"""/claude-workspaces: the workspaces of the organization, and all that is known of one."""

from bot.admin.model import Workspace
from bot.commands.parse import is_named
from bot.kinds.workspaces.shown import (
    facts_of_workspace,
    inherited_roles,
    offers_for,
    page_of_workspaces,
    people_in,
    sees_people_of,
)
from bot.organization.workspace_card import ONLY_MEMBERS, by_power, members_list, workspace_card
from bot.organization.workspaces_view import workspace_list
from bot.organization.workspaces_wanted import WantedWorkspaces, read_workspaces, restored
from bot.slack import ids
from bot.slack.model import Message
from bot.slack.paging import page_of, read_turn, turns
from bot.spend.alike import meant_apart
from bot.words.phrases import after_lead_in
from bot.words.reading import as_read
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.unknown import not_understood
from handlers.edge.window import answer_here
from handlers.spend_where import why_directly
from handlers.unread import no_such_workspace

_TITLE, _MEMBERS = "Workspaces", "Members"
_GONE = "I don't know that workspace any more. Ask for the list again."


async def workspaces_command(call: Interaction) -> None:
    """Answer /claude-workspaces and its subcommands."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if call.parsed and is_named(call.parsed) and len(found := await _named(call, " ".join(call.words))) == 1:
        await _say(call, await _card(call, found[0]))
        return
    if call.parsed and call.parsed.suggestion:
        await call.say(not_understood(call))
        return
    if name != "show" or not call.words:
        await _say(call, await _list(call, read_workspaces(call.words)))
        return
    typed = " ".join(call.words)
    found = await _named(call, typed)
    if not found:  # who is in Staging, the owner of Staging
        typed = " ".join(after_lead_in(call.words)).removeprefix("in ") or typed
        found = await _named(call, typed)
    if len(found) > 1:  # the API lets several have the same name
        await _say(call, await _list(call, WantedWorkspaces(part=typed)))
    elif found:
        await _say(call, await _card(call, found[0]))
    else:
        await call.say(plain_answer(await no_such_workspace(call.rt, typed)))


async def _named(call: Interaction, typed: str) -> list[Workspace]:
    """Return the workspaces that somebody means by a name or an id; archived ones only where no other is meant."""
    for every in (await call.rt.directory.workspaces(), await call.rt.directory.archived_workspaces()):
        alone = meant_apart(typed, {one.id: one.name for one in every})
        found = [one for one in every if one.id in (typed, *alone) or as_read(one.name) == as_read(typed)]
        if found:
            return found
    return []


async def _say(call: Interaction, message: Message) -> None:
    """Answer with figures where nobody outside the company reads along, as /claude-spend does."""
    directly = await why_directly(call)
    if directly is None:
        await call.say(message)
        return
    await call.rt.notifier.send(call.user_id, message)
    await call.say(plain_answer(directly))


async def _list(call: Interaction, wanted: WantedWorkspaces, cursor: str = "") -> Message:
    page, spend, unread = await page_of_workspaces(call.rt, call.actor, wanted, cursor)
    if wanted.part and not page.items and not wanted.archived and not unread and not await _is_called(call, wanted):
        return plain_answer(await no_such_workspace(call.rt, wanted.part))
    return workspace_list(page, wanted, spend, call.rt.settings.command_prefix, unread)


async def _is_called(call: Interaction, wanted: WantedWorkspaces) -> bool:
    return any(wanted.takes(one) for one in await call.rt.directory.workspaces())


async def _card(call: Interaction, workspace: Workspace) -> Message:
    facts = await facts_of_workspace(call.rt, call.actor, workspace)
    return workspace_card(facts, offers_for(call.rt, workspace), call.rt.settings.command_prefix)


async def turn_workspaces(call: Interaction) -> None:
    """Show another page of the workspaces, where it was turned."""
    narrowed, cursor = read_turn(call.value)
    await answer_here(call, _TITLE, _list(call, restored(narrowed), cursor), in_place=True, has_figures=True)


async def show_workspaces(call: Interaction) -> None:
    """Answer a button that asks for the workspaces."""
    await answer_here(call, _TITLE, _list(call, WantedWorkspaces()), has_figures=True)


async def show_workspace(call: Interaction) -> None:
    """Answer a button that asks for one workspace."""
    await answer_here(call, "Workspace", _card_of(call, call.value), has_figures=True)


async def _card_of(call: Interaction, workspace_id: str) -> Message:
    found = await _by_id(call, workspace_id)
    return await _card(call, found) if found else plain_answer(_GONE)


async def show_members(call: Interaction) -> None:
    """Answer a button that asks for all members of a workspace."""
    await answer_here(call, _MEMBERS, _members(call, call.value))


async def turn_members(call: Interaction) -> None:
    """Show another page of them, where it was turned."""
    workspace_id, cursor = read_turn(call.value)
    await answer_here(call, _MEMBERS, _members(call, workspace_id, cursor), in_place=True)


async def _members(call: Interaction, workspace_id: str, cursor: str = "") -> Message:
    found = await _by_id(call, workspace_id)
    if found is None:
        return plain_answer(_GONE)
    if not await sees_people_of(call.rt, call.actor, found):
        return plain_answer(ONLY_MEMBERS)
    page = page_of(await people_in(call.rt, found), by_power, cursor)
    called = found.model_copy(update={"name": await call.rt.directory.label_of(found)})
    return members_list(page, called, await inherited_roles(call.rt))


async def _by_id(call: Interaction, workspace_id: str) -> Workspace | None:
    directory = call.rt.directory
    found = await directory.workspace(workspace_id)
    return found or next((one for one in await directory.archived_workspaces() if one.id == workspace_id), None)


FEATURE = Feature(
    commands={"workspaces": workspaces_command},
    actions={
        ids.SHOW_WORKSPACES: show_workspaces,
        ids.SHOW_WORKSPACE: show_workspace,
        ids.SHOW_WORKSPACE_MEMBERS: show_members,
        **turns(ids.PAGE_WORKSPACES, turn_workspaces),
        **turns(ids.PAGE_WORKSPACE_MEMBERS, turn_members),
    },
)
