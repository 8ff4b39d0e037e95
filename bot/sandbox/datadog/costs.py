"""Custom Costs as Datadog has them: each upload is another file, and what is uploaded twice counts twice."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.sandbox.datadog.rules import faults
from bot.telemetry.custom_costs import PATH

API_KEY, APP_KEY = "dd_api_key_of_the_sandbox", "dd_app_key_of_the_sandbox"


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass
class Costs:
    """The files by id, and what is made to go wrong.

    `refusals` are used up one by one by uploads, `removals_fail` by removals. `loses`: so many uploads are taken, and
    answered with 503. `first_page` is the number of the list's first page. `tells_id`: whether an upload is told its id,
    `lists`: whether files are listed yet.
    """

    url: str = ""
    today: Callable[[], date] = _today
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    refusals: list[web.Response] = field(default_factory=list[web.Response])
    removals_fail: list[int] = field(default_factory=list[int])
    loses: int = 0
    first_page: int = 1
    tells_id: bool = True
    lists: bool = True
    says: dict[str, Any] = field(default_factory=dict[str, Any])
    """What is said of every file besides, or otherwise."""
    page: Callable[[], str] | None = None
    """What is shown to who comes without keys to the address itself."""
    calls: list[str] = field(default_factory=list[str])
    most_at_once: int = 0
    """How many files of one day there ever were at the same time."""

    def lines(self) -> list[dict[str, Any]]:
        """Every line of every file."""
        return [line for content in self.files.values() for line in content]

    def total(self, day: date | None = None) -> Decimal:
        """What Datadog shows, of one day or of all."""
        lines = [one for one in self.lines() if day is None or one["ChargePeriodStart"] == day.isoformat()]
        return sum((Decimal(one["BilledCost"]) for one in lines), Decimal(0))

    def _count(self) -> None:
        days = [content[0]["ChargePeriodStart"] for content in self.files.values()]
        self.most_at_once = max([self.most_at_once, *(days.count(day) for day in days)])

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file."""
        if self.refusals:
            return self.refusals.pop(0)
        content = json.loads(await request.text(), parse_float=Decimal)
        if wrong := faults(content, self.today()):
            return web.json_response({"errors": wrong}, status=400)
        file_id = str(uuid4())
        self.files[file_id] = content
        self._count()
        if self.loses:
            self.loses -= 1
            return web.Response(status=503)
        return web.json_response({"data": self._about(file_id)} if self.tells_id else None, status=202)

    async def listed(self, request: web.Request) -> web.Response:
        """List files, a page at a time."""
        provider = request.query.get("filter[provider]")
        ids = [one for one, content in self.files.items() if self.lists and provider in (None, content[0]["ProviderName"])]
        size, number = int(request.query.get("page[size]", "100")), int(request.query.get("page[number]", "1"))
        start = (number - self.first_page) * size
        page = [self._about(one) for one in ids[start : start + size]] if start >= 0 else []
        return web.json_response({"data": page, "meta": {"total_filtered_count": len(ids)}})

    async def read(self, request: web.Request) -> web.Response:
        """Show a file with its lines."""
        file_id = request.match_info["id"]
        if file_id not in self.files:
            return web.json_response({"errors": ["Not Found"]}, status=404)
        about = self._about(file_id)
        about["attributes"]["content"] = [{**one, "BilledCost": float(one["BilledCost"])} for one in self.files[file_id]]
        return web.json_response({"data": about})

    async def remove(self, request: web.Request) -> web.Response:
        """Remove a file."""
        if self.removals_fail:
            return web.Response(status=self.removals_fail.pop(0))
        return web.Response(status=204 if self.files.pop(request.match_info["id"], None) else 404)

    def _about(self, file_id: str) -> dict[str, Any]:
        content = self.files[file_id]
        billed = float(sum(Decimal(one["BilledCost"]) for one in content))
        told = {
            "name": "data.json",
            "status": "active",
            "provider_names": [content[0]["ProviderName"]],
            "billed_cost": billed,
        }
        return {"id": file_id, "type": "custom_costs_file", "attributes": {**told, **self.says}}


@asynccontextmanager
async def running_costs(port: int = 0) -> AsyncGenerator[Costs]:
    """Serve the API on a port of loopback, any free one unless named."""
    costs = Costs()

    @web.middleware
    async def guard(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        if request.path == "/" and costs.page:
            return web.Response(text=costs.page())
        costs.calls.append(request.method)
        keys = (request.headers.get("DD-API-KEY"), request.headers.get("DD-APPLICATION-KEY"))
        if keys != (API_KEY, APP_KEY):
            return web.json_response({"errors": ["Forbidden"]}, status=403)
        return await handler(request)

    app = web.Application(middlewares=[guard])
    app.router.add_put(PATH, costs.upload)
    app.router.add_get(PATH, costs.listed)
    app.router.add_get(f"{PATH}/{{id}}", costs.read)
    app.router.add_delete(f"{PATH}/{{id}}", costs.remove)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    costs.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield costs
    finally:
        await runner.cleanup()
