"""A monthly limit that the bot keeps itself, whether or not one is set in the Console. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.spend.alerts.model import WHOLE, Threshold

STEPS = (50, 80, WHOLE)
"""Percents of a limit at which people are told."""


@dataclass(frozen=True)
class Limit:
    """A monthly limit in dollars of one workspace, or of the organization (None), since a request set it.

    `channel` is where it was approved, `asked_by` the Slack id of the person who asked: both are told.
    """

    request_id: str
    workspace_id: str | None
    amount: Decimal
    channel: str
    asked_by: str
    since: datetime

    @property
    def threshold(self) -> Threshold:
        """What is watched for it."""
        return Threshold(
            self.request_id, self.channel, "monthly", self.workspace_id, self.amount, self.asked_by, self.since, STEPS
        )
