"""What Datadog got."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cost_target",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("looked_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("retry_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cost_target")),
    )
    op.create_table(
        "cost_file",
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", bot.store.types.Json(), nullable=False),
        sa.Column("tried_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("taken_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("file_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("removed_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("target", "day", "number", name=op.f("pk_cost_file")),
    )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
