"""What *Breakdown* leads on to: each workspace of a digest's day with what is inside it, which no table of its thread says.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.slack import ids
from bot.slack.blocks import actions, context, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold
from bot.slack.model import Message
from bot.slack.paging import Page, pager
from bot.spend.aggregate import breakdown, sum_by
from bot.spend.ask.grammar import words_of
from bot.spend.digests.build import DigestInput
from bot.spend.digests.view import freshness_line, where_in_words
from bot.spend.dimensions import DIMENSIONS, KEY, MODEL, UNREPORTED, WORKSPACE, Dimension
from bot.spend.model import Breakdown, Digest, Slice, SpendQuery, in_workspaces
from bot.spend.phrases import last_weekday, moved, shown
from bot.spend.render import largest_in_words
from bot.spend.table import breakdown_table
from bot.words.wording import weekday_day

_LARGEST = 3


@dataclass(frozen=True)
class Inside:
    """A workspace on a digest's day, and its parts: keys, or models where the report tells of no keys."""

    workspace: Slice
    parts: Breakdown


def insides(given: DigestInput, digest: Digest) -> list[Inside]:
    """Return each workspace of a day with what is inside it, the largest first."""
    by_workspace = next((one for one in digest.breakdowns if one.dimension is WORKSPACE), None)
    found: list[Inside] = []
    for workspace in by_workspace.slices if by_workspace else ():
        cells = [cell for cell in given.cells if cell.of(WORKSPACE) == workspace.id]
        by: Dimension = MODEL if UNREPORTED in sum_by(cells, KEY) else KEY
        found.append(Inside(workspace, breakdown(by, cells, None, given.names)))
    return found


def render_insides(digest: Digest, page: Page[Inside], run_id: int) -> Message:
    """Return a page of it, two short lines each, with buttons that ask further."""
    so_far = "" if digest.closed else " so far"
    title = f"*Inside each workspace{so_far}* on {weekday_day(digest.day)}{where_in_words(digest.scope)}"
    intro = f"{title} · {freshness_line(digest)}"
    changes = [change for found in digest.breakdowns if found.dimension is WORKSPACE for change in changes_of(found)]
    said: list[Markup] = [_lines(one, digest.day, changes) for one in page.items]
    blocks = [section(intro)]
    for one, lines in zip(page.items, said, strict=True):
        blocks.append(section(lines, accessory=_ask(digest, one) if one.workspace.id else None))
    blocks += pager(page, ids.PAGE_BREAKDOWN, "workspaces", str(run_id))
    if len(digest.scope) < 2:
        blocks.append(_thirty_days(digest.scope))
    blocks.append(context("The day's tables are in the digest's thread."))
    return Message("\n".join([intro, *said]), fit(blocks))


def changes_of(found: Breakdown) -> list[Decimal]:
    """Return the changes of all parts that have one, which are read as one column."""
    return [part.change for part in found.slices if part.change is not None]


def _lines(one: Inside, day: date, changes: Sequence[Decimal]) -> Markup:
    change: Markup = f" ({moved(one.workspace.change, changes)} vs {last_weekday(day)})" if one.workspace.change else ""
    parts = largest_in_words(breakdown_table(one.parts, "", None), _LARGEST) or "nothing was spent"
    return f"{bold(one.workspace.name)} {shown(one.workspace.amount)}{change}\n{parts}"


def _ask(digest: Digest, one: Inside) -> dict[str, object]:
    name = one.parts.dimension.name
    query = SpendQuery(f"{digest.day}..{digest.day}", one.parts.dimension, in_workspaces(one.workspace.name))
    label = f"{one.workspace.name} by {name}"
    return button(f"By {name}", ids.SPEND_ALL, words_of(query), accessibility_label=label)


def _thirty_days(scope: Sequence[str]) -> dict[str, object]:
    only = in_workspaces(*scope)
    return actions(
        *(
            button(f"30 days by {one.name}", f"{ids.SPEND_BY_PREFIX}{one.name}", words_of(SpendQuery("30d", one, only)))
            for one in DIMENSIONS
        )
    )
