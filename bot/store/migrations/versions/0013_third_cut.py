"""A third cut has people and products by tier and token type, and hours have tiers and token types, too.

What is there already is read again: all days are due to be told apart, and hours are dropped, because they are read where
a day has none.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BOTH = ("workspace_id", "model", "actor", "product", "service_tier")
_WHEN = ("workspace_id", "model", "product", "service_tier", "context_window")
_TYPES = ("cost_type", "token_type")
_TOKENS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def upgrade() -> None:
    _cut("cost_both", (*_BOTH, *_TYPES), ("nanos",), "list_nanos")
    _cut("usage_both", _BOTH, _TOKENS, "requests")
    _cut("cost_hour_part", (*_WHEN, *_TYPES), ("nanos",), "list_nanos", by_hour=True)
    _cut("usage_hour_part", _WHEN, _TOKENS, "requests", by_hour=True)
    op.execute("UPDATE ledger_day SET rest_nanos = abs(total_nanos), rest_reads = 0, parts_at = NULL")
    op.execute("UPDATE ledger_day SET hours_at = NULL, hours_asked_at = NULL")
    op.execute("DELETE FROM cost_hour")
    op.execute("DELETE FROM usage_hour")


def _cut(name: str, ids: tuple[str, ...], counts: tuple[str, ...], unsure: str, *, by_hour: bool = False) -> None:
    """Make a table by day and ids; `unsure` is the count that a report may not tell."""
    hour = ["hour"] if by_hour else []
    op.create_table(
        name,
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(one, sa.Integer(), nullable=False) for one in hour),
        *(sa.Column(one, sqlmodel.sql.sqltypes.AutoString(), nullable=False) for one in ids),
        *(sa.Column(one, sa.BigInteger(), nullable=False) for one in counts),
        sa.Column(unsure, sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("day", *hour, *ids, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (day)" if by_hour else None,
    )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
