"""The part of the control API that is about the world and not about a person: state, clock, faults, sockets, stream."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.sandbox.clock_words import parse_moment
from bot.sandbox.control_http import answered, read_json
from bot.sandbox.faults import Fault, kinds_for
from bot.sandbox.slack.app import SlackServer
from bot.sandbox.slack.errors import ActError
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.workspace import SlackWorkspace

_LONGEST = 86_400


def world_routes(server: SlackServer, claude_url: Callable[[], str]) -> list[BaseRoute]:
    """Return the routes that read and move the world."""
    workspace = server.workspace

    async def state(_: Request) -> Json:
        return describe(server) | {"claude_url": claude_url()}

    async def clock(request: Request) -> Json:
        if request.method == "POST":
            _move(workspace, await read_json(request))
            await workspace.wire.touch()
        now = workspace.clock.now()
        return {"now": now.isoformat(), "offset": (now - datetime.now(UTC)).total_seconds()}

    async def faults(request: Request) -> Json:
        if request.method == "DELETE":
            workspace.faults.clear()
        elif request.method == "POST":
            workspace.faults.add(_fault(await read_json(request)))
        return {"faults": [asdict(fault) for fault in workspace.faults.planned]}

    async def stream(_: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(_changes(workspace), media_type="text/event-stream", headers=headers)

    return [
        Route("/state", answered(state)),
        Route("/clock", answered(clock), methods=["GET", "POST"]),
        Route("/faults", answered(faults), methods=["GET", "POST", "DELETE"]),
        Route("/stream", stream),
        *_connection_routes(server),
    ]


def _connection_routes(server: SlackServer) -> list[Route]:
    async def socket(request: Request) -> Json:
        given = await read_json(request)
        if given.get("action") == "silence":
            server.hub.silence()
        elif given.get("action") == "disconnect":
            await server.hub.disconnect(str(given.get("reason") or "warning"))
        else:
            raise ActError("bad_request", "action must be disconnect or silence.")
        return {"connections": len(server.hub.connections)}

    async def delivery(request: Request) -> Json:
        return await _set_delivery(server, await read_json(request))

    async def flags(request: Request) -> Json:
        return _set_flags(server, await read_json(request) if request.method == "POST" else {})

    return [
        Route("/socket", answered(socket), methods=["POST"]),
        Route("/delivery", answered(delivery), methods=["POST"]),
        Route("/flags", answered(flags), methods=["GET", "POST"]),
    ]


def describe(server: SlackServer) -> Json:
    """Return who and what there is in the workspace."""
    workspace = server.workspace
    people = ("id", "handle", "name", "title", "role", "email", "tz", "team_id", "is_stranger", "deleted", "in_cast")
    return {
        "clock": workspace.clock.now().isoformat(),
        "people": [
            {key: getattr(user, key) for key in people} | {"is_guest": user.is_restricted or user.is_ultra_restricted}
            for user in workspace.users.values()
            if not user.is_bot and user.id != "USLACKBOT"
        ],
        "channels": [
            {"id": channel.id, "name": channel.name, "is_ext_shared": channel.is_ext_shared, "members": channel.members}
            for channel in workspace.channels.values()
            if not channel.is_im
        ],
        "groups": [asdict(group) for group in workspace.groups.values()],
        "commands": [
            {key: entry.get(key, "") for key in ("command", "description", "usage_hint")} for entry in workspace.commands
        ],
        "shortcuts": workspace.features.get("shortcuts", []),
        "messages_read_only": workspace.features.get("app_home", {}).get("messages_tab_read_only_enabled", False),
        "connections": len(server.hub.connections),
        "delivery": server.delivery.mode,
    }


def _move(workspace: SlackWorkspace, given: Json) -> None:
    if "advance" in given:
        workspace.clock.advance(timedelta(seconds=float(given["advance"])))
    elif "now" in given:
        workspace.clock.move_to(datetime.fromisoformat(str(given["now"])))
    else:
        workspace.clock.move_to(parse_moment(str(given["to"]), str(given.get("tz") or "UTC"), workspace.clock.now()))


def _fault(given: Json) -> Fault:
    target, name, kind = given.get("target"), str(given["name"]), given.get("kind")
    if target not in ("slack", "claude"):
        raise ActError("bad_request", "target must be slack or claude.")
    possible = kinds_for(target, name)
    if kind not in possible:
        raise ActError("bad_request", f"What can happen to {name} of {target} is {', '.join(possible)}; not {kind!r}.")
    times, seconds = int(given.get("times", 1)), given.get("seconds", 1.0)
    if times < 1:
        raise ActError("bad_request", "times must be 1 or more.")
    if seconds is None and kind != "429":
        raise ActError("bad_request", "seconds may be null only for a 429, which then has no retry-after.")
    return Fault(target, name, kind, times, None if seconds is None else _seconds("seconds", seconds))


def _seconds(name: str, value: Any) -> float:
    """Return a finite pause. An infinite one could not even be shown again, as JSON has no word for it."""
    seconds = float(value)
    if not 0 <= seconds <= _LONGEST:
        raise ActError("bad_request", f"{name} must be between 0 and {_LONGEST}.")
    return seconds


async def _set_delivery(server: SlackServer, given: Json) -> Json:
    mode = given.get("mode")
    if mode not in ("socket", "http"):
        raise ActError("bad_request", "mode must be socket or http.")
    verified = None
    if mode == "http":
        verified = await server.http.verify(str(given["url"]))
        if given.get("unverified"):
            server.http.url = str(given["url"])
        elif not verified:
            raise ActError("url_verification_failed", "The URL did not answer the challenge.")
    server.delivery.mode = mode
    return {"mode": mode, "verified": verified}


def _set_flags(server: SlackServer, given: Json) -> Json:
    workspace, timing = server.workspace, server.delivery.timing
    if "rate_limits" in given:
        workspace.rate_limits = bool(given["rate_limits"])
    if "file_processing_seconds" in given:
        workspace.file_processing_seconds = _seconds("file_processing_seconds", given["file_processing_seconds"])
    if "refused_blocks" in given:
        workspace.refused_blocks = frozenset(str(kind) for kind in given["refused_blocks"])
    if "ack_seconds" in given:
        timing.ack_seconds = _seconds("ack_seconds", given["ack_seconds"])
    if "retry_delays" in given:
        timing.retry_delays = [_seconds("retry_delays", pause) for pause in cast("list[Any]", given["retry_delays"])]
    if "scopes" in given:
        workspace.manifest.setdefault("oauth_config", {}).setdefault("scopes", {})["bot"] = list(given["scopes"])
    return {
        "rate_limits": workspace.rate_limits,
        "file_processing_seconds": workspace.file_processing_seconds,
        "refused_blocks": sorted(workspace.refused_blocks),
        "scopes": sorted(workspace.scopes),
    } | asdict(timing)


async def _changes(workspace: SlackWorkspace) -> AsyncIterator[str]:
    """Yield one server-sent event now and one at each change; quiet times carry a comment every 15 s."""
    news: asyncio.Queue[int] = asyncio.Queue()

    async def pump() -> None:
        async for seq in workspace.wire.changes():
            news.put_nowait(seq)

    pumping = asyncio.ensure_future(pump())
    try:
        yield 'data: {"seq":0}\n\n'
        while True:
            try:
                seq = await asyncio.wait_for(news.get(), 15)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            while not news.empty():
                seq = news.get_nowait()
            yield f'data: {{"seq":{seq}}}\n\n'
    finally:
        pumping.cancel()
