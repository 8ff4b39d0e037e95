"""Keeps foreign web pages out: a browser on this machine reaches the sandbox from any page.

A page whose name was rebound to 127.0.0.1 comes with its own name as Host; a cross-site request comes with an Origin or,
where it is a mere image or link, with Sec-Fetch-Site. Programs (SDKs, curl) send neither.
"""

import json
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DOORS = ("/api/", "/v1/", "/_", "/console/api/", "/files/")
"""What acts or tells; everything else is a page, to which a link of another site may lead."""


class OwnPagesOnly:
    """An ASGI app around another one that answers 403 to foreign pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it in words."""
        reason = refusal(scope["method"], scope["path"], Headers(scope=scope)) if scope["type"] == "http" else None
        if reason is None:
            await self._app(scope, receive, send)
        else:
            answer = {"ok": False, "error": "foreign_page", "message": reason}
            await JSONResponse(answer, 403)(scope, receive, send)


def refusal(method: str, path: str, headers: Headers) -> str | None:
    """Return why a request is a foreign page's, or None when it may pass."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if _name(f"//{host}") not in _LOOPBACK:
        return f"Host {json.dumps(host)} is no loopback name; open the sandbox at 127.0.0.1 or localhost."
    if origin is not None and origin != f"http://{host}":
        return f"Origin {json.dumps(origin)} is not the sandbox's own page."
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return None
    follows_a_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    return None if follows_a_link and not path.startswith(_DOORS) else "Only the sandbox's own page may ask for this."


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
