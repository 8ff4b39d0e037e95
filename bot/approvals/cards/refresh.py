"""What is said about a request, and where: sent once, redrawn everywhere from the row, after the commit.

The row and the audit log say what should be visible; this module compares that with what was sent, and closes the gap.
So it may be called at any time by anybody: listeners call it at once, `reconcile` repairs what a dead process left.
Everything that is missing is claimed before anything is sent, so that nothing is forgotten when the process dies half way.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.approvals import db as requests
from bot.approvals.authority import rule_of
from bot.approvals.cards.card import RequestFacts, render_card
from bot.approvals.cards.covered import covered_card
from bot.approvals.cards.facts import facts_from
from bot.approvals.cards.notices import thread_line
from bot.approvals.cards.plan import CARD, LINE, content_of, wanted
from bot.approvals.kind import all_kinds, find_kind
from bot.approvals.model import Request
from bot.errors import SlackDown, SlackError, SlackRefused, UpstreamError
from bot.posts import db as messages
from bot.posts.db import SentMessage
from bot.runtime import Runtime
from bot.slack.blocks import context
from bot.slack.model import Message, Sent
from bot.store import audit

log = structlog.get_logger()


async def refresh(rt: Runtime, request_id: str, known: Request | None = None) -> None:
    """Make every message about a request say what the row says; what fails outside is logged and left to `reconcile`.

    `known` is the request as the caller has just written it.
    """
    shown = 0
    while (request := known or await _load(rt, request_id)) is not None and request.version > shown:
        known = None
        try:
            await _show(rt, request)
        except (SlackError, UpstreamError) as error:
            log.warning("request_not_announced", request=request.id, error=repr(error))
            return
        shown = request.version


async def _load(rt: Runtime, request_id: str) -> Request | None:
    async with rt.store.read() as tx:
        return await requests.load(tx, request_id)


async def facts_of(rt: Runtime, request: Request) -> RequestFacts:
    """Return a request with the words of its kind and of today's rule."""
    return facts_from(all_kinds(rt), request, await rule_of(rt, request))


@dataclass(frozen=True)
class _Claim:
    """The right to send one message, which nobody else has now."""

    id: int
    purpose: str
    channel: str


async def _show(rt: Runtime, request: Request) -> None:
    """Send what is missing and redraw what is old, beside each other: people wait for the card, not for the thread.

    Cards are redrawn while the claims are written. That they were redrawn is written down after the claims.
    """
    is_ours, facts, sent = await asyncio.gather(
        _is_ours_alone(rt, request.channel),
        facts_of(rt, request),  # may ask the Claude API, and so fail: before anything is claimed
        _sent(rt, request.id),
    )
    claiming = asyncio.ensure_future(_claim_missing(rt, request, sent, card=is_ours))
    redrawing = [
        _redraw_until_newest(rt, request, message, claiming, is_ours)
        for message in sent
        if message.ts and not message.purpose.startswith(LINE)
    ]
    results = await asyncio.gather(*redrawing, _send_missing(rt, facts, claiming), return_exceptions=True)
    _raise_first(results)


async def _is_ours_alone(rt: Runtime, channel: str) -> bool:
    """Tell whether a card may stand in a channel now: the bot can look into it, and no other company can.

    Asked anew each time. That a channel was shared is told to one replica only, and it may be told late.
    """
    try:
        is_ours = not (await rt.notifier.channel(channel, fresh=True)).is_shared_outside
    except SlackRefused:  # a private channel that the bot isn't in
        is_ours = False
    if not is_ours:
        log.warning("card_not_shown_there", channel=channel)
    return is_ours


async def _sent(rt: Runtime, request_id: str) -> list[SentMessage]:
    async with rt.store.read() as tx:
        return await messages.of_request(tx, request_id)


async def _send_missing(rt: Runtime, facts: RequestFacts, claiming: Awaitable[tuple[list[_Claim], dict[str, str]]]) -> None:
    """Send what was claimed: the card first, because the thread hangs on it. Who waits for a word gets it all the same."""
    request, (claims, lines) = facts.request, await claiming
    card = next((claim for claim in claims if claim.purpose == CARD), None)
    results: list[object] = []
    if card:
        results += await asyncio.gather(_send(rt, request, card, render_card(facts)), return_exceptions=True)
    work: list[Coroutine[Any, Any, object]] = [
        _send(rt, request, claim, message)
        for claim in claims
        if claim.purpose != CARD and (message := content_of(find_kind(rt, request.kind), facts, claim.purpose)) is not None
    ]
    work.append(_tell_thread(rt, request, [claim for claim in claims if claim.purpose.startswith(LINE)], lines))
    _raise_first([*results, *await asyncio.gather(*work, return_exceptions=True)])


def _raise_first(results: Sequence[object]) -> None:
    for failure in results:
        if isinstance(failure, BaseException):
            raise failure


async def _lines(rt: Runtime, request_id: str) -> dict[str, str]:
    """Return the thread's lines by purpose."""
    async with rt.store.read() as tx:
        entries = await audit.entries_of(tx, request_id)
    drawn = {f"{LINE}:{e.seq}": thread_line(e.at, e.actor, e.action, e.detail) for e in entries}
    return {purpose: line for purpose, line in drawn.items() if line}


async def _claim_missing(
    rt: Runtime, request: Request, sent: Sequence[SentMessage], *, card: bool
) -> tuple[list[_Claim], dict[str, str]]:
    """Claim every message that should exist and doesn't; returns the claims that are ours, and the thread's lines."""
    lines = await _lines(rt, request.id)
    there = {message.purpose for message in sent if message.ts}
    missing = [one for one in wanted(find_kind(rt, request.kind), request, lines, card=card) if one[0] not in there]
    if not missing:
        return [], lines
    async with rt.store.write() as tx:
        claims = [(await messages.claim(tx, request.id, *one, rt.now()), *one) for one in missing]
    return [_Claim(claim, purpose, channel) for claim, purpose, channel in claims if claim is not None], lines


async def _send(rt: Runtime, request: Request, claim: _Claim, message: Message, thread: str = "") -> Sent:
    """Send and remember. What Slack certainly refused is given back at once; where the outcome is unknown, later."""
    try:
        sent = await rt.notifier.send(claim.channel, message, thread_ts=thread or None)
    except SlackRefused:
        async with rt.store.write() as tx:
            await messages.release(tx, claim.id)
        raise
    async with rt.store.write() as tx:
        was_ours = await messages.record(tx, claim.id, sent.channel, sent.ts, request.version)
        if not was_ours and claim.purpose == CARD:
            # It took so long that another process sent one, too. Both have buttons, so both are redrawn from now on.
            await messages.adopt(tx, request.id, CARD, sent.channel, sent.ts, rt.now())
    return sent


async def _tell_thread(rt: Runtime, request: Request, claims: Sequence[_Claim], lines: dict[str, str]) -> None:
    """Add to the card's thread a line for each act that it doesn't tell yet: those of one click in one message."""
    if not claims:
        return
    sent = await _sent(rt, request.id)
    card = next((message for message in sent if message.purpose == CARD and message.ts), None)
    if card is None or card.ts is None:
        return
    said = [lines[claim.purpose] for claim in claims]
    first = await _send(rt, request, claims[0], Message("\n".join(said), [context("\n".join(said))]), thread=card.ts)
    async with rt.store.write() as tx:
        for claim in claims[1:]:
            await messages.record(tx, claim.id, first.channel, first.ts, request.version)


async def _redraw_until_newest(
    rt: Runtime, known: Request, message: SentMessage, claiming: Awaitable[object], is_ours: bool
) -> None:
    """Redraw a message that shows an older version.

    Two may draw at once, and the older drawing may land last: whoever finds that a newer version was written down
    meanwhile draws the newest again, so that whatever lands last is right. `is_ours`: what was just found of the channel.
    """
    request, shown, must_draw = known, message.drawn_version, False
    while request is not None and (request.version > shown or must_draw):
        try:
            await _redraw(rt, request, message, is_ours)
        except SlackDown:
            async with rt.store.write() as tx:
                await messages.mark_undrawn(tx, [message.id])  # it may have landed over a newer one: drawn again later
            raise
        finally:
            await claiming
        async with rt.store.write() as tx:
            was_newest = await messages.drawn(tx, message.id, request.version)
        must_draw, shown = not was_newest and request.version > shown, request.version
        request = await _load(rt, known.id)


async def _redraw(rt: Runtime, request: Request, message: SentMessage, is_ours: bool) -> None:
    content = content_of(find_kind(rt, request.kind), await facts_of(rt, request), message.purpose)
    if message.purpose.startswith(CARD) and not is_ours:
        content = covered_card(rt.settings.command_prefix)
    if content is None:
        return
    try:
        await rt.notifier.redraw(Sent(message.posted_channel or "", message.ts or ""), content)
    except SlackRefused as refusal:
        if refusal.code not in _NOT_TO_BE_REDRAWN:
            raise
        log.info("message_not_redrawn", request=request.id, purpose=message.purpose, code=refusal.code)


_NOT_TO_BE_REDRAWN = frozenset(
    "message_not_found channel_not_found is_archived cant_update_message edit_window_closed block_mismatch invalid_blocks "
    "msg_too_long".split()
)
"""Deleted by somebody, past the workspace's edit window, or never to be drawn so: whatever else Slack says may pass."""


async def adopt(rt: Runtime, request: Request, channel: str, ts: str) -> None:
    """Remember a card on which somebody clicked but that nobody wrote down: its sender died in between.

    A message that is known belongs to the request that sent it, whatever the click says.
    """
    async with rt.store.read() as tx:
        is_known = not ts or await messages.is_known(tx, channel, ts)
    if is_known:
        return
    async with rt.store.write() as tx:
        await messages.adopt(tx, request.id, CARD, channel, ts, rt.now())
