"""The spend limits that the bot keeps itself, whatever the Claude API can be asked."""

from datetime import datetime

from sqlmodel import Field

from bot.store.tables.base import NEVER_AGAIN, Table, nanos_column, time_column


class SpendLimitRow(Table, table=True):
    """A monthly limit of one workspace or of the organization ("") that a request set, None where it took one away.

    It holds until `over_at`. Of several that hold for the same scope the newest counts: the others come back once it is
    over.
    """

    __table_args__ = (NEVER_AGAIN,)

    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(foreign_key="request.id", unique=True)
    scope: str = Field(index=True)
    amount_nanos: int | None = nanos_column(nullable=True)
    # Where and whom it tells: the channel in which it was approved, and the Slack id of the person who asked.
    channel: str
    asked_by: str
    since: datetime = time_column()
    over_at: datetime | None = time_column(nullable=True)
