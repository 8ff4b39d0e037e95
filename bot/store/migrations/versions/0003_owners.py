"""Who has which grant, and to whom keys were handed over."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import bot.store.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _grant_holder()
    _key_owner()


def _grant_holder() -> None:
    op.create_table(
        "grant_holder",
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slack_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ends_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_grant_holder_request_id_request")),
        sa.PrimaryKeyConstraint("request_id", "slack_id", name=op.f("pk_grant_holder")),
    )
    with op.batch_alter_table("grant_holder", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_grant_holder_slack_id_ends_at_request_id"), ["slack_id", "ends_at", "request_id"], unique=False
        )


def _key_owner() -> None:
    op.create_table(
        "key_owner",
        sa.Column("key_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slack_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("member_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_key_owner_request_id_request")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_owner")),
    )
    with op.batch_alter_table("key_owner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_key_owner_slack_id"), ["slack_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
