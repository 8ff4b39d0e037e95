"""The upstream in its own process: a sandbox and its fifty people, told by the benchmark when to act."""

import asyncio
from typing import Any

from benchmarks.child import Json, answer
from benchmarks.crowd import Crowd
from benchmarks.grown import grow
from bot.sandbox.faults import Fault
from bot.sandbox.run import SandboxOptions, running_sandbox


async def main() -> None:
    """Serve until standard input ends."""
    async with running_sandbox(SandboxOptions(start=None)) as sandbox:
        crowd = Crowd(sandbox)

        async def settings() -> Json:
            return sandbox.settings()

        async def ready() -> Json:
            async with asyncio.timeout(30):
                while not sandbox.server.hub.connections:
                    await asyncio.sleep(0.02)
            await crowd.quiet(1.5)
            return {}

        async def ask_for_help() -> Json:
            acks = await crowd.help_at_once()
            await crowd.quiet(0.1)
            return {"acks": acks}

        async def ask_for_help_while_loading() -> Json:
            async with asyncio.timeout(60):
                while not crowd.newest_call("claude"):
                    await asyncio.sleep(0.02)
            acks: list[float] = []
            seen = -1
            while seen != (seen := crowd.newest_call("claude")):
                acks += await crowd.help_at_once()
                await asyncio.sleep(0.3)
            return {"acks": acks}

        async def ask_for_keys(count: int) -> Json:
            await crowd.ask_for_keys(count)
            await crowd.quiet(0.1)
            return crowd.open_card()

        async def place_cards(count: int, text: str, blocks: list[Json], **_: str) -> Json:
            crowd.place_cards(count, text, blocks)
            return crowd.open_card()

        async def approve() -> Json:
            acks, cards = await crowd.approve_at_once()
            await crowd.quiet(0.2)
            return {"acks": acks, "cards": cards}

        async def look() -> Json:
            seen = await crowd.look()
            await crowd.quiet(0.2)
            return seen

        async def look_at_lists() -> Json:
            seen = await crowd.look_at_lists()
            await crowd.quiet(0.2)
            return seen

        async def grow_to(members: int, workspaces: int, keys: int) -> Json:
            grow(sandbox.claude, members=members, workspaces=workspaces, keys=keys)
            return {}

        async def calls_of_an_approval() -> Json:
            calls = await crowd.calls_during(crowd.approve_at_once)
            return {"calls": [_call(entry.service, entry.name, entry.request) for entry in calls]}

        async def be_far_away(seconds: float) -> Json:
            for target in ("slack", "claude"):
                sandbox.faults.add(Fault(target, "*", "slow", 1_000_000, seconds))
            return {}

        looks = (look, look_at_lists, grow_to, ask_for_help_while_loading)
        acts = (be_far_away, settings, ready, ask_for_help, ask_for_keys, place_cards, approve, calls_of_an_approval, *looks)
        await answer({act.__name__: act for act in acts})


def _call(service: str, name: str, request: Any) -> Json:
    return {"service": service, "name": name, "request": request}


if __name__ == "__main__":
    asyncio.run(main())
