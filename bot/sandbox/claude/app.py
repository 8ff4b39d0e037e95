"""Puts the Claude server together: the table of endpoints behind one edge."""

from starlette.applications import Starlette
from starlette.routing import Route

from bot.sandbox.claude import (
    elsewhere_calls,
    key_calls,
    limit_calls,
    people_calls,
    service_account_calls,
    service_member_calls,
    switched_calls,
    workspace_calls,
    workspace_member_calls,
)
from bot.sandbox.claude.analytics_calls import AnalyticsReports
from bot.sandbox.claude.claude_code_calls import ClaudeCodeReport
from bot.sandbox.claude.console import console_routes
from bot.sandbox.claude.edge import Edge, Endpoint
from bot.sandbox.claude.legacy_calls import LegacyReports
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.usage import UsageBook
from bot.sandbox.faults import Faults
from bot.sandbox.wire import WireLog

_METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


def endpoints(book: UsageBook) -> list[Endpoint]:
    """Return every call that the sandbox answers."""
    return [
        *elsewhere_calls.ENDPOINTS,
        *people_calls.ENDPOINTS,
        *service_account_calls.ENDPOINTS,
        *service_member_calls.ENDPOINTS,
        *switched_calls.ENDPOINTS,
        *workspace_calls.ENDPOINTS,
        *workspace_member_calls.ENDPOINTS,
        *key_calls.ENDPOINTS,
        *limit_calls.ENDPOINTS,
        *AnalyticsReports(book).endpoints(),
        *LegacyReports(book).endpoints(),
        *ClaudeCodeReport(book).endpoints(),
    ]


def build_claude_app(organization: ClaudeOrganization, faults: Faults, wire: WireLog) -> Starlette:
    """Return the Claude server's app: `/v1/…` and the Console stand-in."""
    organization.changed = wire.touch
    edge = Edge(organization, faults, wire, endpoints(UsageBook(organization)))
    return Starlette(routes=[*console_routes(organization, wire), Route("/v1/{rest:path}", edge.__call__, methods=_METHODS)])
