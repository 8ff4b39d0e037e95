"""Advice that people accepted."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accepted_advice",
        sa.Column("finding", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("until", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("accepted_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("finding", name=op.f("pk_accepted_advice")),
    )
    with op.batch_alter_table("accepted_advice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accepted_advice_until"), ["until"], unique=False)


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
