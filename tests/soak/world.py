"""What a soak works with: the fleet and its database as they are, who may do what, and how much has happened so far."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from bot.app import build
from bot.runtime import Runtime
from bot.sandbox.claude.records import ApiKey, User
from bot.sandbox.people import CROWD
from bot.sandbox.wire import Exchange
from bot.settings.model import load_settings
from tests.processes import PACED, POLICY, BotProcess, Fleet, fleet_of
from tests.rings import crowd
from tests.sizes import SoakSize

CONSOLE = "Data Platform"
"""The workspace whose keys a person makes in the Console."""
SOAK_POLICY = f'{POLICY}\n[workspaces."{CONSOLE}"]\nissue_keys = "console"\n'
ANSWERED_WITHIN = 3.0
"""Seconds in which Slack wants to hear from the app, on a machine that has nothing else to do."""
DEVELOPERS = tuple(person.slack_id for person in CROWD[:20] if person.role == "developer")
"""Who asks: they see all keys, and some of them approve what others ask for."""
OTHERS = tuple(CROWD[20:])
"""Whose roles are changed: they neither ask nor approve."""
OPEN = frozenset({"pending", "approved", "applying", "fulfilling", "failed", "reverting"})


@dataclass(frozen=True)
class Row:
    """One request as the database has it."""

    id: str
    kind: str
    status: str
    version: int
    reason: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Lost:
    """A moment at which a process may have lost what it had just heard; `at` is monotonic."""

    at: float
    why: str


@dataclass(eq=False)
class Soak:
    """A soak while it runs. `rt` reads the database and draws what should stand; it sends nothing to anybody."""

    fleet: Fleet
    rt: Runtime
    seed: str
    size: SoakSize
    replicas: int
    seconds: float
    began: float = field(default_factory=time.monotonic)
    is_over: bool = False
    """The storm is over: nothing breaks any more."""
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    asked: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    events: Counter[str] = field(default_factory=Counter[str])
    """What else happened, in words, and how often."""
    lost: list[Lost] = field(default_factory=list[Lost])
    posted: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    """When each message was seen to stand; monotonic."""
    cards: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    """The cards of each request, as people find them in the channel: (channel, ts)."""
    writes: list[Exchange] = field(default_factory=list[Exchange])
    """What the Claude API was asked to change, and did."""
    by_hand: dict[str, str] = field(default_factory=dict[str, str])
    """Keys that a person made in the Console, and the request because of which; empty: in the wrong place."""
    hand_off: set[str] = field(default_factory=set[str])
    """Requests whose key somebody has begun to make by hand."""
    busy: dict[str, str] = field(default_factory=dict[str, str])
    """Keys and people that a request is about, so that no other is, and the reason by which the request is known."""
    thought_of: set[str] = field(default_factory=set[str])
    """Kinds for which somebody has found something to ask for."""
    before: frozenset[str] = frozenset()
    roles: dict[str, str] = field(default_factory=dict[str, str])
    anchor: tuple[str, str] = ("", "")
    unheard: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Messages of which Slack's answer was lost on purpose."""
    leaks: list[str] = field(default_factory=list[str])
    """Lines of logs with a secret."""
    troubles: Counter[str] = field(default_factory=Counter[str])
    """What the processes logged as an error of their own, and how often."""
    _read: int = 0
    _heard: int = 0
    _by_reason: dict[str, Row] = field(default_factory=dict[str, Row])

    @property
    def claude(self) -> Any:
        """The organization."""
        return self.fleet.sandbox.claude

    @property
    def slack(self) -> Any:
        """The workspace."""
        return self.fleet.sandbox.slack

    def dice(self, name: object) -> Random:
        """Return dice that fall the same with the same seed, whatever else is rolled meanwhile."""
        return Random(f"{self.seed} {name}")

    def progress(self) -> float:
        """Return how far the storm is, 0 to 1: by its requests, and by its time where it has one."""
        by_time = (time.monotonic() - self.began) / self.seconds if self.seconds else 1.0
        return min(self.asked / self.size.requests, by_time, 1.0)

    def is_enough(self) -> bool:
        """Tell whether everything was reached that the storm has to reach."""
        counts = self.kills >= self.size.kills and self.faults.total() >= self.size.faults
        return counts and self.progress() >= 1.0

    def is_due(self, done: int, wanted: int) -> bool:
        """Tell whether it is time for one more of what should happen `wanted` times in the storm, evenly."""
        if self.seconds and self.progress() < 1.0:  # for its hour it does as much as it can
            return True
        return done < wanted and done <= self.progress() * wanted

    def note_lost(self, why: str) -> None:
        """Remember that processes may have lost now what they had just heard."""
        self.lost.append(Lost(time.monotonic(), why))

    def request_of(self, reason: str) -> Row | None:
        """Return the newest request with a reason."""
        return self._by_reason.get(reason)

    def let_go(self) -> None:
        """Free the keys and people about whom nothing is asked, and nothing that was given will end."""
        for about, reason in list(self.busy.items()):
            row = self.request_of(reason)
            if row and row.status not in OPEN and not (row.status == "applied" and row.ends_at):
                del self.busy[about]

    async def pause(self, seconds: float) -> None:
        """Let some time pass, more where other programs keep the machine busy: what breaks is as dense then as elsewhere."""
        await asyncio.sleep(seconds * crowd())

    async def until(self, look: Callable[[], Any], seconds: float) -> Any:
        """Wait for something true, longer on a busy machine, and return it; what is returned otherwise is false."""
        deadline = time.monotonic() + seconds * crowd()
        while not (found := look()) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return found

    async def watch(self) -> None:
        """Keep `rows`, `cards` and `writes` true until cancelled."""
        while True:
            with contextlib.suppress(Exception):  # the database is away
                await self.look()
            await asyncio.sleep(0.2)

    async def look(self) -> None:
        """Read the requests and what else is new."""
        self._listen()
        self.fleet.sandbox.server.delivery.timing.ack_seconds = self.slack.trigger_seconds = ANSWERED_WITHIN * crowd()
        query = text("SELECT id, kind, status, version, reason, ends_at FROM request ORDER BY created_at, id")
        async with self.rt.store.read() as tx:
            found = [Row(*values) for values in await tx.execute(query)]
        self.rows = {row.id: row for row in found}
        self._by_reason = {row.reason: row for row in found}
        self.asked = len(found)

    def _listen(self) -> None:
        now = time.monotonic()
        for message in self.slack.messages[self._read :]:
            self._read += 1
            if not message.is_bot or message.ephemeral_to:
                continue
            self.posted[message.channel, message.ts] = now
            if request_id := _request_behind(message.blocks or []):
                self.cards.setdefault(request_id, []).append((message.channel, message.ts))
        for entry in self.fleet.sandbox.wire.after(self._heard):
            self._heard = entry.seq
            if entry.service == "claude" and entry.name.startswith(("POST ", "DELETE ")) and entry.status == 200:
                self.writes.append(entry)
            if entry.name == "chat.postMessage" and entry.response.get("sandbox") and entry.response.get("ok"):
                self.unheard.add((entry.response["channel"], entry.response["ts"]))

    def read_log(self, bot: BotProcess) -> None:
        """Keep what is remarkable of an ended process's log."""
        self.leaks += [line for line in bot.raw if "sk-ant-api03-" in line]
        for entry in bot.log:
            if entry.get("level") in ("error", "critical"):
                raised: list[dict[str, Any]] = entry.get("exception") or [{}]
                why = f"{raised[0].get('exc_type', '')} {raised[0].get('exc_value', '')}"
                self.troubles[f"{entry.get('event')}: {why}".splitlines()[0][:200]] += 1

    def line(self, name: str) -> str:
        """Return what happened, as a closing line."""
        kinds = Counter(row.kind for row in self.rows.values())
        ends = Counter(row.status for row in self.rows.values())
        parts = [
            f"soak on {name}: {self.asked} requests ({_listed(kinds)}; {_listed(ends)})",
            f"{self.kills} kills",
            f"{self.faults.total()} faults ({_listed(self.faults)})",
            f"{_listed(self.events)}",
            f"{time.monotonic() - self.began:.0f} s",
        ]
        return "; ".join(parts)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def _request_behind(blocks: list[Any]) -> str:
    """Return the request whose card this is, "" for other messages: only a card has a menu with its details."""
    elements = [element for block in blocks for element in block.get("elements", [])]
    for option in (option for element in elements for option in element.get("options", [])):
        what, _, request_id = str(option.get("value")).partition(":")
        if what == "details":
            return request_id
    return ""


def keys_for_changes(soak: Soak, count: int) -> None:
    """Make keys that requests may change, in workspaces with different rules."""
    workspaces = [soak.claude.workspace_named(name).id for name in ("Staging", "Production", "Research")]
    for number in range(count):
        key, _ = soak.claude.create_key(workspaces[number % 3], f"pool-{number}", created_by=soak.claude.admin_key_owner)
        key.state = "inactive" if number % 6 == 5 else "active"


def pool(soak: Soak) -> list[ApiKey]:
    """Return the keys that may be changed and that no request is about."""
    found: list[ApiKey] = [key for key in soak.claude.keys.values() if key.id in soak.roles and key.state != "archived"]
    return [key for key in found if key.id not in soak.busy]


def member(soak: Soak, slack_id: str) -> User:
    """Return the member of the organization behind somebody."""
    return soak.claude.user_by_email(soak.slack.users[slack_id].email)


def today(soak: Soak) -> date:
    """Return the UTC day that it is in the sandbox."""
    return soak.fleet.sandbox.clock.now().date()


@contextlib.asynccontextmanager
async def soak_of(
    folder: Path, database_url: str, seed: str, size: SoakSize, replicas: int, minutes: float
) -> AsyncGenerator[Soak]:
    """Prepare a soak on a migrated database; no process runs yet."""
    async with fleet_of(folder, database_url) as fleet:
        (folder / "policy.toml").write_text(SOAK_POLICY)
        fleet.program = PACED
        env = {name: value for name, value in fleet.env.items() if name not in ("PATH", "PYTHONPATH")}
        bot = await build(load_settings(env), fleet.sandbox.clock.now)
        soak = Soak(fleet, bot.runtime, seed, size, replicas, minutes * 60)
        keys_for_changes(soak, 30 + size.requests // 8)
        soak.before = frozenset(soak.claude.keys)
        soak.roles = {key.id: "key" for key in soak.claude.keys.values() if key.name.startswith("pool-")}
        watching = asyncio.create_task(soak.watch())
        try:
            yield soak
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await bot.close()
