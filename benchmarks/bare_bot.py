"""The bare counterpart of the bot: Bolt over Socket Mode, and listeners that do the least that can be done.

The command's only acks. The button's acks, makes the upstream calls that the product makes, and commits one row.
"""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.child import Json, answer
from benchmarks.raw import RawCalls


class Approval(SQLModel, table=True):
    """The one row."""

    id: int | None = Field(default=None, primary_key=True)
    card: str
    at: datetime


def prepare(connection: Any, _record: Any) -> None:
    """Set SQLite up as the product does."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def database() -> AsyncEngine:
    """Open a new file in the working directory."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{Path.cwd() / f'bare-{os.getpid()}.db'}")
    event.listen(engine.sync_engine, "connect", prepare)
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    return engine


async def main() -> None:
    """Connect, and serve until standard input ends."""
    settings: Json = json.loads(os.environ["BENCH_SETTINGS"])
    calls: list[Json] = []
    raw, engine, writing = RawCalls(settings), await database(), asyncio.Lock()
    client = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    app: Any = AsyncApp(
        client=client,
        signing_secret="unused",
        request_verification_enabled=False,
        # As Bolt comes, it looks for a listener's ack every 10 ms; this makes it take the ack at once, as the product does.
        process_before_response="BENCH_PROMPT" in os.environ,
    )

    async def admin(ack: Any) -> None:
        await ack()

    async def approve(ack: Any, body: Json) -> None:
        await ack()
        for call in calls:
            await raw.make(call, body["message"]["ts"])
        async with writing, AsyncSession(engine) as session:
            session.add(Approval(card=body["message"]["ts"], at=datetime.now(UTC)))
            await session.commit()

    app.command("/claude-admin")(admin)
    app.action("request_approve")(approve)

    async def take_calls(seen: list[Json]) -> Json:
        calls[:] = seen
        return {}

    handler: Any = AsyncSocketModeHandler(app, settings["SLACK_APP_TOKEN"])
    await handler.connect_async()
    await answer({"take_calls": take_calls})
    await handler.close_async()
    await raw.close()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
