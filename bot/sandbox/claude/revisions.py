"""Figures that change after the fact: raised, lowered, or missing until a later moment."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Revision(BaseModel):
    """Multiplies what streams did on one UTC day. A scope of None means all of them.

    It counts from the moment `since` (None: always) and before the moment `until` (None: for ever): a factor of 0 with an
    `until` are rows that come late.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    factor: Decimal = Field(ge=0, le=1000)
    workspace_id: str | None = None
    key_id: str | None = None
    model: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def counts(self, now: datetime) -> bool:
        """Tell whether it is in force."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    def concerns(self, workspace_id: str, key_id: str | None, model: str | None) -> bool:
        """Tell whether it is about what a key did with a model in a workspace."""
        scopes = ((self.workspace_id, workspace_id), (self.key_id, key_id), (self.model, model))
        return all(wanted in (None, has) for wanted, has in scopes)


@dataclass
class Revisions:
    """All revisions of one organization, on top of each other."""

    _by_day: dict[date, list[Revision]] = field(default_factory=dict[date, list[Revision]])

    def add(self, revision: Revision) -> None:
        """Add one on top of the earlier ones."""
        self._by_day.setdefault(revision.day, []).append(revision)

    def in_force(self, now: datetime) -> tuple[Revision, ...]:
        """Return those that count now; while this stays the same, figures of the past do too."""
        return tuple(one for found in self._by_day.values() for one in found if one.counts(now))
