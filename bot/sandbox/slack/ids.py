"""Fills in what Slack fills in when an app leaves it out: block ids and action ids."""

import copy
import secrets
from collections.abc import Iterator
from typing import Any, cast

from bot.sandbox.slack.state import Json

_SELECTS = ("static", "external", "users", "conversations", "channels")
_INPUTS = ("plain_text", "number", "email_text", "url_text", "file", "rich_text")
_OTHERS = ("button", "overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker")
_MESSAGE_ONLY = ("feedback_buttons", "icon_button", "workflow_button")
INTERACTIVE = frozenset(
    [f"{prefix}{kind}_select" for prefix in ("", "multi_") for kind in _SELECTS]
    + [f"{kind}_input" for kind in _INPUTS]
    + [*_OTHERS, *_MESSAGE_ONLY]
)


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy in which every block has a block_id and every interactive element an action_id."""
    filled = copy.deepcopy(blocks)
    for block in blocks_in(filled):
        if not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(4)[:5]
        for element in elements_in(block):
            if not element.get("action_id"):
                element["action_id"] = secrets.token_urlsafe(4)[:5]
    return filled


def elements_in(node: Any) -> Iterator[Json]:
    """Yield every interactive element below a block, at any depth."""
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from elements_in(item)
    elif isinstance(node, dict):
        data = cast("Json", node)
        if data.get("type") in INTERACTIVE:
            yield data
        for key, value in data.items():
            if key not in ("confirm", "options", "option_groups"):
                yield from elements_in(value)


def blocks_in(blocks: list[Json]) -> Iterator[Json]:
    """Yield every block, also those inside a container or a carousel."""
    for block in blocks:
        yield block
        for key in ("child_blocks", "blocks", "elements"):
            if block.get("type") in ("container", "carousel"):
                yield from blocks_in([child for child in block.get(key, []) if isinstance(child, dict)])
