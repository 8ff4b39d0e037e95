"""A channel's digest and alerts as requests set them up, in the requester's name: see `bot.runtime.SpendNews`."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bot.people.identity import calendar_for, find_member
from bot.people.model import Actor
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.spend.alerts.settings import thresholds_of, watch
from bot.spend.digests.forms import DEFAULT_TIME, WantedDigest, schedule_in_words
from bot.spend.digests.settings import subscribe, subscription_of
from bot.spend.ledger.names import workspaces
from bot.spend.visibility import check_may_tell
from bot.store.names import Named, remember


class News:
    """Digests and alerts of a running bot."""

    def __init__(self, rt: Callable[[], Runtime]) -> None:
        self._rt = rt

    async def check_channel(self, channel: str) -> None:
        """Raise NotAllowed where figures must not be posted."""
        await require_channel(self._rt(), channel)

    async def has_digest(self, channel: str, workspace_ids: Sequence[str]) -> bool:
        """Tell whether a channel's digest is about these workspaces, among others or all of them."""
        has = await subscription_of(self._rt(), channel)
        return has is not None and (not has.workspace_ids or set(workspace_ids) <= set(has.workspace_ids))

    async def start_digest(self, by: str, channel: str, about: Mapping[str, str]) -> None:
        """Give a channel the digest, or add workspaces to the one that it has, whose time stays."""
        rt = self._rt()
        actor, has = await self._actor(by), await subscription_of(rt, channel)
        await check_may_tell(rt, actor, list(about))
        async with rt.store.write() as tx:  # the first digest may come before the names are read again
            await remember(tx, [Named(one, name) for one, name in about.items()], rt.now())
        if has and not has.workspace_ids:
            return
        known = has.workspace_ids if has else ()
        ids = tuple(dict.fromkeys([*known, *about]))
        when = (has.local_time, has.tz) if has else (DEFAULT_TIME, calendar_for(rt, actor).name)
        there = [*await workspaces(rt), *await rt.directory.workspaces()]  # a new one has no figures yet
        names = {one.id: one.name for one in there} | dict(about)
        said = schedule_in_words(WantedDigest(channel, *when, ids), names)
        await subscribe(rt, actor, channel, *when, ids, said)

    async def has_alert(self, channel: str, workspace_id: str, amount: Decimal) -> bool:
        """Tell whether a channel is told when a workspace reaches an amount in a month."""
        found = await thresholds_of(self._rt(), channel)
        return any((one.workspace_id, one.period, one.amount) == (workspace_id, "monthly", amount) for one in found)

    async def start_alert(self, by: str, channel: str, workspace_id: str, amount: Decimal, steps: tuple[int, ...]) -> None:
        """Tell a channel when a workspace reaches each of these percents of an amount in a month."""
        actor = await self._actor(by)
        await check_may_tell(self._rt(), actor, [workspace_id])
        await watch(self._rt(), actor, channel, "monthly", amount, workspace_id, steps)

    async def _actor(self, slack_id: str) -> Actor:
        rt = self._rt()
        member, person = await find_member(rt, slack_id), await rt.notifier.person(slack_id)
        return Actor(slack_id, member, person.tz)
