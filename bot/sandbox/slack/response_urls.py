"""`/_response/<id>`: what an app may still say after an interaction, five times within half an hour."""

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.drop import DroppedConnection, hold
from bot.sandbox.slack.api import failure_before
from bot.sandbox.slack.arguments import read_arguments
from bot.sandbox.slack.content import read_content
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.posting import post, remove, replace, thread_root
from bot.sandbox.slack.redact import redacted
from bot.sandbox.slack.state import Json, Message, ResponseUrl
from bot.sandbox.slack.tickets import use_response_url
from bot.sandbox.slack.workspace import SlackWorkspace


class ResponseUrls:
    """Answers posts to response urls. Without a token, because the address is the permission."""

    def __init__(self, workspace: SlackWorkspace) -> None:
        self._workspace = workspace

    async def __call__(self, request: Request) -> Response:
        """Answer one post: `ok`, or 404 with `used_url` or `expired_url`, or 400 with what is wrong."""
        workspace, given = self._workspace, cast("Json", {})
        fault = workspace.faults.take("slack", "response_url")
        early = await failure_before(fault, request)
        if early is not None:
            shown = {"fault": fault.kind if fault else None}
            await workspace.wire.add(workspace.clock.now(), "slack", "in", "response_url", early.status_code, {}, shown)
            return early
        try:
            given = await read_arguments(request)
            entry = use_response_url(workspace, request.path_params["key"])
            respond(workspace, entry, given)
            response: Response = PlainTextResponse("ok")
        except SlackError as refusal:
            status = 404 if refusal.code in ("used_url", "expired_url") else 400
            response = JSONResponse({"ok": False, "error": refusal.code} | refusal.extra, status)
        if fault is not None and fault.kind == "slow_after":
            await hold(request, fault.seconds or 0)
        if fault is not None and fault.kind in ("drop_after", "empty"):
            response = DroppedConnection() if fault.kind == "drop_after" else PlainTextResponse("")
        shown = bytes(response.body).decode() if response.body else None
        now = workspace.clock.now()
        await workspace.wire.add(now, "slack", "in", "response_url", response.status_code, redacted(given), shown)
        return response


def respond(workspace: SlackWorkspace, entry: ResponseUrl, given: Json) -> None:
    """Do what one post asks for; raises SlackError."""
    source = None
    if entry.source_ts:
        source = workspace.message(entry.channel, entry.source_ts, ephemeral_to=entry.user)
    if _is_set(given.get("delete_original")):
        if source is not None:
            remove(workspace, source)
        return
    content = read_content(workspace, given)
    if _is_set(given.get("replace_original")) and source is not None:
        _check_same_reach(given, source)
        replace(workspace, source, content)
        return
    channel = workspace.channels[entry.channel]
    in_channel = given.get("response_type") == "in_channel"
    root = None
    if given.get("thread_ts"):
        if not in_channel:
            raise SlackError("invalid_arguments", detail="thread_ts needs response_type in_channel")
        root = thread_root(workspace, channel, str(given["thread_ts"]))
    if in_channel:
        post(workspace, channel, content, thread_ts=root)
        return
    # Slack shows the ephemeral answer where the button was: also in its thread.
    post(workspace, channel, content, thread_ts=source.thread_ts if source else None, ephemeral_to=entry.user)


def _check_same_reach(given: Json, source: Message) -> None:
    wanted: Any = given.get("response_type")
    is_ephemeral = source.ephemeral_to is not None
    if (wanted == "in_channel" and is_ephemeral) or (wanted == "ephemeral" and not is_ephemeral):
        # An ephemeral message cannot become a public one, nor the other way round (slack.md 4).
        raise SlackError("invalid_arguments", detail="response_type cannot change when a message is replaced")


def _is_set(value: Any) -> bool:
    return str(value).lower() == "true"
