"""The list of workspaces, two short lines each: whose it is, its keys and what it cost. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.admin.model import Workspace
from bot.organization.tags import OWNER
from bot.organization.workspaces_wanted import WantedWorkspaces
from bot.slack import ids
from bot.slack.blocks import context, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import Page, pager, range_of
from bot.spend.by_workspace import SpendByWorkspace
from bot.spend.phrases import days_in_words, not_yet, shown
from bot.words.wording import plural

Json = dict[str, Any]


def no_figures(prefix: str) -> Markup:
    """Return that nothing is known of what anything cost, which isn't $0."""
    return f"I have no figures of the last 30 days yet. {not_yet(prefix)}"


@dataclass(frozen=True)
class WorkspaceLine:
    """A workspace with what is known of it: None where it isn't known, or isn't for the person who asks.

    `label` is what people read of it, its name unless told otherwise. `keys` are its active ones, `spend` dollars in 30
    days, `limit` dollars a month.
    """

    workspace: Workspace
    keys: int | None = None
    spend: Decimal | None = None
    limit: Decimal | None = None
    label: str = ""

    @property
    def called(self) -> str:
        """What people read of it."""
        return self.label or self.workspace.name


def workspace_list(
    page: Page[WorkspaceLine], wanted: WantedWorkspaces, spend: SpendByWorkspace, prefix: str, unread: int = 0
) -> Message:
    """Return a page of the workspaces that somebody looks for. Of `unread` ones it isn't known whether they are theirs."""
    narrowed = wanted.in_words()
    about = f": {narrowed}" if narrowed else ""
    left = f"Of {plural(unread, 'workspace')} I couldn't read the members yet. Ask again in a minute." if unread else ""
    if not page.items:
        every = code(f"/{prefix}-workspaces list")
        text = f"No workspaces{about}. {left or f'{every} shows all that are not archived.'}"
        return Message(text, [section(text)])
    part = "" if page.is_whole else f", {range_of(page)}"
    order = "" if page.total == 1 else ", highest spend first" if spend.as_of else ", by name"
    intro = f"*{plural(page.total or 0, 'workspace')}*{part}{order}{about}"
    tail = no_figures(prefix) if spend.as_of is None else f"Spend of {figures_words(spend)}"
    blocks = [
        section(intro),
        *(_row(line, spend) for line in page.items),
        context(tail),
        *([context(f"⚠️ {left}")] if left else []),
    ]
    turned = pager(page, ids.PAGE_WORKSPACES, "workspaces", wanted.stored())
    said: list[Markup] = [f"{escape(line.called)} ({_facts(line, spend)})" for line in page.items]
    text = f"{intro}. {'; '.join(said)}. {tail}"
    return Message(f"{text} {left}" if left else text, fit([*blocks, *turned]))


def figures_words(spend: SpendByWorkspace) -> Markup:
    """Return of which days the spend is and how far it reaches; "" where nothing is known."""
    if spend.as_of is None:
        return ""
    missing = f", {plural(spend.missing, 'day')} without data" if spend.missing else ""
    state: Markup = "final" if spend.is_final else "not final"
    return f"{days_in_words(spend.first, spend.last)} (UTC) as of {date(spend.as_of)}, {state}{missing}"


def amount_words(amount: Decimal | None, spend: SpendByWorkspace) -> Markup:
    """Return what a workspace cost in 30 days. What isn't known is no $0."""
    if amount is None:
        return "no data on spend" if spend.as_of is None else "spend not shown to you"
    return f"{'at least ' if spend.missing else ''}{shown(amount)} in 30 days"


def _row(line: WorkspaceLine, spend: SpendByWorkspace) -> Json:
    name = line.called
    show = button("Show", ids.SHOW_WORKSPACE, line.workspace.id, accessibility_label=f"Show {name}")
    owner = escape(line.workspace.tags[OWNER]) if line.workspace.tags.get(OWNER) else "no owner named"
    return section(f"{bold(name)} — {owner}\n{_facts(line, spend)}", accessory=show)


def _facts(line: WorkspaceLine, spend: SpendByWorkspace) -> Markup:
    parts: list[Markup] = [
        f"archived {date(line.workspace.archived_at)}" if line.workspace.archived_at else "",
        plural(line.keys, "active key") if line.keys is not None else "",
        amount_words(line.spend, spend),
        f"limit {shown(line.limit)} a month" if line.limit is not None else "",
    ]
    return " · ".join([part for part in parts if part])
