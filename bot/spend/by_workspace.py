"""What each workspace cost lately. Frozen, without I/O.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.spend.model import ZERO


@dataclass(frozen=True)
class SpendByWorkspace:
    """Dollars by workspace in the 30 UTC days from `first` to `last`, of which `missing` aren't known.

    Without any figures there is no `as_of`, and nothing is known of any workspace. `seen` are those whose figures may be
    shown, None for all. `is_final`: none of the days that are known can still change.
    """

    first: date
    last: date
    amounts: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    missing: int = 0
    as_of: datetime | None = None
    seen: frozenset[str] | None = None
    is_final: bool = False

    def of(self, workspace_id: str, *, is_default: bool) -> Decimal | None:
        """Return what a workspace cost, None where nothing is known or may be shown.

        Older reports name the default one by no id.
        """
        if self.as_of is None or (self.seen is not None and workspace_id not in self.seen):
            return None
        return self.amounts.get(workspace_id, ZERO) + (self.amounts.get("", ZERO) if is_default else ZERO)
