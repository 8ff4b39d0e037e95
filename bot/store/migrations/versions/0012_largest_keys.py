"""The largest keys of the last days are kept for their digests."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "largest_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("least_nanos", sa.BigInteger(), nullable=False),
        sa.Column("total_nanos", sa.BigInteger(), nullable=False),
        sa.Column("before_nanos", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_largest_day")),
    )
    op.create_table(
        "largest_key",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("api_key_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("nanos", sa.BigInteger(), nullable=False),
        sa.Column("before_nanos", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "api_key_id", name=op.f("pk_largest_key")),
    )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
