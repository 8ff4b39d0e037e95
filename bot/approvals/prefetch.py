"""What a decision needs to know, looked up while it is found out who clicks: little is left to ask one after another."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.approvals import db as requests
from bot.approvals.authority import current_approvers, rule_of, still_members
from bot.approvals.kind import find_kind
from bot.approvals.model import Request, Status
from bot.people import db as people
from bot.people.model import Actor, Who
from bot.policy.model import Rule
from bot.posts import db as posts
from bot.runtime import Runtime
from bot.slack.model import Sent


@dataclass(frozen=True)
class Prefetched:
    """A request as of a click, and who is what under today's rule.

    `gone` are those concerned who aren't members any more. `asked` are those about whom the rule was asked, and
    `approvers` those among them who may decide. `orphan` is the card that was clicked, if nobody wrote it down.
    """

    request: Request
    rule: Rule | None = None
    gone: Sequence[Who] = ()
    asked: frozenset[Who] = frozenset()
    approvers: frozenset[str] = frozenset()
    orphan: Sent | None = None

    def is_about(self, actor: Actor) -> bool:
        """Tell whether the rule was asked about this very person: the account could be linked to another by now."""
        return any((one.slack_id, one.member_id) == (actor.slack_id, actor.member.id) for one in self.asked)


async def prefetch(rt: Runtime, request_id: str, slack_id: str, clicked: Sent | None = None) -> Prefetched:
    """Look up what Approve needs; NotFound in words where there is no such request.

    `slack_id` comes with the click, which proves nothing yet: what is found counts once they are known to be that member.
    """
    async with rt.store.read() as tx:
        request = await requests.require(tx, request_id)
        is_orphan = clicked is not None and not await posts.is_known(tx, clicked.channel, clicked.ts)
        concerned, deciders = concerned_in(rt, request), [decision.by for decision in request.decisions]
        links = await people.find_all(tx, {slack_id, *(one.slack_id for one in (*concerned, *deciders))})
    orphan = clicked if is_orphan else None
    if request.status is not Status.PENDING:
        return Prefetched(request, orphan=orphan)
    rule = await rule_of(rt, request)
    link = links.get(slack_id)
    clicking = [Who(slack_id=slack_id, member_id=link.member_id, email=link.email)] if link else []
    may, (members, others) = await asyncio.gather(
        current_approvers(rt, clicking, rule, request.workspace_id),
        _earlier(rt, request, rule, concerned, deciders, links),
    )
    gone = [one for one in concerned if one not in members]
    return Prefetched(request, rule, gone, frozenset([*clicking, *deciders]), may | others, orphan)


async def _earlier(
    rt: Runtime,
    request: Request,
    rule: Rule,
    concerned: Sequence[Who],
    deciders: Sequence[Who],
    links: Mapping[str, people.Link],
) -> tuple[list[Who], frozenset[str]]:
    """Return who of the others are still members, and which of those who decided before are approvers today."""
    members = await still_members(rt, list(dict.fromkeys([*concerned, *deciders])), links)
    staying = [one for one in deciders if one in members]
    return members, await current_approvers(rt, staying, rule, request.workspace_id)


def concerned_in(rt: Runtime, request: Request) -> list[Who]:
    """Return the requester and those without whom a request can't go ahead."""
    kind = find_kind(rt, request.kind)
    return [request.requester, *(() if kind.rules.may_be_gone else kind.needed(request))]
