"""A digest's day as far as somebody may see it: the parts of their workspaces and keys. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from bot.spend.aggregate import total_of
from bot.spend.digests.build import DigestInput
from bot.spend.dimensions import KEY, WORKSPACE
from bot.spend.model import Cell
from bot.spend.scope import Scope


def within(given: DigestInput, scope: Scope) -> DigestInput:
    """Return what a digest is made of without what isn't in a scope. Of its month then only the day itself is left.

    A digest isn't split by person, so what somebody used without a key counts where they see the workspace.
    """
    if scope.is_all:
        return given
    cells = _seen(given.cells, scope)
    return replace(
        given,
        cells=cells,
        week_ago=_seen(given.week_ago, scope),
        week=[one for one in given.week if one.of(KEY) in scope.keys],
        recent=[one for one in given.recent if one.of(WORKSPACE) in scope.workspaces],
        month=total_of(cells),
        budget=None,
        month_over=None,
    )


def _seen(cells: Iterable[Cell], scope: Scope) -> list[Cell]:
    return [one for one in cells if scope.has(one.of(KEY), one.of(WORKSPACE))]
