"""What readers say of the docs."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import CalendarDay, Flag, Key, Timestamp

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "docs_votes",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("page", Key, nullable=False),
        sa.Column("day", CalendarDay, nullable=False),
        sa.Column("visitor", Key, nullable=False),
        sa.Column("helpful", Flag, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("member_id", Key),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("done_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    op.create_index("docs_votes_visitor", "docs_votes", ["org_id", "visitor", "page", "day"], unique=True)
    op.create_index("docs_votes_day", "docs_votes", ["org_id", "day"])
    commented = sa.text("comment IS NOT NULL")
    op.create_index(
        "docs_votes_comments",
        "docs_votes",
        ["org_id", "created_at", "id"],
        sqlite_where=commented,
        postgresql_where=commented,
    )
