"""A Finding is a thing in the wrong place, from when it is seen until it is put away or belongs somewhere. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Settled = Literal["archived", "expired", "inactive", "gone", "adopted"]
"""How a finding ended: by the thing's state upstream, because it is gone, or because another request made it its own."""


class Finding(BaseModel):
    """A thing that a person made in the wrong place for a request; `place` is where, as people know it.

    `tell` are the Slack ids of those who can put it right: who has the steps, and its maker where Slack knows them.
    `settled_at` is empty while it is open.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    request_id: str
    thing_id: str
    name: str
    place: str
    tell: tuple[str, ...]
    found_at: datetime
    settled_at: datetime | None = None
    settled: Settled | None = None
