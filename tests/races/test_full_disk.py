"""A disk without room below a running process: it says so, does nothing by halves, and works again once there is room."""

import resource
from pathlib import Path

import pytest

from tests.processes import BotProcess, Fleet, fleet_of
from tests.soak.kills import FULL, limit_files
from tests.templates import copy_sqlite, sqlite_url
from tests.world import ALICE, BOB

SAID = "The database can't be written: its disk is full, or it fails."


async def readiness(fleet: Fleet, bot: BotProcess) -> str:
    answer = await fleet.http.get(f"http://127.0.0.1:{bot.port}/readyz")
    return f"{answer.status_code} {answer.text}"


@pytest.mark.proof
async def test_a_full_disk_is_said_and_everything_works_once_there_is_room(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")
    async with fleet_of(tmp_path, sqlite_url(tmp_path / "quartermaster.db"), idle=True) as fleet:
        bot = await fleet.start_one()
        limit_files(bot.process.pid, FULL)

        async def is_unready() -> bool:
            return SAID in await readiness(fleet, bot)

        async def is_ready() -> bool:
            return (await readiness(fleet, bot)).startswith("200")

        await fleet.wait_for(is_unready, "a process that says why it isn't ready")
        limit_files(bot.process.pid, resource.RLIM_INFINITY)
        await fleet.wait_for(is_ready, "a process that is ready again")
        card = await fleet.ask_for_key(ALICE, "room-again")
        await fleet.click_on(BOB, card, "request_approve")
        await fleet.card("room-again", "issued to")
        assert (len(fleet.keys_named("room-again")), (await fleet.audit()).broken_seq) == (1, None)
