"""Leases are renewed while their work goes on."""

import sqlalchemy as sa
from alembic import op

import bot.store.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lease", sa.Column("renewed_at", bot.store.types.UTCTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
