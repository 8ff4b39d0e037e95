"""Reports that channels get on a schedule."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "report_subscription",
        sa.Column("id", text(), nullable=False),
        sa.Column("channel", text(), nullable=False),
        sa.Column("report", text(), nullable=False),
        sa.Column("tag", text(), nullable=False),
        sa.Column("cadence", text(), nullable=False),
        sa.Column("local_time", text(), nullable=False),
        sa.Column("tz", text(), nullable=False),
        sa.Column("created_by", text(), nullable=False),
        sa.Column("created_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("muted_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ended_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_subscription")),
        sa.UniqueConstraint("channel", "report", "tag", name=op.f("uq_report_subscription_channel_report_tag")),
    )
    _report_run()


def _report_run() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "report_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", text(), nullable=False),
        sa.Column("channel", text(), nullable=False),
        sa.Column("report", text(), nullable=False),
        sa.Column("tag", text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("sent_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ts", text(), nullable=True),
        sa.Column("settled_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["report_subscription.id"], name=op.f("fk_report_run_subscription_id_report_subscription")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("subscription_id", "first", "last", name=op.f("uq_report_run_subscription_id_first_last")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("report_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_run_subscription_id"), ["subscription_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("Migrations lead forward only; restore a backup instead.")
