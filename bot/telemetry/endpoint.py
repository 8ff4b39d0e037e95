"""GET /metrics, behind a token where there is one."""

import hmac
from collections.abc import Awaitable, Callable

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.telemetry.prometheus import CONTENT_TYPE

Scrape = Callable[[], Awaitable[bytes]]
"""Returns all metrics as text."""


def metrics_route(scrape: Scrape, token: SecretStr | None, is_open: Callable[[], bool] = lambda: True) -> Route:
    """Return the route of a scrape. With a token it has to come as `Authorization: Bearer …`.

    Until `is_open`, that is while the database is being opened, it answers 503.
    """
    wanted = token.get_secret_value().encode() if token else None

    async def metrics(request: Request) -> Response:
        if wanted is not None and not _is_bearer(request, wanted):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        if not is_open():
            return Response(status_code=503, headers={"Retry-After": "5"})
        return Response(await scrape(), media_type=CONTENT_TYPE)

    return Route("/metrics", metrics)


def _is_bearer(request: Request, wanted: bytes) -> bool:
    """Compare in a time that tells nothing of the token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return hmac.compare_digest(given.strip().encode("latin-1", "replace"), wanted) and scheme.lower() == "bearer"
