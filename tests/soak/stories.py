"""The lives of requests: each is asked for by somebody, decided by others, and seen through to its end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from bot.kinds.people.change_role import ROLES
from tests.processes import APPROVERS
from tests.soak.acts import Hands
from tests.soak.world import CONSOLE, DEVELOPERS, OPEN, OTHERS, Row, Soak, member, pool, today

AT_ONCE = 10
"""Requests that people are busy with at the same time."""
TRIES = 15
KINDS = ("create_key", "disable_key", "enable_key", "revoke_key", "rename_key", "change_role")
ODDS = (44, 10, 9, 6, 9, 22)
PLANS = ("approve", "deny", "withdraw", "contest", "leave")
PLAN_ODDS = (74, 9, 6, 6, 5)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: the values of the form, and what it is about, which no other request is about meanwhile."""

    kind: str
    user: str
    reason: str
    values: dict[str, Any]
    about: str = ""
    key_id: str = ""


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
            wish = Wishes(self.soak, dice).wish(self._number)
            if wish is None:
                await asyncio.sleep(0.05)
            else:
                await Story(self.soak, self.hands, wish, dice).live()


@dataclass
class Wishes:
    """What somebody may think of."""

    soak: Soak
    dice: Random

    def wish(self, number: int) -> Wish | None:
        """Think of something to ask for; None where everything that it could be about is taken."""
        (kind,) = self.dice.choices(KINDS, ODDS)
        user, reason = self.dice.choice(DEVELOPERS), f"soak-{number:05d}"
        if kind == "create_key":
            (name,) = self.dice.choices(("Staging", "Production", "Research", CONSOLE), (5, 3, 2, 3))
            values = {"workspace_id": self.soak.claude.workspace_named(name).id, "name": reason, "reason": reason}
            return Wish(kind, user, reason, values | self._end(0.2))
        if kind == "change_role":
            return self._role(user, reason)
        return self._key(kind, user, reason)

    def _end(self, odds: float) -> dict[str, str]:
        if self.dice.random() >= odds:
            return {}
        return {"ends_on": (today(self.soak) + timedelta(days=self.dice.randint(1, 3))).isoformat()}

    def _role(self, user: str, reason: str) -> Wish | None:
        free = [person.slack_id for person in OTHERS if person.slack_id not in self.soak.busy]
        if not free:
            return None
        target = self.dice.choice(free)
        others = sorted(set(ROLES) - {member(self.soak, target).role})
        values = {"slack_id": target, "role": self.dice.choice(others), "reason": reason}
        self.soak.busy[target] = reason
        return Wish("change_role", user, reason, values | self._end(0.4), about=target)

    def _key(self, kind: str, user: str, reason: str) -> Wish | None:
        wanted = {"disable_key": ("active",), "enable_key": ("inactive",)}.get(kind, ("active", "inactive"))
        keys = [key for key in pool(self.soak) if key.state in wanted]
        if not keys:
            return None
        key, values = self.dice.choice(keys), {"reason": reason}
        values |= {"confirm": key.name} if kind == "revoke_key" else {}
        values |= {"name": f"renamed-{reason}"} if kind == "rename_key" else {}
        self.soak.busy[key.id] = reason
        return Wish(kind, user, reason, values, about=key.id, key_id=key.id)


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
            self.soak.busy.pop(wish.about, None)
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


def make_by_hand(soak: Soak, row: Row, *, is_wrong: bool = False) -> None:
    """Make the key that a request waits for, as an admin does in the Console; some pick the wrong workspace first."""
    if row.id in soak.by_hand.values():
        return
    is_wrong = is_wrong and row.id not in soak.hand_off
    workspace = soak.claude.workspace_named("Support Bot" if is_wrong else CONSOLE)
    key, _ = soak.claude.create_key(workspace.id, row.reason, created_by=soak.claude.admin_key_owner)
    soak.by_hand[key.id] = "" if is_wrong else row.id
    soak.hand_off.add(row.id)
