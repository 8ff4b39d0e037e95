"""The first schema: the ledger, digests and alerts."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import bot.store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ledger()
    _ledger_day()
    _revision()
    _doubt()
    _source()
    _subscription()
    _threshold()
    _alert()
    _digest_run()
    _correction()
    _one_live_threshold()
    _spend_limit()


_SHARED = ("workspace_id", "model", "api_key_id")
_WHO = (*_SHARED, "actor", "product")
_WHAT = (*_SHARED, "service_tier", "context_window")
_TOKENS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def _ledger() -> None:
    _cut("cost_day", _WHO, ("nanos",), ("list_nanos", "requests"))
    _cut("usage_day", _WHO, _TOKENS, ("requests",))
    _cut("cost_part", (*_WHAT, "cost_type", "token_type"), ("nanos",), ("list_nanos",))
    _cut("usage_part", _WHAT, _TOKENS, ("requests",))
    _cut("cost_hour", _WHO, ("nanos",), ("list_nanos", "requests"), by_hour=True)
    _cut("usage_hour", _WHO, _TOKENS, ("requests",), by_hour=True)
    _rollups()


def _rollups() -> None:
    """Make the tables that hold the same in fewer rows."""
    _cut("cost_day_sum", _without(_WHO), ("nanos",), ("list_nanos", "requests"))
    _cut("usage_day_sum", _without(_WHO), _TOKENS, ("requests",))
    _cut("cost_part_sum", (*_without(_WHAT), "cost_type", "token_type"), ("nanos",), ("list_nanos",))
    _cut("usage_part_sum", _without(_WHAT), _TOKENS, ("requests",))
    _cut("cost_week", _WHO, ("nanos",), ("list_nanos", "requests"))
    _cut("usage_week", _WHO, _TOKENS, ("requests",))
    op.create_table(
        "ledger_week",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_week")),
    )


def _without(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return ids without those of keys and people, of which there are many."""
    return tuple(one for one in ids if one not in ("api_key_id", "actor"))


def _cut(
    name: str, ids: tuple[str, ...], counts: tuple[str, ...], unsure: tuple[str, ...], *, by_hour: bool = False
) -> None:
    """Make a table by day and ids; `unsure` are the counts that a report may not tell."""
    hour = [sa.Column("hour", sa.Integer(), nullable=False)] if by_hour else []
    key = ["day", *(["hour"] if by_hour else []), *ids]
    op.create_table(
        name,
        sa.Column("day", sa.Date(), nullable=False),
        *hour,
        *(sa.Column(one, sqlmodel.sql.sqltypes.AutoString(), nullable=False) for one in ids),
        *(sa.Column(one, sa.BigInteger(), nullable=False) for one in counts),
        *(sa.Column(one, sa.BigInteger(), nullable=True) for one in unsure),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (day)" if by_hour else None,
    )


def _ledger_day() -> None:
    op.create_table(
        "ledger_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("refreshed_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("synced_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("total_nanos", sa.BigInteger(), nullable=False),
        sa.Column("parts_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("rest_nanos", sa.BigInteger(), nullable=False),
        sa.Column("rest_reads", sa.Integer(), nullable=False),
        sa.Column("hours_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("hours_asked_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_day")),
    )


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("old_nanos", sa.BigInteger(), nullable=False),
        sa.Column("new_nanos", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_day"), ["day"], unique=False)


def _doubt() -> None:
    op.create_table(
        "doubt",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("seen", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_doubt")),
    )


def _source() -> None:
    op.create_table(
        "source",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("read_deep_on", sa.Date(), nullable=True),
        sa.Column("looked_back_to", sa.Date(), nullable=True),
        sa.Column("nothing_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failed_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("failure", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("local_time", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tz", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "workspace_ids", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("muted_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ended_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("channel", name=op.f("uq_subscription_channel")),
    )


def _threshold() -> None:
    op.create_table(
        "threshold",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("amount_nanos", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("ended_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("threshold_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("sent_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ts", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("said", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("acknowledged_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("acknowledged_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["threshold_id"], ["threshold.id"], name=op.f("fk_alert_threshold_id_threshold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("threshold_id", "period_key", "step", name=op.f("uq_alert_threshold_id_period_key_step")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_threshold_id"), ["threshold_id"], unique=False)


def _digest_run() -> None:
    op.create_table(
        "digest_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "workspace_ids", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("sent_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ts", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("total_nanos", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_digest_run_subscription_id_subscription")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_run")),
        sa.UniqueConstraint("subscription_id", "day", name=op.f("uq_digest_run_subscription_id_day")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("digest_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_run_subscription_id"), ["subscription_id"], unique=False)


def _correction() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest_run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("old_nanos", sa.BigInteger(), nullable=True),
        sa.Column("new_nanos", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["digest_run_id"], ["digest_run.id"], name=op.f("fk_correction_digest_run_id_digest_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("digest_run_id", "number", name=op.f("uq_correction_digest_run_id_number")),
    )


def _spend_limit() -> None:
    op.create_table(
        "spend_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_nanos", sa.BigInteger(), nullable=True),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("over_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_spend_limit_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spend_limit")),
        sa.UniqueConstraint("request_id", name=op.f("uq_spend_limit_request_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("spend_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spend_limit_scope"), ["scope"], unique=False)


def _one_live_threshold() -> None:
    for name, columns, where in (
        ("uq_threshold_live", ["channel", "period", "amount_nanos"], "ended_at IS NULL AND workspace_id IS NULL"),
        ("uq_threshold_live_of_workspace", ["channel", "period", "workspace_id", "amount_nanos"], "ended_at IS NULL"),
    ):
        live = sa.text(where)
        op.create_index(name, "threshold", columns, unique=True, sqlite_where=live, postgresql_where=live)


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
