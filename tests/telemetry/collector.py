"""A receiver of OTLP on loopback that keeps each arrival, and answers what it is told to."""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from aiohttp import web

Identity = tuple[Any, ...]


@dataclass
class Collector:
    """`answers` are used up one by one; after them everything is taken. One marked as lost is taken, and then refused."""

    url: str = ""
    answers: list[web.Response] = field(default_factory=list[web.Response])
    loses: bool = False
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    points: dict[Identity, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    """What a point is known by -> each value that arrived for it."""

    async def take(self, request: web.Request) -> web.Response:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        answer = self.answers.pop(0) if self.answers else web.json_response({})
        if answer.status == 200 or self.loses:
            self.loses = False
            self._keep(await request.json())
        return answer

    def _keep(self, body: Any) -> None:
        for resource in body["resourceMetrics"]:
            for scope in resource["scopeMetrics"]:
                for metric in scope["metrics"]:
                    assert metric["sum"]["aggregationTemporality"] == 1
                    for point in metric["sum"]["dataPoints"]:
                        attributes = tuple((one["key"], one["value"]["stringValue"]) for one in point["attributes"])
                        value = Decimal(point["asInt"]) if "asInt" in point else Decimal(repr(point["asDouble"]))
                        times = (point["startTimeUnixNano"], point["timeUnixNano"])
                        self.points[metric["name"], attributes, times].append(value)

    def total(self, metric: str) -> Decimal:
        """The sum over all points, each counted once; a point that arrived twice must have had the same value."""
        mine = [values for identity, values in self.points.items() if identity[0] == metric]
        assert all(len(set(values)) == 1 for values in mine)
        return sum((values[0] for values in mine), Decimal(0))

    @property
    def twice(self) -> int:
        """How many points arrived more than once."""
        return sum(len(values) > 1 for values in self.points.values())


@asynccontextmanager
async def collector() -> AsyncGenerator[Collector]:
    found = Collector()
    app = web.Application()
    app.router.add_post("/v1/metrics", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/metrics"
    try:
        yield found
    finally:
        await runner.cleanup()
