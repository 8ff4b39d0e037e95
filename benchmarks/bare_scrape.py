"""The bare counterpart of a scrape: plain gauges of prometheus-client, served by its own ASGI app."""

import asyncio
from typing import Any, cast

import prometheus_client
import uvicorn
from prometheus_client import CollectorRegistry, Gauge

from benchmarks.child import Json, answer
from bot.web import listen

LABELS = ("workspace_id", "model", "token_type", "service_tier")


async def main() -> None:
    """Serve until standard input ends."""
    registry = CollectorRegistry()
    listener = listen("127.0.0.1", 0)
    app = cast("Any", prometheus_client).make_asgi_app(registry)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))

    async def get_ready(series: int) -> Json:
        gauge = Gauge("claude_org_tokens", "Tokens.", LABELS, registry=registry)
        for number in range(series):
            names = (
                f"wrkspc_01Bench{number % 30:018d}",
                f"claude-model-{number // 30 % 10}",
                f"type_{number // 300}",
                "standard",
            )
            gauge.labels(*names).set(1_000_000 + number * 7919)
        return {"port": listener.getsockname()[1]}

    await answer({"get_ready": get_ready})
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
