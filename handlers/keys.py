"""/claude-keys: your keys, all keys, and the forms that ask for a change."""

from collections.abc import Sequence

from bot.admin.model import ApiKey, Workspace
from bot.kinds.keys.owners import owns_key, sees_all_keys
from bot.organization.keys_view import KeyLine, key_list, my_keys
from bot.slack import ids
from bot.slack.markup import bold, code
from bot.slack.model import Message
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.forms import open_form
from handlers.typed import workspace_named


async def keys_command(call: Interaction) -> None:
    """Answer /claude-keys and its subcommands."""
    if call.parsed and call.parsed.subcommand and call.parsed.subcommand.name == "list":
        await call.say(await _list(call, " ".join(call.words)))
    else:
        await call.say(await _mine(call))


async def _lines(call: Interaction, keys: Sequence[ApiKey]) -> list[KeyLine]:
    return [KeyLine(key, await call.rt.directory.place_of(key)) for key in keys]


async def _mine(call: Interaction) -> Message:
    return my_keys(await keys_of_actor(call), call.rt.settings.command_prefix)


async def keys_of_actor(call: Interaction) -> list[KeyLine]:
    """Return the actor's keys that are not archived."""
    is_mine = await owns_key(call.rt, call.actor)
    return await _lines(call, [k for k in await call.rt.directory.keys() if k.status != "archived" and is_mine(k)])


async def _list(call: Interaction, workspace: str) -> Message:
    prefix = call.rt.settings.command_prefix
    if not sees_all_keys(call.actor):
        return plain_answer(
            f"Only developers, billing members and admins see all keys. {code(f'/{prefix}-keys')} shows yours."
        )
    lines = await _lines(call, [k for k in await call.rt.directory.keys() if k.status in ("active", "inactive")])
    if workspace:
        found = await workspace_named(call.rt, workspace)
        if not isinstance(found, Workspace):
            return plain_answer(found)
        workspace = found.name
        lines = [line for line in lines if line.workspace == workspace]
        if not lines:
            return plain_answer(
                f"There are no working keys in {bold(workspace)}. {code(f'/{prefix}-keys list')} shows all keys."
            )
    return key_list(lines, workspace, prefix)


async def request_shortcut(call: Interaction) -> None:
    """Open the form from Slack's shortcuts menu."""
    await open_form(call, "create_key")


async def show_mine(call: Interaction) -> None:
    """Answer a button that asks for one's own keys."""
    await call.say(await _mine(call))


FEATURE = Feature(
    commands={"keys": keys_command},
    shortcuts={"shortcut_request_key": request_shortcut},
    actions={ids.SHOW_KEYS: show_mine},
)
