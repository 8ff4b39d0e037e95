"""How far each report of costs was read, and work that one process does at a time."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "source",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("read_deep_on", sa.Date(), nullable=True),
        sa.Column("looked_back_to", sa.Date(), nullable=True),
        sa.Column("nothing_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failed_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failure", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )


def downgrade() -> None:
    for name in ("source", "lease"):
        op.drop_table(name)
