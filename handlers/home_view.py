"""The App Home as blocks. Pure."""

from datetime import datetime
from typing import Any

from bot.approvals.cards.lists import Titled, mine_blocks, waiting_blocks
from bot.organization.keys_view import KeyLine, my_key_blocks
from bot.slack import ids
from bot.slack.blocks import actions, context, divider, header, home, section
from bot.slack.elements import button
from bot.slack.markup import Markup, date
from bot.slack.paging import Page

Json = dict[str, Any]


def home_view(
    waiting: Page[Titled] | None,
    mine: Page[Titled],
    keys: Page[KeyLine] | None,
    prefix: str,
    now: datetime,
) -> Json:
    """Return somebody's App Home; None marks a part that could not be read just now."""
    unread = section("I can't load this now. Press Refresh in a minute.")
    blocks: list[Json] = [
        actions(
            button("Request an API key", f"{ids.OPEN_PREFIX}create_key", style="primary"),
            button("Change a role…", f"{ids.OPEN_PREFIX}change_role"),
            button("Refresh", ids.HOME_REFRESH),
        ),
        header("Waiting for my decision"),
        *(waiting_blocks(waiting) if waiting is not None else [unread]),
        divider(),
        header("My requests"),
        *mine_blocks(mine, prefix),
        divider(),
        header("My keys"),
        *(_keys(keys) if keys is not None else [unread]),
        context(f"As of {date(now)}"),
    ]
    return home(blocks)


def _keys(keys: Page[KeyLine]) -> list[Json]:
    if not keys.items:
        return [section("You have no API keys. Press *Request an API key* above to ask for one.")]
    return my_key_blocks(keys)


def refused_home(sentence: Markup) -> Json:
    """Return the App Home of somebody for whom the bot doesn't work, saying why."""
    return home([section(sentence)])
