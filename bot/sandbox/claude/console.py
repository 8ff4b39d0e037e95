"""The stand-in for the Console: an admin makes a key by hand or sets a spend limit, and who was invited joins."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.claude.control import Act, accept_invite, make_key, read_body, set_limit
from bot.sandbox.claude.edge import without_secrets
from bot.sandbox.claude.errors import ApiError, invalid
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.shapes import stamp
from bot.sandbox.wire import WireLog

_PAGE = Path(__file__).with_name("console.html")


def console_routes(organization: ClaudeOrganization, wire: WireLog) -> list[Route]:
    """Return the page and its calls. The Console's own addresses lead to the page too."""

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE.read_text("utf-8"), headers={"cache-control": "no-store"})

    async def elsewhere(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/console{query}")

    async def state(_: Request) -> Response:
        return JSONResponse(_state(organization), headers={"cache-control": "no-store"})

    def doing(name: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def do(request: Request) -> Response:
            status, body, asked = 200, dict[str, Any](), dict[str, Any]()
            try:
                if not request.headers.get("content-type", "").startswith("application/json"):
                    raise invalid("content-type must be application/json")  # a form of a foreign page cannot send that
                asked = await read_body(request)
                body = act(organization, request, asked)
            except ApiError as error:
                status, body = error.status, {"error": error.message}
            await wire.add(organization.clock.now(), "claude", "in", name, status, asked, without_secrets(body))
            return JSONResponse(body, status, headers={"cache-control": "no-store"})

        return do

    return [
        Route("/", elsewhere),
        Route("/console", page),
        Route("/settings/{section:path}", elsewhere),
        Route("/console/api/state", state),
        Route("/console/api/keys", doing("POST /console/api/keys", make_key), methods=["POST"]),
        Route("/console/api/limits", doing("POST /console/api/limits", set_limit), methods=["POST"]),
        Route(
            "/console/api/invites/{invite_id}/accept", doing("POST /console/api/invites", accept_invite), methods=["POST"]
        ),
    ]


def _state(organization: ClaudeOrganization) -> dict[str, Any]:
    """Return what the page shows: who may be signed in, workspaces in which keys can be made, who is invited, all keys."""
    now = organization.clock.now()
    names = {user.id: user.name for user in [*organization.former_users.values(), *organization.users.values()]}
    limits = {one.workspace_id: one.amount for one in organization.spend_limits.values() if one.scope != "usage_tier"}
    keys = sorted(organization.keys.values(), key=lambda key: key.created_at, reverse=True)
    return {
        "organization": organization.name,
        "now": stamp(now),
        "admins": [{"id": user.id, "name": user.name} for user in organization.users.values() if user.role == "admin"],
        "workspaces": [
            {
                "id": w.id,
                "name": w.name,
                "color": w.display_color,
                "open": w.archived_at is None and not w.is_claude_code,
                "limited": w.archived_at is None and not w.is_default,
                "limit": limits.get(w.id),
            }
            for w in organization.workspaces.values()
        ],
        "limit": limits.get(None),
        "service_accounts": [
            {"id": one.id, "name": one.name} for one in organization.service_accounts.values() if one.archived_at is None
        ],
        "invites": [
            {"id": one.id, "email": one.email, "role": one.role, "expires_at": stamp(one.expires_at)}
            for one in organization.pending_invites()
        ],
        "keys": [
            {
                "id": key.id,
                "name": key.name,
                "workspace_id": key.workspace_id,
                "status": key.status(now),
                "hint": key.hint,
                "created_at": stamp(key.created_at),
                "created_by": None if key.created_by is None else names.get(key.created_by.id),
                "expires_at": None if key.expires_at is None else stamp(key.expires_at),
            }
            for key in keys
        ],
    }
