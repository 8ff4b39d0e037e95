"""auth.test, api.test, team.info, blocks.validate and the call that opens a socket."""

from typing import Any

from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID
from bot.sandbox.slack.call import Call, Method
from bot.sandbox.slack.errors import SlackError, invalid_arguments
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.validation import Problem, validate_blocks, validate_payload, validate_view
from bot.sandbox.slack.workspace import TEAM_DOMAIN


async def auth_test(call: Call) -> Json:
    """Say whose token this is."""
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": "Acme",
        "user": "quartermaster",
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


async def api_test(call: Call) -> Json:
    """Echo the arguments, or fail with the error that was asked for."""
    if call.has("error"):
        raise SlackError(call.text("error"), args=call.arguments)
    return {"args": call.arguments}


async def team_info(call: Call) -> Json:
    """Describe the workspace."""
    if call.text("team", TEAM_ID) != TEAM_ID:
        raise SlackError("team_not_found")
    return {"team": {"id": TEAM_ID, "name": "Acme", "domain": TEAM_DOMAIN, "email_domain": "acme.test", "icon": {}}}


async def bots_info(call: Call) -> Json:
    """Describe the app's own bot."""
    if call.text("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    return {"bot": {"id": BOT_ID, "deleted": False, "name": "Quartermaster", "user_id": BOT_USER_ID, "app_id": APP_ID}}


async def open_connection(call: Call) -> Json:
    """Hand out a single-use socket address."""
    return {"url": call.workspace.new_socket_url()}


async def blocks_validate(call: Call) -> Json:
    """Check blocks, a view or a message (exactly one) without posting anything."""
    given = [name for name in ("blocks", "view", "message") if call.has(name)]
    if len(given) != 1:
        raise invalid_arguments("must provide exactly one of: blocks, view, message")
    name = given[0]
    value: Any = call.structure(name, f"invalid_{name}")
    checks = {"blocks": lambda: validate_blocks(value, None), "view": lambda: validate_view(value)}
    problems: list[Problem] = checks.get(name, lambda: validate_payload(value))()
    if problems:
        raise SlackError(f"invalid_{name}", errors=[problem.public() for problem in problems])
    return {}


METHODS = (
    Method("auth.test", auth_test, token="any"),
    Method("api.test", api_test, token=None),
    Method("team.info", team_info, scope="team:read"),
    Method("bots.info", bots_info, scope="users:read"),
    Method("apps.connections.open", open_connection, token="app"),
    Method("blocks.validate", blocks_validate, token=None),
)
