"""The App Home as blocks. Pure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from bot.admin.model import MonthSpend
from bot.approvals.cards.lists import BY_HAND, Given, Titled, grant_blocks, held_blocks, mine_blocks, waiting_blocks
from bot.hygiene.model import LastLook
from bot.organization.keys_view import KeyLine, my_key_blocks
from bot.organization.keys_wanted import Wanted
from bot.organization.model import Glance, Places
from bot.organization.narrowing import stored
from bot.organization.person_view import places_in_words
from bot.slack import ids
from bot.slack.blocks import actions, context, divider, header, home, section
from bot.slack.elements import Style, button
from bot.slack.markup import Markup, date
from bot.slack.paging import Page, numbered
from bot.spend.dashboard.model import Glance as SpendGlance
from bot.spend.dashboard.view import glance_blocks
from bot.spend.phrases import shown
from bot.words.own import Own
from bot.words.wording import number, plural

Json = dict[str, Any]
SHOWN = 5
"""Things of each list; its buttons lead to all others."""
T = TypeVar("T")


class Missing(Enum):
    """Why a part isn't shown: it is still being read, or it can't be read now."""

    LOADING = "loading"
    UNREAD = "unread"


@dataclass(frozen=True)
class HomeParts:
    """The parts of an App Home; `glance` is None for those who are no admins, `spend` for those who may see no figures.

    `keys` and `places` stand in one section.
    """

    waiting: Page[Titled] | Missing
    held: Page[Titled] | Missing
    mine: Page[Titled] | Missing
    grants: Page[Given] | Missing
    keys: Page[KeyLine] | Missing
    places: Places | Missing
    glance: Glance | Missing | None = None
    spend: SpendGlance | Missing | None = None
    advice: LastLook | Missing | None = None


_ASKS: tuple[tuple[str, Own, Style | None], ...] = (
    ("create_key", "Request an API key", "primary"),
    ("workspace_access", "Workspace access…", None),
    ("change_role", "Change a role…", None),
    ("invite_members", "Invite people…", None),
    ("create_workspace", "New workspace…", None),
)


def home_view(parts: HomeParts, prefix: str, now: datetime, refused: Collection[str] = ()) -> Json:
    """Return somebody's App Home. It offers no kind that is `refused`, as the organization has nothing of it."""
    asks = [one for one in _ASKS if one[0] not in refused]
    blocks: list[Json] = [
        actions(
            *(button(label, f"{ids.OPEN_PREFIX}{kind}", style=style) for kind, label, style in asks),
            button("Refresh", ids.HOME_REFRESH),
        ),
        *_by_hand(parts.held),
        header("Waiting for my decision"),
        *_part(parts.waiting, waiting_blocks),
        divider(),
        header("My requests"),
        *_part(parts.mine, lambda mine: mine_blocks(mine, prefix)),
        divider(),
        header("Requests with an end date"),
        *_part(parts.grants, _grants),
        *([] if "create_key" in refused else _own(parts)),
        *([divider(), header("Spend"), *_part(parts.spend, glance_blocks)] if parts.spend is not None else []),
        *(
            [divider(), header("The organization"), *_part(parts.glance, _glance), *_advice(parts.advice)]
            if parts.glance is not None
            else []
        ),
        context(f"As of {date(now)}"),
    ]
    return home(blocks)


def _part(part: T | Missing, draw: Callable[[T], list[Json]]) -> list[Json]:
    if isinstance(part, Missing):
        return [section("Loading…" if part is Missing.LOADING else "I can't load this now. Press Refresh in a minute.")]
    return draw(part)


def _by_hand(held: Page[Titled] | Missing) -> list[Json]:
    """Return what waits to be done by hand; nothing where nothing does, which is so for nearly everybody."""
    if held is Missing.LOADING or (isinstance(held, Page) and not held.items):
        return []
    return [header(BY_HAND), *_part(held, held_blocks), divider()]


def _grants(grants: Page[Given]) -> list[Json]:
    return grant_blocks(grants) if grants.items else [section("No request by you or for you has an end date.")]


def _own(parts: HomeParts) -> list[Json]:
    return [divider(), header("My keys and workspaces"), *_part(parts.keys, _keys), *_part(parts.places, _places)]


def _keys(keys: Page[KeyLine]) -> list[Json]:
    if not keys.items:
        return [section("You have no API keys. Press *Request an API key* above to ask for one.")]
    return my_key_blocks(keys)


def _places(places: Places) -> list[Json]:
    show = button("Show all about me", ids.SHOW_MEMBER, accessibility_label="Show everything about me")
    every = button("All workspaces", ids.SHOW_WORKSPACES)
    return [section(f"*Workspaces*\n{places_in_words(places, numbered(places.given, size=SHOWN))}"), actions(show, every)]


def _glance(seen: Glance) -> list[Json]:
    admins = f", {plural(seen.admins, 'admin')}" if seen.admins is not None else ""
    expiry = f", the next expires {date(seen.next_expiry)}" if seen.next_expiry else ""
    lines: list[Markup] = [
        f"*Members*: {_count(seen.members)}{admins}",
        f"*Pending invites*: {_count(seen.invites)}{expiry}",
        f"*Workspaces*: {_count(seen.workspaces)}",
        f"*Active keys*: {_count(seen.keys)}",
        f"*Spent this month*: {_spent(seen.month)}",
        f"*Waiting for a decision*: {_count(seen.waiting)}",
    ]
    lists = actions(
        button("Members", ids.LIST_MEMBERS),
        button("Pending invites", ids.LIST_MEMBERS_TOO, "pending"),
        button("Keys", ids.LIST_KEYS, stored(Wanted())),
    )
    return [section("\n".join(lines)), lists]


def _advice(last: LastLook | Missing | None) -> list[Json]:
    """Return how many findings the last look saw; nothing before the first one."""
    if not isinstance(last, LastLook):
        return []
    said: Markup = f"*Advice*: {plural(last.count, 'finding')}, as of {date(last.at)}"
    return [section(said, accessory=button("Show advice", ids.ADVICE))]


def _count(count: int | None) -> Markup:
    return "can't be read now" if count is None else number(count)


def _spent(month: MonthSpend | None) -> Markup:
    if month is None or month.spent is None or month.as_of is None:
        return "no figures yet"
    missing = f", {plural(month.missing, 'day')} missing" if month.missing else ""
    return f"{shown(month.spent)} so far{missing}, as of {date(month.as_of)}"


def refused_home(sentence: Markup) -> Json:
    """Return the App Home of somebody for whom the bot doesn't work, saying why."""
    return home([section(sentence)])
