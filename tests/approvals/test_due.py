"""What is due for a request is never forgotten, although a clock was set back in between."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.approvals import db as requests
from bot.approvals.due import EXPIRE
from bot.approvals.followups import REQUESTS
from bot.runtime import Runtime
from bot.store.session import Store
from bot.timers.run import due_timers, run_timer
from tests.approvals.samples import a_request


@pytest.mark.parametrize("then", [timedelta(seconds=-1), timedelta(seconds=1)])
async def test_what_is_looked_at_too_early_by_a_clock_that_was_set_back_comes_again(store: Store, then: timedelta) -> None:
    request = a_request()
    async with store.write() as tx:
        assert await requests.insert(tx, request, "a subject")
    due_at = request.expires_at
    # The claim is made in time, the look comes too early, and afterwards the clock is as before, or still behind.
    moments = [due_at, due_at, due_at - timedelta(seconds=1)]

    def clock() -> datetime:
        return moments.pop(0) if moments else due_at + then

    parts: Any = SimpleNamespace(
        store=store, now=clock, directory=SimpleNamespace(forget_keys=lambda: None, forget_invites=lambda: None)
    )
    rt, topics = cast("Runtime", parts), {"request": REQUESTS}
    (timer,) = await due_timers(rt, topics, due_at)
    await run_timer(rt, topics, timer, due_at)
    later = due_at + timedelta(seconds=1)
    assert [again.what for again in await due_timers(rt, topics, later)] == [EXPIRE]
