"""Saved views of lists."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Flag, Key, Timestamp

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("list", Key, nullable=False),
        sa.Column("owner_id", Key, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("shared", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    op.create_index(
        "saved_views_name", "saved_views", ["org_id", "list", "owner_id", "name_key"], unique=True
    )
    op.create_table(
        "view_defaults",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("member_id", Key, nullable=False),
        sa.Column("list", Key, nullable=False),
        sa.Column("view_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "member_id", "list"),
    )
