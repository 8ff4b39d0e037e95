"""What happens in the organization from outside the bot: switches, revisions, keys made by hand, people changed."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.claude import params
from bot.sandbox.claude.control_figures import clear_disturbances, disturb, read_disturbances, revise
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.organization import FLAG_HELP, ClaudeOrganization
from bot.sandbox.claude.records import NEW_VERSION, ROLES, Principal
from bot.sandbox.claude.shapes import invite_json, key_json, spend_limit_json, user_json
from bot.sandbox.claude.spend_limits import drop_limit, limit_of, put_limit
from bot.sandbox.strict_json import read_strictly

Act = Callable[[ClaudeOrganization, Request, dict[str, Any]], dict[str, Any]]


def read_flags(organization: ClaudeOrganization, _: Request, __: dict[str, Any]) -> dict[str, Any]:
    """Return all switches."""
    return {"flags": dict(vars(organization.flags))}


def write_flags(organization: ClaudeOrganization, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Change switches."""
    organization.set_flags(body)
    return read_flags(organization, request, body)


def make_key(organization: ClaudeOrganization, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Make a key as an admin does in the Console: {"workspace_id", "name", "expires_at"?, "created_by"?, "scope"?}.

    "acts_as" is the linked account: the maker's own user id or a service account's, and nobody where it is left out.
    """
    name = params.text(body, "name", 500, required=True) or ""
    workspace_id = params.text(body, "workspace_id", 200, required=True) or ""
    raw_end = body.get("expires_at")
    expires_at = None if raw_end is None else params.parse_moment("expires_at", raw_end)
    creator = organization.admin_key_owner if not body.get("created_by") else params.text(body, "created_by", 200)
    if creator not in organization.users:
        raise not_found("User")
    linked = linked_account(organization, params.text(body, "acts_as", 200), creator)
    key, secret = organization.create_key(workspace_id, name, created_by=creator, expires_at=expires_at, acts_as=linked)
    key.scope = params.text(body, "scope", 50) or key.scope
    shape = key_json(key, organization.clock.now(), NEW_VERSION, organization.default_workspace().id)
    return {"id": key.id, "secret": secret, "key": shape}


def linked_account(organization: ClaudeOrganization, wanted: str | None, creator: str | None) -> Principal | None:
    """Return whom a key acts as. The Console offers one's own account and service accounts alone."""
    if not wanted:
        return None
    if wanted == creator:
        return Principal("user", wanted)
    account = organization.service_accounts.get(wanted)
    if account is None or account.archived_at is not None:
        raise not_found("Service account")
    return Principal("service_account", wanted)


def change_key(organization: ClaudeOrganization, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Switch or rename a key outside the bot: {"status"?, "name"?}."""
    key = organization.keys.get(request.path_params["key_id"])
    if key is None:
        raise not_found("API key")
    status = params.option(body, "status", ("active", "inactive", "archived"))
    key.name = params.text(body, "name", 500) or key.name
    if status is not None:
        key.set_state(status, organization.clock.now())
    return {"key": key_json(key, organization.clock.now(), NEW_VERSION, organization.default_workspace().id)}


def set_limit(organization: ClaudeOrganization, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Set a spend limit as an admin does in the Console: {"workspace_id"?, "amount" (cents, null: no limit), "by"?}."""
    workspace_id = params.text(body, "workspace_id", 200) if body.get("workspace_id") else None
    by = organization.users.get(params.text(body, "by", 200) or "" if body.get("by") else organization.admin_key_owner)
    if by is None:
        raise not_found("User")
    if body.get("amount") is not None:
        return {"limit": spend_limit_json(put_limit(organization, workspace_id, body["amount"], by))}
    limit = limit_of(organization, workspace_id)
    if limit is None:
        raise not_found("Spend limit")
    drop_limit(organization, limit, by)
    return {"limit": None}


def change_user(organization: ClaudeOrganization, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Change a member outside the bot, admins included: {"role"?, "email"?}. The id may also be an e-mail address."""
    wanted = request.path_params["user_id"]
    user = organization.users.get(wanted) or (organization.user_by_email(wanted) if "@" in wanted else None)
    if user is None:
        raise not_found("User")
    user.role = params.option(body, "role", ROLES) or user.role
    user.email = params.text(body, "email", 320) or user.email
    if body.get("removed") is True:
        organization.remove_user(user)
    return {"user": user_json(user)}


def accept_invite(organization: ClaudeOrganization, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Let an invited person join. The id may also be the address that was invited."""
    user = organization.accept_invite(request.path_params["invite_id"])
    invite = next(
        one for one in organization.invites.values() if one.email == user.email and one.accepted_at == user.added_at
    )
    return {"user": user_json(user), "invite": invite_json(invite, organization.clock.now(), NEW_VERSION)}


def read_help(_: ClaudeOrganization, __: Request, ___: dict[str, Any]) -> dict[str, Any]:
    """Return every act with what it does, and the switches with what they mean."""
    acts = [{"act": f"{method} /claude{path}", "help": " ".join((act.__doc__ or "").split())} for method, path, act in _ACTS]
    return {"acts": acts, "flags": FLAG_HELP}


_ACTS: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/help", read_help),
    ("GET", "/flags", read_flags),
    ("POST", "/flags", write_flags),
    ("POST", "/revise", revise),
    ("GET", "/disturbances", read_disturbances),
    ("POST", "/disturbances", disturb),
    ("DELETE", "/disturbances", clear_disturbances),
    ("POST", "/keys", make_key),
    ("POST", "/keys/{key_id}", change_key),
    ("POST", "/limits", set_limit),
    ("POST", "/users/{user_id}", change_user),
    ("POST", "/invites/{invite_id}/accept", accept_invite),
)


def control_routes(organization: ClaudeOrganization) -> list[Route]:
    """Return the routes under `/_sandbox/claude`. Every act answers `ok`, or `ok: false` with a sentence and HTTP 400."""
    return [Route(path, _endpoint(organization, act), methods=[method]) for method, path, act in _ACTS]


def _endpoint(organization: ClaudeOrganization, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            answer = act(organization, request, await read_body(request))
        except ApiError as error:
            code = error.code or ("not_found" if error.status == 404 else "bad_request")
            return JSONResponse({"ok": False, "error": code, "message": error.message}, 400)
        await organization.changed()
        return JSONResponse({"ok": True, **answer})

    return endpoint


async def read_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request, empty for a GET; ApiError when it is something else."""
    if request.method == "GET":
        return {}
    try:
        raw = await request.body()
        body: Any = read_strictly(raw) if raw else {}
    except ValueError:
        raise invalid("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    return cast(dict[str, Any], body)
