"""Processes that die, start again, sleep, lose their database, or have no room left on their disk."""

import asyncio
import contextlib
import os
import resource
import signal
from random import Random

import asyncpg

from bot.sandbox.faults import Fault
from tests.postgres import connect
from tests.processes import BotProcess
from tests.soak.world import Soak

HELD = (
    ("claude", "POST /v1/organizations/api_keys"), ("claude", "POST /v1/organizations/api_keys/*"),
    ("claude", "POST /v1/organizations/users/*"), ("claude", "GET /v1/organizations/api_keys"),
    ("claude", "POST /v1/organizations/workspaces"), ("claude", "POST /v1/organizations/workspaces/*"),
    ("claude", "POST /v1/organizations/invites"), ("claude", "DELETE /v1/organizations/users/*"),
    ("slack", "chat.postMessage"), ("slack", "chat.update"), ("slack", "usergroups.users.list"), ("slack", "views.update"),
)  # fmt: skip
"""Calls at which a process is made to stand when it is killed."""
FULL = 8192
"""Bytes after which no file of a process may grow or change any more while its disk is full: two pages of SQLite."""


async def keep_running(soak: Soak) -> None:
    """Start a process for each one that ended, whatever ended it, until cancelled."""
    fleet = soak.fleet
    while True:
        for bot in [bot for bot in fleet.processes if bot.process.returncode is not None]:
            fleet.processes.remove(bot)
            soak.read_log(bot)
            if bot.process.returncode != -signal.SIGKILL:
                soak.events["processes that ended by themselves"] += 1
                soak.events[f"“{_last_words(bot)}”"] += 1
        while len(fleet.processes) < soak.replicas:
            await fleet.spawn({})
        await asyncio.sleep(0.02)


def _last_words(bot: BotProcess) -> str:
    return next((line.strip()[:160] for line in reversed(bot.raw) if line.strip()), "")


async def kill(soak: Soak, bot: BotProcess) -> None:
    """Kill a process as a power cut does."""
    if bot.process.returncode is None:
        soak.note_lost("a process was killed")
        await bot.kill()
        soak.kills += 1


async def kill_at_random(soak: Soak, dice: Random) -> None:
    """Kill processes at any moment, at a call that changes something, one by one or all at once, until the storm is over."""
    pace = 0.4 if soak.replicas > 1 else 0.9
    while not soak.is_over:
        await soak.pause(pace * (0.3 + dice.expovariate(1.2)))
        alive = [bot for bot in soak.fleet.processes if bot.process.returncode is None]
        if not alive or not soak.is_due(soak.kills, soak.size.kills):
            continue
        if dice.random() < 0.4:
            await _somebody_stands(soak, dice)
        victims = alive if dice.random() < 0.15 else [dice.choice(alive)]
        await asyncio.gather(*(kill(soak, bot) for bot in victims))


async def _somebody_stands(soak: Soak, dice: Random) -> None:
    """Wait a moment until a process stands at a call, before or after it took effect."""
    target, name = dice.choice(HELD)
    fault = Fault("claude" if target == "claude" else "slack", name, dice.choice(("slow", "slow_after")), 1, 3.0)
    planned = soak.fleet.sandbox.faults.planned
    planned.insert(0, fault)
    if await soak.until(lambda: fault.times == 0, 1.5):
        soak.faults[fault.kind] += 1
        soak.events["kills at a call"] += 1
        await soak.pause(0.1 * dice.random())
    elif fault in planned:
        planned.remove(fault)


async def put_to_sleep(soak: Soak, dice: Random) -> None:
    """Stop a process for some seconds, as a machine does that is moved; others take over, and then it goes on."""
    while not soak.is_over:
        await soak.pause(6 + 6 * dice.random())
        alive = [bot for bot in soak.fleet.processes if bot.process.returncode is None]
        if not alive or soak.replicas == 1 or soak.is_over:
            continue
        bot = dice.choice(alive)
        soak.note_lost("a process slept")
        os.kill(bot.process.pid, signal.SIGSTOP)
        await soak.pause(1 + 2 * dice.random())
        with contextlib.suppress(ProcessLookupError):
            os.kill(bot.process.pid, signal.SIGCONT)
        soak.note_lost("a process slept")
        soak.events["sleeps of a process"] += 1


async def crash_postgres(soak: Soak, dice: Random, server: str) -> None:
    """Kill one of PostgreSQL's own processes: it then ends all connections, recovers, and takes new ones."""
    while not soak.is_over:
        await soak.pause(8 + 12 * dice.random())
        if soak.is_over:
            return
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            connection = await connect(server)
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            soak.note_lost("PostgreSQL restarted")
            os.kill(pid, signal.SIGKILL)
            soak.events["restarts of PostgreSQL"] += 1
            connection.terminate()


async def fill_disk(soak: Soak, dice: Random) -> None:
    """Let no file of the processes be written behind its first pages for a while; SQLite then says "disk I/O error".

    A full disk needs a file system of its own, and so rights that tests don't have. A limit on the size of files is the same
    for who writes: the system refuses it (EFBIG instead of ENOSPC), part of a transaction may be written already.
    """
    while not soak.is_over:
        await soak.pause(6 + 8 * dice.random())
        if soak.is_over:
            return
        soak.note_lost("the disk was full")
        limited = [bot.process.pid for bot in soak.fleet.processes if bot.process.returncode is None]
        for pid in limited:
            limit_files(pid, FULL)
        soak.events["full disks"] += bool(limited)
        await soak.pause(0.5 + 2.5 * dice.random())
        for pid in limited:
            limit_files(pid, resource.RLIM_INFINITY)
        soak.note_lost("the disk was full")


def limit_files(pid: int, size: int) -> None:
    """Let no file of a process grow beyond a size."""
    with contextlib.suppress(ProcessLookupError):
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
