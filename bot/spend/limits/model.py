"""A monthly limit that the bot keeps itself, whether or not one is set in the Console. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.spend.alerts.model import WHOLE, Threshold

STEPS = (50, 80, WHOLE)
"""Percents of a limit at which people are told."""


@dataclass(frozen=True)
class Kept:
    """The monthly limit in dollars of one workspace, or of the organization (None), since a request set it.

    `amount` is None where the request took the limit away. `channel` is where it was approved, `asked_by` the Slack id of
    the person who asked: both are told.
    """

    request_id: str
    workspace_id: str | None
    amount: Decimal | None
    channel: str
    asked_by: str
    since: datetime


@dataclass(frozen=True)
class Limit(Kept):
    """The same where there is a limit."""

    amount: Decimal

    @property
    def threshold(self) -> Threshold:
        """What is watched for it."""
        return Threshold(
            self.request_id, self.channel, "monthly", self.workspace_id, self.amount, self.asked_by, self.since, STEPS
        )
