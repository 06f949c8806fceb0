"""Notices to members in the app."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Key, Timestamp

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("member_id", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("read_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    op.create_index("notices_member", "notices", ["org_id", "member_id", "created_at"])
    unread = sa.text("read_at IS NULL")
    op.create_index(
        "notices_unread", "notices", ["org_id", "member_id"], sqlite_where=unread, postgresql_where=unread
    )
