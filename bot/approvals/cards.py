"""What is said about a request, and where: sent once, redrawn everywhere from the row, after the commit.

The row and the audit log say what should be visible; this module compares that with what was sent, and closes the gap.
So it may be called at any time by anybody: listeners call it at once, `reconcile` repairs what a dead process left.
"""

import structlog

from bot.approvals.authority import approvers_in_words, rule_of
from bot.approvals.kinds import KINDS, find_kind
from bot.approvals.model import Request, Status, Verdict
from bot.errors import SlackDown, SlackError, SlackRefused
from bot.ports import Message, Sent
from bot.runtime import Runtime
from bot.slack.blocks import context
from bot.slack.views.request_card import CardFacts, render_card
from bot.slack.views.request_notices import console_steps, requester_notice, thread_line
from bot.store import audit, messages, requests
from bot.store.messages import SentMessage

log = structlog.get_logger()

CARD, REQUESTER, FULFILLER = "card", "requester", "fulfiller"


async def refresh(rt: Runtime, request_id: str) -> None:
    """Make every message about a request say what the row says. Slack's failures are logged and left to `reconcile`."""
    request = await _load(rt, request_id)
    if request is None:
        return
    try:
        await _channel_card(rt, request)
        await _redraw_others(rt, request.id)
        await _tell_people(rt, request)
        await _tell_thread(rt, request)
    except SlackError as error:
        log.warning("request_not_announced", request=request_id, code=error.code, error=type(error).__name__)


async def _load(rt: Runtime, request_id: str) -> Request | None:
    async with rt.store.read() as tx:
        return await requests.load(tx, request_id)


async def _sent(rt: Runtime, request_id: str) -> list[SentMessage]:
    async with rt.store.read() as tx:
        return await messages.of_request(tx, request_id)


async def _channel_card(rt: Runtime, request: Request) -> None:
    channel = await rt.notifier.channel(request.channel)
    if channel.is_shared_outside:
        log.warning("card_not_posted_outside", request=request.id, channel=request.channel)
        return
    await _say_once(rt, request, CARD, request.channel, await card_of(rt, request))


async def card_of(rt: Runtime, request: Request) -> Message:
    """Return a request's card as it stands now."""
    kind, rule = find_kind(request.kind), await rule_of(rt, request)
    undo = KINDS.get(kind.undo or "") if request.outcome.get("key_id") else None
    facts = CardFacts(
        request=request,
        ask=kind.ask(request),
        done=kind.done(request),
        approvers=approvers_in_words(rule, request.workspace_name),
        quorum=rule.quorum,
        danger=kind.danger,
        undo_label=f"{undo.label.split()[0]}…" if undo else "",
    )
    return render_card(facts)


async def _say_once(rt: Runtime, request: Request, purpose: str, channel: str, message: Message, thread: str = "") -> None:
    """Claim, send, remember. A message that Slack certainly refused is given back at once; an unknown outcome is not."""
    async with rt.store.write() as tx:
        claim = await messages.claim(tx, request.id, purpose, channel, rt.now())
    if claim is None:
        return
    try:
        sent = await rt.notifier.send(channel, message, thread_ts=thread or None)
    except SlackDown:
        raise
    except SlackRefused:
        async with rt.store.write() as tx:
            await messages.release(tx, claim)
        raise
    async with rt.store.write() as tx:
        await messages.record(tx, claim, sent.channel, sent.ts, request.version)


async def _redraw_others(rt: Runtime, request_id: str) -> None:
    """Redraw what shows an older version.

    Two may draw at once, and the older drawing may land last: whoever finds that a newer version was written down
    meanwhile draws the newest again, so that whatever lands last is right.
    """
    for message in await _sent(rt, request_id):
        if message.ts is None or message.posted_channel is None or message.purpose.startswith("line:"):
            continue
        await _redraw_until_newest(rt, request_id, message, Sent(message.posted_channel, message.ts))


async def _redraw_until_newest(rt: Runtime, request_id: str, message: SentMessage, sent: Sent) -> None:
    shown, must_draw = message.drawn_version, False
    while True:
        request = await _load(rt, request_id)
        if request is None or (shown >= request.version and not must_draw):
            return
        await _redraw(rt, request, message, sent)
        async with rt.store.write() as tx:
            was_newest = await messages.drawn(tx, message.id, request.version)
        must_draw, shown = not was_newest and request.version > shown, request.version


async def _redraw(rt: Runtime, request: Request, message: SentMessage, sent: Sent) -> None:
    content = await _content(rt, request, message.purpose.split(":")[0])
    if content is None:
        return
    try:
        await rt.notifier.redraw(sent, content)
    except SlackRefused as refusal:
        # Deleted by somebody, or past the workspace's edit window: nothing is left to redraw.
        log.info("message_not_redrawn", request=request.id, purpose=message.purpose, code=refusal.code)


async def _content(rt: Runtime, request: Request, purpose: str) -> Message | None:
    kind = find_kind(request.kind)
    if purpose == CARD:
        return await card_of(rt, request)
    if purpose == REQUESTER:
        undo = KINDS.get(kind.undo or "") if request.outcome.get("key_id") else None
        return requester_notice(request, kind.done(request), f"{undo.label.split()[0]}…" if undo else "")
    if purpose == FULFILLER:
        name = str(request.payload.get("name", ""))
        return console_steps(request, name, request.workspace_name or "", request.ends_at)
    return None


async def _tell_people(rt: Runtime, request: Request) -> None:
    notice = await _content(rt, request, REQUESTER)
    if notice:
        await _say_once(rt, request, REQUESTER, request.requester.slack_id, notice)
    approvals = request.said(Verdict.APPROVE)
    if request.status is Status.FULFILLING and approvals:
        steps = await _content(rt, request, FULFILLER)
        if steps:
            await _say_once(rt, request, FULFILLER, approvals[-1].by.slack_id, steps)


async def _tell_thread(rt: Runtime, request: Request) -> None:
    sent = await _sent(rt, request.id)
    card = next((message for message in sent if message.purpose == CARD and message.ts), None)
    if card is None or card.ts is None or card.posted_channel is None:
        return
    told = {message.purpose for message in sent}
    async with rt.store.read() as tx:
        entries = await audit.entries_of(tx, request.id)
    for entry in entries:
        purpose = f"line:{entry.seq}"
        line = thread_line(entry.at, entry.actor, entry.action, entry.detail)
        if line and purpose not in told:
            await _say_once(rt, request, purpose, card.posted_channel, Message(line, [context(line)]), thread=card.ts)


async def adopt(rt: Runtime, request: Request, channel: str, ts: str) -> None:
    """Remember a card on which somebody clicked but that nobody wrote down: its sender died in between."""
    if not ts or any(message.ts == ts for message in await _sent(rt, request.id)):
        return
    async with rt.store.write() as tx:
        await messages.adopt(tx, request.id, CARD, channel, ts, rt.now())
