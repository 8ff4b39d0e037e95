"""The control API under `/_sandbox`: act as a person, and read what everybody sees and saw."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.sandbox.control_http import Handler, after, answered, read_json
from bot.sandbox.control_world import world_routes
from bot.sandbox.slack.acts.changes import change_channel, change_group, change_person
from bot.sandbox.slack.acts.clicks import ask_options, click, close, submit
from bot.sandbox.slack.acts.speech import command, open_home, raw, say, shortcut
from bot.sandbox.slack.acts.stage import Stage
from bot.sandbox.slack.app import SlackServer
from bot.sandbox.slack.errors import ActError
from bot.sandbox.slack.sees import sees
from bot.sandbox.slack.shapes import mime_type
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.workspace import SlackWorkspace

_ACTS: dict[str, Callable[[Stage, Json], Awaitable[Json]]] = {
    "command": command,
    "click": click,
    "submit": submit,
    "close": close,
    "home": open_home,
    "suggest": ask_options,
    "shortcut": shortcut,
    "message": say,
    "raw": raw,
}


def control_routes(server: SlackServer, claude_url: Callable[[], str], claude: list[Route]) -> list[BaseRoute]:
    """Return the routes of the control API; `claude` are those of the organization, under `/claude`."""
    stage, workspace = server.stage, server.workspace

    async def act(request: Request) -> Json:
        name = request.path_params["name"]
        if name not in _ACTS:
            raise ActError("unknown_act", f"There is no act {name!r}; there are {', '.join(_ACTS)}.")
        return await _ACTS[name](stage, await read_json(request))

    def changing(change: Callable[[Stage, str, Json], Awaitable[Json]]) -> Handler:
        async def handler(request: Request) -> Json:
            result = await change(stage, request.path_params["thing_id"], await read_json(request))
            await workspace.wire.touch()
            return result

        return handler

    return [
        Route("/act/{name}", answered(act), methods=["POST"]),
        Route("/people/{thing_id}", answered(changing(change_person)), methods=["POST"]),
        Route("/groups/{thing_id}", answered(changing(change_group)), methods=["POST"]),
        Route("/channels/{thing_id}", answered(changing(change_channel)), methods=["POST"]),
        *_reading_routes(workspace),
        *world_routes(server, claude_url),
        Mount("/claude", routes=claude),
    ]


def _reading_routes(workspace: SlackWorkspace) -> list[Route]:
    async def see(request: Request) -> Json:
        user = workspace.users.get(request.query_params.get("user", ""))
        if user is None:
            raise ActError("no_such_user", "Ask as ?user=<Slack user id>.")
        return sees(workspace, user)

    async def history(request: Request) -> Response:
        return JSONResponse([seen.public() for seen in workspace.history[after(request) :]])

    async def wire(request: Request) -> Response:
        return JSONResponse([entry.public() for entry in workspace.wire.after(after(request))])

    async def file(request: Request) -> Response:
        stored = workspace.files.get(request.path_params["file_id"])
        if stored is None or stored.content is None:
            return Response("not found", 404)
        return Response(stored.content, media_type=mime_type(stored.name))

    return [
        Route("/sees", answered(see)),
        Route("/history", history),
        Route("/wire", wire),
        Route("/files/{file_id}", file),
    ]
