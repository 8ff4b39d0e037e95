"""What rules look at and what they find. Frozen, without I/O.

Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum

from bot.admin.model import ApiKey, Invite, Member, Workspace
from bot.directory.use import KeyUse
from bot.policy.model import Policy
from bot.policy.working_hours import Lifetime
from bot.slack.markup import Markup
from bot.spend.model import ZERO, Measures
from bot.spend.prices.model import PriceTable
from bot.words.calendars import UTC_DAYS
from bot.words.own import Own


class Risk(IntEnum):
    """How bad it gets where nothing is done, apart from money."""

    LOW = 1
    MIDDLE = 2
    HIGH = 3


@dataclass(frozen=True)
class Ask:
    """The button of a finding: its text, and the action and value of a button that exists elsewhere, too."""

    label: Markup
    action_id: str
    value: str = ""

    @property
    def opens_form(self) -> bool:
        """Whether it offers a change, which somebody may have made meanwhile."""
        return self.label.endswith("…")


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found. `subject` is the id of what it is about."""

    rule: str
    subject: str
    title: Markup
    """What it is, in half a sentence without figures of cost: it may be said in a channel."""
    evidence: Markup
    """How it shows, in whole sentences."""
    stakes: Markup
    """What it costs or risks, in a sentence."""
    ask: Ask
    risk: Risk = Risk.MIDDLE
    money: Decimal = ZERO
    """Dollars in 30 days that are at stake, as far as anybody can say."""

    @property
    def key(self) -> str:
        """The same for the same finding at any time."""
        return f"{self.rule}:{self.subject}"


_WORKING_DAY = Lifetime(days=1)


@dataclass(frozen=True)
class Bounds:
    """From where on something is found."""

    unused: timedelta = timedelta(days=60)
    """Without use for so long, a key is unused."""
    oldest_key: timedelta = timedelta(days=365)
    admins: int = 5
    """More admins than that are too many."""
    invite: timedelta = timedelta(days=7)
    decision: Lifetime = _WORKING_DAY
    """In working time: nobody has to decide at the weekend."""
    inactive: timedelta = timedelta(days=90)
    expiry: timedelta = timedelta(days=14)
    retirement: timedelta = timedelta(days=60)
    near_limit: Decimal = Decimal("0.8")
    """The part of a limit."""


@dataclass(frozen=True)
class Waiting:
    """A request that waits for a decision, or waited for one; `title` is plain text."""

    id: str
    title: str
    asked_at: datetime


@dataclass(frozen=True)
class RuleOfPolicy:
    """What the policy says of one kind of request (`title` in plain text), in a workspace or anywhere ("").

    `able` counts those who can approve; None where a user group is among them, whose people nobody has counted.
    """

    kind: str
    title: str
    workspace: str
    quorum: int
    able: int | None
    has_channel: bool


@dataclass(frozen=True)
class BusyMinute:
    """The busiest minute beside one rate limit: of a workspace with a limit of its own, or of the organization ("")."""

    workspace_id: str
    group_id: str
    group: str
    limiter: str
    limit_of: Own
    """What the limiter limits, in words: `output tokens per minute`."""
    value: int
    limit: int
    at: datetime
    key: str = ""
    """The name of the key that made most of it."""
    since: datetime | None = None
    """When the limit was seen to change within the week: what was before met another one."""

    @property
    def used(self) -> Decimal:
        """The part of the limit that it took; above 1 where it was passed."""
        return Decimal(self.value) / self.limit


@dataclass(frozen=True)
class Facts:
    """The organization and its use as of one moment."""

    now: datetime
    prices: PriceTable
    bounds: Bounds = Bounds()
    policy: Policy = field(default_factory=Policy)
    workspaces: Sequence[Workspace] = ()
    """Those that aren't archived."""
    members: Sequence[Member] = ()
    invites: Sequence[Invite] = ()
    keys: Sequence[ApiKey] = ()
    """The active ones, but for those that Claude Code made."""
    uses: Mapping[str, KeyUse] = field(default_factory=dict[str, KeyUse])
    """By key."""
    owners: Mapping[str, str] = field(default_factory=dict[str, str])
    """The member whose a key is, by key; who that is of all others nobody knows."""
    purposes: frozenset[str] = frozenset()
    """The keys that somebody asked for with a reason."""
    active: frozenset[str] | None = None
    """Ids and addresses (lower case) of those who used Claude within the bound; None where no report told of people."""
    spent: Mapping[str, Decimal] | None = None
    """Dollars by workspace in the 30 days; None while there are no figures. The default workspace is its own id."""
    limited: frozenset[str] = frozenset()
    """The workspaces with a spend limit, the bot's or the Console's."""
    digests: tuple[tuple[str, ...], ...] = ()
    """What each digest is about: workspaces, or () for all of them."""
    alerts: tuple[str | None, ...] = ()
    """What each alert is about: a workspace, or None for all of them."""
    tokens: Sequence[Measures] = ()
    """30 days by day, workspace and model."""
    tokens_before: Sequence[Measures] = ()
    """The same of the 30 days before."""
    waiting: Sequence[Waiting] = ()
    expired: Sequence[Waiting] = ()
    """What expired undecided in the last 7 days, the newest first."""
    rules: Sequence[RuleOfPolicy] = ()
    busy: Sequence[BusyMinute] = ()
    """One for each group of limits, of the last week."""
    exports: Sequence[str] | None = None
    """The observability platforms that get figures; None where nobody can say."""
    as_of: datetime | None = None
    """When the figures were made; those of today, at least, may still change."""
    missing: int = 0
    """How many of the 30 days have no data yet."""

    @property
    def today(self) -> date:
        """The UTC day of `now`."""
        return UTC_DAYS.day_of(self.now)

    def home_of(self, key: ApiKey) -> Workspace | None:
        """Return the workspace of a key; None for one of the whole organization or of an archived one."""
        if key.scope != "workspace":
            return None
        wanted = key.workspace_id
        return next((w for w in self.workspaces if (w.id == wanted if wanted else w.is_default)), None)

    def spenders(self) -> list[tuple[Workspace, Decimal]]:
        """Return the workspaces that spent something in the 30 days, with it."""
        spent = self.spent or {}
        return [(one, spent[one.id]) for one in self.workspaces if spent.get(one.id, ZERO) > 0]


@dataclass(frozen=True)
class LastLook:
    """How many findings were open when all rules were last asked."""

    count: int
    at: datetime


@dataclass(frozen=True)
class Accepted:
    """A finding that somebody accepted until a moment; `title` and `reason` are plain text, `by` is a Slack id."""

    finding: str
    title: str
    reason: str
    until: datetime
    by: str


Rule = Callable[[Facts], Sequence[Finding]]


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings by money at stake, then risk."""
    return sorted(findings, key=lambda one: (-one.money, -one.risk, one.key))
