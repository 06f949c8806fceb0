"""Access to single customers, given to members."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Key, Timestamp

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_grants",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("member_id", Key, nullable=False),
        sa.Column("granted_by", Key),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "customer_id", "member_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("access_grants_member", "access_grants", ["org_id", "member_id", "customer_id"])
