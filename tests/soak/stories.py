"""The lives of requests: each is asked for by somebody, decided by others, and seen through to its end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.kinds.registry import KINDS
from tests.processes import APPROVERS
from tests.soak.acts import Hands
from tests.soak.wishes import Wish, wish_for
from tests.soak.world import CONSOLE, OPEN, Row, Soak

AT_ONCE = 10
"""Requests that people are busy with at the same time."""
TRIES = 15
PLANS = ("approve", "deny", "withdraw", "contest", "leave")
PLAN_ODDS = (74, 9, 6, 6, 5)


class Stories:
    """All requests of a soak, several at a time."""

    def __init__(self, soak: Soak, hands: Hands) -> None:
        self.soak, self.hands = soak, hands
        self._number = 0

    async def run(self) -> None:
        """Let people ask until the storm has reached everything that it has to."""
        await asyncio.gather(*(self._one_after_another() for _ in range(AT_ONCE)))

    async def _one_after_another(self) -> None:
        while not self.soak.is_over and not self.soak.is_enough():
            self._number += 1
            self.soak.let_go()
            dice = self.soak.dice(f"story {self._number}")
            wish = wish_for(self.soak, dice, self._number)
            if wish is None:
                await asyncio.sleep(0.05)
            else:
                await Story(self.soak, self.hands, wish, dice).live()


@dataclass
class Story:
    """One request from its asking to its end."""

    soak: Soak
    hands: Hands
    wish: Wish
    dice: Random

    async def live(self) -> None:
        """Ask for something, and decide it, or leave it to expire."""
        wish, row = self.wish, await self._asked()
        if row is None:
            self.soak.events["wishes that nobody heard"] += 1
            self.soak.thought_of.discard(wish.kind)
            for about in wish.about:
                self.soak.busy.pop(about, None)
            return
        (plan,) = self.dice.choices(PLANS, PLAN_ODDS)
        if plan != "leave":
            await self.see_through(row, wish.user, plan)

    async def _asked(self) -> Row | None:
        """Ask until the request is on record, as people do who see an error, or nothing."""
        wish = self.wish
        for _ in range(TRIES):
            if self.soak.is_over or self.soak.is_enough():
                return None
            await self.hands.ask(wish.user, wish.kind, wish.key_id, wish.values)
            row = await self.soak.until(lambda: self.soak.request_of(wish.reason), 3.0)
            if row:
                return row
        return None

    async def see_through(self, row: Row, asker: str, plan: str) -> None:
        """Do what a request waits for until nothing more can happen to it."""
        while (now := self.soak.rows[row.id]).status in OPEN and not self.soak.is_over and not self.soak.is_enough():
            version = now.version
            if not await self._step(now, asker, plan):
                return
            changed: Callable[[], bool] = lambda: self.soak.rows[row.id].version != version  # noqa: B023, E731
            await self.soak.until(changed, 1.0 + 3.0 * self.dice.random())
        if self.soak.rows[row.id].status == "applied" and row.kind == "create_key" and self.dice.random() < 0.3:
            await self.hands.look_at_secret(asker)

    async def _step(self, row: Row, asker: str, plan: str) -> bool:
        """Do one thing about a request as it is; False where nobody does anything any more."""
        if row.status == "pending":
            await self._decide(row, asker, plan)
        elif row.status == "failed":
            who = self.dice.choice([asker, *self._approvers(asker, 1)])
            await self.hands.press(who, row.id, "request_retry")
        elif row.status == "fulfilling":
            if self.dice.random() < 0.1:
                await self._take_back(row, asker)
            elif takes_word(row):
                await say_done(self.hands, row, self._approvers(asker, 1)[0])
            elif self.dice.random() < 0.9:
                make_by_hand(self.soak, row, is_wrong=self.dice.random() < 0.15)
        return True

    def _approvers(self, asker: str, count: int) -> list[str]:
        return self.dice.sample([one for one in APPROVERS if one != asker], count)

    async def _decide(self, row: Row, asker: str, plan: str) -> None:
        many = self._approvers(asker, self.dice.choice((1, 2, 2, 3, 5)))
        if plan == "approve":
            twice = [many[0]] if self.dice.random() < 0.2 else []
            await self.hands.press_all([*many, *twice], row.id, "request_approve")
        elif plan == "deny":
            await self.hands.deny(many[0], row.id)
        elif plan == "withdraw":
            await self._take_back(row, asker)
        else:
            acts = self.hands.press_all(many, row.id, "request_approve"), self._take_back(row, asker)
            await asyncio.gather(*acts, self.hands.deny(self._approvers(asker, 1)[0], row.id))

    async def _take_back(self, row: Row, asker: str) -> None:
        await self.hands.press(asker, row.id, "request_more", selected=f"withdraw:{row.id}")


def takes_word(row: Row) -> bool:
    """Tell whether somebody's word closes a request that a person carries out."""
    by_hand = KINDS[row.kind].by_hand
    return bool(by_hand and by_hand.takes_word)


async def say_done(hands: Hands, row: Row, who: str) -> None:
    """Take over what is done by hand, and say that it is done."""
    await hands.press(who, row.id, "request_take_over")
    await asyncio.sleep(0.3)
    await hands.press(who, row.id, "request_say_done")


def make_by_hand(soak: Soak, row: Row, *, is_wrong: bool = False) -> None:
    """Make the key that a request waits for, as an admin does in the Console; some pick the wrong workspace first."""
    if row.id in soak.by_hand.values():
        return
    is_wrong = is_wrong and row.id not in soak.hand_off
    workspace = soak.claude.workspace_named("Support Bot" if is_wrong else CONSOLE)
    key, _ = soak.claude.create_key(workspace.id, row.reason, created_by=soak.claude.admin_key_owner)
    soak.by_hand[key.id] = "" if is_wrong else row.id
    soak.hand_off.add(row.id)
