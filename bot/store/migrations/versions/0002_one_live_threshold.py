"""One live threshold for each channel, period and workspace."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_END_ALL_BUT_THE_NEWEST = """
UPDATE threshold SET ended_at = created_at WHERE ended_at IS NULL AND EXISTS (
    SELECT 1 FROM threshold AS other WHERE other.ended_at IS NULL
    AND other.channel = threshold.channel AND other.period = threshold.period
    AND COALESCE(other.workspace_id, '') = COALESCE(threshold.workspace_id, '')
    AND (other.created_at > threshold.created_at OR (other.created_at = threshold.created_at AND other.id > threshold.id))
)
"""


def upgrade() -> None:
    op.execute(_END_ALL_BUT_THE_NEWEST)
    for name, columns, where in (
        ("uq_threshold_live", ["channel", "period"], "ended_at IS NULL AND workspace_id IS NULL"),
        ("uq_threshold_live_of_workspace", ["channel", "period", "workspace_id"], "ended_at IS NULL"),
    ):
        live = sa.text(where)
        op.create_index(name, "threshold", columns, unique=True, sqlite_where=live, postgresql_where=live)


def downgrade() -> None:
    for name in ("uq_threshold_live", "uq_threshold_live_of_workspace"):
        op.drop_index(name, "threshold")
