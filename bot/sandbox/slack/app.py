"""Puts the Slack server together: Web API, sockets, response urls, files, control API and the page."""

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.slack.acts.stage import Stage
from bot.sandbox.slack.api import WebApi
from bot.sandbox.slack.delivery import Delivery
from bot.sandbox.slack.file_routes import file_routes
from bot.sandbox.slack.http_delivery import HttpCarrier
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.socket import SocketHub
from bot.sandbox.slack.workspace import SlackWorkspace

PAGE = Path(__file__).parent.parent / "page"


@dataclass(frozen=True)
class SlackServer:
    """The parts of the Slack server that others hold on to."""

    workspace: SlackWorkspace
    hub: SocketHub
    http: HttpCarrier
    delivery: Delivery
    stage: Stage

    async def close(self) -> None:
        """Stop repetitions, close sockets and kept connections."""
        await self.delivery.close()
        await self.hub.close()
        await self.http.close()


def build_slack_server(workspace: SlackWorkspace) -> SlackServer:
    """Return the server's parts for a workspace."""
    hub, http = SocketHub(workspace), HttpCarrier()
    delivery = Delivery(workspace, hub, http)
    return SlackServer(workspace, hub, http, delivery, Stage(workspace, delivery))


def build_slack_app(server: SlackServer, control: list[BaseRoute]) -> Starlette:
    """Return the ASGI application; `control` are the routes under `/_sandbox`. Sockets go to `server.hub.protocol`."""
    api = WebApi(server.workspace)
    respond = ResponseUrls(server.workspace)

    async def call(request: Request) -> Response:
        return await api(request)

    async def answer(request: Request) -> Response:
        return await respond(request)

    async def index(_: Request) -> Response:
        page = PAGE / "index.html"
        headers = {"Cache-Control": "no-store"}
        return FileResponse(page, headers=headers) if page.exists() else PlainTextResponse("The page is not built.", 404)

    return Starlette(
        routes=[
            Route("/api/{method}", call, methods=["GET", "POST"]),
            Route("/_response/{key}", answer, methods=["POST"]),
            *file_routes(server.workspace),
            Mount("/_sandbox", routes=control),
            Route("/", index),
            Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
        ]
    )
