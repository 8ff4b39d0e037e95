"""What is said about a request: its card, the thread below it, and direct messages, each drawn from the row."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.approvals import db as requests
from bot.approvals.authority import rule_of
from bot.approvals.cards.ahead import ENDING, REMINDER, ending_in_thread, ending_notice, reminder
from bot.approvals.cards.card import render_card
from bot.approvals.cards.concerned import concerned_notice
from bot.approvals.cards.facts import facts_from
from bot.approvals.cards.holders import former_holder, is_holders, nobody_has_it, with_hand_back
from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.notices import news_notice, requester_notice, thread_line
from bot.approvals.cards.plan import CARD, CONCERNED, FULFILLER, LINE, NEWS, REQUESTER, TOPIC, UNHELD, wanted
from bot.approvals.cards.redacted import redacted_card, redacted_line
from bot.approvals.extensions import kind_of
from bot.approvals.findings.db import of_request
from bot.approvals.findings.model import Finding
from bot.approvals.findings.view import with_findings
from bot.approvals.kind import AnyKind, Undo, all_kinds, undo_of
from bot.approvals.model import Request, Status
from bot.errors import SlackError, SlackRefused
from bot.posts import db as posts
from bot.posts.channels import SLACK_SAYS, why_closed
from bot.posts.converge import converge, topic_of
from bot.posts.looked import Looked, look_ahead
from bot.posts.model import RETAKE_AFTER, Content, Drawing, Post, Wanted, plain
from bot.posts.undeliverable import tell_no_requests
from bot.runtime import Runtime
from bot.slack.blocks import context
from bot.slack.markup import Markup
from bot.slack.model import Message, Sent
from bot.slack.refusals import NO_SUCH_CHANNEL
from bot.store import audit
from bot.store.actions import AuditAction
from bot.store.audit import AuditEntry
from bot.store.session import Tx

CARD_AGAIN = f"{CARD}:again"
"""The card in the place of one that somebody deleted."""


async def refresh(rt: Runtime, request_id: str, looked: Looked | None = None) -> bool:
    """Make every message about a request say what the row says. What fails outside is tried again later.

    Tells whether all was done.
    """
    return await converge(rt, TOPIC, request_id, looked=looked)


async def look_at_channel(rt: Runtime, request: Request) -> Looked | None:
    """Ask ahead of `refresh` whether a request's card may stand in its channel."""
    return await look_ahead(rt, topic_of(rt, TOPIC), request.channel)


async def facts_of(rt: Runtime, request: Request) -> RequestFacts:
    """Return a request with the words of its kind and of today's rule."""
    return facts_from(all_kinds(rt), request, await rule_of(rt, request))


@dataclass(frozen=True)
class _Shown:
    """A request as its messages show it: its facts, and the lines of its thread by version."""

    kind: AnyKind
    facts: RequestFacts
    lines: Mapping[str, Markup]
    findings: Sequence[Finding]
    undo: Undo | None

    def content(self, post: Post) -> Content | None:
        """Return what a message says now. One that was never sent and isn't wanted any more says nothing."""
        what, _, which = post.meant_for.partition(":")
        if what == LINE:
            return self._line(which)
        if not post.ts and not self._is_wanted(post):
            return None
        is_ahead = what == ENDING
        message = ending_notice(self.facts, which, post.channel) if is_ahead else self._message(post, what, which)
        return plain(message) if message else None

    def _is_wanted(self, post: Post) -> bool:
        """Tell whether a message is still to be sent. A card in the place of a deleted one is until somebody decided."""
        request = self.facts.request
        if post.purpose == CARD_AGAIN:
            return request.status is Status.PENDING
        known = [*wanted(request), *ending_in_thread(request, CARD)]
        return any((one.purpose, one.channel) == (post.purpose, post.channel) for one in known)

    def _line(self, version: str) -> Content | None:
        line = self.lines.get(version)
        return Content(lambda _chart: Message(line, [context(line)]), line=line) if line else None

    def _message(self, post: Post, what: str, which: str) -> Message | None:
        if what == CARD:
            return self._with_findings(render_card(self.facts))
        if what == REMINDER:
            return reminder(self.facts)
        if what == REQUESTER:
            return requester_notice(self.facts, which)
        if what == NEWS:
            return news_notice(self.facts, which)
        if what == CONCERNED:
            payload = self.kind.asked(self.facts.request).payload
            return concerned_notice(self.facts, self.kind.concerns.remedy, self.kind.thing_of(payload), which)
        if what == UNHELD:
            return nobody_has_it(self.facts)
        return self._by_hand(post, which) if what == FULFILLER else None

    def _by_hand(self, post: Post, which: str) -> Message | None:
        """Return the steps or the news for the person who has it, and for who had it that they have it no more."""
        part, request = self.kind.by_hand, self.facts.request
        if part is None:
            return None
        if not is_holders(request, post, which):
            return former_holder(self.facts)
        asked = self.kind.asked(request)
        if which.isdigit() or not which:
            return with_hand_back(part.steps(asked), self.facts)
        return self._with_findings(part.news(asked))

    def _with_findings(self, message: Message) -> Message:
        """Add what stays in the wrong place once nobody is waited for. Until then the message says so itself."""
        is_waiting = self.facts.request.status is Status.FULFILLING
        return message if is_waiting else with_findings(message, self.findings, self.undo)


class RequestTopic:
    """The topic of requests. Its subject is a request's id."""

    name = TOPIC
    retake_after: timedelta = RETAKE_AFTER

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the request and what is on record about it."""
        async with rt.store.read() as tx:
            request = await requests.load(tx, subject)
            entries = await audit.entries_of(tx, subject) if request else []
            findings = await of_request(tx, subject) if request and request.outcome.strays else []
        if request is None:
            return None
        kind = kind_of(rt, request)
        facts = replace(await facts_of(rt, request), counted=_counted(entries))
        shown = _Shown(kind, facts, _lines(entries), findings, undo_of(all_kinds(rt), kind))

        async def lost(tx: Tx, post: Post) -> None:
            """Show the card again where approvers can't be reminded below it, because somebody deleted it."""
            if post.purpose == REMINDER:
                await posts.want(tx, TOPIC, subject, [Wanted(CARD_AGAIN, request.channel)], rt.now())

        return Drawing(shown.content, lost=lost, is_over=not request.is_open and not request.is_granted)

    async def why_blocked(self, rt: Runtime, channel: str) -> str | None:
        """Return why no card may stand in a channel now: the bot can't look into it, or another company can."""
        try:
            found = await rt.notifier.channel(channel, fresh=True)
        except SlackRefused as refusal:
            if refusal.code not in NO_SUCH_CHANNEL:  # any other refusal says nothing about the channel
                raise
            return "I can't see who reads that channel."
        return why_closed(found) if found.is_shared_outside else None

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Go on trying, and tell admins: who waits for a decision should see the card as soon as it may be shown."""
        if post.purpose.startswith(CARD) and reason.startswith(SLACK_SAYS):
            with contextlib.suppress(SlackError):  # at the next try, then
                await tell_no_requests(rt, post.channel)
        return False

    def redacted(self, rt: Runtime, post: Post) -> Message:
        """Return what takes a message's place where another company can read."""
        return (
            redacted_line()
            if post.purpose.startswith((LINE, REMINDER, ENDING))
            else redacted_card(rt.settings.command_prefix)
        )

    def is_restored(self, post: Post) -> bool:
        """Tell whether it is a card. What stood in the threads doesn't come back."""
        return post.purpose.startswith(CARD)


def _lines(entries: Sequence[AuditEntry]) -> dict[str, Markup]:
    """Return the thread's lines by the version that each tells of."""
    found: dict[str, Markup] = {}
    for entry in entries:
        line = thread_line(entry.at, entry.actor, entry.action, entry.detail)
        if line and "version" in entry.detail:
            version = str(entry.detail["version"])
            found[version] = f"{found[version]}\n{line}" if version in found else line
    return found


def _counted(entries: Sequence[AuditEntry]) -> int | None:
    """Return how many approvals counted at the last one."""
    return next((one.detail.get("counted") for one in reversed(entries) if one.action == AuditAction.REQUEST_APPROVED), None)


async def adopt(rt: Runtime, request: Request, clicked: Sent) -> None:
    """Remember a card on which somebody clicked but that nobody wrote down: its sender died in between.

    A message that is known belongs to the request that sent it, whatever the click says.
    """
    if clicked.channel != request.channel:
        return
    async with rt.store.write() as tx:
        if not await posts.is_known(tx, clicked.channel, clicked.ts):
            await posts.adopt(tx, TOPIC, request.id, CARD, clicked.channel, clicked.ts, rt.now())
