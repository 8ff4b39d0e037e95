"""The first schema: people, requests, what is said of them, and the audit log."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import bot.store.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _audit_entry()
    _lease()
    _link()
    _name()
    _note()
    _post()
    _request()
    _seen_event()
    _timer()
    _decision()
    _finding()
    _secret()
    _make_audit_append_only()


def _json(name: str) -> sa.Column[object]:
    kind = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        _json("detail"),
        sa.Column("prev_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("slack_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("team_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("member_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("linked_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slack_id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_member_id"), ["member_id"], unique=False)


def _name() -> None:
    op.create_table(
        "name",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("read_as", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("parent_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("seen_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name")),
    )
    op.create_index(op.f("ix_name_read_as"), "name", ["read_as"])


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        _json("value"),
        sa.Column("at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_note")),
    )


def _post() -> None:
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("thread_of", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("redraws", sa.Boolean(), nullable=False),
        sa.Column("posted_channel", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("ts", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("file_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("wanted_version", sa.Integer(), nullable=False),
        sa.Column("drawn_version", sa.Integer(), nullable=False),
        sa.Column("claim", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("due_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("redacted_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("given_up_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("topic", "subject", "purpose", "channel", name=op.f("uq_post_topic_subject_purpose_channel")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_posted_channel"), ["posted_channel"], unique=False)


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requester_slack_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requester_member_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requester_email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("workspace_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        _json("payload"),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("expires_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("approved_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("claimed_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("closed_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("ends_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("extends", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("extended_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("told_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        _json("outcome"),
        sa.Column("failure", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _json("beneficiaries"),
        _json("heirs"),
        _json("concerned"),
        _json("asked_under"),
        _json("known"),
        sa.Column("made_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("about_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("open_subject", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("open_subject", name=op.f("uq_request_open_subject")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        for columns in (
            ("about_id", "created_at", "id"),
            ("ends_at",),
            ("kind", "made_id", "requester_slack_id"),
            ("kind", "requester_slack_id", "made_id"),
            ("requester_slack_id", "created_at", "id"),
            ("requester_slack_id", "status", "created_at", "id"),
            ("workspace_id", "created_at", "id"),
            ("status", "created_at", "id"),
            ("status", "kind", "closed_at", "workspace_id"),
        ):
            batch_op.create_index(batch_op.f(f"ix_request_{'_'.join(columns)}"), [*columns], unique=False)


def _seen_event() -> None:
    op.create_table(
        "seen_event",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seen_event")),
    )
    with op.batch_alter_table("seen_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_event_at"), ["at"], unique=False)


def _timer() -> None:
    op.create_table(
        "timer",
        sa.Column("topic", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("claim", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("claimed_until", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "subject", "what", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timer_due_at"), ["due_at"], unique=False)


def _finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("thing_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        _json("tell"),
        sa.Column("found_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("settled_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("settled", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_finding_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_settled_at"), ["settled_at"], unique=False)


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slack_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("member_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("verdict", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("comment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_decision_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("request_id", "member_id", name=op.f("uq_decision_request_id_member_id")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_request_id"), ["request_id"], unique=False)


def _secret() -> None:
    op.create_table(
        "secret",
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ciphertext", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("expires_at", bot.store.types.UTCTime(timezone=True), nullable=False),
        sa.Column("shown_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.Column("wiped_at", bot.store.types.UTCTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_secret_request_id_request")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_secret")),
    )


def _make_audit_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit_entry "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def downgrade() -> None:
    raise RuntimeError("The first schema has nothing before it; restore a backup instead.")
