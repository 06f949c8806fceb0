"""Invites to the team."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Key, Timestamp

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invites",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", Key, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("token_hash", Key, nullable=False),
        sa.Column("invited_by", Key),
        sa.Column("sent_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp, nullable=False),
        sa.Column("ended_at", Timestamp),
        sa.Column("ended_by", Key),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    op.create_index("invites_token", "invites", ["token_hash"], unique=True)
    pending = sa.text("ended_at IS NULL")
    op.create_index(
        "invites_pending",
        "invites",
        ["org_id", "email"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )
