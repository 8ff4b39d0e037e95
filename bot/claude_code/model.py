"""The words in which Claude Code's use is spoken of. Days are UTC days of the report; money is an estimate, never the bill.

Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from bot.spend.model import Period, dollars
from bot.words.own import Own

ActorType = str
ActorId = tuple[ActorType, str]
"""(type, name): `user` and an e-mail in lower case, or `api` and the name of a key, which several keys may have."""
ByName = Literal["person", "tool", "model", "terminal", "day"]


@dataclass(frozen=True)
class By:
    """What an answer is split by: what people may type for it, and the heading of its column."""

    name: ByName
    typed: tuple[str, ...]
    heading: Own


PERSON = By("person", ("person", "people", "user", "users", "member", "members", "who", "developer"), "Person")
TOOL = By("tool", ("tool", "tools", "acceptance"), "Tool")
MODEL = By("model", ("model", "models"), "Model")
TERMINAL = By("terminal", ("terminal", "terminals", "editor", "ide"), "Terminal")
DAY = By("day", ("day", "days", "date"), "Day")
BYS = (PERSON, TOOL, MODEL, TERMINAL, DAY)


class Use(NamedTuple):
    """All that is counted; any two may be added. `nanos` are estimated nano-dollars, `other` tokens of a later class."""

    sessions: int = 0
    lines_added: int = 0
    lines_removed: int = 0
    commits: int = 0
    pull_requests: int = 0
    accepted: int = 0
    rejected: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    other: int = 0
    nanos: int = 0

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.input + self.output + self.cache_read + self.cache_write + self.other

    @property
    def cost(self) -> Decimal:
        """The estimated cost in dollars."""
        return dollars(self.nanos)

    @property
    def acceptance(self) -> Decimal | None:
        """The accepted part of what the tools proposed, None where they proposed nothing."""
        return _ratio(Decimal(self.accepted), self.accepted + self.rejected)

    @property
    def cost_per_commit(self) -> Decimal | None:
        """The estimated dollars for each commit, None without one."""
        return _ratio(self.cost, self.commits)

    @property
    def cost_per_line(self) -> Decimal | None:
        """The estimated dollars for each accepted line, None without one."""
        return _ratio(self.cost, self.lines_added)


def _ratio(part: Decimal, whole: int) -> Decimal | None:
    return part / whole if whole > 0 else None


def total(uses: Iterable[Use]) -> Use:
    """Return the sum, count by count."""
    return Use(*map(sum, zip(Use(), *uses, strict=True)))


@dataclass(frozen=True)
class ReadDay:
    """What is known of one UTC day: read then, complete until `as_of`; `closed` once that is its end."""

    day: date
    read_at: datetime
    as_of: datetime
    closed: bool


@dataclass(frozen=True)
class Reading:
    """How far the report was read, and how the last reading went."""

    looked_back_to: date | None = None
    is_history_over: bool = False
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True)
class CodeQuery:
    """What somebody asked for. `mine`: only their own figures."""

    period: Period = "30d"
    by: By = PERSON
    mine: bool = False


@dataclass(frozen=True)
class Part:
    """One line of a breakdown. `id` tells it from the others; `before` is None where nothing is known to compare with."""

    id: str | ActorId | date
    use: Use
    before: Use | None = None


@dataclass(frozen=True)
class Crowd:
    """Who used it: `active` in the period, `before` in the one before it (None: that isn't known in full).

    `keys` are the names of keys that did. `members` are the addresses in the organization, `seats` those whose role lets
    them use it; both are None where the organization couldn't be asked.
    """

    active: frozenset[str]
    before: frozenset[str] | None
    keys: frozenset[str] = frozenset()
    members: frozenset[str] | None = None
    seats: frozenset[str] | None = None

    @property
    def newcomers(self) -> frozenset[str] | None:
        """Those who are active now and weren't before."""
        return None if self.before is None else self.active - self.before

    @property
    def stopped(self) -> frozenset[str] | None:
        """Those who were active before and aren't now."""
        return None if self.before is None else self.before - self.active

    @property
    def gone(self) -> frozenset[str]:
        """Those of them, and of the active ones, who aren't in the organization any more."""
        seen = self.active | (self.before or frozenset())
        return frozenset() if self.members is None else seen - self.members


@dataclass(frozen=True)
class CodeFigures:
    """The answer to a query. Of what its split counts, the parts add up to `use` exactly."""

    query: CodeQuery
    first: date
    last: date
    use: Use | None
    """All of the period; None where nothing is known of any of its days."""
    before: Use | None
    """The period before; None where not all days of both are known to their end."""
    parts: tuple[Part, ...]
    days: tuple[tuple[date, Use | None], ...]
    """Each day of the period in order, None for one without data."""
    crowd: Crowd
    missing: tuple[date, ...]
    open_days: tuple[date, ...]
    as_of: datetime | None
    unsettled: tuple[date, ...] = ()
    """Days that are over, of which more may still arrive."""
    reading: Reading = Reading()
    """How far the report was read, and why it can't be where it can't."""
    names: Mapping[ActorId, str] = field(default_factory=dict[ActorId, str])
    """Under which names actors may be shown to the person who asks."""
    sees_names: bool = False
    """Whether these are everybody's own."""
    runs: bool = False
    """Whether its last day isn't over."""
    today: date | None = None
    """The UTC day on which it is asked."""
    compared: tuple[date, date] | None = None
    """The first and last day of the period before."""
