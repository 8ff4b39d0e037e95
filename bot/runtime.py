"""What every service and listener works with, handed to it by name. Built once, in `bot.app`; nothing here is global."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import structlog

from bot.admin.model import MonthSpend
from bot.directory.directory import Directory
from bot.directory.found import FoundCapabilities
from bot.directory.use import KeyUse
from bot.forms.redraws import Redraws
from bot.policy.checks import KindFacts
from bot.policy.file import PolicyFile
from bot.policy.model import Policy
from bot.ports.admin import Admin
from bot.ports.slack import Notifier
from bot.settings.model import Settings
from bot.store.migrate import known_reason
from bot.store.session import Store
from bot.store.vault import Vault
from bot.tasks import Tasks
from bot.telemetry.meter import Meter

log = structlog.get_logger()


async def _no_use_known(_key_ids: Sequence[str], _now: datetime) -> KeyUse:
    return KeyUse()


async def _no_use_of_any(key_ids: Sequence[str], _now: datetime) -> Mapping[str, KeyUse]:
    return dict.fromkeys(key_ids, KeyUse())


async def _no_spend_known(_workspace_id: str | None, _now: datetime) -> MonthSpend:
    return MonthSpend()


async def _no_minute_known(_now: datetime) -> Sequence[Any]:
    return ()


async def _no_key_known(_slack_id: str, _member_id: str) -> frozenset[str]:
    return frozenset()


class SpendNews(Protocol):
    """What channels are told of spend. `by` is the Slack id of the person who wants it; NotAllowed where they may not."""

    async def check_channel(self, channel: str) -> None:
        """Raise NotAllowed where figures must not be posted."""
        ...

    async def has_digest(self, channel: str, workspace_ids: Sequence[str]) -> bool:
        """Tell whether a channel's digest is about these workspaces, among others or all of them."""
        ...

    async def start_digest(self, by: str, channel: str, about: Mapping[str, str]) -> None:
        """Give a channel the digest of workspaces (names by id), or add them to the one that it has."""
        ...

    async def has_alert(self, channel: str, workspace_id: str, amount: Decimal) -> bool:
        """Tell whether a channel is told when a workspace reaches an amount in a month."""
        ...

    async def start_alert(self, by: str, channel: str, workspace_id: str, amount: Decimal, steps: tuple[int, ...]) -> None:
        """Tell a channel when a workspace reaches each of these percents of an amount in a month."""
        ...


@dataclass
class Runtime:
    """The running bot: settings, policy, store, the two ports, the vault, the clock (aware UTC), and the kinds
    of request and the topics of posts that it knows. `capabilities` tells what the organization and its key can do,
    `use_of_keys` what keys, by id, were used for together until a moment, `use_of_each` what each of them was,
    `spend_of_month` what a workspace, by id, or the organization (None) spent in the month of a moment until then;
    `busiest_minutes` are those beside the rate limits in the week until a moment (`bot.hygiene.model.BusyMinute`);
    `more_about_people` find further columns of reports about people (`bot.spend.reports.team.More`);
    `keys_of` are the ids of somebody's keys, by Slack id and member; `spend_news` sets up what channels are told of spend.

    `team_id` and `bot_user_id` are what the bot token belongs to, known once `self_test` was answered.
    """

    settings: Settings
    policy: Policy
    store: Store
    admin: Admin
    directory: Directory
    capabilities: FoundCapabilities
    notifier: Notifier
    vault: Vault
    clock: Callable[[], datetime]
    kinds: Mapping[str, KindFacts]
    spend_news: SpendNews
    topics: Mapping[str, Any] = field(default_factory=dict[str, Any])
    use_of_keys: Callable[[Sequence[str], datetime], Coroutine[Any, Any, KeyUse]] = _no_use_known
    use_of_each: Callable[[Sequence[str], datetime], Coroutine[Any, Any, Mapping[str, KeyUse]]] = _no_use_of_any
    spend_of_month: Callable[[str | None, datetime], Coroutine[Any, Any, MonthSpend]] = _no_spend_known
    keys_of: Callable[[str, str], Coroutine[Any, Any, frozenset[str]]] = _no_key_known
    busiest_minutes: Callable[[datetime], Coroutine[Any, Any, Sequence[Any]]] = _no_minute_known
    more_about_people: Sequence[Any] = ()
    team_id: str = ""
    bot_user_id: str = ""
    tasks: Tasks = field(default_factory=Tasks)
    redraws: Redraws = field(default_factory=Redraws)
    homes: Redraws = field(default_factory=Redraws)
    meter: Meter = field(default_factory=Meter)
    policy_file: PolicyFile | None = None
    policy_on_record: str = ""
    """The version of the policy that this process last found or put on record."""

    async def refresh_policy(self) -> Policy:
        """Look at the policy file and return what holds now; what is wrong with it is logged once for each version."""
        policy = await asyncio.to_thread(self.policy_file.changed) if self.policy_file else None
        if policy is not None and policy != self.policy:
            log.warning("policy_changed", version=policy.version, nobody_because=policy.nobody_because)
            self.policy = policy
        return self.policy

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()


def broken_because(error: Exception) -> str:
    """Return in a sentence what failed on the bot's own side, as far as an error tells it."""
    return known_reason(error) or "Something failed on my side."
