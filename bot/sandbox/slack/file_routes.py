"""The file host: takes uploads, and serves bytes to callers with the bot's token."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.slack.arguments import bearer, multipart
from bot.sandbox.slack.shapes import mime_type
from bot.sandbox.slack.workspace import BOT_TOKEN, SlackWorkspace


def file_routes(workspace: SlackWorkspace) -> list[Route]:
    """Return the routes under `/files`."""

    async def upload(request: Request) -> Response:
        token = request.path_params["token"]
        stored = next((file for file in workspace.files.values() if file.upload_token == token), None)
        body, kind = await request.body(), request.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            body = next((content for _, content in multipart(body, kind)), b"")  # curl -F, as Slack's own guide shows
        if stored is None or stored.content is not None:
            return PlainTextResponse("unknown upload", 404)
        if len(body) != stored.length:
            return PlainTextResponse(f"expected {stored.length} bytes, got {len(body)}", 400)
        stored.content = body
        now, size = workspace.clock.now(), f"({len(body)} bytes)"
        await workspace.wire.add(now, "slack", "in", "files/upload", 200, {"file": stored.id, "body": size}, "OK")
        return PlainTextResponse(f"OK - {len(body)}")

    async def download(request: Request) -> Response:
        stored = workspace.files.get(request.path_params["file_id"])
        # Slack sends a browser without a token to the sign-in page; a program sees that as "not my file".
        if bearer(request) != BOT_TOKEN or "files:read" not in workspace.scopes:
            return PlainTextResponse("sign in to see this file", 403)
        if stored is None or stored.content is None or not stored.completed:
            return PlainTextResponse("not found", 404)
        return Response(stored.content, media_type=mime_type(stored.name))

    return [
        Route("/files/upload/{token}", upload, methods=["POST", "PUT"]),
        Route("/files/{file_id}/download/{name:path}", download),
        Route("/files/{file_id}/{name:path}", download),
    ]
