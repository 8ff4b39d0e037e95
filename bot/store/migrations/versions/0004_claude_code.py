"""Claude Code's daily report, and the channels that get its weekly summary."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _activity()
    _tool()
    _model()
    _day()
    _cursor()
    _digest()


def _of_actor() -> list[sa.Column]:
    return [
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("actor_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terminal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("is_remote", sa.Boolean(), nullable=False),
        sa.Column("customer_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subscription_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    ]


def _activity() -> None:
    op.create_table(
        "claude_code_activity",
        *_of_actor(),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("lines_added", sa.BigInteger(), nullable=False),
        sa.Column("lines_removed", sa.BigInteger(), nullable=False),
        sa.Column("commits", sa.Integer(), nullable=False),
        sa.Column("pull_requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "actor_type",
            "actor",
            "terminal",
            "is_remote",
            "customer_type",
            "subscription_type",
            name=op.f("pk_claude_code_activity"),
        ),
        sqlite_with_rowid=False,
    )


def _tool() -> None:
    op.create_table(
        "claude_code_tool",
        *_of_actor(),
        sa.Column("tool", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "actor_type",
            "actor",
            "terminal",
            "is_remote",
            "customer_type",
            "subscription_type",
            "tool",
            name=op.f("pk_claude_code_tool"),
        ),
        sqlite_with_rowid=False,
    )


def _model() -> None:
    op.create_table(
        "claude_code_model",
        *_of_actor(),
        sa.Column("model", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("input", sa.BigInteger(), nullable=False),
        sa.Column("output", sa.BigInteger(), nullable=False),
        sa.Column("cache_read", sa.BigInteger(), nullable=False),
        sa.Column("cache_write", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("nanos", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "actor_type",
            "actor",
            "terminal",
            "is_remote",
            "customer_type",
            "subscription_type",
            "model",
            name=op.f("pk_claude_code_model"),
        ),
        sqlite_with_rowid=False,
    )


def _day() -> None:
    op.create_table(
        "claude_code_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("read_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("as_of", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("doubted_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_claude_code_day")),
    )


def _cursor() -> None:
    op.create_table(
        "claude_code_cursor",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("looked_back_to", sa.Date(), nullable=True),
        sa.Column("is_history_over", sa.Boolean(), nullable=False),
        sa.Column("succeeded_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failed_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failure", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claude_code_cursor")),
    )


def _digest() -> None:
    op.create_table(
        "claude_code_digest",
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tz", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("first_monday", sa.Date(), nullable=False),
        sa.Column("muted_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ended_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_claude_code_digest")),
    )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
