"""Each outside cause acts once, however often and to which replica it is delivered: the store deduplicates."""

from bot.runtime import Runtime
from bot.store import events


async def is_first_time(rt: Runtime, cause: str) -> bool:
    """Remember a cause, such as an event id; False when it was acted on before."""
    async with rt.store.write() as tx:
        return await events.remember(tx, cause, rt.now())
