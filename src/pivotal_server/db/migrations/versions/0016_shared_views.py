"""The views that a workspace shares, apart from those that people keep for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared = sa.text("shared")
    op.create_index(
        "saved_views_shared", "saved_views", ["org_id", "list"], sqlite_where=shared, postgresql_where=shared
    )
