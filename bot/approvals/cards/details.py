"""The modals around a request: its history, the reason for a denial, and the one showing of a secret. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.approvals.cards.card import decision_buttons
from bot.approvals.cards.decisive import as_of_words, asker_words, key_words
from bot.approvals.cards.elsewhere import changed_words
from bot.approvals.cards.ending import ending_blocks
from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.notices import reveal_button
from bot.approvals.cards.several import part_line
from bot.approvals.cards.state import failure
from bot.approvals.model import MOST_REASON, Request, Status
from bot.approvals.outcome import KEY_PART
from bot.slack import ids
from bot.slack.blocks import actions, context, divider, header, input_block, modal, section
from bot.slack.elements import text_input
from bot.slack.markup import Markup, code, code_block, date, escape, mention, quote
from bot.slack.paging import Page, pager
from bot.words.wording import number

Json = dict[str, Any]
_AT_ONCE, _MOST_BLOCKS = 10, 30
"""Lines in a block, which holds 3,000 characters."""


def details_view(
    facts: RequestFacts,
    history: Page[Markup],
    *,
    decide: bool = False,
    with_keys: bool = True,
    is_requester: bool = False,
    keys_at: str = "",
) -> Json:
    """Return everything that is known of a request, and a page of its acts; ids stand here and nowhere else.

    `keys_at` is the cursor of the page of keys that end with it. Without `with_keys` what is known of other people's keys
    is left out. To its requester a secret that waits is offered here, too, because a direct message may be lost, or
    refused by Slack.
    """
    request = facts.request
    lines = _lines(facts, with_keys=with_keys)
    narrowed = f"{request.id}:{'decide' if decide else ''}"
    blocks = [header(facts.title), section("\n".join(lines))]
    if request.known.keys and with_keys:
        blocks += ending_blocks(request.known.keys, keys_at, narrowed)
    if is_requester and request.status is Status.APPLIED and request.outcome.handover == "ready":
        blocks.append(actions(reveal_button(request)))
    if facts.plan:
        blocks.append(section(facts.plan))
    if request.reason:
        blocks.append(section(quote(request.reason)))
    parts = [one for one in request.outcome.told if with_keys or not one.name.startswith(KEY_PART)]
    blocks += _in_blocks(facts.about if with_keys else ()) + _in_blocks(
        [part_line(part) for part in parts if not part.untold]
    )
    if not with_keys and (facts.about or len(parts) < len(request.outcome.told)):
        blocks.append(context("Approvers see more: your role doesn't show you the keys of others."))
    if decide and request.status is Status.PENDING:
        blocks.append(actions(*decision_buttons(request, facts.title, facts.danger)))
    blocks += [divider(), *map(section, history.items or ["Nobody decided yet."])]
    blocks += pager(history, ids.PAGE_HISTORY, "this request's history", narrowed)
    blocks.append(context(" · ".join(_ids(request))))
    return modal(ids.DETAILS_VIEW, "Request", blocks)


def _lines(facts: RequestFacts, *, with_keys: bool) -> list[Markup]:
    request = facts.request
    lines: list[Markup] = [
        f"*What* {facts.what}",
        f"*Asked by* {mention(request.requester.slack_id)} {date(request.created_at)}",
        f"*State* {request.in_a_word}",
        _rule(facts),
    ]
    if request.status is Status.PENDING:
        lines.append(f"*On approval* {facts.by_hand or facts.then}")
        lines.append(f"*Expires* {date(request.expires_at)}")
    if request.status is Status.FAILED:
        lines.append(f"*Problem* {failure(request)}")
    if changed := changed_words(request):
        lines.append(changed)
    lines += _known(request) if with_keys else []
    if request.over_at:
        lines.append(f"*Ends* {date(request.over_at)}")
    return lines


def _rule(facts: RequestFacts) -> Markup:
    """Return today's rule, called so once the request was decided: by the rule of then, which is on record."""
    name: Markup = "Rule" if facts.request.status is Status.PENDING else "Rule today"
    return f"*{name}* {facts.needs} · nobody can approve their own request"


def _in_blocks(lines: Sequence[Markup]) -> list[Json]:
    """Return lines in as few blocks as hold them; a modal has 100 blocks, so what is beyond 30 is counted."""
    found, kept = list[Json](), lines[: _AT_ONCE * _MOST_BLOCKS]
    for at in range(0, len(kept), _AT_ONCE):
        found.append(section("\n".join(kept[at : at + _AT_ONCE])))
    more = len(lines) - len(kept)
    return [*found, context(f"… and {number(more)} more; the audit log has all.")] if more else found


def _known(request: Request) -> list[Markup]:
    """Return what was known at the ask."""
    known, lines = request.known, list[Markup]()
    if known.asker:
        lines.append(f"*When asked* {asker_words(known.asker, mention(request.requester.slack_id))}")
    if known.key:
        lines.append(f"*When asked* {key_words(known.key)}")
    figures = as_of_words(known)
    return [*lines, f"{figures[0].upper()}{figures[1:]}"] if figures else lines


def _ids(request: Request) -> list[Markup]:
    known = [request.id, request.workspace_id, request.outcome.thing_id]
    return [code(one) for one in known if one]


def denial_form(request: Request, title: str) -> Json:
    """Return the form that asks why."""
    field = text_input("comment", multiline=True, max_length=MOST_REASON, focus=True)
    blocks = [
        section(f"{mention(request.requester.slack_id)} asked: {escape(title)}"),
        input_block(
            "Reason", field, block_id=ids.DENY_COMMENT, hint="The requester will read this. Say what to do instead."
        ),
    ]
    return modal(ids.DENY_FORM, "Deny", blocks, submit="Deny", private_metadata=request.id)


def secret_view(secret: str, title: str) -> Json:
    """Return the modal that shows a key once. It is the only view that ever holds a secret."""
    blocks = [
        section(f"*{escape(title)}*. Only you see it, and only this once. I keep no copy."),
        section(code_block(secret)),
        context("Put it into your secret manager now, then close this. Never send it through Slack."),
    ]
    return modal(ids.REVEALED_VIEW, "Your key", blocks, close="I've saved it")
