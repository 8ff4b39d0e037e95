"""The modals around a request: its history, the reason for a denial, and the one showing of a secret."""

from collections.abc import Sequence
from typing import Any

from bot.approvals.model import WORDS, Request, Status
from bot.slack import ids
from bot.slack.blocks import actions, context, divider, header, input_block, modal, section
from bot.slack.elements import button, text_input
from bot.slack.markup import code, date, escape, mention, quote

Json = dict[str, Any]


def details_view(
    request: Request, title: str, asks: str, quorum: int, history: Sequence[str], *, decide: bool = False
) -> Json:
    """Return everything that is known of a request; ids stand here and nowhere else."""
    facts = [
        f"*Asked by* {mention(request.requester.slack_id)} {date(request.created_at)}",
        f"*State* {WORDS[request.status]}",
        f"*Rule* {quorum} of {asks}; nobody decides their own",
    ]
    if request.ends_at:
        facts.append(f"*Ends* {date(request.ends_at, with_time=False)}")
    blocks = [header(title), section("\n".join(facts))]
    if request.reason:
        blocks.append(section(quote(request.reason)))
    if decide and request.status is Status.PENDING:
        approve = button("Approve", ids.APPROVE, request.id, style="primary")
        blocks.append(actions(approve, button("Deny…", ids.DENY, request.id)))
    blocks += [divider(), section("\n".join(history[-30:]) or "Nothing happened yet.")]
    blocks.append(context(" · ".join(_ids(request))))
    return modal("request_details_view", "Request", blocks)


def _ids(request: Request) -> list[str]:
    known = [request.id, request.workspace_id, request.outcome.get("key_id")]
    return [code(str(one)) for one in known if one]


def denial_form(request: Request, title: str) -> Json:
    """Return the form that asks why."""
    field = text_input("comment", multiline=True, max_length=500, focus=True)
    blocks = [
        section(f"{mention(request.requester.slack_id)} asked: {escape(title)}"),
        input_block("Reason", field, block_id="comment", hint="Whoever asked reads this. Say what to do instead."),
    ]
    return modal(ids.DENY_FORM, "Deny", blocks, submit="Deny", private_metadata=request.id)


def secret_view(secret: str) -> Json:
    """Return the modal that shows a key once. It is the only view that ever holds a secret."""
    blocks = [
        section("This is your key. I have wiped my copy: it is shown this once, to you alone."),
        section(f"```{secret}```"),
        context("Put it into your secret manager now, then close this. Never paste it into Slack."),
    ]
    return modal("secret_shown", "Your key", blocks, close="I have it")
