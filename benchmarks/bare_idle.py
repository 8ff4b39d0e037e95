"""The bare counterpart in memory: a Bolt app on its socket, with SQLModel and APScheduler imported, and nothing else."""

import asyncio
import json
import os
from typing import Any

import apscheduler.schedulers.asyncio as scheduling  # pyright: ignore[reportMissingTypeStubs]
import sqlmodel
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.child import Json, answer

IMPORTED = (scheduling, sqlmodel)


async def main() -> None:
    """Connect, and idle until standard input ends."""
    settings: Json = json.loads(os.environ["BENCH_SETTINGS"])
    client = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    app: Any = AsyncApp(client=client, signing_secret="unused", request_verification_enabled=False)

    async def admin(ack: Any) -> None:
        await ack()

    app.command("/claude-admin")(admin)
    handler: Any = AsyncSocketModeHandler(app, settings["SLACK_APP_TOKEN"])
    await handler.connect_async()
    await answer({})
    await handler.close_async()


if __name__ == "__main__":
    asyncio.run(main())
