"""A request to an ASGI app of this process, without a wire between: what people of the tests do needs none."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message


async def ask(app: ASGIApp, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
    """Return the JSON that an app answers with; raises what the app raises."""
    sent = [{"type": "http.request", "body": b"" if body is None else json.dumps(body).encode()}]
    answer: list[bytes] = []

    async def receive() -> Message:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answer.append(message.get("body", b""))

    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "server": ("127.0.0.1", 80),
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": urlencode(query or {}).encode(),
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    await app(scope, receive, send)
    return json.loads(b"".join(answer))
