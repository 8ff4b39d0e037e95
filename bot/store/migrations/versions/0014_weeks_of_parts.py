"""The other cuts' weeks and months that are over are kept as such, too, as those of the days by who are."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IDS = {
    "part": ("workspace_id", "model", "api_key_id", "service_tier", "context_window"),
    "both": ("workspace_id", "model", "actor", "product", "service_tier"),
}
_TYPES = ("cost_type", "token_type")
_TOKENS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def upgrade() -> None:
    for unit in ("week", "month"):
        for cut, ids in _IDS.items():
            _rows(f"cost_{cut}_{unit}", (*ids, *_TYPES), ("nanos",), "list_nanos")
            _rows(f"usage_{cut}_{unit}", ids, _TOKENS, "requests")
        op.create_table(
            f"ledger_part_{unit}",
            sa.Column("day", sa.Date(), nullable=False),
            sa.Column("last", sa.Date(), nullable=False),
            sa.Column("total_nanos", sa.BigInteger(), nullable=False),
            sa.Column("read_at", bot.store.types.UTCTime(timezone=True), nullable=True),
            sa.PrimaryKeyConstraint("day", name=op.f(f"pk_ledger_part_{unit}")),
        )


def _rows(name: str, ids: tuple[str, ...], counts: tuple[str, ...], unsure: str) -> None:
    """Make a table by day and ids; `unsure` is the count that a report may not tell."""
    op.create_table(
        name,
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(one, sqlmodel.sql.sqltypes.AutoString(), nullable=False) for one in ids),
        *(sa.Column(one, sa.BigInteger(), nullable=False) for one in counts),
        sa.Column(unsure, sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("day", *ids, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
