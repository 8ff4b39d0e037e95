"""What goes wrong outside: answers that fail, come late or get lost, a clock that jumps, a channel that others may read."""

import asyncio
from random import Random

from bot.sandbox.faults import Fault, FaultKind, kinds_for
from tests.soak.things import who_may_join
from tests.soak.world import Soak
from tests.world import APPROVALS

CALLS = (
    ("slack", "*", 10), ("slack", "chat.postMessage", 4), ("slack", "chat.update", 4), ("slack", "views.update", 1),
    ("slack", "interactive", 2), ("slack", "slash_commands", 1), ("claude", "*", 8),
    ("claude", "POST /v1/organizations/api_keys", 3), ("claude", "POST /v1/organizations/api_keys/*", 3),
    ("claude", "POST /v1/organizations/users/*", 3), ("claude", "DELETE /v1/organizations/users/*", 1),
    ("claude", "POST /v1/organizations/invites", 1), ("claude", "DELETE /v1/organizations/invites/*", 1),
    ("claude", "POST /v1/organizations/workspaces", 2), ("claude", "POST /v1/organizations/workspaces/*", 4),
    ("claude", "POST /v1/organizations/spend_limits", 1),
)  # fmt: skip
"""Target, call, and how often of all."""
KINDS: dict[FaultKind, int] = {
    "500": 5, "429": 4, "529": 3, "504": 1, "500_final": 1, "empty": 1, "drop_before": 4, "drop_after": 4, "slow": 4,
    "slow_after": 3, "duplicate": 2,
}  # fmt: skip
PLANNED = 6
STALE = 4.0
"""Seconds after which a fault that met no call is forgotten."""


async def break_answers(soak: Soak, dice: Random) -> None:
    """Keep some faults planned until the storm is over, and count those that happened."""
    faults = soak.fleet.sandbox.faults
    mine: list[tuple[Fault, float]] = []
    loop = asyncio.get_running_loop()
    while not soak.is_over:
        for fault, since in list(mine):
            if fault.times == 0 or loop.time() - since > STALE:
                mine.remove((fault, since))
                soak.faults[fault.kind] += int(fault.times == 0)
                if fault in faults.planned:
                    faults.planned.remove(fault)
        if len(mine) < PLANNED and soak.is_due(soak.faults.total() + len(mine), soak.size.faults):
            fault = roll(dice)
            mine.append((fault, loop.time()))
            faults.add(fault)
        await asyncio.sleep(0.02)


def roll(dice: Random) -> Fault:
    """Return a fault by chance."""
    ((target, name, _),) = dice.choices(CALLS, [often for *_, often in CALLS])
    possible: list[FaultKind] = [kind for kind in KINDS if kind in kinds_for(target, name)]
    (kind,) = dice.choices(possible, [KINDS[kind] for kind in possible])
    seconds = dice.choice((0.05, 0.2, 0.5, 1.5)) if kind.startswith("slow") else dice.choice((0.1, 0.5, 1.0))
    return Fault("slack" if target == "slack" else "claude", name, kind, 1, seconds)


STEPS = ((5, 30), (20, 50), (-600, -5), (150, 400), (-7200, -600), (9 * 3600, 11 * 3600), (86_400, 90_000))
STEP_ODDS = (60, 30, 8, 8, 2, 3, 1)
"""From and to, in seconds, and how often."""


async def move_clock(soak: Soak, dice: Random) -> None:
    """Let time pass quickly, jump ahead, and be set back, until the storm is over."""
    while not soak.is_over:
        await soak.pause(0.7 + 0.6 * dice.random())
        ((low, high),) = dice.choices(STEPS, STEP_ODDS)
        await soak.fleet.post("/clock", advance=dice.uniform(low, high))
        soak.events["clock steps back" if low < 0 else "clock steps ahead"] += 1


async def share_channel(soak: Soak, dice: Random) -> None:
    """Share the approvers' channel with another company for some seconds, again and again, until the storm is over."""
    while not soak.is_over:
        await soak.pause(10 + 10 * dice.random())
        if soak.is_over:
            return
        await soak.fleet.post(f"/channels/{APPROVALS}", is_ext_shared=True)
        await soak.pause(0.5 + 2 * dice.random())
        await soak.fleet.post(f"/channels/{APPROVALS}", is_ext_shared=False)
        soak.events["shares of the channel"] += 1


async def reset_sockets(soak: Soak, dice: Random) -> None:
    """Close the sockets, announced or not, as Slack does from time to time."""
    while not soak.is_over:
        await soak.pause(6 + 6 * dice.random())
        if not soak.is_over:
            await soak.fleet.post("/socket", action="disconnect", reason=dice.choice(("warning", "refresh_requested")))
            soak.events["resets of the sockets"] += 1


async def accept_invites(soak: Soak, dice: Random) -> None:
    """Let people who were invited join, now and then, until the storm is over; some never do."""
    while not soak.is_over:
        await soak.pause(1.5 + 2 * dice.random())
        waiting = who_may_join(soak)
        if waiting and dice.random() < 0.7:
            soak.claude.accept_invite(dice.choice(waiting))
            soak.events["people who joined"] += 1
