"""A Change is one act on a channel's digest or alert by which others get more, less or nothing. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

What = Literal[
    "digest_ended",
    "digest_changed",
    "digest_skipped",
    "alert_ended",
    "alert_changed",
    "code_ended",
    "code_skipped",
    "report_ended",
    "report_changed",
    "report_skipped",
]


class Change(BaseModel):
    """Who changed what in which channel, and who had set it up; people by their Slack ids.

    `about` is markup that says more: what is watched, or how it is now. `until` is when a skipped digest comes again.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    what: What
    channel: str
    by: str
    set_up_by: str
    about: str = ""
    until: datetime | None = None
