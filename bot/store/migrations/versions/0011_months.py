"""Months that are over are kept as such, as weeks are."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _month("cost_month", ("nanos",), ("list_nanos", "requests"))
    _month("usage_month", ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output"), ("requests",))
    op.create_table(
        "ledger_month",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_month")),
    )


def _month(name: str, counts: tuple[str, ...], unsure: tuple[str, ...]) -> None:
    ids = ("workspace_id", "model", "api_key_id", "actor", "product")
    op.create_table(
        name,
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(one, sqlmodel.sql.sqltypes.AutoString(), nullable=False) for one in ids),
        *(sa.Column(one, sa.BigInteger(), nullable=False) for one in counts),
        *(sa.Column(one, sa.BigInteger(), nullable=True) for one in unsure),
        sa.PrimaryKeyConstraint("day", *ids, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
