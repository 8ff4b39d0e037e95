"""The peak minutes of each hour, beside the rate limits, and the limits that workspaces have of their own."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import bot.store.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "peak",
        sa.Column("level", text(), nullable=False),
        sa.Column("hour", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("workspace_id", text(), nullable=False),
        sa.Column("api_key_id", text(), nullable=False),
        sa.Column("group_id", text(), nullable=False),
        sa.Column("limiter", text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("minute", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("driver", text(), nullable=False),
        sa.Column("driver_value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("level", "hour", "workspace_id", "api_key_id", "group_id", "limiter", name=op.f("pk_peak")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "peak_hour",
        sa.Column("hour", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("read_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column(
            "unmatched", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_peak_hour")),
    )
    op.create_table(
        "workspace_limits",
        sa.Column("workspace_id", text(), nullable=False),
        sa.Column("read_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("limits", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_workspace_limits")),
    )


def downgrade() -> None:
    raise RuntimeError("Migrations lead forward only; restore a backup instead.")
