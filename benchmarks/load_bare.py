"""The bare counterpart of a load: httpx reads the pages one after the other and decodes their JSON."""

import asyncio
import time
from datetime import datetime, timedelta

import httpx

from benchmarks.child import Json, answer
from benchmarks.pages import PATH, stamp
from bot.admin.reports import slices


async def load(url: str, starts: str, days: int) -> Json:
    """Read everything once."""
    first = datetime.fromisoformat(starts)
    rows = 0
    began, worked = time.perf_counter(), time.process_time()
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        for start, end in slices(first, first + timedelta(days=days)):
            query = {"starting_at": stamp(start), "ending_at": stamp(end), "limit": "1000"}
            page: str | None = None
            while page is None or page:
                answered = await client.get(PATH, params=query | ({"page": page} if page else {}))
                body: Json = answered.json()
                rows += len(body["data"])
                page = body["next_page"] or ""
    cpu = (time.process_time() - worked) * 1000
    return {"milliseconds": (time.perf_counter() - began) * 1000, "cpu": cpu, "rows": rows}


if __name__ == "__main__":
    asyncio.run(answer({"load": load}))
