"""What happens to the figures from outside the bot: revisions, late rows, and reports that are wrong."""

from typing import Any

from pydantic import ValidationError
from starlette.requests import Request

from bot.sandbox.claude.disturbances import KINDS, ChangedPages
from bot.sandbox.claude.errors import invalid, not_found
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.revisions import Revision

Body = dict[str, Any]


def revise(organization: ClaudeOrganization, _: Request, body: Body) -> Body:
    """Change the figures of a UTC day: {"day", "factor", "workspace_id"?, "key_id"?, "model"?, "since"?, "until"?}.

    A factor above 1 raises and below 1 lowers, on top of earlier revisions. With "since" it comes at that moment; with
    "until" it ends then, so that a factor of 0 are rows of a closed day that appear late.
    """
    try:
        revision = Revision.model_validate(body)
    except ValidationError as wrong:
        raise invalid(_first(wrong)) from None
    _check_scope(organization, revision)
    organization.revisions.add(revision)
    return revision.model_dump(mode="json")


def read_disturbances(organization: ClaudeOrganization, _: Request, __: Body) -> Body:
    """Return what is wrong with the reports at present, and what could be."""
    active = [one.model_dump(mode="json") for one in organization.disturbances.active]
    return {"active": active, "possible": {_kind(one): _words(one.__doc__) for one in KINDS}}


def disturb(organization: ClaudeOrganization, request: Request, body: Body) -> Body:
    """Make reports wrong until all is cleared; "reports" names which ones, the two analytics reports if it is left out.

    {"kind": "gap", "since", "until", "answer"?: "empty" (default) or "500"}: nothing is told about the span.
    {"kind": "repeated_page", "page"}: the next page brings the rows of page N again.
    {"kind": "changed_pages", "page", "day", "factor", "workspace_id"?, "key_id"?, "model"?}: figures change before page N.
    {"kind": "no_analytics", "after_pages"?, "since"?, "until"?}: refused as without the beta, after N more pages or from a
    moment on.
    """
    try:
        made = organization.disturbances.read(body)
    except ValidationError as wrong:
        raise invalid(_first(wrong)) from None
    if isinstance(made, ChangedPages):
        _check_scope(organization, made.revision())
    organization.disturbances.active.append(made)
    return read_disturbances(organization, request, body)


def clear_disturbances(organization: ClaudeOrganization, request: Request, body: Body) -> Body:
    """Make the reports right again; revisions stay."""
    organization.disturbances.clear()
    return read_disturbances(organization, request, body)


def _check_scope(organization: ClaudeOrganization, revision: Revision) -> None:
    if revision.workspace_id not in (None, *organization.workspaces):
        raise not_found("Workspace")
    if revision.key_id not in (None, *organization.keys):
        raise not_found("API key")


def _kind(kind: Any) -> str:
    return kind.model_fields["kind"].annotation.__args__[0]


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _first(wrong: ValidationError) -> str:
    error = wrong.errors()[0]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"]
