"""Blocks and views as plain dicts; with `bot.slack.markup` and `bot.slack.elements` the whole vocabulary for a view.

What is shown as mrkdwn is `Markup`: text of people goes through `escape`, `code` or `quote` first. Everything is cut
to Slack's limits here, so that no name or reason is ever long enough to lose a message. slack_sdk's own models know neither
charts nor data tables (slack.md §3.1), hence dicts.
"""

from collections.abc import Sequence
from typing import Final

from bot.slack.elements import (
    Json,
    plain,
)
from bot.slack.markup import (
    EMPTY,
    Markup,
    clean,
    truncate,
    truncate_markup,
)
from bot.words.wording import number

MAX_MESSAGE_BLOCKS: Final = 50
MAX_VIEW_BLOCKS: Final = 100
MAX_SECTION: Final = 3000


def mrkdwn(markup: Markup, limit: int = 3000) -> Json:
    """Return a mrkdwn object of markup that is already escaped; `verbatim` keeps Slack from linking bare addresses in it."""
    return {"type": "mrkdwn", "text": truncate_markup(markup, limit) or EMPTY, "verbatim": True}


def section(text: Markup, *, accessory: Json | None = None) -> Json:
    """Return a paragraph of markup."""
    block: Json = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def paragraphs(lines: Sequence[Markup]) -> list[Json]:
    """Return lines in as few sections as hold them: one is cut only where it is longer than a section by itself."""
    held: list[Markup] = []
    for line in lines:
        if held and len(held[-1]) + 1 + len(line) <= MAX_SECTION:
            held[-1] = f"{held[-1]}\n{line}"
        else:
            held.append(line)
    return [section(one) for one in held]


def header(text: str) -> Json:
    """Return a heading of plain text."""
    return {"type": "header", "text": plain(text, 150)}


def divider() -> Json:
    """Return a line across."""
    return {"type": "divider"}


def context(*texts: Markup) -> Json:
    """Return up to 10 pieces of small grey markup on one line."""
    return {"type": "context", "elements": [mrkdwn(one) for one in texts[:10]]}


def actions(*elements: Json, block_id: str | None = None) -> Json:
    """Return a row of 1 to 25 elements."""
    if not 1 <= len(elements) <= 25:
        raise ValueError("a row of actions has 1 to 25 elements")
    block: Json = {"type": "actions", "elements": list(elements)}
    return block if block_id is None else {**block, "block_id": block_id}


def image(file_id: str, alt_text: str) -> Json:
    """Return an uploaded picture by the id of its file; `alt_text` states the finding, not "chart"."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": truncate(clean(alt_text), 2000) or EMPTY}


def input_block(
    label: str, element: Json, *, block_id: str, hint: str | None = None, optional: bool = False, dispatch: bool = False
) -> Json:
    """Return a labelled field of a form; `dispatch` sends a block_actions while the person fills it in."""
    block: Json = {"type": "input", "block_id": block_id, "label": plain(label, 2000), "element": element}
    if hint:
        block["hint"] = plain(hint, 2000)
    if optional:
        block["optional"] = True
    if dispatch:
        block["dispatch_action"] = True
    return block


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Json],
    *,
    submit: str | None = None,
    close: str = "Close",
    private_metadata: str = "",
) -> Json:
    """Return a modal; titles are cut to 24 characters, `private_metadata` over 3,000 is an error."""
    if len(private_metadata) > 3000:
        raise ValueError("private_metadata is too long; keep an id in it and the rest in the store")
    view: Json = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": fit(blocks, MAX_VIEW_BLOCKS),
        "private_metadata": private_metadata,
    }
    return {**view, "submit": plain(submit, 24)} if submit else view


def home(blocks: Sequence[Json]) -> Json:
    """Return an App Home."""
    return {"type": "home", "blocks": fit(blocks, MAX_VIEW_BLOCKS)}


def fit(blocks: Sequence[Json], limit: int = MAX_MESSAGE_BLOCKS) -> list[Json]:
    """Return at most `limit` blocks. What is left out is said in the last one."""
    if len(blocks) <= limit:
        return list(blocks)
    left_out = len(blocks) - limit + 1
    return [*blocks[: limit - 1], context(f"… and {number(left_out)} more that do not fit here")]
