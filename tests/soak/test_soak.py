"""Everything breaks at once for a while, then nothing does: nothing was done twice or never, and all that stands is true."""

import asyncio
import contextlib
import functools
import secrets
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.sizes import PROOF, SOAK_MINUTES, SOAK_SEED, SOAKS
from tests.soak import check_effects as effects
from tests.soak import faults, kills
from tests.soak.acts import Hands, hang_up_buttons
from tests.soak.check_said import check_redacted, check_said, check_secrets
from tests.soak.check_spend import check_audit, check_spend
from tests.soak.database import own_server
from tests.soak.quiet import calm_down, pass_time, settle, until_rest
from tests.soak.stories import Stories
from tests.soak.things import furnish
from tests.soak.world import OPEN, Soak, soak_of
from tests.templates import copy_sqlite, sqlite_url
from tests.world import APPROVALS

Trouble = Callable[[Soak, Random], Coroutine[Any, Any, None]]
TROUBLES: tuple[Trouble, ...] = (
    kills.kill_at_random, kills.put_to_sleep, faults.break_answers, faults.move_clock, faults.share_channel,
    faults.reset_sockets, faults.accept_invites,
)  # fmt: skip

pytestmark = [
    pytest.mark.timeout(60 * (SOAK_MINUTES + 30)),
    pytest.mark.skipif(not PROOF, reason="it takes minutes: `make proof` and `make soak` run it"),
]


async def test_three_replicas_on_postgresql_survive_everything(tmp_path: Path, record_property: Any) -> None:
    async with own_server() as (server, database_url), soaking("postgresql", tmp_path, database_url, 3) as soak:
        await live(soak, functools.partial(kills.crash_postgres, server=server))
        await check(soak, "postgresql", record_property)


async def test_one_process_on_sqlite_survives_everything(tmp_path: Path, record_property: Any) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")
    async with soaking("sqlite", tmp_path, sqlite_url(tmp_path / "quartermaster.db"), 1) as soak:
        await live(soak, kills.fill_disk)
        await check(soak, "sqlite", record_property)


@contextlib.asynccontextmanager
async def soaking(name: str, folder: Path, database_url: str, replicas: int) -> AsyncGenerator[Soak]:
    """Prepare a soak; its seed is printed, so that its dice can be rolled once more."""
    seed = SOAK_SEED or secrets.token_hex(4)
    print(f"QM_SOAK_SEED={seed}")
    async with soak_of(folder, database_url, f"{name} {seed}", SOAKS[name], replicas, SOAK_MINUTES) as soak:
        furnish(soak)
        soak.claude.flags.spend_limits_preview = replicas > 1  # else a person sets limits in the Console
        yield soak


async def live(soak: Soak, trouble: Trouble) -> None:
    """Let people act while everything breaks, until all counts are reached; then let time pass in peace."""
    hands = Hands(soak, soak.dice("hands"))
    hang_up_buttons(soak)
    keeping = asyncio.create_task(kills.keep_running(soak))
    telling = asyncio.create_task(tell(soak))
    try:
        troubles = [asyncio.create_task(one(soak, soak.dice(number))) for number, one in enumerate((*TROUBLES, trouble))]
        await Stories(soak, hands).run()
        await calm_down(soak)
        await asyncio.gather(*troubles)
        await settle(soak, hands)
        await share_in_peace(soak)
    finally:
        for task in (keeping, telling):
            task.cancel()
        await asyncio.gather(keeping, telling, return_exceptions=True)


async def tell(soak: Soak) -> None:
    """Print now and then how far it is."""
    while True:
        await asyncio.sleep(20)
        print(soak.line("the way"), flush=True)


async def share_in_peace(soak: Soak) -> None:
    """Share the channel with everything in it, look that nothing can be read there, and take it back."""
    await soak.fleet.post(f"/channels/{APPROVALS}", is_ext_shared=True)
    await pass_time(soak, 60)
    assert await check_redacted(soak) == []
    await soak.fleet.post(f"/channels/{APPROVALS}", is_ext_shared=False)
    await pass_time(soak, 60)


async def check(soak: Soak, name: str, record_property: Any) -> None:
    """Look at everything, and fail with every sentence that is not right."""
    assert await until_rest(soak, 30) == []
    for bot in soak.fleet.processes:
        soak.read_log(bot)
    print(*(f"{count} × {what}" for what, count in soak.troubles.most_common(20)), sep="\n")
    problems = [f"{row.id} is still {row.status}" for row in soak.rows.values() if row.status in OPEN]
    for look in (effects.check_effects, check_said, check_secrets, check_spend, check_audit):
        problems += await look(soak)
    line = f"{soak.line(name)}; QM_SOAK_SEED={soak.seed.split()[1]}"
    record_property("soak", line)
    print(line)
    histories = await effects.histories(soak, problems[:40]) if problems else []
    assert not problems, "\n".join([*problems[:40], *histories, f"{len(problems)} problems", line])
    size = soak.size
    assert (soak.asked >= size.requests, soak.kills >= size.kills, soak.faults.total() >= size.faults) == (
        True,
        True,
        True,
    ), line
